package recall_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const forgetVera = `{"forget":{"email":"VERA@example.com","by":"ops"}}`

// visited issues a pass to an address and redeems it.
func (k *kit) visited(id, email string) (*pass.Pass, *pass.Session) {
	k.t.Helper()
	p := k.issue(id, t0-60, visitor(email))
	s := &pass.Session{V: pass.Version, PassID: id, Secret: pass.DigestOf([]byte("s" + id)), At: t0, ExpiresAt: p.ExpiresAt, IP: "192.0.2.7", UserAgent: "Mozilla", PurgeAt: p.PurgeAt}
	_, _, r, err := k.store.Redeem(context.Background(), p, pass.Ask{Secret: pass.DigestOf([]byte(id)), Scope: p.Scope, Accept: []pass.Mode{p.Mode}, Key: s.Key()}, s)
	if r != pass.OK {
		k.t.Fatal(r, err)
	}
	return p, s
}

// registered puts what an address said on a form.
func (k *kit) registered(id, email string) {
	k.t.Helper()
	p := &pass.Pass{Visitor: &pass.Visitor{Email: email}}
	k.named(p)
	k.must(k.store.Register(context.Background(), &pass.Registration{V: pass.Version, ID: id, Form: "f", Visitor: *p.Visitor, Holder: p.Holder, At: t0 - 100, PurgeAt: t0 + 3600}))
}

// TestForgettingErasesEverythingOfAPersonAndNothingOfOthers.
func TestForgettingErasesEverythingOfAPersonAndNothingOfOthers(t *testing.T) {
	onBoth(t, func(k *kit) {
		_, s := k.visited("v1", "vera@example.com")
		k.visited("v2", "Vera@Example.com")
		k.registered("v2", "vera@example.com") // of which v2 came
		k.registered("v3", "vera@example.com") // of which nothing came yet
		k.visited("o1", "olga@example.com")
		k.issue("f1", t0, nil)
		before := k.history("o1")
		a := k.ask(forgetVera)
		if a.Forgotten != 3 || a.Cursor != "" || len(a.Hints) != 2 || !strings.Contains(a.Hints[1], "35 days") {
			k.t.Errorf("answered %+v", a)
		}
		for _, id := range []string{"v1", "v2", "v3"} {
			if _, err := k.store.History(t.Context(), id); !errors.Is(err, pass.ErrNotFound) {
				k.t.Errorf("of %s there is something left: %v", id, err)
			}
		}
		if e, err := k.store.Read(t.Context(), []pass.Ref{{ID: "v1", Session: &s.Secret}}); err != nil || e[0] != (pass.Entry{}) {
			k.t.Errorf("a session reads %+v, %v", e, err)
		}
		if diff := cmp.Diff(before, k.history("o1")); diff != "" || k.pass("f1") == nil {
			k.t.Errorf("of others (-before +after):\n%s", diff)
		}
		if again := k.ask(forgetVera); again.Forgotten != 0 {
			k.t.Errorf("again: %+v", again)
		}
		if a := k.ask(`{"forget":{"subject":"fred","by":"ops"}}`); a.Forgotten != 1 || k.pass("f1") != nil {
			k.t.Errorf("by subject: %+v", a)
		}
	})
}

func (k *kit) history(id string) *pass.History {
	k.t.Helper()
	h, err := k.store.History(context.Background(), id)
	k.must(err)
	return h
}

// TestForgettingIsDoneWhereverItWasInterrupted: repeated from the beginning it finds
// what it had left, since what a pass is found by goes last.
func TestForgettingIsDoneWhereverItWasInterrupted(t *testing.T) {
	for name, fault := range map[string]storetest.Fault{"no connection": storetest.Before, "a lost answer": storetest.After} {
		for stop := int64(1); ; stop++ {
			k := newKit(t)
			for i := range 3 {
				k.visited(fmt.Sprint("v", i), "vera@example.com")
			}
			k.registered("v1", "vera@example.com")
			var n atomic.Int64
			k.Store = storetest.Faulty(k.store, func(storetest.Call) storetest.Fault {
				if n.Add(1) >= stop {
					return fault
				}
				return storetest.None
			})
			first, err := k.asks(t.Context(), forgetVera)
			if n.Load() < stop {
				if first.Forgotten != 3 || err != nil {
					t.Errorf("%s: uninterrupted: %+v, %v", name, first, err)
				}
				break
			}
			k.whole()
			k.ask(forgetVera)
			for i := range 3 {
				if _, err := k.store.History(t.Context(), fmt.Sprint("v", i)); !errors.Is(err, pass.ErrNotFound) {
					t.Errorf("%s at call %d: of v%d there is something left: %v", name, stop, i, err)
				}
			}
		}
	}
}

