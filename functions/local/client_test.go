package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	gatepass "github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Package client against the functions themselves.

func (p *process) client() *gatepass.Client { return &gatepass.Client{Invoke: gatepass.Local(p.base)} }

// mustBe fails the test with an error.
func mustBe[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheClientOperatesAPass(t *testing.T) {
	p := launch(t, t.TempDir())
	c, ctx, who := p.client(), t.Context(), gatepass.Who{By: "robin", Why: "a test"}
	issued, err := c.Issue(ctx, gatepass.Request{Mode: pass.Request, Scope: "report:66", Subject: "50% off", Data: map[string]int{"n": 1}, Target: "/reports/66", MaxUses: 2, ExpiresIn: 3600, IssuedBy: "fred"})
	a := mustBe(t, issued, err)
	ask := gatepass.Ask{Scope: "report:66"}
	check := func(ask gatepass.Ask, want pass.Reason, counted bool, left int) *gatepass.Decision {
		t.Helper()
		d, err := c.Check(ctx, a.Token, ask)
		if err != nil || d.Reason != want || d.Allowed != (want == pass.OK) || d.Counted != counted || left >= 0 && (d.UsesLeft == nil || *d.UsesLeft != left) {
			t.Errorf("got %+v and %v, want %s, %d left", d, err, want, left)
		}
		return d
	}
	check(gatepass.Ask{Scope: "report:66", Look: true}, pass.OK, false, 2)
	if d := check(ask, pass.OK, true, 1); d.Subject != "50% off" || d.Mode != pass.Request || d.PassID != a.ID || d.Scope != "report:66" || string(d.Data) != `{"n":1}` {
		t.Errorf("got %+v", d)
	}
	check(gatepass.Ask{Scope: "other"}, pass.WrongScope, false, -1)
	check(ask, pass.OK, true, 0)
	check(ask, pass.Spent, false, -1)

	d, err := c.Describe(ctx, a.Link)
	if mustBe(t, d, err).Pass != a.ID || d.State != "spent" || d.Decision != pass.Spent || len(d.Uses.Each) != 2 || d.Uses.Left == nil || *d.Uses.Left != 0 || d.IssuedBy != "fred" || !d.ExpiresAt.Equal(a.ExpiresAt) || d.Refusals == nil || d.Refusals.Look == "" {
		t.Errorf("got %+v", d)
	}
	if _, err := c.Reissue(ctx, gatepass.Renewal{Pass: a.ID}); !errors.Is(err, gatepass.ErrSpent) {
		t.Errorf("a reissue without uses: %v", err)
	}
	changed, err := c.Change(ctx, a.ID, gatepass.Change{MaxUses: 3, Scope: "report:67", Target: "/reports/67"}, who)
	if mustBe(t, changed, err).Scope != "report:67" || changed.Uses.Of != 3 || changed.Anew != nil {
		t.Errorf("got %+v", changed.Description)
	}
	check(gatepass.Ask{Scope: "report:67"}, pass.OK, true, 0)
	if d, err := c.Revoke(ctx, a.ID, who); err != nil || d.Revoked == nil || d.Revoked.By != "robin" || d.Revoked.Why != "a test" {
		t.Errorf("got %+v", d)
	}
	check(gatepass.Ask{Scope: "report:67"}, pass.Revoked, false, -1)
	if _, err := c.Reissue(ctx, gatepass.Renewal{Pass: a.ID, MaxUses: 1}); !errors.Is(err, gatepass.ErrRevoked) {
		t.Errorf("a reissue of what was revoked: %v", err)
	}
	if d, err := c.Restore(ctx, a.ID, who); err != nil || d.Revoked != nil || len(d.Changes) == 0 {
		t.Errorf("got %+v", d)
	}
	anew, err := c.Reissue(ctx, gatepass.Renewal{Pass: a.ID, MaxUses: 1, ExpiresIn: 60})
	if mustBe(t, anew, err).ID != a.ID || anew.Token == a.Token || !anew.ExpiresAt.Equal(p.now().Add(time.Minute)) {
		t.Errorf("got %v until %s", anew, anew.ExpiresAt)
	}
	check(gatepass.Ask{Scope: "*"}, pass.Unknown, false, -1)
}

func TestTheClientsErrorsAreTheFunctions(t *testing.T) {
	p := launch(t, t.TempDir())
	c, ctx, who := p.client(), t.Context(), gatepass.Who{By: "robin"}
	stateless, err := c.Issue(ctx, gatepass.Request{Scope: "s", Format: pass.Stateless})
	mustBe(t, stateless, err)
	if _, err := c.IssueMany(ctx, "key", []gatepass.Request{{Scope: "s"}}); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		call func(context.Context) error
		want error
		says string
	}{
		"a request without a scope": {func(ctx context.Context) error { _, err := c.Issue(ctx, gatepass.Request{}); return err }, gatepass.ErrInvalid, "scope: it is required"},
		"a check without a scope":   {func(ctx context.Context) error { _, err := c.Check(ctx, "x", gatepass.Ask{}); return err }, gatepass.ErrInvalid, "check.scope"},
		"a pass that there is not":  {func(ctx context.Context) error { _, err := c.Describe(ctx, "0aZ9bY8cX7dW6eV5"); return err }, gatepass.ErrNotFound, "There is no pass 0aZ9bY8cX7dW6eV5"},
		"a change of it":            {func(ctx context.Context) error { _, err := c.Extend(ctx, "0aZ9bY8cX7dW6eV5", 60, who); return err }, gatepass.ErrNotFound, "no pass"},
		"a token without a record":  {func(ctx context.Context) error { _, err := c.Describe(ctx, stateless.Token); return err }, gatepass.ErrStateless, "no record"},
		"a registration that nobody made": {func(ctx context.Context) error {
			_, err := c.Issue(ctx, gatepass.Request{Registration: "0aZ9bY8cX7dW6eV5"})
			return err
		}, gatepass.ErrNotFound, "nobody registered"},
		"a key of another request": {func(ctx context.Context) error {
			_, err := c.IssueMany(ctx, "key", []gatepass.Request{{Scope: "t"}})
			return err
		}, gatepass.ErrConflict, "idempotency_key_reused"},
		"a list of two kinds": {func(ctx context.Context) error {
			_, err := c.List(ctx, gatepass.Query{Scope: "s", Subject: "u"})
			return err
		}, gatepass.ErrInvalid, "list.subject"},
		"nobody who asks": {func(ctx context.Context) error {
			_, err := c.Revoke(ctx, "0aZ9bY8cX7dW6eV5", gatepass.Who{})
			return err
		}, gatepass.ErrInvalid, "revoke.by"},
		"a function that there is not": {func(ctx context.Context) error {
			other := gatepass.Client{Invoke: c.Invoke, Functions: gatepass.Functions{Manage: "nowhere"}}
			_, err := other.Describe(ctx, "x")
			return err
		}, gatepass.ErrNotCalled, "Function not found"},
	} {
		t.Run(name, func(t *testing.T) {
			err := tt.call(ctx)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestTheClientRepeatsABatchByItsKey(t *testing.T) {
	p := launch(t, t.TempDir())
	list := []gatepass.Request{{Scope: "a"}, {Scope: "no scope"}, {Scope: "b", Visitor: &pass.Visitor{Email: "a@example.com"}, Target: "/visitors"}}
	first, err := p.client().IssueMany(t.Context(), "order 7", list)
	mustBe(t, first, err)
	again, err := p.client().IssueMany(t.Context(), "order 7", list)
	mustBe(t, again, err)
	if first.Issued != 2 || first.Refused != 1 || first.Left != 0 || !errors.Is(first.Passes[1].Error, gatepass.ErrInvalid) {
		t.Errorf("got %v", first)
	}
	for i := range list {
		if first.Passes[i].Token != again.Passes[i].Token {
			t.Errorf("pass %d has another token the second time", i)
		}
	}
	one, err := p.client().Issue(t.Context(), gatepass.Request{Scope: "a", IdempotencyKey: "k"})
	mustBe(t, one, err)
	if same, err := p.client().Issue(t.Context(), gatepass.Request{Scope: "a", IdempotencyKey: "k"}); err != nil || same.Token != one.Token {
		t.Errorf("one pass by its key: %v and %v, %v", one, same, err)
	}
}

func TestTheClientListsEachPassOnce(t *testing.T) {
	p := launch(t, t.TempDir())
	c, seen := p.client(), map[string]int{}
	for range 25 {
		a, err := c.Issue(t.Context(), gatepass.Request{Scope: "listed", IssuedBy: "fred"})
		seen[mustBe(t, a, err).ID] = 0
	}
	pages := 0
	for page, err := range c.Pages(t.Context(), gatepass.Query{Scope: "listed", State: "live", Limit: 10}, 9) {
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, one := range page.Passes {
			seen[one.ID]++
			if one.State != "live" || one.Scope != "listed" || one.IssuedBy != "fred" || one.MaxUses != 10 || one.Uses != 0 || one.Form != pass.Short {
				t.Errorf("got %+v", one)
			}
		}
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", id, n)
		}
	}
	if pages != 3 || len(seen) != 25 {
		t.Errorf("%d passes on %d pages", len(seen), pages)
	}
}

func TestTheClientRecallsMany(t *testing.T) {
	p := launch(t, t.TempDir())
	c, ctx, who := p.client(), t.Context(), gatepass.Who{By: "robin", Why: "a test"}
	var tokens []string
	for range 5 {
		a, err := c.Issue(ctx, gatepass.Request{Scope: "recalled"})
		tokens = append(tokens, mustBe(t, a, err).Token)
	}
	other, err := c.Issue(ctx, gatepass.Request{Mode: pass.Request, Scope: "kept", Subject: "user-7"})
	mustBe(t, other, err)
	p.move(time.Second)
	r, err := c.RevokeAll(ctx, gatepass.Selection{Scope: "recalled"}, who)
	if err != nil || r.Seen != 5 || r.Revoked != 5 || r.Cursor != "" || len(r.Unreadable) > 0 || len(r.Hints) == 0 {
		t.Errorf("got %+v and %v", r, err)
	}
	for _, token := range tokens {
		p.same("a token of the scope", p.checked(token, "recalled"), "deny revoked")
	}
	p.same("another", p.checked(other.Token, "kept"), "allow ok")
	if again, err := c.RevokeAll(ctx, gatepass.Selection{Scope: "recalled"}, who); err != nil || again.Seen != 5 || again.Revoked != 0 {
		t.Errorf("the second time: %+v and %v", again, err)
	}
	if f, err := c.Forget(ctx, gatepass.Person{Subject: "user-7"}, who); err != nil || f.Forgotten != 1 || f.Cursor != "" {
		t.Errorf("got %+v and %v", f, err)
	}
	if _, err := c.Describe(ctx, other.ID); !errors.Is(err, gatepass.ErrNotFound) {
		t.Errorf("who was forgotten is described: %v", err)
	}
	if _, err := c.RevokeAll(ctx, gatepass.Selection{}, who); !errors.Is(err, gatepass.ErrInvalid) {
		t.Errorf("nobody named: %v", err)
	}
}

// A JWT that is extended beyond its end is answered anew: the old one ends, the new
// one goes on, and either counts as the same pass.
func TestTheClientExtendsAJWT(t *testing.T) {
	p := launch(t, t.TempDir())
	c, ctx := p.client(), t.Context()
	issued, err := c.Issue(ctx, gatepass.Request{Scope: "s", Format: pass.JWT, ExpiresIn: 60, MaxUses: 5})
	a := mustBe(t, issued, err)
	changed, err := c.Extend(ctx, a.Token, 3600, gatepass.Who{By: "robin"})
	mustBe(t, changed, err)
	if changed.Anew == nil || changed.Anew.ID != a.ID || changed.Anew.Form != pass.JWT || changed.Anew.Token == a.Token || !changed.Anew.ExpiresAt.Equal(changed.ExpiresAt) {
		t.Fatalf("got %v", changed.Anew)
	}
	p.move(2 * time.Minute)
	for _, tt := range []struct {
		token string
		want  pass.Reason
	}{{a.Token, pass.Expired}, {changed.Anew.Token, pass.OK}} {
		if d, err := c.Check(ctx, tt.token, gatepass.Ask{Scope: "s"}); err != nil || d.Reason != tt.want {
			t.Errorf("got %+v and %v, want %s", d, err, tt.want)
		}
	}
	again, err := c.Extend(ctx, a.ID, 7200, gatepass.Who{By: "robin"}) // and once more
	if mustBe(t, again, err).Anew == nil || again.Anew.Link != "" {
		t.Errorf("got %v", again.Anew)
	}
	if d, err := c.Describe(ctx, a.Link); err != nil || d.Pass != a.ID || d.Decision != pass.OK {
		t.Errorf("its first link is %s (%v)", d.Decision, err)
	}
	if d, err := c.Describe(ctx, a.ID); err != nil || !d.TokenExpiresAt.IsZero() || d.State != "live" {
		t.Errorf("afterwards its token ends at %s (%v)", d.TokenExpiresAt, err)
	}
	again, err = c.Extend(ctx, a.ID, 1800, gatepass.Who{By: "robin"})
	if mustBe(t, again, err).Anew != nil {
		t.Error("an end within the token's was answered anew")
	}
}

// The document at /.well-known/jwks.json is all that is needed to verify a
// stateless token.
func TestTheClientVerifiesWithTheJWKS(t *testing.T) {
	p := launch(t, t.TempDir())
	c, ctx := p.client(), t.Context()
	issued, err := c.Issue(ctx, gatepass.Request{Scope: "s", Format: pass.Stateless, Data: map[string]int{"n": 1}, ExpiresIn: 60})
	a := mustBe(t, issued, err)
	_, _, jwks := p.do("GET", p.base+"/.well-known/jwks.json", "")
	verifier, err := gatepass.NewVerifier(gatepass.VerifierConfig{JWKS: []byte(jwks), Issuer: issuer, Audience: api})
	v := mustBe(t, verifier, err)
	for name, tt := range map[string]struct {
		ask  gatepass.Ask
		in   time.Duration
		want pass.Reason
	}{"good": {gatepass.Ask{Scope: "s"}, 0, pass.OK}, "of another scope": {gatepass.Ask{Scope: "t"}, 0, pass.WrongScope}, "over": {gatepass.Ask{Scope: "s"}, time.Minute, pass.Expired}} {
		offline, err := v.Verify(a.Token, tt.ask, p.now().Add(tt.in))
		if err != nil || offline.Reason != tt.want || offline.PassID != a.ID {
			t.Errorf("%s: got %+v and %v", name, offline, err)
		}
		if tt.in == 0 { // the authorizer says the same
			online, err := c.Check(ctx, a.Token, tt.ask)
			if err != nil || online.Reason != offline.Reason || online.Allowed != offline.Allowed || tt.want == pass.OK && (online.PassID != offline.PassID || string(online.Data) != string(offline.Data)) {
				t.Errorf("%s: the authorizer says %+v and %v, offline it is %+v", name, online, err, offline)
			}
		}
	}
	recorded, err := c.Issue(ctx, gatepass.Request{Scope: "s", Format: pass.JWT})
	if d, err := v.Verify(mustBe(t, recorded, err).Token, gatepass.Ask{Scope: "s"}, p.now()); !errors.Is(err, gatepass.ErrRecorded) || d.Allowed {
		t.Errorf("a token with a record: %+v and %v", d, err)
	}
}
