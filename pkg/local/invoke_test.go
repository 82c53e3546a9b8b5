package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
)

// oops is an error with a type of its own.
type oops struct{}

func (*oops) Error() string { return "it broke" }

// elsewhere is the error of a function in another process.
type elsewhere struct{ error }

func (elsewhere) Reported() (kind, message string) {
	return "Runtime.ExitError", "RequestId: 1 Error: Runtime exited"
}

// lambdas are the functions behind the Invoke API.
func lambdas() map[string]local.Function {
	return map[string]local.Function{
		"echo": func(_ context.Context, event json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(`{"got":` + string(event) + `}`), nil
		},
		"fails":  failing(&oops{}),
		"exits":  failing(elsewhere{errors.New("it exited")}),
		"panics": func(context.Context, json.RawMessage) (json.RawMessage, error) { panic("bug") },
		"silent": answers(""),
		"large":  answers(`"` + strings.Repeat("x", 6<<20+100) + `"`),
	}
}

func TestInvokeByTheSDK(t *testing.T) {
	s := newServer(t, local.Config{Functions: lambdas(), NamePrefix: "gatepass-"})
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	client := lambda.New(lambda.Options{Region: "eu-central-1", BaseEndpoint: aws.String(server.URL), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "nobody", SecretAccessKey: "looks"}, nil
		})})
	for _, tt := range []struct {
		name    string
		in      lambda.InvokeInput
		status  int32
		payload string
		failed  string
		err     error // a pointer of the kind of error that is wanted
	}{
		{"by name", call("echo", `{"a":1}`), 200, `{"got":{"a":1}}`, "", nil},
		{"by the name of the deployed function", call("gatepass-echo", `1`), 200, `{"got":1}`, "", nil},
		{"by name and alias", call("echo:live", `1`), 200, `{"got":1}`, "", nil},
		{"by name and qualifier", qualified("echo", "$LATEST"), 200, `{"got":{}}`, "", nil},
		{"by ARN", call("arn:aws:lambda:eu-central-1:000000000000:function:gatepass-echo", `1`), 200, `{"got":1}`, "", nil},
		{"by ARN and alias", call("arn:aws:lambda:eu-central-1:000000000000:function:echo:live", `1`), 200, `{"got":1}`, "", nil},
		{"by partial ARN", call("000000000000:function:echo", `1`), 200, `{"got":1}`, "", nil},
		{"without a payload the event is empty", call("echo", ``), 200, `{"got":{}}`, "", nil},
		{"no answer is null", call("silent", `{}`), 200, `null`, "", nil},
		{"a function error is told as one", call("fails", `{}`), 200, `{"errorMessage":"it broke","errorType":"oops"}`, "Unhandled", nil},
		{"that of another process in its own words", call("exits", `{}`), 200, `{"errorMessage":"RequestId: 1 Error: Runtime exited","errorType":"Runtime.ExitError"}`, "Unhandled", nil},
		{"so is a panic", call("panics", `{}`), 200, `{"errorMessage":"bug","errorType":"string"}`, "Unhandled", nil},
		{"so is an answer over 6 MB", call("large", `{}`), 200, `{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).","errorType":"Function.ResponseSizeTooLarge"}`, "Unhandled", nil},
		{"a dry run runs nothing", typed("fails", types.InvocationTypeDryRun), 204, ``, "", nil},
		{"an event is taken", typed("echo", types.InvocationTypeEvent), 202, ``, "", nil},
		{"an unknown function is not found", call("nobody", `{}`), 0, ``, "", new(types.ResourceNotFoundException)},
		{"a prefix alone is not found", call("gatepass-", `{}`), 0, ``, "", new(types.ResourceNotFoundException)},
		{"a payload that is no JSON is refused", call("echo", `{`), 0, ``, "", new(types.InvalidRequestContentException)},
		{"a payload over 6 MB is refused", call("echo", `"`+strings.Repeat("x", 6<<20)+`"`), 0, ``, "", new(types.RequestTooLargeException)},
		{"an event over 1 MB is refused", lambda.InvokeInput{FunctionName: aws.String("echo"), InvocationType: types.InvocationTypeEvent, Payload: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)}, 0, ``, "", new(types.RequestTooLargeException)},
		{"an unknown invocation type is refused", typed("echo", "Perhaps"), 0, ``, "", new(types.InvalidParameterValueException)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := client.Invoke(t.Context(), &tt.in)
			if tt.err != nil {
				if err == nil || !errors.As(err, ptr(tt.err)) {
					t.Fatalf("got %v, want a %T", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if out.StatusCode != tt.status || string(out.Payload) != tt.payload || aws.ToString(out.FunctionError) != tt.failed || aws.ToString(out.ExecutedVersion) != "$LATEST" {
				t.Errorf("got %d %.300s, function error %q, version %q; want %d %.300s, %q", out.StatusCode, out.Payload, aws.ToString(out.FunctionError), aws.ToString(out.ExecutedVersion), tt.status, tt.payload, tt.failed)
			}
		})
	}
}

// ptr returns a target for errors.As of the same type as err.
func ptr(err error) any {
	switch err := err.(type) {
	case *types.ResourceNotFoundException:
		return &err
	case *types.InvalidRequestContentException:
		return &err
	case *types.RequestTooLargeException:
		return &err
	case *types.InvalidParameterValueException:
		return &err
	}
	return nil
}

func call(name, payload string) lambda.InvokeInput {
	return lambda.InvokeInput{FunctionName: &name, Payload: []byte(payload)}
}

func typed(name string, kind types.InvocationType) lambda.InvokeInput {
	return lambda.InvokeInput{FunctionName: &name, InvocationType: kind}
}

