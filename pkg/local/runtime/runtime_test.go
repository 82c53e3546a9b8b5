package runtime_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local/runtime"
)

// started is a function of the test's own binary.
func started(t *testing.T, be string, c runtime.Config) *runtime.Function {
	t.Helper()
	f, err := start(t, t.Context(), be, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func start(t *testing.T, ctx context.Context, be string, c runtime.Config) (*runtime.Function, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c.Name, c.Binary = "tried", self
	c.Env = map[string]string{"BE": be, "GIVEN": "by the template"}
	if c.Timeout == 0 {
		c.Timeout = time.Minute
	}
	return runtime.Start(ctx, c)
}

// invoke has it do something, and returns what it told.
func invoke(t *testing.T, f *runtime.Function, o order) (told, error) {
	t.Helper()
	event, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	out, err := f.Invoke(t.Context(), event)
	var a told
	if err == nil {
		err = json.Unmarshal(out, &a)
	}
	return a, err
}

// output keeps what was logged.
type output struct {
	mu   sync.Mutex
	list []string
	each func(string)
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.list = append(o.list, string(p))
	if o.each != nil {
		o.each(string(p))
	}
	return len(p), nil
}

func (o *output) text() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.list, "")
}

// TestAFunctionGetsWhatLambdaGivesIt: its event, its context, its environment,
// and nothing of who runs it.
func TestAFunctionGetsWhatLambdaGivesIt(t *testing.T) {
	t.Setenv("HOME", "/home/developer")
	f := started(t, "good", runtime.Config{Memory: 256})
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "request-1"})
	out, err := f.Invoke(ctx, json.RawMessage(`{"Text":"héllo"}`))
	if err != nil {
		t.Fatal(err)
	}
	var got told
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Left <= 50*time.Second || got.Left > time.Minute {
		t.Errorf("it has %v left of a minute", got.Left)
	}
	self, _ := os.Executable()
	want := told{PID: got.PID, Left: got.Left, Request: "request-1", ARN: "arn:aws:lambda:local:000000000000:function:tried", Text: "héllo", Name: "tried", Memory: "256",
		Given: "by the template", Path: "/usr/local/bin:/usr/bin/:/bin:/opt/bin", Folder: filepath.Dir(self)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	a, err := invoke(t, f, order{})
	b, _ := invoke(t, f, order{})
	if err != nil || a.Request == b.Request || len(a.Request) != 36 {
		t.Errorf("request ids %q and %q, %v", a.Request, b.Request, err)
	}
}

// TestADeadlineOfTheCallersIsTheFunctions, if it is sooner.
func TestADeadlineOfTheCallersIsTheFunctions(t *testing.T) {
	f := started(t, "good", runtime.Config{})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	out, err := f.Invoke(ctx, json.RawMessage(`{}`))
	var got told
	if err := errors.Join(err, json.Unmarshal(out, &got)); err != nil || got.Left > 20*time.Second {
		t.Errorf("%v left of 20 s, %v", got.Left, err)
	}
}

// failed is the type and the message of a failure.
func failed(err error) string {
	var f *runtime.Failure
	if !errors.As(err, &f) {
		return fmt.Sprint("no failure: ", err)
	}
	return f.Error()
}

// TestWhatFailsIsToldAsLambdaTellsIt, and costs an environment only where the
// process has ended.
func TestWhatFailsIsToldAsLambdaTellsIt(t *testing.T) {
	f := started(t, "good", runtime.Config{Timeout: 30 * time.Second})
	for _, tt := range []struct {
		do, want string
		same     bool // the next invocation has the same process
	}{
		{"fail", "errorString: no such report", true},
		{"panic", "string: a bug", false},
		{"exit", "Runtime.ExitError: RequestId: R Error: Runtime exited with error: exit status 3", false},
		{"large", "Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (6291556 bytes).", false},
	} {
		t.Run(tt.do, func(t *testing.T) {
			before, err := invoke(t, f, order{})
			if err != nil {
				t.Fatal(err)
			}
			ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "R"})
			_, err = f.Invoke(ctx, json.RawMessage(`{"Do":"`+tt.do+`"}`))
			if got := failed(err); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			after, err := invoke(t, f, order{})
			if err != nil || (after.PID == before.PID) != tt.same {
				t.Errorf("the process before was %d, after it %d, %v", before.PID, after.PID, err)
			}
		})
	}
}

