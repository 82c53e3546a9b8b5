package handler_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
)

// TestReissuedLinkOpensAndTheOldOneEnds is a reissue from end to end: the routes
// take the new token at once, and the old one as long as was stated.
func TestReissuedLinkOpensAndTheOldOneEnds(t *testing.T) {
	h := newHouse(t)
	first := h.mint(t, `{"scope":"report:66","expires_in":60}`)
	h.now = h.now.Add(time.Hour)
	if got := h.ask(t, report(first.Token), "66"); got != "expired" {
		t.Errorf("before: %s", got)
	}
	h.log.Reset()
	second := h.mint(t, `{"reissue":"`+first.ID+`","expires_in":86400,"keep_old_for":600,"issued_by":"support"}`)
	logged := h.log.String()
	for _, want := range []string{`"operation":"reissue"`, `"by":"support"`, `"pass_id":"` + first.ID + `"`, `"outcome":"ok"`} {
		if !strings.Contains(logged, want) {
			t.Errorf("logged %s without %s", logged, want)
		}
	}
	if strings.Contains(logged, second.Token[19:41]) {
		t.Errorf("logged the secret: %s", logged)
	}
	if second.ID != first.ID || second.Token == first.Token {
		t.Fatalf("answered %+v after %+v", second, first)
	}
	for _, c := range []struct {
		after       time.Duration
		first, next string
	}{{0, "ok", "ok"}, {599 * time.Second, "ok", "ok"}, {time.Second, "unknown", "ok"}, {86400*time.Second - 600*time.Second, "unknown", "expired"}} {
		h.now = h.now.Add(c.after)
		if got := h.ask(t, report(first.Token), "66"); got != c.first {
			t.Errorf("after %s more the old token is %s, want %s", c.after, got, c.first)
		}
		if got := h.ask(t, report(second.Token), "66"); got != c.next {
			t.Errorf("after %s more the new token is %s, want %s", c.after, got, c.next)
		}
	}
}

// TestOldJWTGoesOnAfterAReissue: nothing in it is secret but its signature, and
// the README says so.
func TestOldJWTGoesOnAfterAReissue(t *testing.T) {
	h := newHouse(t)
	first := h.mint(t, `{"scope":"report:66","format":"jwt"}`)
	second := h.mint(t, `{"reissue":"`+first.ID+`","expires_in":86400}`)
	if first.Link == second.Link || !strings.HasPrefix(second.Token, "ey") {
		t.Errorf("answered %+v after %+v", second, first)
	}
	for _, token := range []string{first.Token, second.Token} {
		if got := h.ask(t, report(token), "66"); got != "ok" {
			t.Errorf("%s: %s", token, got)
		}
	}
	if out, err := h.manage(t.Context(), json.RawMessage(`{"revoke":{"pass":"`+first.ID+`","by":"ops"}}`)); err != nil {
		t.Fatal(string(out), err)
	}
	if got := h.ask(t, report(first.Token), "66"); got != "revoked" {
		t.Errorf("revoked, the old one is %s", got)
	}
	out, err := h.issue(t.Context(), json.RawMessage(`{"reissue":"`+first.ID+`"}`))
	if err != nil || !strings.Contains(string(out), `"code":"revoked"`) {
		t.Errorf("reissue of a revoked pass: %s, %v", out, err)
	}
}

// TestSessionsOutliveAReissue: who is in stays in, and the new link opens more.
func TestSessionsOutliveAReissue(t *testing.T) {
	h := newHouse(t)
	first := h.mint(t, `{"visitor":{"email":"ginger@example.com"},"scope":"visit","target":"/visitors","expires_in":3600}`)
	cookie := cookieOf(h.redeem(t, first.Link), "__Host-gatepass-visitor")
	second := h.mint(t, `{"reissue":"`+first.ID+`","expires_in":60}`)
	visit := &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookie}}
	if got := h.ask(t, visit, ""); got != "ok" {
		t.Errorf("the session of before is %s", got)
	}
	visit.Cookies = []string{cookieOf(h.redeem(t, second.Link), "__Host-gatepass-visitor")}
	if got := h.ask(t, visit, ""); got != "ok" {
		t.Errorf("the session of the new link is %s", got)
	}
}

// TestASpentLinkIsMadeNewWithUses is what a host does when the holder of a spent
// link asks for a new one.
func TestASpentLinkIsMadeNewWithUses(t *testing.T) {
	h := newHouse(t)
	first := h.mint(t, `{"visitor":{"email":"ginger@example.com"},"scope":"visit","target":"/visitors","max_uses":1}`)
	visit := &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookieOf(h.redeem(t, first.Link), "__Host-gatepass-visitor")}}
	out, err := h.issue(t.Context(), json.RawMessage(`{"reissue":"`+first.ID+`"}`))
	if err != nil || !strings.Contains(string(out), `"code":"spent"`) || !strings.Contains(string(out), `"fields":{"max_uses":`) {
		t.Errorf("reissue of a spent pass: %s, %v", out, err)
	}
	second := h.mint(t, `{"reissue":"`+first.ID+`","max_uses":1}`)
	for name, cookie := range map[string]string{"before": visit.Cookies[0], "the new link": cookieOf(h.redeem(t, second.Link), "__Host-gatepass-visitor")} {
		visit.Cookies = []string{cookie}
		if got := h.ask(t, visit, ""); got != "ok" {
			t.Errorf("the session of %s is %s", name, got)
		}
	}
	if got := h.describe(t, first.ID)["state"]; got != "spent" {
		t.Errorf("after its one use the pass is %v", got)
	}
}
