package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// Lambda's sizes, in bytes: of what a function gets and answers in a
// RequestResponse invocation, and gets in an Event invocation.
const (
	maxPayload = 6 << 20
	maxAnswer  = maxPayload + 100
	maxEvent   = 1 << 20
)

// The times a function has unless Config says otherwise.
const (
	authorizerTime = 5 * time.Second
	functionTime   = 10 * time.Second
)

// failure is a function error, as the runtime reports it.
type failure struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType"`
}

func (f *failure) Error() string { return f.Type + ": " + f.Message }

// reported is an error of a function in another process, which has a type and a
// message already.
type reported interface {
	error
	Reported() (kind, message string)
}

// call runs a function with its deadline and logs how it failed. It does not end
// when the caller goes away: neither does an invocation.
func (s *Server) call(ctx context.Context, name, request string, event json.RawMessage) (json.RawMessage, *failure) {
	limit := s.timeout(name)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: request, InvokedFunctionArn: functionARN(name)})
	type result struct {
		answer json.RawMessage
		failed *failure
	}
	done := make(chan result, 1)
	s.running.Go(func() {
		answer, failed := s.guarded(ctx, name, event)
		done <- result{answer, failed}
	})
	var r result
	select {
	case r = <-done:
	case <-ctx.Done():
		// An answer that came in the same moment is still one.
		select {
		case r = <-done:
		default:
			r.failed = &failure{Type: "Sandbox.Timedout", Message: fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", request, limit.Seconds())}
		}
	}
	if r.failed != nil {
		s.cfg.Log.Error("function failed", "function", name, "request_id", request, "error", r.failed.Error())
	}
	return r.answer, r.failed
}

// guarded runs a function and makes of its end what the runtime would.
func (s *Server) guarded(ctx context.Context, name string, event json.RawMessage) (answer json.RawMessage, failed *failure) {
	defer func() {
		if p := recover(); p != nil {
			s.cfg.Log.Error("panic", "function", name, "stack", string(debug.Stack()))
			answer, failed = nil, &failure{Message: fmt.Sprint(p), Type: typeOf(p)}
		}
	}()
	answer, err := s.cfg.Functions[name](ctx, event)
	var told reported
	switch {
	case errors.As(err, &told):
		kind, message := told.Reported()
		return nil, &failure{Message: message, Type: kind}
	case err != nil:
		return nil, &failure{Message: err.Error(), Type: typeOf(err)}
	case len(answer) == 0:
		return json.RawMessage("null"), nil
	case len(answer) > maxAnswer:
		return nil, &failure{Type: "Function.ResponseSizeTooLarge", Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxAnswer)}
	case !json.Valid(answer):
		return nil, &failure{Type: "Runtime.MarshalError", Message: "the function's answer is no JSON"}
	}
	return answer, nil
}

func (s *Server) timeout(name string) time.Duration {
	if d, ok := s.cfg.Timeouts[name]; ok {
		return d
	}
	if name == s.cfg.Authorizer {
		return authorizerTime
	}
	return functionTime
}

// typeOf names a type as lambda-go does in errorType.
func typeOf(v any) string {
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}

func functionARN(name string) string {
	if strings.HasPrefix(name, "arn:") {
		return name
	}
	return "arn:aws:lambda:" + region + ":" + account + ":function:" + name
}