// TestAnOverrunIsKilledAndReplaced: Lambda does not wait for it either.
func TestAnOverrunIsKilledAndReplaced(t *testing.T) {
	f := started(t, "good", runtime.Config{})
	before, err := invoke(t, f, order{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = f.Invoke(ctx, json.RawMessage(`{"Do":"hang"}`))
	if got := failed(err); !regexp.MustCompile(`^Sandbox\.Timedout: RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.\d\d seconds$`).MatchString(got) {
		t.Errorf("got %s", got)
	}
	if p, _ := os.FindProcess(before.PID); p.Signal(syscall.Signal(0)) == nil {
		t.Errorf("process %d still runs", before.PID)
	}
	after, err := invoke(t, f, order{})
	if err != nil || after.PID == before.PID {
		t.Errorf("process %d goes on as %d, %v", before.PID, after.PID, err)
	}
	f.Close()
	if _, err := f.Invoke(t.Context(), json.RawMessage(`{}`)); err == nil {
		t.Error("a closed function answers")
	}
}

// TestAnIdleProcessThatEndedIsReplaced, as Lambda ends environments between
// invocations too.
func TestAnIdleProcessThatEndedIsReplaced(t *testing.T) {
	ended := make(chan string, 1)
	f := started(t, "good", runtime.Config{Log: &output{each: func(line string) { ended <- line }}})
	before, err := invoke(t, f, order{})
	if err != nil {
		t.Fatal(err)
	}
	// It prints a last line, not ended, which is told when it has ended.
	if _, err := invoke(t, f, order{Do: "print", Text: "bye"}); err != nil {
		t.Fatal(err)
	}
	p, err := os.FindProcess(before.PID)
	if err != nil || p.Kill() != nil {
		t.Fatal(err)
	}
	<-ended
	if after, err := invoke(t, f, order{}); err != nil || after.PID == before.PID {
		t.Errorf("process %d was killed, and goes on as %d, %v", before.PID, after.PID, err)
	}
}

// TestWhatDoesNotStartSaysWhy: with what it printed, or reported.
func TestWhatDoesNotStartSaysWhy(t *testing.T) {
	for be, want := range map[string][]string{
		"broken":  {"tried does not start", "exit status 2", "reading settings\nTABLE is not set"},
		"silent":  {"exit status 0, and printed nothing"},
		"telling": {"tried does not start: Config: TABLE is not set"},
	} {
		f, err := start(t, t.Context(), be, runtime.Config{})
		for _, part := range want {
			if f != nil || err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v does not say %q", be, err, part)
			}
		}
	}
	for name, c := range map[string]runtime.Config{"no binary there": {Name: "x", Binary: filepath.Join(t.TempDir(), "bootstrap")}, "no name": {Binary: "/bin/true"}, "no binary": {Name: "x"}} {
		if f, err := runtime.Start(t.Context(), c); err == nil {
			f.Close()
			t.Errorf("%s: it starts", name)
		}
	}
}

// TestItsContextEndsAStartThatTakesTooLong.
func TestItsContextEndsAStartThatTakesTooLong(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f, err := start(t, ctx, "stuck", runtime.Config{Log: &output{each: func(string) { cancel() }}})
	if f != nil || err == nil || !strings.Contains(err.Error(), "stuck") {
		t.Errorf("%v", err)
	}
}

// TestOneProcessHasOneInvocationAtATime, and several run beside each other.
func TestOneProcessHasOneInvocationAtATime(t *testing.T) {
	const most = 3
	arrived, leave := make(chan struct{}, most), make(chan struct{})
	barrier := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		arrived <- struct{}{}
		<-leave
	}))
	defer barrier.Close()
	f := started(t, "good", runtime.Config{Most: most})
	pids := make(chan int, most)
	for range most {
		go func() {
			a, err := invoke(t, f, order{Do: "ask", URL: barrier.URL})
			if err != nil {
				t.Error(err)
			}
			pids <- a.PID
		}()
	}
	for range most {
		<-arrived // all of them at once
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 30 { // were there one more, each would have it or not, by chance
		if _, err := f.Invoke(ctx, json.RawMessage(`{}`)); failed(err) != "TooManyRequestsException: all 3 environments were at work" {
			t.Errorf("one more: %v", err)
		}
	}
	close(leave)
	seen := map[int]bool{}
	for range most {
		seen[<-pids] = true
	}
	if len(seen) != most {
		t.Errorf("%d invocations at once had %d processes", most, len(seen))
	}
	if a, err := invoke(t, f, order{}); err != nil || !seen[a.PID] {
		t.Errorf("process %d was not one of %v, %v", a.PID, seen, err)
	}
}

// TestTheRuntimeAPIRefusesWhatIsOutOfTurn: a second question before the answer,
// an answer to nothing, a second answer, what is no part of it.
func TestTheRuntimeAPIRefusesWhatIsOutOfTurn(t *testing.T) {
	f := started(t, "odd", runtime.Config{})
	for _, want := range []string{"[403,400,404,0]", "[403,400,404,400]"} {
		if out, err := f.Invoke(t.Context(), json.RawMessage(`{}`)); err != nil || string(out) != want {
			t.Errorf("got %s, %v, want %s", out, err, want)
		}
	}
	if _, err := f.Invoke(t.Context(), json.RawMessage(`"broken off"`)); failed(err) != "readError: disk gone" {
		t.Errorf("half an answer: %v", err)
	}
	if _, err := f.Invoke(t.Context(), json.RawMessage(`"`+strings.Repeat("x", 6<<20)+`"`)); !strings.Contains(failed(err), "RequestTooLargeException") {
		t.Errorf("an event over 6 MB: %v", err)
	}
}

// TestWhatAProcessPrintsIsLoggedInWholeLines.
func TestWhatAProcessPrintsIsLoggedInWholeLines(t *testing.T) {
	log := &output{}
	f := started(t, "good", runtime.Config{Log: log})
	for _, text := range []string{"one\ntw", "o\n", "three"} {
		if _, err := invoke(t, f, order{Do: "print", Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	if diff := cmp.Diff("one\ntwo\nthree\n", log.text()); diff != "" {
		t.Errorf("(-printed +logged):\n%s", diff)
	}
	for _, w := range log.list {
		if !strings.HasSuffix(w, "\n") {
			t.Errorf("half a line was logged: %q", w)
		}
	}
}
