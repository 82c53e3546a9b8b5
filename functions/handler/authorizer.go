package handler

import (
	"context"
	"encoding/json"
	"fmt"
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
	ln.Hint = hint(d, ln.Route)
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

// hint says what to do about a decision that let nobody in.
func hint(d gate.Decision, route string) string {
	reason := d.Reason
	if reason == pass.OK {
		reason = d.TokenReason
	}
	if d.Host {
		return hostHint(reason)
	}
	switch reason {
	case pass.Missing:
		return "no token of ours in the query or as Bearer (other bearers count as absent), and no session cookie: send the link, or make the rule optional"
	case pass.Malformed:
		return "what came is not one whole token: cut, mistyped, in the wrong parameter, or two different ones; have the whole link copied, or issue anew"
	case pass.BadSignature:
		return "the JWT was not signed by this stack for this audience: compare Issuer and Audience of the stack that issued it"
	case pass.UnknownKey:
		return "the JWT's kid is not in /.well-known/jwks.json: another stack's token, or a key that has retired"
	case pass.Unknown:
		return "no such pass, or not its secret: it was cleared away after its retention, replaced, or never ours"
	case pass.Revoked:
		return "describe the pass for when, by whom and why; restore takes it back"
	case pass.Expired:
		return "describe the pass for when; issue a new one"
	case pass.NotYetValid:
		return "describe the pass for not_before; if it should be valid by now, compare clocks"
	case pass.Spent:
		return "describe the pass for each use; reissue it with max_uses, with more if mail programs or reloads used them up"
	case pass.WrongScope:
		if d.Scope == "" {
			return "a path value fits no scope: 1 to 64 of A-Z a-z 0-9 . _ ~ -, and nothing that is still encoded"
		}
		return fmt.Sprintf("the route needs scope %q: describe the pass for its own; issue one for this scope, or correct the rule", d.Scope)
	case pass.WrongMode:
		return "the rule accepts other modes; a session or visitor pass opens through its link, never at a route"
	case pass.WrongSubject:
		return "somebody else is signed in in this browser, or is the host's user in the bearer beside the pass, or at the link page on a visit of another pass: end that session, or open the link in another one"
	case pass.WrongMethod:
		return "HEAD, OPTIONS or TRACE on a counted pass would use it up unseen: call with GET, and have preflights (CORS) answered before the authorizer"
	case pass.CrossSite:
		return "a cookie came with an unsafe method from another origin: call from the same origin, or add the origin to Origins"
	case pass.NoRule:
		return fmt.Sprintf(`nothing is declared for this route: add {"route":%q,"scope":"…","accept":["request"]} to the rules beside it`, route)
	case pass.SessionEnded:
		return "the session was ended, ran out, or its pass was revoked: send a new link"
	case pass.RateLimited:
		return "too many at once: describe the pass for its sessions, end those that are not needed"
	case pass.Unavailable:
		return "the store did not answer in time or not surely: see error; look at throttles and the table's health; clients may retry"
	}
	return ""
}