// TestWhileSomebodyIsBeingForgottenTheirPassesAdmitNobody.
func TestWhileSomebodyIsBeingForgottenTheirPassesAdmitNobody(t *testing.T) {
	k := newKit(t)
	_, s := k.visited("v1", "vera@example.com")
	k.Store = storetest.Faulty(k.store, storetest.Always(storetest.Before, "Erase"))
	if a, err := k.asks(t.Context(), `{"forget":{"email":"vera@example.com","by":"ops","why":"vera asked"}}`); !errors.Is(err, pass.ErrUnavailable) {
		t.Fatalf("answered %+v, %v", a, err)
	}
	p := k.pass("v1")
	if r := pass.AdmitSession(p, s, pass.Ask{Scope: pass.AnyScope, Accept: []pass.Mode{p.Mode}}, t0+1); r == pass.OK || p.RevokedAt != t0 || p.RevokedBy != "ops" {
		t.Errorf("its session is %s, and it was revoked at %s by %q", r, p.RevokedAt, p.RevokedBy)
	}
	if p.RevokedWhy != "" || p.LastChange.Why != "" {
		t.Error("why lies beside a pass of who is to be forgotten")
	}
}

// TestAPersonOfManyPassesIsForgottenCallByCall.
func TestAPersonOfManyPassesIsForgottenCallByCall(t *testing.T) {
	k := newKit(t)
	for i := range 60 {
		k.issue(fmt.Sprintf("v%02d", i), t0-pass.NumericDate(i), visitor("vera@example.com"))
	}
	sum := k.goesOn(forgetVera, func(call int) {
		if k.cut(50); call > 10 {
			k.whole()
		}
	})
	if sum.Forgotten != 60 || k.log[0].Forgotten == 0 || !k.log[0].More {
		t.Errorf("forgotten are %d; the first call is logged as %+v", sum.Forgotten, k.log[0])
	}
}

// TestWhoWasErasedBehindAFailureIsCounted: no later call finds them.
func TestWhoWasErasedBehindAFailureIsCounted(t *testing.T) {
	k := newKit(t)
	for i := range 10 {
		k.issue(fmt.Sprint("v", i), t0-pass.NumericDate(i), visitor("vera@example.com"))
	}
	s := newStubborn(k.store, "v2", 9)
	k.Store = s
	a := k.ask(forgetVera)
	k.whole()
	b := k.ask(`{"forget":{"email":"vera@example.com","by":"ops","cursor":"` + a.Cursor + `"}}`)
	if a.Forgotten < 2 || a.Forgotten+b.Forgotten != 10 || b.Cursor != "" {
		t.Errorf("answered %+v and then %+v", a, b)
	}
}

// streamed is an embedded store whose log of changes is read as the table's stream
// is, by a reader that may be late and may be told again.
type streamed struct {
	*kit
	bolt *boltstore.Store
	path string
	*audit.Auditor
}

func newStreamed(t *testing.T) *streamed {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store")
	s, err := boltstore.Open(path, boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &streamed{kitOn(t, s, s.PutItem), s, path, &audit.Auditor{Store: s, Events: audit.NewLogEvents(io.Discard)}}
}

// told returns what the log tells now.
func (s *streamed) told() (changes []audit.Change) {
	s.t.Helper()
	found, err := s.bolt.Changes(context.Background(), 0, math.MaxInt)
	s.must(err)
	for _, c := range found {
		changes = append(changes, audit.Change{ID: fmt.Sprint(c.Sequence), Sequence: fmt.Sprint(c.Sequence), Old: c.Old, New: c.New, TTL: c.TTL, At: t0})
	}
	return changes
}

// reads has the reader work through changes.
func (s *streamed) reads(changes []audit.Change) {
	s.t.Helper()
	if failed, err := s.Handle(context.Background(), changes); len(failed) > 0 || err != nil {
		s.t.Fatal(failed, err)
	}
}

// items returns all that lies in the collection of a pass.
func (s *streamed) items(id string) (sks []string) {
	for _, c := range s.told() {
		it := c.New
		if it == nil {
			it = c.Old
		}
		pk, _ := it[record.PK].(string)
		sk, _ := it[record.SK].(string)
		if now, err := s.bolt.Item(pk, sk); err == nil && now != nil && pk == record.PassPK(id) && !slices.Contains(sks, sk) {
			sks = append(sks, sk)
		}
	}
	return sks
}

// TestNothingIsLeftWhenTheStreamIsReadLate: the reader is told of uses and changes
// of a pass that was erased meanwhile, keeps their details, and then reads that the
// pass is gone. However often it is told again, that comes last.
func TestNothingIsLeftWhenTheStreamIsReadLate(t *testing.T) {
	for name, read := range map[string]func(s *streamed, before, after []audit.Change){
		"in time": func(s *streamed, before, after []audit.Change) { s.reads(after) },
		"late":    func(s *streamed, before, after []audit.Change) { s.reads(before); s.reads(after) },
		"late, and all of it once more": func(s *streamed, before, after []audit.Change) {
			s.reads(before)
			s.reads(after)
			s.reads(append(before, after...))
		},
		"late, and cut in the middle": func(s *streamed, before, after []audit.Change) {
			s.reads(before)
			s.reads(after[:1])
			s.reads(append(before, after...))
		},
		"late, one change after another": func(s *streamed, before, after []audit.Change) { each(s, before); each(s, after) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStreamed(t)
			s.visited("v1", "vera@example.com")
			p := s.issue("v2", t0-50, func(p *pass.Pass) { visitor("vera@example.com")(p); p.Mode, p.MaxUses = pass.None, 3 })
			use := pass.Use{Key: "AAAAAAAAAAA", At: t0, IP: "192.0.2.7", UserAgent: "Mozilla"}
			if _, r, err := s.bolt.Use(t.Context(), "v2", pass.Ask{Secret: pass.DigestOf([]byte("v2")), Scope: p.Scope, Accept: []pass.Mode{pass.None}, Key: use.Key}, use); r != pass.OK {
				t.Fatal(r, err)
			}
			_, err := s.bolt.EndSessions(t.Context(), "v1", pass.Change{Key: "BBBBBBBBBBB", At: t0, Operation: pass.Ending, By: "ops", Why: "vera asked"})
			s.must(err)
			before := s.told()
			if name == "in time" {
				s.reads(before)
				if len(s.items("v2")) < 3 {
					t.Fatalf("beside v2 lie only %v: this test shows nothing", s.items("v2"))
				}
				s.must(s.bolt.DropChanges(t.Context(), math.MaxUint64))
			}
			s.ask(`{"forget":{"email":"vera@example.com","by":"ops","why":"vera@example.com asked"}}`)
			after := s.told()
			if name != "in time" {
				after = after[len(before):]
			}
			read(s, before, after)
			for _, id := range []string{"v1", "v2"} {
				if left := s.items(id); len(left) > 0 {
					t.Errorf("of %s are left %v", id, left)
				}
			}
		})
	}
}

