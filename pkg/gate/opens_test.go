package gate_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// looker is a link page over a store with one visitor pass in it.
type looker struct {
	b     storetest.Backend
	store *storetest.Recorder
	link  *gate.Link
	short token.Short
	pass  *pass.Pass
}

func newLooker(t *testing.T, plan storetest.Plan, edit func(*pass.Pass)) *looker {
	t.Helper()
	l := &looker{b: gatetest.Open(t), short: token.Short{ID: "7Gm2kQpX4sVbN9aT", Secret: [16]byte{1, 2, 3}}}
	l.pass = &pass.Pass{V: pass.Version, ID: l.short.ID, Mode: pass.VisitorMode, Scope: "visit", Visitor: &pass.Visitor{Email: "fred@example.com"},
		Secrets: map[pass.Digest]pass.NumericDate{l.short.Digest(): 0}, ExpiresAt: decisions.Now + 60, MaxUses: 1, PurgeAt: decisions.Now + 999}
	if edit != nil {
		edit(l.pass)
	}
	if err := l.b.Create(t.Context(), l.pass); err != nil {
		t.Fatal(err)
	}
	l.store = storetest.Record(storetest.Faulty(l.b.Store, plan))
	l.link = gatetest.NewLink(t, l.store)
	return l
}

func faultless(storetest.Call) storetest.Fault { return storetest.None }

// visit opens the page, or posts.
func (l *looker) visit(ctx context.Context, method, token string, req gate.Request) gate.Decision {
	req.Method = method
	v := &gate.Visit{Token: token, Request: req}
	if method == "POST" {
		return l.link.Redeem(ctx, v).Decision
	}
	d, _ := l.link.Open(ctx, v)
	return d
}

