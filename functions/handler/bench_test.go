package handler_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/golang-jwt/jwt/v5"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/token"
)

// atHand answers at once what it holds, so that the benchmark is of the handler
// and not of a store.
type atHand struct {
	pass    *pass.Pass
	session *pass.Session
}

func (a atHand) Read(_ context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	out := make([]pass.Entry, len(refs))
	for i, r := range refs {
		out[i].Pass = a.pass
		if r.Session != nil {
			out[i].Session = a.session
		}
	}
	return out, nil
}

func (a atHand) Use(context.Context, string, pass.Ask, pass.Use) (*pass.Pass, pass.Reason, error) {
	return a.pass, pass.OK, nil
}

// BenchmarkAuthorizer prints, for each kind of credential, the handler's time as
// a multiple of its floor in the same run: decoding the same event with Lambda's
// own types, verifying the same token with the bare JWT library, encoding the
// answer. The two take turns, so that a noisy machine slows both.
func BenchmarkAuthorizer(b *testing.B) {
	now := decisions.Now
	short, p := sample()
	public := gatetest.NewJWTs().Public
	unlimited := *p
	unlimited.MaxUses = 0
	signed := func(stateless bool) string {
		s, err := token.Sign(token.Claims{Issuer: gatetest.Issuer, Audience: gatetest.Audience, ID: p.ID, Scope: p.Scope, Mode: p.Mode,
			IssuedAt: now, NotBefore: now, ExpiresAt: now + 60, Stateless: stateless}, gatetest.KID, gatetest.Key())
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
	login := &pass.Pass{V: pass.Version, ID: p.ID, Mode: pass.SessionMode, Scope: p.Scope, Subject: "ginger", ExpiresAt: now + 60, Sessions: map[pass.Key]pass.NumericDate{short.Digest().Key(): now + 60}}
	session := &pass.Session{V: pass.Version, PassID: p.ID, Secret: short.Digest(), At: now, ExpiresAt: now + 60}
	withToken := func(s string) *gate.Request {
		return &gate.Request{Route: "GET /reports/{id}", Method: "GET", Query: map[string][]string{"token": {s}}}
	}
	for _, c := range []struct {
		name  string
		store atHand
		req   *gate.Request
		jwt   string
	}{
		{"short, counted", atHand{pass: p}, withToken(short.String()), ""},
		{"short, unlimited", atHand{pass: &unlimited}, withToken(short.String()), ""},
		{"JWT with a record", atHand{pass: p}, withToken(signed(false)), signed(false)},
		{"stateless JWT", atHand{}, withToken(signed(true)), signed(true)},
		{"session cookie", atHand{pass: login, session: session}, &gate.Request{Route: "GET /reports/{id}", Method: "GET", Cookies: []string{gatetest.Config().UserCookie + "=" + short.Cookie()}}, ""},
		{"malformed", atHand{}, withToken(short.String()[1:]), ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			row := decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None, pass.SessionMode}}}
			f := handler.Authorizer(gatetest.New(b, c.store, row), false, handler.NewLog("authorizer", io.Discard, gatetest.Clock))
			in := event(b, apigw.HTTP2, c.req, "66")
			beside(b, func() { f(b.Context(), in) }, func() { floor(b, in, c.jwt, public) })
		})
	}
}

// beside times f and its floor in turns and reports their ratio.
func beside(b *testing.B, f, floor func()) {
	var ours, theirs time.Duration
	n := 0
	for b.Loop() {
		start := time.Now()
		floor()
		middle := time.Now()
		f()
		ours, theirs = ours+time.Since(middle), theirs+middle.Sub(start)
		n++
	}
	b.ReportMetric(0, "ns/op") // of both together: says nothing
	b.ReportMetric(float64(ours.Nanoseconds())/float64(n), "ours-ns")
	b.ReportMetric(float64(theirs.Nanoseconds())/float64(n), "floor-ns")
	b.ReportMetric(float64(ours)/float64(theirs), "x-floor")
	b.ReportMetric(testing.AllocsPerRun(100, f), "ours-allocs")
	b.ReportMetric(testing.AllocsPerRun(100, floor), "floor-allocs")
}

// floor is what any authorizer for this event must do.
func floor(b *testing.B, in []byte, raw string, public ed25519.PublicKey) {
	var e events.APIGatewayV2CustomAuthorizerV2Request
	if err := json.Unmarshal(in, &e); err != nil {
		b.Fatal(err)
	}
	if raw != "" {
		p := jwt.NewParser(jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithIssuer(gatetest.Issuer), jwt.WithAudience(gatetest.Audience), jwt.WithExpirationRequired(), jwt.WithTimeFunc(gatetest.Clock))
		if _, err := p.Parse(raw, func(*jwt.Token) (any, error) { return public, nil }); err != nil {
			b.Fatal(err)
		}
	}
	out, err := json.Marshal(events.APIGatewayV2CustomAuthorizerIAMPolicyResponse{PrincipalID: "SampleEventsPass", Context: map[string]any{
		"access": "granted", "reason": "ok", "mode": "none", "pass_id": "SampleEventsPass", "session_id": "-", "scope": "report:66", "subject": "-", "visitor": "-", "data": "-"},
		PolicyDocument: events.APIGatewayCustomAuthorizerPolicy{Version: "2012-10-17", Statement: []events.IAMPolicyStatement{{Action: []string{"execute-api:Invoke"}, Effect: "Allow", Resource: []string{e.RouteArn}}}}})
	if err != nil || len(out) == 0 {
		b.Fatal(err)
	}
}
