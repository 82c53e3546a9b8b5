package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestBlockedStoreIsAnsweredInTime: a store that blocks until its context ends
// is unavailable at least 500 ms before Lambda would cut the function off.
func TestBlockedStoreIsAnsweredInTime(t *testing.T) {
	short, p := sample()
	for name, plan := range map[string]storetest.Plan{
		"the read blocks":                    storetest.Always(storetest.Blocks, "Read"),
		"the write blocks":                   storetest.Always(storetest.Blocks, "Use"),
		"the write is made but not answered": storetest.Always(storetest.Stalls, "Use"),
	} {
		t.Run(name, func(t *testing.T) {
			b := gatetest.Open(t)
			if err := b.Create(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			row := decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None}}}
			f := handler.Authorizer(gatetest.New(t, storetest.Faulty(b.Store, plan), row), false, handler.NewLog("authorizer", &log, time.Now))
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			deadline, _ := ctx.Deadline()
			req := &gate.Request{Route: "GET /reports/{id}", Method: "GET", Query: map[string][]string{"token": {short.String()}}}
			out, err := f(ctx, event(t, apigw.HTTP2, req, "66"))
			if left := time.Until(deadline); left < 500*time.Millisecond {
				t.Errorf("answered %s before the deadline, want 500ms", left)
			}
			if !errors.Is(err, pass.ErrUnavailable) || out != nil {
				t.Errorf("answered %s, %v, want an error that is unavailable", out, err)
			}
			if !strings.Contains(log.String(), `"reason":"unavailable"`) || !strings.Contains(log.String(), `"level":"ERROR"`) || !strings.Contains(log.String(), `"error":"storetest: injected`) {
				t.Errorf("logged %s", log.String())
			}
		})
	}
}

// panicking is a store with a bug.
type panicking struct{ gate.Store }

func (panicking) Read(context.Context, []pass.Ref) ([]pass.Entry, error) {
	panic("gp_this-could-be-a-credential")
}

func TestPanicIsAnErrorAndKeepsItsTextOut(t *testing.T) {
	short, _ := sample()
	var log bytes.Buffer
	row := decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None}}}
	f := handler.Authorizer(gatetest.New(t, panicking{}, row), false, handler.NewLog("authorizer", &log, gatetest.Clock))
	out, err := f(t.Context(), event(t, apigw.RESTToken, &gate.Request{Method: "GET", Authorization: []string{"Bearer " + short.String()}}, "66"))
	if err == nil || out != nil {
		t.Fatalf("answered %s, %v, want an error", out, err)
	}
	if strings.Contains(err.Error()+log.String(), "could-be-a-credential") || !strings.Contains(log.String(), "stack_trace") {
		t.Errorf("error %v, logged %s", err, log.String())
	}
}

func TestWhatIsNoEventIsAnError(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                 "",
		"no JSON":                 "gp_marked",
		"null":                    "null",
		"an empty object":         "{}",
		"an event without ARN":    `{"type":"REQUEST","version":"2.0","headers":{"authorization":"Bearer gp_marked"}}`,
		"an ARN of something":     `{"type":"TOKEN","authorizationToken":"gp_marked","methodArn":"arn:aws:s3:::bucket/prod/GET"}`,
		"an ARN without a stage":  `{"type":"TOKEN","authorizationToken":"gp_marked","methodArn":"arn:aws:execute-api:r:1:api"}`,
		"a type of no dialect":    `{"type":"OTHER","methodArn":"arn:aws:execute-api:r:1:api/prod/GET/"}`,
		"a version of no dialect": `{"type":"REQUEST","version":"3.0","methodArn":"arn:aws:execute-api:r:1:api/prod/GET/"}`,
		"headers that are a list": `{"type":"REQUEST","version":"2.0","routeArn":"arn:aws:execute-api:r:1:api/prod/GET/","headers":["gp_marked"]}`,
		"the same member twice":   `{"type":"TOKEN","type":"REQUEST","methodArn":"arn:aws:execute-api:r:1:api/prod/GET/"}`,
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			f := handler.Authorizer(gatetest.New(t, gatetest.Open(t), decisions.Row{}), true, handler.NewLog("authorizer", &log, gatetest.Clock))
			out, err := f(t.Context(), json.RawMessage(in))
			if err == nil || out != nil {
				t.Fatalf("answered %s, want an error", out)
			}
			if strings.Contains(err.Error()+log.String(), "gp_marked") {
				t.Errorf("the credential is in %v or in %s", err, log.String())
			}
		})
	}
}

func TestWrongChecksNameTheirFields(t *testing.T) {
	for name, c := range map[string]struct{ doc, field string }{
		"an unknown field":            {`{"check":{"credential":"gp_x","scope":"a","colour":"red"}}`, "check.colour"},
		"a field in another case":     {`{"check":{"Credential":"gp_x","scope":"a"}}`, "check.Credential"},
		"a field twice":               {`{"check":{"credential":"gp_x","scope":"a","scope":"b"}}`, "check.scope"},
		"a field of another type":     {`{"check":{"credential":"gp_x","scope":"a","count":"yes"}}`, "check.count"},
		"a scope with a blank":        {`{"check":{"credential":"gp_x","scope":"a b"}}`, "check.scope"},
		"no scope":                    {`{"check":{"credential":"gp_x"}}`, "check.scope"},
		"no credential":               {`{"check":{"scope":"a"}}`, "check.credential"},
		"a mode that redeems":         {`{"check":{"credential":"gp_x","scope":"a","accept":["visitor"]}}`, "check.accept"},
		"something beside the check":  {`{"check":{"credential":"gp_x","scope":"a"},"also":1}`, "also"},
		"a check that is no document": {`{"check":"gp_x"}`, "check"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			f := handler.Authorizer(gatetest.New(t, gatetest.Open(t), decisions.Row{}), false, handler.NewLog("authorizer", &log, gatetest.Clock))
			out, err := f(t.Context(), json.RawMessage(c.doc))
			var a struct {
				Error struct {
					Code   string
					Fields map[string]string
				}
			}
			if err != nil || json.Unmarshal(out, &a) != nil || a.Error.Code != "invalid_request" || a.Error.Fields[c.field] == "" {
				t.Errorf("answered %s, %v, want a problem with %s", out, err, c.field)
			}
			if bytes.Contains(out, []byte("gp_x")) || strings.Contains(log.String(), "gp_x") {
				t.Error("the answer or the log holds the credential")
			}
		})
	}
}
