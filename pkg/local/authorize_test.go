package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/local"
)

const arn = "arn:aws:execute-api:local:000000000000:local/$default/GET/reports/q3"

// policy returns a policy of statements, given as effect and resource in turn.
func policy(pairs ...string) string {
	var st []string
	for i := 0; i < len(pairs); i += 2 {
		st = append(st, `{"Action":"execute-api:Invoke","Effect":"`+pairs[i]+`","Resource":"`+pairs[i+1]+`"}`)
	}
	return `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[` + strings.Join(st, ",") + `]},"context":{"access":"granted"}}`
}

func TestAuthorizerAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer local.Function
		status int
	}{
		{"a simple yes lets through", answers(`{"isAuthorized":true}`), 200},
		{"a simple no is forbidden", answers(`{"isAuthorized":false}`), 403},
		{"an Allow of the ARN lets through", answers(policy("Allow", arn)), 200},
		{"an Allow of all lets through", answers(policy("Allow", "*")), 200},
		{"an Allow with wildcards lets through", answers(policy("Allow", "arn:aws:execute-api:local:*:local/$default/G?T/*")), 200},
		{"a single statement needs no list", answers(`{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":{"Action":["execute-api:*"],"Effect":"Allow","Resource":["x","` + arn + `"]}}}`), 200},
		{"an action's case does not matter", answers(`{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":{"Action":"execute-api:invoke","Effect":"Allow","Resource":"*"}}}`), 200},
		{"an Allow of another path is forbidden", answers(policy("Allow", arn+"4")), 403},
		{"an Allow of a part of the ARN is forbidden", answers(policy("Allow", strings.TrimSuffix(arn, "3"))), 403},
		{"an Allow of another method is forbidden", answers(policy("Allow", strings.Replace(arn, "/GET/", "/POST/", 1))), 403},
		{"an Allow of another API is forbidden", answers(policy("Allow", strings.Replace(arn, ":local/", ":other/", 1))), 403},
		{"an Allow of another action is forbidden", answers(`{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":{"Action":"s3:GetObject","Effect":"Allow","Resource":"*"}}}`), 403},
		{"a Deny is forbidden", answers(policy("Deny", arn)), 403},
		{"a Deny wins over an Allow before it", answers(policy("Allow", "*", "Deny", arn)), 403},
		{"a Deny wins over an Allow after it", answers(policy("Deny", arn, "Allow", "*")), 403},
		{"a Deny of something else does not", answers(policy("Allow", "*", "Deny", arn+"4")), 200},
		{"neither form is an error", answers(`{}`), 500},
		{"both forms are an error", answers(`{"isAuthorized":true,` + policy("Allow", "*")[1:]), 500},
		{"isAuthorized as text is an error", answers(`{"isAuthorized":"true"}`), 500},
		{"isAuthorized in another case is an error", answers(`{"IsAuthorized":true}`), 500},
		{"isAuthorized twice is an error", answers(`{"isAuthorized":false,"isAuthorized":true}`), 500},
		{"null is an error", answers(`null`), 500},
		{"no answer is an error", answers(``), 500},
		{"an answer that is no JSON is an error", answers(`{`), 500},
		{"a list is an error", answers(`[true]`), 500},
		{"a context that is no object is an error", answers(`{"isAuthorized":true,"context":"x"}`), 500},
		{"a policy without principal is an error", answers(strings.Replace(policy("Allow", "*"), `"principalId":"p",`, "", 1)), 500},
		{"a policy of another version is an error", answers(strings.Replace(policy("Allow", "*"), "2012-10-17", "2038-01-19", 1)), 500},
		{"a policy without statement is an error", answers(policy()), 500},
		{"an unknown effect is an error", answers(policy("Perhaps", "*")), 500},
		{"an unknown effect beside an Allow is an error", answers(policy("Allow", "*", "allow", "*")), 500},
		{"a condition is an error", answers(strings.Replace(policy("Allow", "*"), `"Effect"`, `"Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.1"}},"Effect"`, 1)), 500},
		{"a statement without resource is an error", answers(strings.Replace(policy("Allow", "*"), `,"Resource":"*"`, "", 1)), 500},
		{"a function error is an error", failing(errors.New("down")), 500},
		{"so is one that says Unauthorized", failing(errors.New("Unauthorized")), 500},
		{"a panic is an error", func(context.Context, json.RawMessage) (json.RawMessage, error) { panic("bug") }, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &recorded{answer: `{"statusCode":200,"body":"hello"}`}
			s := newServer(t, local.Config{
				Functions: map[string]local.Function{"authorizer": tt.answer, "f": f.call}, Authorizer: "authorizer",
				Routes: []local.Route{{Key: "GET /reports/{id}", Function: "f", Authorizer: true}},
			})
			got := get(t, s, "/reports/q3")
			want := map[int]string{200: "hello", 403: `{"message":"Forbidden"}`, 500: `{"message":"Internal Server Error"}`}[tt.status]
			if got.status != tt.status || got.body != want {
				t.Errorf("got %d %s, want %d %s", got.status, got.body, tt.status, want)
			}
			if calls := len(f.calls()); (tt.status == 200) != (calls == 1) {
				t.Errorf("the integration was called %d times for a %d", calls, tt.status)
			}
		})
	}
}

