package audit_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// from is whom a visit comes from.
type from struct{ ip, browser string }

// arrives uses or redeems the pass, as its mode has it, and returns the visit.
func (h *house) arrives(p *pass.Pass, n int, who from) pass.Key {
	h.t.Helper()
	h.now++
	ask, k := pass.Ask{Secret: secret, Scope: pass.AnyScope, Accept: []pass.Mode{p.Mode}, Key: key(byte(n))}, key(byte(n))
	var reason pass.Reason
	var err error
	if p.Mode.Redeems() {
		s := session(byte(n), h.now)
		s.PassID, s.IP, s.UserAgent = p.ID, who.ip, who.browser
		ask.Key, k = s.Key(), s.Key()
		_, _, reason, err = h.bolt.Redeem(context.Background(), p, ask, s)
	} else {
		_, reason, err = h.bolt.Use(context.Background(), p.ID, ask, pass.Use{Key: k, At: h.now, Route: "GET /x", IP: who.ip, UserAgent: who.browser})
	}
	h.must(err)
	if reason != pass.OK {
		h.t.Fatalf("visit %d: %s", n, reason)
	}
	return k
}

// shared returns what was told of a pass being shared: the visit, and how many.
func (h *house) shared() (out []string) {
	h.t.Helper()
	for _, e := range h.told() {
		if e.Type == audit.Shared {
			out = append(out, fmt.Sprintf("%s%s is client %d at %d", e.Use, e.Session, e.Clients, pass.At(e.At)-t0))
		}
	}
	return out
}

var (
	fred     = from{"192.0.2.7", "Firefox"}
	freds    = from{"192.0.2.200", "Firefox"} // another address of his provider
	ginger   = from{"198.51.100.7", "Firefox"}
	nobody   = from{}
	upgraded = from{"192.0.2.7", "Firefox 2"}
)

// TestAPassIsSharedFromItsSecondClientOn, in each mode, whether uses are counted or
// not. A use and the session that it opened are one visit.
func TestAPassIsSharedFromItsSecondClientOn(t *testing.T) {
	for _, row := range []struct {
		name   string
		visits []from
		told   map[int]int // by visit: which client it brought
	}{
		{"one person who comes twice", []from{fred, fred}, nil},
		{"from two addresses of a provider", []from{fred, freds}, nil},
		{"and from another network", []from{fred, ginger}, map[int]int{1: 2}},
		{"and with another browser", []from{fred, upgraded}, map[int]int{1: 2}},
		{"back and forth", []from{fred, ginger, fred, ginger, fred}, map[int]int{1: 2}},
		{"and a third", []from{fred, ginger, fred, upgraded}, map[int]int{1: 2, 3: 3}},
		{"of whom nothing is known", []from{nobody, nobody, fred, nobody}, nil},
	} {
		for _, mode := range []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode} {
			for _, uses := range []int{0, 10} {
				if uses == 0 && !mode.Redeems() {
					continue // nothing of it is kept
				}
				t.Run(fmt.Sprintf("%s, %s, %d", row.name, mode, uses), func(t *testing.T) {
					h := newHouse(t)
					p := fixture(func(p *pass.Pass) { p.Mode, p.MaxUses, p.SessionExpiresIn = mode, uses, 600 })
					h.create(p)
					var want []string
					for n, who := range row.visits {
						k := h.arrives(p, n+1, who)
						if which := row.told[n]; which != 0 {
							want = append(want, fmt.Sprintf("%s is client %d at %d", k, which, n+1))
						}
						h.deliver()
					}
					if diff := cmp.Diff(want, h.shared()); diff != "" {
						t.Errorf("told (-want +got):\n%s", diff)
					}
				})
			}
		}
	}
}

// TestTheClientsAreThoseOfTheHistory: whatever the visits, however the stream is cut
// and how often it is read again, what is noted are the clients that the sessions
// and uses have, and each after the first was told once, by its number.
func TestTheClientsAreThoseOfTheHistory(t *testing.T) {
	everybody := []from{fred, freds, ginger, nobody, upgraded, {"2001:db8::1", ""}, {"", "curl"}}
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t)
		mode := rapid.SampledFrom([]pass.Mode{pass.Request, pass.VisitorMode}).Draw(rt, "mode")
		p := fixture(func(p *pass.Pass) { p.Mode, p.MaxUses = mode, 20 })
		h.create(p)
		var want []pass.Key
		for n, who := range rapid.SliceOfN(rapid.IntRange(0, len(everybody)-1), 1, 8).Draw(rt, "visits") {
			h.arrives(p, n+1, everybody[who])
			if rapid.Bool().Draw(rt, "the stream is read") {
				h.faults.at, h.faults.after = len(h.faults.calls)+rapid.IntRange(0, 6).Draw(rt, "fails"), rapid.Bool().Draw(rt, "after")
				h.deliver()
			}
		}
		h.faults.at = 0
		h.deliver()
		if _, err := h.audit.Handle(context.Background(), h.changes(0)); err != nil {
			rt.Fatal(err)
		}
		history, err := h.bolt.History(context.Background(), p.ID)
		h.must(err)
		add := func(ip, browser string) {
			if k := pass.Client(p.ID, ip, browser); k != "" && !slices.Contains(want, k) {
				want = append(want, k)
			}
		}
		for _, s := range history.Sessions {
			add(s.IP, s.UserAgent)
		}
		for _, u := range history.Uses {
			add(u.IP, u.UserAgent)
		}
		noted, err := record.ToClients(h.items()[record.PassPK(p.ID)+" "+record.ClientsSK])
		if err != nil && len(want) > 0 {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, noted.Each); diff != "" {
			rt.Fatalf("clients (-of the history +noted):\n%s", diff)
		}
		told := h.shared()
		if len(told) != max(len(want)-1, 0) {
			rt.Fatalf("%d clients were told as %q", len(want), told)
		}
		for i, which := 0, 2; i < len(told); i, which = i+1, which+1 {
			if want := fmt.Sprintf("%s is client %d at ", noted.Brought[which-1], which); told[i][:len(want)] != want {
				rt.Fatalf("told %q, want %q", told[i], want)
			}
		}
	})
}
