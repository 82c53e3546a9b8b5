package storetest_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const now pass.NumericDate = 4_102_444_800

// real returns a store with one pass of two uses.
func real(t *testing.T) (*boltstore.Store, *pass.Pass) {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	p := &pass.Pass{V: pass.Version, ID: "a", Mode: pass.VisitorMode, Scope: "x", MaxUses: 2, ExpiresAt: now + 100}
	if err := s.Create(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	return s, p
}

// use and redeem make the nth use or session of the pass.
func use(ctx context.Context, s storetest.Store, n int) (pass.Reason, error) {
	k := pass.DigestOf([]byte{byte(n)}).Key()
	p, r, err := s.Use(ctx, "a", asked(k), pass.Use{Key: k, At: now})
	if err != nil && p != nil {
		return r, errors.New("a pass beside an error")
	}
	return r, err
}

func redeem(ctx context.Context, s storetest.Store, n int) (pass.Reason, error) {
	v := &pass.Session{V: pass.Version, PassID: "a", Secret: pass.DigestOf([]byte{byte(n)}), At: now, ExpiresAt: now + 100}
	p, opened, r, err := s.Redeem(ctx, &pass.Pass{ID: "a"}, asked(v.Key()), v)
	if err != nil && (p != nil || opened != nil) {
		return r, errors.New("a pass or session beside an error")
	}
	return r, err
}

func asked(k pass.Key) pass.Ask {
	return pass.Ask{Signed: true, Scope: "x", Accept: []pass.Mode{pass.VisitorMode}, Key: k}
}

// written returns how many uses the pass has, or -1.
func written(s storetest.Store) int {
	e, err := s.Read(context.Background(), []pass.Ref{{ID: "a"}})
	if err != nil {
		return -1
	}
	return len(e[0].Pass.Uses)
}

func TestFaultsDoWhatTheirNamesSay(t *testing.T) {
	for _, c := range []struct {
		fault   storetest.Fault
		fails   bool
		written int // of a use and of a redemption
		arrives map[string]int
	}{
		{storetest.None, false, 2, map[string]int{"Use": 1, "Redeem": 1}},
		{storetest.Before, true, 0, map[string]int{}},
		{storetest.After, true, 2, map[string]int{"Use": 1, "Redeem": 1}},
		{storetest.Instead, true, 0, map[string]int{"Use": 1, "Redeem": 1}},
		{storetest.Blocks, true, 0, map[string]int{}},
		{storetest.Stalls, true, 2, map[string]int{"Use": 1, "Redeem": 1}},
		{storetest.Twice, false, 2, map[string]int{"Use": 2, "Redeem": 2}},
	} {
		s, _ := real(t)
		arrived := storetest.Record(s)
		faulty := storetest.Faulty(arrived, storetest.Always(c.fault, "Use", "Redeem"))
		for n, call := range []func(context.Context, storetest.Store, int) (pass.Reason, error){use, redeem} {
			ctx, cancel := context.WithCancel(context.Background())
			if c.fault == storetest.Blocks || c.fault == storetest.Stalls {
				go func() {
					for c.fault == storetest.Stalls && written(s) == n {
						runtime.Gosched()
					}
					cancel()
				}()
			}
			r, err := call(ctx, faulty, n)
			cancel()
			if errors.Is(err, pass.ErrUnavailable) != c.fails || (r == pass.Unavailable) != c.fails {
				t.Errorf("fault %d, call %d: %s (%v)", c.fault, n, r, err)
			}
		}
		if d := cmp.Diff(c.arrives, arrived.Calls()); d != "" {
			t.Errorf("fault %d, what arrived:\n%s", c.fault, d)
		}
		if got := written(s); got != c.written {
			t.Errorf("fault %d: %d uses, want %d", c.fault, got, c.written)
		}
	}
}

func TestBlockedCallLastsUntilItsContextEnds(t *testing.T) {
	s, _ := real(t)
	for _, f := range []storetest.Fault{storetest.Blocks, storetest.Stalls} {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		faulty := storetest.Faulty(s, storetest.Always(f, "Read"))
		go func() {
			_, err := faulty.Read(ctx, []pass.Ref{{ID: "a"}})
			done <- err
		}()
		select {
		case err := <-done:
			t.Errorf("fault %d: %v before its context ended", f, err)
		default:
		}
		cancel()
		if err := <-done; !errors.Is(err, pass.ErrUnavailable) {
			t.Errorf("fault %d: %v", f, err)
		}
	}
}

func TestPlanIsToldWhichCallOfWhichMethod(t *testing.T) {
	s, _ := real(t)
	var told []storetest.Call
	faulty := storetest.Faulty(s, func(c storetest.Call) storetest.Fault {
		told = append(told, c)
		if c.Method == "Use" && c.N == 2 {
			return storetest.Before
		}
		return storetest.None
	})
	var reasons []pass.Reason
	for n := range 4 {
		r, _ := use(context.Background(), faulty, n)
		reasons = append(reasons, r)
	}
	faulty.Revoke(context.Background(), "a", pass.Change{At: now})
	if d := cmp.Diff([]pass.Reason{pass.OK, pass.Unavailable, pass.OK, pass.Spent}, reasons); d != "" {
		t.Error(d)
	}
	want := []storetest.Call{{Method: "Use", N: 1}, {Method: "Use", N: 2}, {Method: "Use", N: 3}, {Method: "Use", N: 4}, {Method: "Revoke", N: 1}}
	if d := cmp.Diff(want, told); d != "" {
		t.Error(d)
	}
}

func TestRecorderCountsEveryMethod(t *testing.T) {
	s, p := real(t)
	r := storetest.Record(s)
	ctx := context.Background()
	want := map[string]int{}
	for i, call := range []struct {
		name string
		make func()
	}{
		{"Create", func() { r.Create(ctx, p) }},
		{"Read", func() { r.Read(ctx, nil) }},
		{"Use", func() { use(ctx, r, 1) }},
		{"Redeem", func() { redeem(ctx, r, 1) }},
		{"Revoke", func() { r.Revoke(ctx, "a", pass.Change{At: now}) }},
		{"Restore", func() { r.Restore(ctx, "a", pass.Change{}) }},
		{"EndSession", func() { r.EndSession(ctx, "a", "k", pass.Change{}) }},
		{"EndSessions", func() { r.EndSessions(ctx, "a", pass.Change{}) }},
		{"History", func() { r.History(ctx, "a") }},
		{"PublicKeys", func() { r.PublicKeys(ctx) }},
		{"SealedKeys", func() { r.SealedKeys(ctx) }},
		{"PutKey", func() { r.PutKey(ctx, keys.Public{}, keys.Sealed{}, 0) }},
		{"Rules", func() { r.Rules(ctx, "api") }},
		{"PutRules", func() { r.PutRules(ctx, "api", "a/R", nil) }},
		{"DeleteRules", func() { r.DeleteRules(ctx, "api", "a/R") }},
		{"PutMarker", func() { r.PutMarker(ctx, "a", now) }},
		{"PutUse", func() { r.PutUse(ctx, "a", pass.Use{}, now) }},
		{"PutChange", func() { r.PutChange(ctx, "a", pass.Change{}, now) }},
		{"Change", func() { r.Change(ctx, "a", pass.Amendment{Scope: "s"}) }},
		{"Opened", func() { r.Opened(ctx, "a", pass.Look{Touch: pass.Get, At: now}) }},
		{"Seen", func() { r.Seen(ctx, "a", pass.Visit{Client: "c", Key: "k"}) }},
		{"Clear", func() { r.Clear(ctx, "a") }},
	} {
		for range i + 1 {
			call.make()
		}
		want[call.name] = i + 1
	}
	if d := cmp.Diff(want, r.Calls()); d != "" {
		t.Error(d)
	}
	if r.Reset(); len(r.Calls()) != 0 {
		t.Error("after Reset:", r.Calls())
	}
}
