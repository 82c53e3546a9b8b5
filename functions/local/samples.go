package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// sample is the name of the backend behind the sample routes.
const sample = "sample"

// declaration is the rules of the sample routes. Refusals of reports reach the
// backend, so that curl shows the reason; the others are API Gateway's 403.
func declaration(upstream bool) rule.Declaration {
	d := rule.Declaration{Rules: []rule.Rule{
		{Route: "GET /reports/{id}", Scope: "report:{id}", Accept: []pass.Mode{pass.None, pass.Request}, ForwardRefused: true},
		{Route: "GET /visitors", Scope: "visit", Accept: []pass.Mode{pass.VisitorMode}},
		{Route: "GET /account", Scope: "login", Accept: []pass.Mode{pass.SessionMode}},
		{Route: "ANY /optional", Scope: pass.AnyScope, Optional: true},
		{Route: whoami, Scope: pass.AnyScope, Optional: true},
	}}
	d.Forms = map[string]rule.Form{"reference": {Scope: "visit", Target: "/visitors"}}
	if upstream {
		d.Rules = append(d.Rules, rule.Rule{Route: "$default", Scope: pass.AnyScope, Optional: true})
	}
	return d
}

// whoami is the one route of the samples that visit answers.
const whoami = "GET /whoami"

// routes is the API: Gatepass's own pages, and the routes of the rules with the
// sample backend or the upstream behind them.
func routes(o *options) []local.Route {
	list := []local.Route{{Key: "ANY /p/{token+}", Function: "visit"}, {Key: "POST /session/end", Function: "visit"}, {Key: "GET /refused", Function: "visit"}, {Key: "GET /register/{form}", Function: "visit"}, {Key: "POST /register/{form}", Function: "visit"}, {Key: "GET /.well-known/jwks.json", Function: "visit"}}
	behind := sample
	if o.upstream != nil {
		behind = local.Upstream
	}
	d := o.rules
	if d == nil {
		samples := declaration(o.upstream != nil)
		d = &samples
		list = append(list, local.Route{Key: "GET /open", Function: behind})
	}
	for _, r := range d.Rules {
		function := behind
		if r.Route == whoami && o.upstream == nil {
			function = "visit"
		}
		list = append(list, local.Route{Key: r.Route, Function: function, Authorizer: true})
	}
	return list
}

// issued is what is used of the issue function's answer.
type issued struct {
	ID        string    `json:"id"`
	Token     string    `json:"token"`
	Link      string    `json:"link"`
	URL       string    `json:"url"`
	ExpiresAt time.Time `json:"expires_at"`
	Error     *struct {
		Message string            `json:"message"`
		Fields  map[string]string `json:"fields"`
	} `json:"error"`
}

// request is a request to the issue function.
type request map[string]any

// issue has the issue function issue a pass, as any backend would.
func (s *stack) issue(ctx context.Context, r request) (issued, error) {
	var a issued
	doc, err := json.Marshal(r)
	if err != nil {
		return a, err
	}
	out, err := s.functions["issue"](ctx, doc)
	if err != nil {
		return a, fmt.Errorf("no sample pass could be issued: %w", err)
	}
	if err := json.Unmarshal(out, &a); err != nil {
		return a, fmt.Errorf("the issue function's answer: %w", err)
	}
	if a.Error != nil {
		return a, fmt.Errorf("no sample pass could be issued: %s: %v", a.Error.Message, a.Error.Fields)
	}
	return a, nil
}

// expiredAfter is how many seconds the pass lives that shows expiry. It is a
// signed token, which says expired even after its record is gone.
const expiredAfter = 5

// samples are the passes that the start-up output is about.
type samples struct {
	None, Request, Session, Visitor issued
	Once, Short, Revoked            issued
}

// issueSamples issues them.
func (s *stack) issueSamples(ctx context.Context, first time.Duration) (p samples, err error) {
	report := func(more request) request {
		r := request{"scope": "report:66", "target": "/reports/66", "issued_by": "make run"}
		for field, v := range more {
			r[field] = v
		}
		return r
	}
	invitation := request{"from": "Fred", "purpose": "A look around", "message": "Come in!"}
	for _, one := range []struct {
		to  *issued
		doc request
	}{
		{&p.None, report(request{"expires_in": int64(first / time.Second), "data": request{"report": 66}})},
		{&p.Request, report(request{"mode": "request", "subject": "user-42", "expires_in": 3600})},
		{&p.Session, request{"mode": "session", "subject": "user-42", "target": "/account", "session_expires_in": 3600}},
		{&p.Visitor, request{"scope": "visit", "target": "/visitors", "expires_in": 3600, "invitation": invitation,
			"visitor": request{"email": "ginger@example.com", "first_name": "Ginger"}}},
		{&p.Once, report(request{"max_uses": 1, "expires_in": 3600})},
		{&p.Short, report(request{"format": "jwt", "expires_in": expiredAfter})},
		{&p.Revoked, report(request{"expires_in": 3600})},
	} {
		a, issueErr := s.issue(ctx, one.doc)
		*one.to, err = a, errors.Join(err, issueErr)
	}
	return p, err
}

// start declares the rules, issues the samples and prints what to do.
func (s *stack) start(ctx context.Context, o *options, w world) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	body := o.rulesBody
	if o.rules == nil {
		var err error
		if body, err = json.Marshal(declaration(o.upstream != nil)); err != nil {
			return err
		}
	}
	if err := s.store.PutRules(ctx, api, "local/routes", body); err != nil {
		return err
	}
	g := guide{Here: s.here, Base: s.base, First: o.first, Retention: o.retention, Anywhere: o.anywhere, Engine: "the table in " + o.data}
	if o.dynamodb != nil {
		g.Engine = "table " + o.table + " at " + o.dynamodb.Redacted()
	}
	if o.upstream != nil {
		g.Upstream = o.upstream.Redacted()
	}
	if o.rules != nil {
		for _, r := range o.rules.Rules {
			g.Own = append(g.Own, fmt.Sprintf("%-28s %s", r.Route, strings.TrimSpace(r.Scope)))
		}
		return g.write(w.stdout)
	}
	var err error
	if g.Samples, err = s.issueSamples(ctx, o.first); err != nil {
		return err
	}
	s.told.watch(g.Samples.None.ID, g.Samples.None.ExpiresAt)
	s.server.Tick(ctx) // so that what happened by now is logged above the guide
	return g.write(w.stdout)
}
