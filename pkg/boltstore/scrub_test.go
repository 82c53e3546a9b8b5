package boltstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// person returns a pass of somebody whose name is in it.
func person(id, name string) *pass.Pass {
	p := newPass(id)
	p.Visitor, p.Holder = &pass.Visitor{Email: name + "@example.com"}, "holder-"+name
	return p
}

// planted makes a pass of somebody who also used it, and returns what to look for
// in the file: their name, and the address that they came from.
func planted(t *testing.T, s *boltstore.Store, id, name string) (trace []string) {
	t.Helper()
	p := person(id, name)
	must(t, s.Create(t.Context(), p))
	v := visit(p, 1)
	v.IP = "address-of-" + name
	if _, _, r, err := s.Redeem(t.Context(), p, signed(p, v.Key()), v); r != pass.OK {
		t.Fatal(r, err)
	}
	return []string{name, v.IP}
}

// holds reports whether any byte of the store's folder tells of one of these.
func holds(t *testing.T, path string, trace ...string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	must(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		must(t, err)
		for _, s := range trace {
			if bytes.Contains(b, []byte(s)) {
				return true
			}
		}
	}
	return false
}

// scrub wants a scrub that does something, or one that does not.
func scrub(t *testing.T, s *boltstore.Store, want bool) {
	t.Helper()
	if got, err := s.Scrub(t.Context()); got != want || err != nil {
		t.Errorf("scrubbed: %v (%v), want %v", got, err, want)
	}
}

// readAll has the log of changes forgotten, as after its reader has read it.
func readAll(t *testing.T, s *boltstore.Store) {
	t.Helper()
	must(t, s.DropChanges(t.Context(), math.MaxUint64))
}

func TestScrubLeavesNoByteOfWhoWasErased(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, ctx := open(t, path), t.Context()
	vera, olga := planted(t, s, "a", "vera"), planted(t, s, "b", "olga")
	must(t, s.PutMarker(ctx, "b", now))
	before := len(changes(t, s, 0, 100))
	must(t, s.Erase(ctx, "a"))
	scrub(t, s, false) // the log of it is still to be read
	told := changes(t, s, uint64(before), 100)
	if len(told) != 2 || told[0].Old == nil || told[0].New != nil || told[0].TTL {
		t.Errorf("the log tells of %v, want the removals", told)
	}
	must(t, s.DropChanges(ctx, told[0].Sequence))
	scrub(t, s, false)
	readAll(t, s)
	if !holds(t, path, vera...) {
		t.Fatal("nothing is there to be scrubbed: this test shows nothing")
	}
	scrub(t, s, true)
	if holds(t, path, vera...) || !holds(t, path, olga...) {
		t.Errorf("in the file: %v %v, want only who was not erased", holds(t, path, vera...), holds(t, path, olga...))
	}
	scrub(t, s, false)
	whole(t, s, path, told[len(told)-1].Sequence)
}

// whole wants the pass b in the file after a scrub: in its collection, its lists
// and the order of removal; and that the log goes on where it was.
func whole(t *testing.T, s *boltstore.Store, path string, last uint64) {
	t.Helper()
	ctx := t.Context()
	for range 2 { // as it is open, and opened again
		h, err := s.History(ctx, "b")
		if must(t, err); h.Pass.Visitor.Email != "olga@example.com" || len(h.Sessions) != 1 {
			t.Errorf("the history is %v", h)
		}
		for _, l := range []pass.Listing{{Index: pass.ByTime}, {Index: pass.ByScope, Value: "x"}, {Index: pass.ByHolder, Value: "holder-olga"}} {
			l.Limit = 10
			if places, err := s.Find(ctx, l); err != nil || len(places) != 1 || places[0].ID != "b" {
				t.Errorf("by %s: %v, %v", l.Index, places, err)
			}
		}
		must(t, s.Close())
		s = open(t, path)
	}
	if n, err := s.Sweep(ctx, now, 10); n != 1 || err != nil {
		t.Errorf("sweep removed %d (%v)", n, err)
	}
	if got := changes(t, s, 0, 10); len(got) != 1 || got[0].Sequence != last+1 {
		t.Errorf("the log goes on with %v, want sequence %d", got, last+1)
	}
}

// TestWhatTheReaderPutsIsScrubbedToo: it reads of a use after the pass was erased,
// keeps its details, and then reads that the pass is gone.
func TestWhatTheReaderPutsIsScrubbedToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, ctx := open(t, path), t.Context()
	planted(t, s, "a", "vera")
	must(t, s.Erase(ctx, "a"))
	told := changes(t, s, 0, 100)
	must(t, s.PutUse(ctx, "a", pass.Use{Key: "k", At: now, IP: "address-of-vera"}, now))
	must(t, s.Clear(ctx, "a"))
	must(t, s.DropChanges(ctx, told[len(told)-1].Sequence))
	scrub(t, s, false) // of what it put the log still tells
	must(t, s.Close())
	s = open(t, path)
	readAll(t, s)
	scrub(t, s, true)
	if holds(t, path, "vera") {
		t.Error("the file tells of her still")
	}
}

func TestNothingIsScrubbedWhereNothingWasErased(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, ctx := open(t, path), t.Context()
	planted(t, s, "a", "vera")
	if n, err := s.Sweep(ctx, now+7200, 10); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	must(t, s.PutMarker(ctx, "a", now))
	must(t, s.Clear(ctx, "a"))
	readAll(t, s)
	scrub(t, s, false)
}

func TestScrubWhileOthersReadAndWrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, ctx := open(t, path), t.Context()
	planted(t, s, "kept", "olga")
	var others sync.WaitGroup
	for n := range 4 {
		others.Go(func() {
			for i := range 60 {
				if h, err := s.History(ctx, "kept"); err != nil || h.Pass.Visitor.Email != "olga@example.com" {
					t.Errorf("read: %v, %v", h, err)
				}
				if err := s.Create(ctx, person(fmt.Sprintf("p%d-%d", n, i), "somebody")); err != nil {
					t.Errorf("write: %v", err)
				}
			}
		})
	}
	for i := range 10 {
		id := fmt.Sprint("gone", i)
		planted(t, s, id, "vera")
		must(t, s.Erase(ctx, id))
		readAll(t, s)
		scrub(t, s, true)
	}
	others.Wait()
	if places, err := s.Find(ctx, pass.Listing{Index: pass.ByHolder, Value: "holder-somebody", Limit: 1000}); len(places) != 240 || err != nil {
		t.Errorf("%d of 240 that were written are there (%v)", len(places), err)
	}
	readAll(t, s)
	if holds(t, path, "vera") {
		t.Error("the file tells of her still")
	}
}

func TestFileIsOursAfterAScrub(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	planted(t, s, "a", "vera")
	must(t, s.Erase(t.Context(), "a"))
	readAll(t, s)
	scrub(t, s, true)
	if _, err := boltstore.Open(path, boltstore.Options{LockTimeout: time.Millisecond}); err == nil || !strings.Contains(err.Error(), "another Gatepass process") {
		t.Errorf("opened twice: %v", err)
	}
	info, err := os.Stat(path)
	if must(t, err); info.Mode().Perm() != 0o600 {
		t.Error(info.Mode())
	}
	if files, _ := filepath.Glob(path + "?*"); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestWhatAKilledScrubLeftIsRemoved: it has everybody in it who was there then.
func TestWhatAKilledScrubLeftIsRemoved(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	must(t, os.WriteFile(path+".scrub", []byte("vera"), 0o600))
	open(t, path)
	if holds(t, path, "vera") {
		t.Error("it is still there")
	}
}

func TestFailedScrubLeavesTheFileOfBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	planted(t, s, "b", "olga")
	planted(t, s, "a", "vera")
	must(t, s.Erase(t.Context(), "a"))
	readAll(t, s)
	must(t, os.MkdirAll(filepath.Join(path+".scrub", "in the way"), 0o700))
	if done, err := s.Scrub(t.Context()); done || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("scrubbed: %v, %v", done, err)
	}
	if h, err := s.History(t.Context(), "b"); err != nil || h.Pass == nil {
		t.Error(h, err)
	}
	must(t, os.RemoveAll(path+".scrub"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if done, err := s.Scrub(ctx); done || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("scrubbed with a context that has ended: %v, %v", done, err)
	}
	scrub(t, s, true)
	must(t, s.Close())
	if done, err := s.Scrub(t.Context()); done || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("scrubbed when closed: %v, %v", done, err)
	}
}

// crashScrub has the child that is to be killed erase and scrub.
const crashScrub = "GATEPASS_TEST_CRASH_SCRUB"

// scrubForever makes a pass that stays and one that is erased and scrubbed, and
// prints when each was acknowledged.
func scrubForever(path string) error {
	ctx := context.Background()
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		id := fmt.Sprintf("%d-%d", os.Getpid(), n)
		if err := errors.Join(s.Create(ctx, person("kept-"+id, "olga")), s.Create(ctx, person("gone-"+id, "vera-"+id)), s.Erase(ctx, "gone-"+id), s.DropChanges(ctx, math.MaxUint64)); err != nil {
			return err
		}
		fmt.Println(id, 0)
		if done, err := s.Scrub(ctx); err != nil || !done {
			return fmt.Errorf("scrub: %v %w", done, err)
		}
		fmt.Println(id, 1)
	}
}

func TestScrubSurvivesKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	t.Setenv(crashScrub, "yes")
	kept := 0
	for round := range 6 {
		all := killed(t, path, 21+round) // by turns before a scrub and after one
		s := open(t, path)
		for _, a := range all {
			it, err := s.Item(record.PassPK("kept-"+a.id), record.PassSK)
			if must(t, err); it == nil {
				t.Errorf("the pass of %s was acknowledged, and is not there", a.id)
			}
			if a.i == 1 && holds(t, path, "vera-"+a.id+"@") {
				t.Errorf("who was scrubbed with %s is in the file", a.id)
			}
			if a.i == 0 {
				kept++
			}
		}
		readAll(t, s)
		if _, err := s.Scrub(t.Context()); err != nil {
			t.Error(err)
		}
		must(t, s.Close())
	}
	if kept < 60 {
		t.Errorf("only %d passes were made: this test shows little", kept)
	}
}

// TestWhatWasPurgedBeforeIsScrubbedToo, once somebody is forgotten of whom nothing
// is found any more.
func TestWhatWasPurgedBeforeIsScrubbedToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path)
	planted(t, s, "a", "vera")
	if _, err := s.Sweep(t.Context(), now+1_000_000_000, 100); err != nil {
		t.Fatal(err)
	}
	told := changes(t, s, 0, 100)
	must(t, s.DropChanges(t.Context(), told[len(told)-1].Sequence))
	scrub(t, s, false)
	must(t, s.EraseRemains(t.Context()))
	scrub(t, s, true)
	if holds(t, path, "vera") {
		t.Error("the file holds who was purged before they were forgotten")
	}
}
