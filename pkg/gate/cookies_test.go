package gate_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestCookiesBesideOursMayBeAnything runs every row that has a session cookie
// with junk around it, in one line as REST sends it: somebody else's cookie must
// neither end a session nor hide who is signed in.
func TestCookiesBesideOursMayBeAnything(t *testing.T) {
	b := gatetest.Open(t)
	for _, row := range rows(t) {
		if len(row.Cookies) == 0 || onPage(row) || row.Request.Store != "" {
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			gatetest.Plant(t, b, row)
			req := gatetest.Request(t, row)
			line := `prefs={"x":1}; flag; x y=1;=`
			for _, pair := range req.Cookies {
				line += `;  ` + pair + `; "q`
			}
			req.Cookies = []string{line + "; __Host-gatepass2=gs_x"}
			got := gatetest.New(t, storetest.Record(b.Store), row).Authorize(t.Context(), req)
			compare(t, row, got)
		})
	}
}

// TestOneSessionCookieGivenTwiceDecidesNothing: which of two is the browser's
// cannot be told, and one may have been planted from a sibling host.
func TestOneSessionCookieGivenTwiceDecidesNothing(t *testing.T) {
	b := gatetest.Open(t)
	row := rowNamed(t, "a signed-in session is admitted and not counted")
	gatetest.Plant(t, b, row)
	g := gatetest.New(t, b, row)
	for name, c := range map[string]struct {
		more string
		want pass.Reason
	}{
		"the same again":     {gatetest.Request(t, row).Cookies[0], pass.OK},
		"another value":      {gatetest.Config().UserCookie + "=gs_other", pass.SessionEnded},
		"an empty value":     {gatetest.Config().UserCookie + "=", pass.SessionEnded},
		"another name":       {gatetest.Config().UserCookie + "x=gs_other", pass.OK},
		"another case":       {"__host-GATEPASS=gs_other", pass.OK},
		"the visitor's name": {gatetest.Config().VisitorCookie + "=gs_other", pass.OK},
	} {
		req := gatetest.Request(t, row)
		req.Cookies = append(req.Cookies, c.more)
		if got := g.Authorize(t.Context(), req); got.Reason != c.want {
			t.Errorf("%s: %s, want %s", name, got.Reason, c.want)
		}
	}
}

// TestUseKeepsTheRuleNotThePath: a path may hold a credential, or 1,500 bytes.
func TestUseKeepsTheRuleNotThePath(t *testing.T) {
	b := gatetest.Open(t)
	row := rowNamed(t, "a token may be the bearer")
	gatetest.Plant(t, b, row)
	req := gatetest.Request(t, row)
	req.Route, req.Path, req.Params = "", "/reports/gp_marked", nil
	long := make([]byte, 5000)
	for i := range long {
		long[i] = 'a'
	}
	req.UserAgent = string(long)
	if got := gatetest.New(t, b, row).Authorize(t.Context(), req); got.Outcome != gate.Allow || !got.Counted {
		t.Fatalf("%s %s", got.Outcome, got.Reason)
	}
	entries, err := b.Read(t.Context(), []pass.Ref{{ID: row.Token.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if u := entries[0].Pass.LastUse; u == nil || u.Route != "ANY /reports/{id}" || len(u.UserAgent) > 200 {
		t.Errorf("the use is kept as %+v", u)
	}
}
