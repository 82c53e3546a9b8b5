package runtime_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

// The programs that the runtime is tried with are this test's own binary: with
// BE set it is a bootstrap, and no test.
func TestMain(m *testing.M) {
	switch os.Getenv("BE") {
	case "":
		os.Exit(m.Run())
	case "good":
		lambda.Start(serve)
	case "broken":
		fmt.Println("reading settings")
		fmt.Fprint(os.Stderr, "TABLE is not set")
		os.Exit(2)
	case "silent":
		os.Exit(0)
	case "telling":
		post("/2018-06-01/runtime/init/error", `{"errorType":"Config","errorMessage":"TABLE is not set"}`)
		os.Exit(1)
	case "stuck":
		fmt.Println("stuck")
		<-context.Background().Done()
	case "odd":
		odd()
	}
	os.Exit(9)
}

// order is an event of the good bootstrap.
type order struct{ Do, URL, Text string }

// told is what it answers.
type told struct {
	PID                 int
	Request, ARN, Text  string
	Left                time.Duration
	Name, Memory, Given string
	Path, Folder        string
	Leaked              bool
}

func serve(ctx context.Context, o order) (any, error) {
	switch o.Do {
	case "fail":
		return nil, errors.New("no such report")
	case "panic":
		panic("a bug")
	case "hang":
		<-context.Background().Done()
	case "exit":
		fmt.Fprintln(os.Stderr, "going")
		os.Exit(3)
	case "large":
		return strings.Repeat("x", 7<<20), nil
	case "ask":
		res, err := http.Get(o.URL)
		if err != nil {
			return nil, err
		}
		res.Body.Close()
	case "print":
		fmt.Print(o.Text)
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	folder, err := os.Getwd()
	return told{PID: os.Getpid(), Request: lc.AwsRequestID, ARN: lc.InvokedFunctionArn, Text: o.Text, Left: time.Until(deadline), Name: lambdacontext.FunctionName,
		Memory: os.Getenv("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), Given: os.Getenv("GIVEN"), Path: os.Getenv("PATH"), Folder: folder, Leaked: os.Getenv("HOME") != ""}, err
}

// post asks the Runtime API, and returns the status.
func post(path, body string) int {
	res, err := http.Post("http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+path, "application/json", strings.NewReader(body))
	if err != nil {
		os.Exit(8)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func next() (status int, id string, event []byte) {
	res, err := http.Get("http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/next")
	if err != nil {
		os.Exit(8)
	}
	defer res.Body.Close()
	event, _ = io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Lambda-Runtime-Aws-Request-Id"), event
}

// odd is a bootstrap that does what it should not, and answers with the statuses
// it got for it. The event "broken off" has an answer that is none.
func odd() {
	for after := 0; ; {
		_, id, event := next()
		at := "/2018-06-01/runtime/invocation/" + id
		if bytes.Contains(event, []byte("broken off")) {
			breakOff(at)
			continue
		}
		early, _, _ := next()
		got, _ := json.Marshal([]int{early, post("/2018-06-01/runtime/invocation/other/response", "1"), post("/2020-01-01/extension/register", ""), after})
		post(at+"/response", string(got))
		after = post(at+"/error", "{}")
	}
}

// breakOff answers half, and says so in the trailer, as aws-lambda-go does.
func breakOff(at string) {
	req, _ := http.NewRequest(http.MethodPost, "http://"+os.Getenv("AWS_LAMBDA_RUNTIME_API")+at+"/response", io.MultiReader(strings.NewReader("hal")))
	req.Trailer = http.Header{"Lambda-Runtime-Function-Error-Type": {"readError"}, "Lambda-Runtime-Function-Error-Body": {"eyJlcnJvck1lc3NhZ2UiOiJkaXNrIGdvbmUifQ=="}}
	if res, err := http.DefaultClient.Do(req); err == nil {
		res.Body.Close()
	}
}
