package gate_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/token"
)

// TestALongerRecordNeedsANewJWT: a JWT keeps the end it was signed with, as in
// django-request-token; one signed anew over the same record has the new end.
func TestALongerRecordNeedsANewJWT(t *testing.T) {
	b := gatetest.Open(t)
	const end = decisions.Now + 3600
	short, p := counted10(t, b, 10)
	p.Format, p.ExpiresAt = pass.JWT, end
	if err := b.Put(record.FromPass(p)); err != nil {
		t.Fatal(err)
	}
	claims := token.Claims{Issuer: gatetest.Issuer, Audience: gatetest.Audience, ID: short.ID, Scope: p.Scope, Mode: p.Mode, IssuedAt: decisions.Now - 60}
	g := gatetest.New(t, b, decisions.Row{Rule: &decisions.Rule{Scope: p.Scope, Accept: []pass.Mode{pass.None}}})
	for _, c := range []struct {
		name string
		exp  pass.NumericDate
		want pass.Reason
	}{
		{"the JWT from before", decisions.Now, pass.Expired},
		{"the JWT signed anew", end, pass.OK},
	} {
		claims.ExpiresAt = c.exp
		raw, err := token.Sign(claims, gatetest.KID, gatetest.Key())
		if err != nil {
			t.Fatal(err)
		}
		d := g.Authorize(t.Context(), &gate.Request{Route: "GET /x", Method: "GET", Authorization: []string{"Bearer " + raw}})
		if d.Reason != c.want {
			t.Errorf("%s: %s, want %s", c.name, d.Reason, c.want)
		}
	}
}
