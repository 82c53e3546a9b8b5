// Package caller tells a Go backend who is calling.
//
// # Behind the authorizer
//
// The authorizer has decided, and API Gateway hands on what it said. A Lambda
// function reads it with [FromEvent], or [FromAuthorizer] where its event is
// decoded already; a service that gets it as headers with [FromHeader]. All three
// fail where no authorizer stood before the route, so that a route which somebody
// forgot to attach cannot look like one that is open to everybody.
//
// # Without API Gateway
//
// A [Guard] does the authorizer's work as net/http middleware, by the same gate
// and the same rules, over a store that the host opens:
//
//	mux.Handle("GET /reports/{id}", guard.RequireScope("report:{id}").Then(reports))
//	mux.Handle("GET /news", guard.Any().Optional().Then(news))
//
// It finds credentials in the query, in Authorization: Bearer, in cookies, and
// (which API Gateway cannot) in the body of POST, PUT and PATCH: a form's field or
// the member of a JSON object that has the name of a query parameter. An empty one
// is as absent. Two different ones are refused wherever they are looked for, which is
// not beyond Config.MaxBody: a form or JSON that is longer is not searched at all, and
// of a multipart form only the parts that are whole by then. A credential there is as
// absent, and another one, in the query or a cookie, decides. A use is counted
// before the handler runs, and is spent whatever the handler answers.
//
// So what else you call by that name is taken for a credential: {"token": "tok_visa"}
// beside a good bearer is two different ones, and alone it is malformed, also where
// none is needed. Rule.NoBody leaves a handler's bodies alone.
//
// A guard logs its decisions by log/slog, unless Config.Decided takes them. README
// shows one over DynamoDB, with the ring of public keys that whoever opens it
// refreshes.
//
// Handlers ask [From] who is calling. The request reaches them as it came: its
// body whole, and a token in its address, header or body still there. So what
// logs requests must leave query, Authorization and Cookie out, on either side
// of a guard; nothing that a guard itself hands out holds a credential.
package caller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Caller is who calls, and how they got in. It holds no credential.
type Caller struct {
	Access    gate.Access  // look at it first: granted, anonymous, refused, or Bypassed
	Reason    pass.Reason  // why refused, else ok
	Mode      pass.Mode    // of what was granted; else empty
	PassID    string       // also of what was refused, where that named one; not secret, good for logs
	SessionID string       // of the session that was granted; not secret
	Scope     string       // of the pass
	Subject   string       // the user that a request or session pass, or the host's own token, stands for; else empty
	Visitor   pass.Visitor // of a visitor pass; else empty

	// Data is the JSON object that the issuer attached; nil if there is none.
	Data json.RawMessage
}

// Bypassed is the access of requests that a [Rule.Bypass] let in: no credential
// was looked at.
const Bypassed gate.Access = "bypassed"

// ErrNoCaller says that nobody is known here: no authorizer and no guard stood
// before, or what they said is not all there. Answer it as a failure of your own
// (500), never as if somebody anonymous came.
var ErrNoCaller = errors.New("caller: it is not known who calls")

type contextKey struct{}

// From returns who is calling, as a [Guard] has put it into the request's context;
// false where none stood before.
func From(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(contextKey{}).(Caller)
	return c, ok
}

// of is what a backend is told of a decision.
func of(d gate.Decision) Caller {
	c := Caller{Access: d.Access, Reason: d.Reason, PassID: d.PassID, SessionID: string(d.SessionID)}
	if d.Outcome != gate.Allow {
		c.Access = gate.Refused // only the handler of the refused sees it
	}
	if p := d.Pass; p != nil {
		c.Mode, c.Scope, c.Subject, c.Data = p.Mode, p.Scope, p.Subject, p.Data
		if p.Visitor != nil {
			c.Visitor = *p.Visitor
		}
	}
	return c
}

// members are the keys of the authorizer's context. All are always there.
func members() []string {
	return []string{"access", "reason", "mode", "pass_id", "session_id", "scope", "subject", "visitor", "data"}
}

// parse reads the authorizer's context. Errors name the key, and never what it
// holds, which may be about a person.
func parse(said map[string]string) (Caller, error) {
	for _, key := range members() {
		if said[key] == "" {
			return Caller{}, fmt.Errorf("%w: its context has no %s", ErrNoCaller, key)
		}
	}
	text := func(key string) string {
		if said[key] == "-" {
			return ""
		}
		return said[key]
	}
	c := Caller{Access: gate.Access(said["access"]), Reason: pass.Reason(said["reason"]), Mode: pass.Mode(text("mode")),
		PassID: text("pass_id"), SessionID: text("session_id"), Scope: text("scope")}
	// An access or a mode that this code does not know is nobody it could treat
	// rightly. Reasons are for people, and may grow in number.
	known := slices.Contains([]gate.Access{gate.Granted, gate.Anonymous, gate.Refused}, c.Access)
	if !known || (c.Access == gate.Granted) != slices.Contains(modes(), c.Mode) || c.Access != gate.Granted && c.Mode != "" {
		return Caller{}, fmt.Errorf("%w: its access and mode do not go together", ErrNoCaller)
	}
	var err error
	if c.Subject, err = url.PathUnescape(text("subject")); err != nil {
		return Caller{}, fmt.Errorf("%w: its subject is cut", ErrNoCaller)
	}
	if v := text("visitor"); v != "" && json.Unmarshal([]byte(v), &c.Visitor) != nil {
		return Caller{}, fmt.Errorf("%w: its visitor is no JSON", ErrNoCaller)
	}
	if v := text("data"); v != "" {
		if c.Data = json.RawMessage(v); !json.Valid(c.Data) {
			return Caller{}, fmt.Errorf("%w: its data is no JSON", ErrNoCaller)
		}
	}
	return c, nil
}

func modes() []pass.Mode {
	return []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode, pass.Host}
}