func each(s *streamed, changes []audit.Change) {
	for _, c := range changes {
		s.reads([]audit.Change{c})
	}
}

// TestFormsAreForgottenThoughTheCallEndedBeforeThem: the cursor of a call that came
// to the end of the passes leads on to the forms.
func TestFormsAreForgottenThoughTheCallEndedBeforeThem(t *testing.T) {
	k := newKit(t)
	k.visited("v1", "vera@example.com")
	k.registered("v3", "vera@example.com")
	finds := 0
	k.Store = storetest.Faulty(k.store, func(c storetest.Call) storetest.Fault {
		if c.Method == "Find" {
			if finds++; finds > 1 && finds < 20 {
				return storetest.Before
			}
		}
		return storetest.None
	})
	a := k.ask(forgetVera)
	if a.Forgotten != 1 || a.Cursor == "" {
		t.Fatalf("answered %+v", a)
	}
	k.whole()
	if a = k.ask(strings.Replace(forgetVera, `"by"`, `"cursor":"`+a.Cursor+`","by"`, 1)); a.Forgotten != 1 || a.Cursor != "" {
		t.Errorf("went on with %+v", a)
	}
	if _, err := k.store.History(t.Context(), "v3"); !errors.Is(err, pass.ErrNotFound) {
		t.Errorf("of the form there is something left: %v", err)
	}
}

// TestForgettingWhoMovedInNamesTheSystemOfBefore, from which they would come back.
func TestForgettingWhoMovedInNamesTheSystemOfBefore(t *testing.T) {
	for movedIn, want := range map[string]bool{"": false, "rt": true} {
		k := newKit(t)
		if movedIn != "" {
			k.MovedIn = []string{movedIn}
		}
		a := k.ask(forgetVera)
		if got := slices.ContainsFunc(a.Hints, func(h string) bool { return strings.Contains(h, "system that moved in") }); got != want {
			t.Errorf("moved in %q: the hints are %q", movedIn, a.Hints)
		}
	}
}

// TestWhoIsNotFoundIsErasedAllTheSame: the store may have bytes of what TTL removed.
func TestWhoIsNotFoundIsErasedAllTheSame(t *testing.T) {
	k := newKit(t)
	recorded := storetest.Record(k.store)
	k.Store = recorded
	if a := k.ask(forgetVera); a.Forgotten != 0 || recorded.Calls()["EraseRemains"] != 1 {
		t.Errorf("answered %+v, after %v", a, recorded.Calls())
	}
}

// TestARevocationBeforeASecondGoesByThePass, not by when a form was filled in for it.
func TestARevocationBeforeASecondGoesByThePass(t *testing.T) {
	k := newKit(t)
	k.registered("v1", "vera@example.com")
	k.visited("v1", "vera@example.com")
	doc := `{"revoke":{"email":"vera@example.com","before":"` + (t0 - 80).String() + `","by":"ops"}}`
	if a := k.ask(doc); a.Seen != 0 || k.pass("v1").RevokedAt != 0 {
		t.Errorf("answered %+v", a)
	}
	if a := k.ask(`{"revoke":{"email":"vera@example.com","by":"ops"}}`); a.Seen != 1 || a.Revoked != 1 {
		t.Errorf("without before: %+v", a)
	}
}
