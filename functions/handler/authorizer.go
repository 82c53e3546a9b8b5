package handler

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Authorizer answers API Gateway in all its dialects, and direct checks.
// simple says that the stack's HTTP APIs have simple responses enabled. What is
// in rs is refreshed beside the requests.
func Authorizer(g *gate.Gate, simple bool, log *Log, rs ...Refresher) Func {
	a := &authorizer{gate: g, simple: simple, log: log}
	return guard(log, func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		defer beside(ctx, log, rs)()
		return a.handle(ctx, event)
	})
}

type authorizer struct {
	gate   *gate.Gate
	simple bool
	log    *Log
}

func (a *authorizer) handle(ctx context.Context, event []byte) ([]byte, error) {
	e, err := apigw.Decode(event)
	if err != nil {
		a.log.failed("decode", err)
		return nil, err
	}
	if e.Dialect == apigw.Check {
		return a.check(ctx, event)
	}
	d := gate.Decision{Outcome: gate.Deny, Reason: pass.Malformed}
	if !e.Unanswerable(a.simple) {
		d = a.gate.Authorize(ctx, &e.Request)
	}
	a.log.decision(e, d)
	return e.Encode(d, a.simple)
}

func (a *authorizer) check(ctx context.Context, doc []byte) ([]byte, error) {
	pr, err := apigw.DecodeCheck(doc)
	if err != nil {
		a.log.measured(line{Level: "INFO", Message: "check", Dialect: string(apigw.Check), Outcome: "invalid", Reason: "invalid_request", Hint: "the answer names each wrong field"})
		return apigw.EncodeProblem(err)
	}
	d := a.gate.Check(ctx, pr)
	a.log.decision(&apigw.Event{Dialect: apigw.Check, Request: gate.Request{Route: "check"}}, d)
	return apigw.EncodeCheck(d)
}

// decision writes the line of one decision. Path values are the client's, and may
// hold a credential in the wrong place.
func (l *Log) decision(e *apigw.Event, d gate.Decision) {
	d.Scope = shown(d.Scope)
	ln := line{Level: "INFO", Message: "decision", Outcome: string(d.Outcome), Reason: string(d.Reason), Access: string(d.Access),
		Dialect: string(e.Dialect), API: e.Request.API, Route: e.Request.Route, Scope: d.Scope, PassID: d.PassID, SessionID: string(d.SessionID),
		Token: string(d.TokenReason), Counted: d.Counted, RequestID: shown(e.Request.ID)}
	switch {
	case e.Request.Route != "":
	case d.Rule != nil:
		ln.Route = d.Rule.Route
	default:
		ln.Route = e.Request.Method + " " + shown(e.Request.Path)
	}
	if d.Outcome == gate.Error {
		ln.Level = "ERROR"
	}
	if d.Err != nil {
		ln.Error = d.Err.Error()
	}
	if d.Pass != nil && d.Pass.Mode == pass.Host {
		ln.Mode = string(pass.Host) // there is no pass id to tell it by
	}
	if d.Pass != nil && d.Counted {
		if left, ok := d.Pass.UsesLeft(); ok {
			ln.UsesLeft = &left
		}
	}
	ln.Hint = gate.Hint(d, ln.Route)
	l.measured(ln)
	l.uncounted(e, d)
}

// shown returns a path or scope without the segments that look as if they held a
// credential, encoded or not, or that stand where a link has its.
func shown(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil || i > 0 && segments[i-1] == "p" || strings.Contains(plain, "gp_") || strings.Contains(plain, "gs_") || strings.Contains(plain, "eyJ") {
			segments[i] = "…"
		}
	}
	return strings.Join(segments, "/")
}