func (l *looker) opens(t *testing.T) pass.Opens {
	t.Helper()
	it, err := l.b.Get(record.PassPK(l.pass.ID), record.OpensSK)
	if err != nil || it == nil {
		return pass.Opens{}
	}
	o, err := record.ToOpens(it)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Whatever the holder of the secret is told, the look is counted, by one write.
func TestEachLookOfAHolderIsCounted(t *testing.T) {
	for _, row := range []struct {
		name   string
		method string
		edit   func(*pass.Pass)
		want   pass.Reason
		counts pass.Opens
	}{
		{"a GET", "GET", nil, pass.OK, pass.Opens{Gets: 1}},
		{"a HEAD", "HEAD", nil, pass.OK, pass.Opens{Heads: 1}},
		{"a GET of an expired link", "GET", func(p *pass.Pass) { p.ExpiresAt = decisions.Now }, pass.Expired, pass.Opens{Gets: 1}},
		{"a HEAD of a revoked link", "HEAD", func(p *pass.Pass) { p.RevokedAt = decisions.Now }, pass.Revoked, pass.Opens{Heads: 1}},
		{"a GET of a link that is not valid yet", "GET", func(p *pass.Pass) { p.NotBefore = decisions.Now + 1 }, pass.NotYetValid, pass.Opens{Gets: 1}},
		{"a GET of a spent link", "GET", spent, pass.Spent, pass.Opens{Gets: 1}},
		{"a GET of a public link", "GET", func(p *pass.Pass) { p.Mode = pass.None }, pass.OK, pass.Opens{Gets: 1}},
		{"a POST of a spent link", "POST", spent, pass.Spent, pass.Opens{Refused: 1}},
		{"a POST of an expired link", "POST", func(p *pass.Pass) { p.ExpiresAt = decisions.Now }, pass.Expired, pass.Opens{Refused: 1}},
		{"a POST of a public link", "POST", func(p *pass.Pass) { p.Mode = pass.None }, pass.WrongMode, pass.Opens{Refused: 1}},
		{"a POST that redeems is a session and no look", "POST", nil, pass.OK, pass.Opens{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := newLooker(t, faultless, row.edit)
			d := l.visit(t.Context(), row.method, l.short.String(), gate.Request{})
			if d.Reason != row.want || d.Uncounted != nil {
				t.Fatalf("%s (%v), not counted: %v, want %s", d.Reason, d.Err, d.Uncounted, row.want)
			}
			calls := map[string]int{"Read": 1, "Opened": 1}
			if row.counts == (pass.Opens{}) {
				calls = map[string]int{"Read": 1, "Redeem": 1}
			} else {
				row.counts.V, row.counts.FirstAt, row.counts.LastAt, row.counts.PurgeAt = pass.Version, decisions.Now, decisions.Now, l.pass.PurgeAt
			}
			if diff := cmp.Diff(row.counts, l.opens(t)); diff != "" {
				t.Errorf("opens (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(calls, l.store.Calls()); diff != "" {
				t.Errorf("store calls (-want +got):\n%s", diff)
			}
		})
	}
}

func spent(p *pass.Pass) { p.Uses = map[pass.Key]pass.NumericDate{"AAAAAAAAAAA": decisions.Now - 1} }

// Who holds no secret makes the same calls whether the pass exists or not: one
// read, and no write that could be timed, counted or paid for.
func TestLooksWithoutTheSecretAreNotCounted(t *testing.T) {
	old := token.Short{ID: "7Gm2kQpX4sVbN9aT", Secret: [16]byte{8}}
	for name, row := range map[string]struct {
		token string
		req   gate.Request
		reads int
		want  pass.Reason // of a POST
	}{
		"a wrong secret":           {token.Short{ID: "7Gm2kQpX4sVbN9aT", Secret: [16]byte{9}}.String(), gate.Request{}, 1, pass.Unknown},
		"a secret that was":        {old.String(), gate.Request{}, 1, pass.Unknown},
		"a pass that is not":       {token.Short{ID: "NoSuchPassAtAll0", Secret: [16]byte{1, 2, 3}}.String(), gate.Request{}, 1, pass.Unknown},
		"a token that was cut":     {old.String()[:40], gate.Request{}, 0, pass.Malformed},
		"a post of another site's": {"", gate.Request{FetchSite: "cross-site"}, 0, pass.CrossSite},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLooker(t, faultless, func(p *pass.Pass) { p.Secrets[old.Digest()] = decisions.Now })
			methods := []string{"GET", "HEAD", "POST"}
			if row.token == "" {
				row.token, methods = l.short.String(), []string{"POST"}
			}
			for _, method := range methods {
				l.store.Reset()
				if d := l.visit(t.Context(), method, row.token, row.req); d.Reason != row.want {
					t.Errorf("%s is %s, want %s", method, d.Reason, row.want)
				}
				want := map[string]int{}
				if row.reads > 0 {
					want["Read"] = row.reads
				}
				if diff := cmp.Diff(want, l.store.Calls()); diff != "" {
					t.Errorf("%s: store calls (-want +got):\n%s", method, diff)
				}
			}
		})
	}
}

// A look that cannot be counted is answered as it would have been, and soon.
func TestALookThatCannotBeCountedIsAnswered(t *testing.T) {
	for name, fault := range map[string]storetest.Fault{"fails": storetest.Before, "loses its answer": storetest.After, "never answers": storetest.Blocks} {
		t.Run("the count "+name, func(t *testing.T) {
			l := newLooker(t, storetest.Always(fault, "Opened"), nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			d := l.visit(ctx, "GET", l.short.String(), gate.Request{})
			if d.Outcome != gate.Allow || d.Reason != pass.OK || d.Err != nil {
				t.Errorf("the page is %s %s (%v)", d.Outcome, d.Reason, d.Err)
			}
			if !errors.Is(d.Uncounted, pass.ErrUnavailable) {
				t.Errorf("it is not told that the look was not counted: %v", d.Uncounted)
			}
			if ctx.Err() != nil {
				t.Error("the page waited for as long as it could")
			}
		})
	}
}

// What cannot be judged is not counted: nobody knows who asks.
func TestLooksThatCannotBeJudgedAreNotCounted(t *testing.T) {
	l := newLooker(t, faultless, func(p *pass.Pass) { p.V = pass.Version + 1 })
	for _, method := range []string{"GET", "POST"} {
		if d := l.visit(t.Context(), method, l.short.String(), gate.Request{}); d.Reason != pass.Unavailable {
			t.Errorf("%s is %s", method, d.Reason)
		}
	}
	if got := l.opens(t); got != (pass.Opens{}) {
		t.Errorf("counted %+v", got)
	}
}
