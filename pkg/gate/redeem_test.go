package gate_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// TestRedeemDecisions holds the link page's half to the rows that redeem.
func TestRedeemDecisions(t *testing.T) { testRedeemDecisions(t, gatetest.Open(t), nil) }

func testRedeemDecisions(t *testing.T, b storetest.Backend, spent func() float64) {
	nonce := [16]byte{1, 2, 3}
	for _, row := range rows(t) {
		if !onPage(row) {
			continue
		}
		t.Run(row.Name, func(t *testing.T) {
			sameNonce(row, nonce)
			gatetest.Plant(t, b, row)
			pay(spent)
			rec := storetest.Record(gatetest.Store(b.Store, row))
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			if row.Request.Store == "blocked" {
				ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
			}
			defer cancel()
			link := gatetest.NewLinkOf(t, rec, row)
			v := &gate.Visit{Token: link.Token(row.Present(gatetest.Mint(t))[0].Value), Nonce: &nonce, Request: *gatetest.Request(t, row)}
			got := link.Redeem(ctx, v)
			compareRedeemed(t, row, got)
			made := rec.Calls()
			if opens := made["Opened"]; (opens == 1) != refusedHolder(row) || opens > 1 {
				t.Errorf("line %d: %d looks were counted, want one if a holder of the secret is refused", row.Line, opens)
			}
			calls(t, row, made)
			// DynamoDB Local reckons 10 units for an item of 2 KB in a transaction,
			// where AWS's rule is two for each KB; of small items it is right.
			if paid := pay(spent); row.Want.Units <= 4 {
				units(t, row, paid)
			}
			counted(t, b, row)
		})
	}
}

// refusedHolder reports whether a row's post is refused although it shows the
// right secret, and is not refused before anything is read.
func refusedHolder(row decisions.Row) bool {
	switch row.Want.Reason {
	case pass.OK, pass.Unknown, pass.Malformed, pass.CrossSite, pass.Unavailable:
		return false
	}
	return true
}

func compareRedeemed(t *testing.T, row decisions.Row, got gate.Opened) {
	t.Helper()
	want := row.Want
	if string(got.Outcome) != string(want.Outcome) || got.Reason != want.Reason {
		t.Fatalf("line %d: got %s %s, want %s %s (%v)", row.Line, got.Outcome, got.Reason, want.Outcome, want.Reason, got.Err)
	}
	if got.Outcome != gate.Allow {
		if got.Value != "" {
			t.Errorf("line %d: a refused redemption gave a cookie", row.Line)
		}
		return
	}
	if _, ok := token.ParseCookie(got.Value); ok != (want.By == "token") {
		t.Errorf("line %d: a cookie came back: %v, but granted by %q", row.Line, ok, want.By)
	}
}

// sameNonce makes what the row's redemption opened before the session that this
// nonce draws, which is what makes it the same redemption.
func sameNonce(row decisions.Row, nonce [16]byte) {
	if row.Opened == nil {
		return
	}
	secret := token.Short{ID: row.Token.ID, Secret: row.Token.Secret}.Derive("session", nonce)
	was, p := row.Opened.Key(), row.Token.Record
	row.Opened.Secret = pass.DigestOf(secret[:16])
	for _, m := range []map[pass.Key]pass.NumericDate{p.Uses, p.Sessions} {
		if at, ok := m[was]; ok {
			delete(m, was)
			m[row.Opened.Key()] = at
		}
	}
}

// TestWhatCouldNotBeDecidedNamesThePass: an operator looks for its line by the id
// of the pass that somebody's link is of.
func TestWhatCouldNotBeDecidedNamesThePass(t *testing.T) {
	login := func(p *pass.Pass) { p.Mode, p.Subject, p.Visitor = pass.SessionMode, "7", nil }
	newer := func(p *pass.Pass) { p.V = pass.Version + 1 }
	for _, row := range []struct {
		name, fails string
		edit        func(*pass.Pass)
		methods     []string
	}{
		{"the pass cannot be read", "Read", nil, []string{"GET", "POST"}},
		{"the session cannot be written", "Redeem", login, []string{"POST"}},
		{"the pass is of a newer version", "", newer, []string{"GET", "POST"}},
	} {
		for _, method := range row.methods {
			t.Run(row.name+", "+method, func(t *testing.T) {
				l := newLooker(t, storetest.Always(storetest.Before, row.fails), row.edit)
				d := l.visit(t.Context(), method, l.short.String(), gate.Request{})
				if d.Reason != pass.Unavailable || d.PassID != l.short.ID {
					t.Errorf("it is %s of the pass %q, want unavailable of %s", d.Reason, d.PassID, l.short.ID)
				}
			})
		}
	}
	t.Run("a session cannot be ended", func(t *testing.T) {
		l := newLooker(t, storetest.Always(storetest.Before, "Read"), nil)
		cookie := http.Cookie{Name: gatetest.Config().VisitorCookie, Value: l.short.Cookie()}
		if d := l.link.End(t.Context(), &gate.Request{Cookies: []string{cookie.String()}}); d.Reason != pass.Unavailable || d.PassID != l.short.ID {
			t.Errorf("it is %s of the pass %q, want unavailable of %s", d.Reason, d.PassID, l.short.ID)
		}
	})
}