func qualified(name, qualifier string) lambda.InvokeInput {
	return lambda.InvokeInput{FunctionName: &name, Qualifier: &qualifier}
}

// The errors, byte for byte: the CLI and other SDKs read them too.
func TestInvokeErrorsAsLambdaWritesThem(t *testing.T) {
	s := newServer(t, local.Config{Functions: lambdas()})
	for _, tt := range []struct {
		name, method, path, body string
		status                   int
		kind                     string
	}{
		{"an unknown function", "POST", "/2015-03-31/functions/nobody/invocations", "{}", 404, "ResourceNotFoundException"},
		{"another operation", "GET", "/2015-03-31/functions/", "", 404, "UnknownOperationException"},
		{"another method", "GET", "/2015-03-31/functions/echo/invocations", "", 404, "UnknownOperationException"},
		{"a payload that is no JSON", "POST", "/2015-03-31/functions/echo/invocations", "x", 400, "InvalidRequestContentException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := send(t, s, fromHere(tt.method, tt.path, tt.body))
			var e struct{ Type, Message string }
			if err := json.Unmarshal([]byte(got.body), &e); err != nil {
				t.Fatal(err)
			}
			if got.status != tt.status || got.header.Get("X-Amzn-Errortype") != tt.kind || e.Type != "User" || e.Message == "" || got.header.Get("X-Amzn-Requestid") == "" {
				t.Errorf("got %d %v %s, want %d %s", got.status, got.header, got.body, tt.status, tt.kind)
			}
		})
	}
	got := send(t, s, fromHere("POST", "/2015-03-31/functions/nobody/invocations", "{}"))
	if want := "Function not found: arn:aws:lambda:local:000000000000:function:nobody"; !strings.Contains(got.body, want) {
		t.Errorf("got %s, want %s", got.body, want)
	}
}

func fromHere(method, path, body string) *http.Request {
	return httptest.NewRequest(method, "http://localhost:8080"+path, strings.NewReader(body))
}

// There is no signature, so the peer must be a program on this machine.
func TestInvokeAnswersOnlyThisMachine(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		open   bool // whether it is let through
	}{
		{"a program here", func(*http.Request) {}, true},
		{"a program here by address", func(r *http.Request) { r.Host = "127.0.0.1:8080" }, true},
		{"a program here by IPv6", func(r *http.Request) { r.Host, r.RemoteAddr = "[::1]:8080", "[::1]:999" }, true},
		{"a program here by a name below localhost", func(r *http.Request) { r.Host = "gate.localhost" }, true},
		{"a mapped loopback address", func(r *http.Request) { r.RemoteAddr = "[::ffff:127.0.0.1]:999" }, true},
		{"another machine", func(r *http.Request) { r.RemoteAddr = "192.168.1.7:999" }, false},
		{"a peer without an address", func(r *http.Request) { r.RemoteAddr = "@" }, false},
		{"a name that was rebound to this machine", func(r *http.Request) { r.Host = "evil.example" }, false},
		{"a name that only begins like one", func(r *http.Request) { r.Host = "localhost.evil.example" }, false},
		{"a page in a browser", func(r *http.Request) { r.Header.Set("Origin", "http://localhost:8080") }, false},
		{"a page of an unknown origin", func(r *http.Request) { r.Header.Set("Origin", "null") }, false},
		{"a browser that says from where", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, false},
		{"a tunnel", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.9") }, false},
		{"a proxy", func(r *http.Request) { r.Header.Set("Forwarded", "for=203.0.113.9") }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, anywhere := range []bool{false, true} {
				f := &recorded{answer: `{}`}
				s := newServer(t, local.Config{Functions: map[string]local.Function{"f": f.call}, InvokeFromAnywhere: anywhere})
				r := fromHere("POST", "/2015-03-31/functions/f/invocations", "{}")
				r.RemoteAddr = "127.0.0.1:999"
				tt.change(r)
				got := send(t, s, r)
				if want := tt.open || anywhere; (got.status == 200) != want || (len(f.calls()) == 1) != want {
					t.Errorf("InvokeFromAnywhere %v: got %d %s and %d calls", anywhere, got.status, got.body, len(f.calls()))
				}
				if got.status != 200 && (got.status != 403 || got.header.Get("X-Amzn-Errortype") != "AccessDeniedException") {
					t.Errorf("refused as %d %v", got.status, got.header)
				}
			}
		})
	}
}

// Run waits for what an Event invocation started.
func TestEventInvocationsAreWaitedFor(t *testing.T) {
	release, ran := make(chan struct{}), false
	s := newServer(t, local.Config{Functions: map[string]local.Function{"f": func(context.Context, json.RawMessage) (json.RawMessage, error) {
		<-release
		ran = true
		return nil, nil
	}}})
	r := fromHere("POST", "/2015-03-31/functions/f/invocations", "{}")
	r.Header.Set("X-Amz-Invocation-Type", "Event")
	if got := send(t, s, r); got.status != 202 || got.body != "" {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Run(ctx, nil); err != nil || !ran {
		t.Errorf("Run returned %v, ran is %v", err, ran)
	}
}

func TestTheRuntimesRequestIDIsInTheContext(t *testing.T) {
	var got []string
	f := func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
		got = requestOf(ctx)
		return nil, nil
	}
	s := newServer(t, local.Config{Functions: map[string]local.Function{"f": f}})
	res := send(t, s, fromHere("POST", "/2015-03-31/functions/f/invocations", "{}"))
	want := []string{res.header.Get("X-Amzn-Requestid"), "arn:aws:lambda:local:000000000000:function:f"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
