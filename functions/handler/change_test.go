package handler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
)

// change asks manage for a change of a pass, and wants the state after it.
func (h *house) change(t *testing.T, id, more, state string) object {
	t.Helper()
	d := h.operate(t, `{"change":{"pass":"`+id+`","by":"test",`+more+`}}`)
	if d["state"] != state {
		t.Fatalf("%s: %v, want %s", more, d, state)
	}
	return d
}

// TestAChangeHoldsFromTheNextCheckOn: the end, the uses and the scope of a token
// that is out.
func TestAChangeHoldsFromTheNextCheckOn(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, `{"scope":"report:66","max_uses":1,"expires_in":60}`)
	is := func(what, want string) {
		t.Helper()
		if got := h.ask(t, report(p.Token), "66"); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	is("the first use", "ok")
	is("the second", "spent")
	h.change(t, p.ID, `"max_uses":2`, "live")
	is("of two", "ok")
	is("of two, the third", "spent")
	h.now = h.now.Add(time.Hour)
	h.change(t, p.ID, `"expires_in":60,"unlimited":true`, "live")
	is("with another end, and no limit", "ok")
	h.change(t, p.ID, `"max_uses":2`, "spent")
	is("with the limit it had", "spent")
	h.change(t, p.ID, `"max_uses":9,"scope":"report:67"`, "live")
	is("for another report", "wrong_scope")
	h.change(t, p.ID, `"scope":"report:66","expires_in":1`, "live")
	h.now = h.now.Add(time.Second)
	is("with an end that has come", "expired")
}

// TestAVisitGoesByItsPassAsItIsNow: its scope and its end, but no longer than it
// was opened for.
func TestAVisitGoesByItsPassAsItIsNow(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, `{"visitor":{"email":"ginger@example.com"},"scope":"visit","target":"/visitors","expires_in":3600}`)
	visit := &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookieOf(h.redeem(t, p.Link), "__Host-gatepass-visitor")}}
	is := func(what, want string) {
		t.Helper()
		if got := h.ask(t, visit, ""); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	is("a visit", "ok")
	h.change(t, p.ID, `"scope":"report:66"`, "live")
	is("for something else", "wrong_scope")
	h.change(t, p.ID, `"scope":"visit","expires_in":60`, "live")
	h.now = h.now.Add(59 * time.Second)
	is("in the last second of its pass", "ok")
	h.now = h.now.Add(time.Second)
	is("after its pass", "session_ended")
	h.change(t, p.ID, `"expires_in":86400`, "live")
	is("with its pass again", "ok")
	h.now = h.now.Add(time.Hour - time.Minute)
	is("after the time it was opened for", "session_ended")
	anew := *visit
	anew.Cookies = []string{cookieOf(h.redeem(t, p.Link), "__Host-gatepass-visitor")}
	if got := h.ask(t, &anew, ""); got != "ok" {
		t.Errorf("a visit by the same link: %s", got)
	}
}

// TestAnExtendedPassIsAnsweredAnew: its signed token ends when it says, its link
// goes on, and who may issue gets a token that lasts.
func TestAnExtendedPassIsAnsweredAnew(t *testing.T) {
	h := newHouse(t)
	first := h.mint(t, `{"scope":"report:66","format":"jwt","expires_in":60,"max_uses":50}`)
	_, link, _ := strings.Cut(first.Link, "/p/")
	d := h.change(t, first.ID, `"expires_in":3600`, "live")
	if hints, _ := d["hints"].([]any); len(hints) != 1 || !strings.Contains(hints[0].(string), `{"reissue": "`+first.ID+`", "keep_link": true}`) || d["token_expires_at"] == nil {
		t.Errorf("answered %v", d)
	}
	h.now = h.now.Add(time.Minute)
	for token, want := range map[string]string{first.Token: "expired", link: "ok"} {
		if got := h.ask(t, report(token), "66"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	second := h.mint(t, `{"reissue":"`+first.ID+`","keep_link":true}`)
	for token, want := range map[string]string{first.Token: "expired", second.Token: "ok", link: "ok"} {
		if got := h.ask(t, report(token), "66"); got != want {
			t.Errorf("once another was signed: %s, want %s", got, want)
		}
	}
	if second.Link != "" {
		t.Error("a link was answered that is not the pass's")
	}
	if d = h.describe(t, first.ID); d["token_expires_at"] != nil {
		t.Errorf("described as %v", d)
	}
}