func TestOpenRoutesAskNobody(t *testing.T) {
	a := &recorded{answer: `{"isAuthorized":false}`}
	f := &recorded{answer: `{"statusCode":200}`}
	s := newServer(t, local.Config{Functions: map[string]local.Function{"authorizer": a.call, "f": f.call}, Authorizer: "authorizer", Routes: []local.Route{{Key: "GET /open", Function: "f"}}})
	if got := get(t, s, "/open"); got.status != 200 || len(a.calls()) != 0 {
		t.Errorf("status %d, %d calls of the authorizer", got.status, len(a.calls()))
	}
	if strings.Contains(f.calls()[0], `"authorizer"`) {
		t.Errorf("an open route's event has an authorizer context: %s", f.calls()[0])
	}
}

// A function that waits for its context, even for ever, is answered when its time is over.
func TestAnAuthorizerThatRunsOutOfTimeIsAnError(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var log lines
	f := &recorded{answer: `{"statusCode":200}`}
	s := newServer(t, local.Config{
		Functions: map[string]local.Function{"f": f.call, "authorizer": func(context.Context, json.RawMessage) (json.RawMessage, error) {
			<-release
			return json.RawMessage(`{"isAuthorized":true}`), nil
		}},
		Authorizer: "authorizer", Timeouts: map[string]time.Duration{"authorizer": time.Millisecond}, Log: log.logger(),
		Routes: []local.Route{{Key: "GET /", Function: "f", Authorizer: true}},
	})
	if got := get(t, s, "/"); got.status != 500 || got.body != `{"message":"Internal Server Error"}` || len(f.calls()) != 0 {
		t.Errorf("got %d %s, and %d calls of the integration", got.status, got.body, len(f.calls()))
	}
	if !strings.Contains(log.String(), "Sandbox.Timedout") || !strings.Contains(log.String(), "function=authorizer") {
		t.Errorf("the log does not tell: %s", log.String())
	}
}

func TestFunctionsGetTheDeadlineOfLambda(t *testing.T) {
	deadlines := map[string]time.Time{}
	clocked := func(name, answer string) local.Function {
		return func(ctx context.Context, _ json.RawMessage) (json.RawMessage, error) {
			deadlines[name], _ = ctx.Deadline()
			return json.RawMessage(answer), ctx.Err()
		}
	}
	s := newServer(t, local.Config{
		Functions:  map[string]local.Function{"authorizer": clocked("authorizer", `{"isAuthorized":true}`), "f": clocked("f", `{}`)},
		Authorizer: "authorizer", Routes: []local.Route{{Key: "GET /", Function: "f", Authorizer: true}},
	})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // a client that has gone away ends no invocation
	before := time.Now()
	if got := send(t, s, httptest.NewRequest("GET", "/", nil).WithContext(ctx)); got.status != 200 {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	after := time.Now()
	for name, want := range map[string]time.Duration{"authorizer": 5 * time.Second, "f": 10 * time.Second} {
		if at := deadlines[name]; at.Before(before.Add(want)) || at.After(after.Add(want)) {
			t.Errorf("%s has until %v, want %v after the call", name, at, want)
		}
	}
}

// failing returns a function that fails.
func failing(err error) local.Function {
	return func(context.Context, json.RawMessage) (json.RawMessage, error) { return nil, err }
}
