package issue_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// slow is a store whose puts go through do, which may look, fail, or act.
type slow struct {
	storetest.Store
	do func(ctx context.Context, p *pass.Pass) error
}

func (s slow) Create(ctx context.Context, p *pass.Pass) error {
	if err := s.do(ctx, p); err != nil {
		return err
	}
	return s.Store.Create(ctx, p)
}

func hundred(key string) string {
	return manyOf(key, slices.Repeat([]string{`{"scope":"s"}`}, 100)...)
}

// A table that throttles: what fails twice is written at the third try, after
// waits that double and differ.
func TestWritesThatFailAreTriedAgain(t *testing.T) {
	k := newAgain(t, bolt(t))
	var mu sync.Mutex
	failed := map[string]int{}
	a := k.askOf(k.over(slow{k.store, func(_ context.Context, p *pass.Pass) error {
		mu.Lock()
		defer mu.Unlock()
		if failed[p.ID]++; failed[p.ID] < 3 {
			return pass.ErrUnavailable
		}
		return nil
	}}), hundred("k"))
	k.counts(a, 100, 0, 0)
	if len(k.pauses) != 200 {
		t.Fatalf("%d waits, want 200", len(k.pauses))
	}
	differ := map[time.Duration]bool{}
	short, long := 0, 0
	for _, d := range k.pauses {
		differ[d] = true
		switch {
		case d >= 50*time.Millisecond && d < 100*time.Millisecond:
			short++
		case d >= 100*time.Millisecond && d < 200*time.Millisecond:
			long++
		default:
			t.Errorf("waited %s", d)
		}
	}
	if short != 100 || long != 100 || len(differ) < 100 {
		t.Errorf("%d short and %d long waits, %d different", short, long, len(differ))
	}
}

// A store that fails for good is not asked for all of them: what was begun is tried
// sixteen times, and no other is begun. One pass is tried three times: whoever asked
// for it waits.
func TestStoreThatFailsForGoodLeavesTheRest(t *testing.T) {
	store := bolt(t)
	k := newAgain(t, store)
	counted := storetest.Record(storetest.Faulty(store, storetest.Always(storetest.Before, "Create")))
	a := k.askOf(k.over(counted), hundred("k"))
	k.counts(a, 0, 0, 100)
	if n := counted.Calls()["Create"]; n < 16 || n > 16*16 {
		t.Errorf("%d puts", n)
	}
	if !errors.Is(a.Err, pass.ErrUnavailable) || counted.Calls()["FinishOrder"] != 0 {
		t.Errorf("%v; %v", a.Err, counted.Calls())
	}
	longest := slices.Max(k.pauses)
	if longest < 1500*time.Millisecond || longest >= 2*time.Second {
		t.Errorf("the longest wait is %s, want nearly two seconds", longest)
	}
	k.counts(k.ask(hundred("k")), 100, 0, 0)
	counted.Reset()
	if _, err := k.over(counted).Issue(t.Context(), []byte(keyed)); !errors.Is(err, pass.ErrUnavailable) || counted.Calls()["Create"] != 3 {
		t.Errorf("one pass that could not be written: %v, %v", err, counted.Calls())
	}
}

// At most sixteen puts are under way at once, at least two where there are many,
// and none any more once it is answered.
func TestWritersAreBounded(t *testing.T) {
	k := newAgain(t, bolt(t))
	var now, most, after atomic.Int64
	var answered atomic.Bool
	gate := make(chan struct{})
	var once sync.Once
	a := k.askOf(k.over(slow{k.store, func(context.Context, *pass.Pass) error {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == 16 {
			once.Do(func() {
				for range 10_000 { // a seventeenth would come by now
					runtime.Gosched()
				}
				close(gate)
			})
		}
		<-gate // the first sixteen meet here
		if answered.Load() {
			after.Add(1)
		}
		return nil
	}}), hundred("k"))
	answered.Store(true)
	k.counts(a, 100, 0, 0)
	if most.Load() != 16 || now.Load() != 0 || after.Load() != 0 {
		t.Errorf("%d at once, %d under way after the answer, %d begun after it", most.Load(), now.Load(), after.Load())
	}
}

// The time ends in the middle: what was written is answered, the rest is left, and
// asked for again.
func TestDeadlineInTheMiddle(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		k := newAgain(t, store)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var n atomic.Int64
		counted := storetest.Record(store)
		a, err := k.over(slow{counted, func(context.Context, *pass.Pass) error {
			if n.Add(1) == 50 {
				cancel()
			}
			return nil
		}}).Issue(ctx, []byte(hundred("k")))
		if err != nil || a.Issued+a.Left != 100 || a.Issued > 49 || a.Issued < 49-16 || !errors.Is(a.Err, pass.ErrUnavailable) {
			t.Fatalf("answered %d issued, %d left: %v, %v", a.Issued, a.Left, a.Err, err)
		}
		if counted.Calls()["FinishOrder"] != 0 {
			t.Error("an order of which some are left is done")
		}
		second := k.ask(hundred("k"))
		k.counts(second, 100, 0, 0)
		k.partOf(a, second)
		t.Logf("%d issued, then all", a.Issued)
	})
}

// Of the time there is, a second is kept to finish and to answer.
func TestTimeToAnswerIsKept(t *testing.T) {
	store := bolt(t)
	k := newAgain(t, store)
	ends := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), ends)
	defer cancel()
	seen := &finished{Store: slow{store, func(ctx context.Context, _ *pass.Pass) error {
		if d, ok := ctx.Deadline(); !ok || !d.Equal(ends.Add(-time.Second)) {
			return fmt.Errorf("%w: a put ends at %s", pass.ErrUnavailable, d)
		}
		return nil
	}}}
	a, err := k.over(seen).Issue(ctx, []byte(hundred("k")))
	if err != nil || a.Issued != 100 || !seen.deadline.Equal(ends) {
		t.Errorf("%v, %v; the order is finished until %s, want %s", a, err, seen.deadline, ends)
	}
}

// finished remembers until when an order may be finished.
type finished struct {
	storetest.Store
	deadline time.Time
}

func (s *finished) FinishOrder(ctx context.Context, o *pass.Order) error {
	s.deadline, _ = ctx.Deadline()
	return s.Store.FinishOrder(ctx, o)
}

// An order that is not finished is not answered, since a repetition would write its
// passes again whatever became of them; one that gave way to another is.
func TestOrderThatCannotBeFinished(t *testing.T) {
	store := bolt(t)
	k := newAgain(t, store)
	counted := storetest.Record(storetest.Faulty(store, storetest.Always(storetest.Before, "FinishOrder")))
	if a, err := k.over(counted).Issue(t.Context(), []byte(keyed)); a != nil || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("answered %v, %v", a, err)
	}
	if n := counted.Calls()["FinishOrder"]; n != 3 {
		t.Errorf("%d tries, want 3", n)
	}
	a := k.askOf(k.over(gone{store}), keyed)
	if a.Error != nil || a.ID == "" {
		t.Errorf("answered %v", a)
	}
}

// gone is a store whose order gave way before it was finished.
type gone struct{ storetest.Store }

func (gone) FinishOrder(context.Context, *pass.Order) error { return pass.ErrNotFound }

// A store with a bug panics in one goroutine of many: the one who asked can recover
// it, and nothing of it ends the process.
func TestBugInTheStoreIsRecovered(t *testing.T) {
	k := newAgain(t, bolt(t))
	defer func() {
		if bug := recover(); fmt.Sprint(bug) != "a bug" {
			t.Errorf("recovered %v", bug)
		}
	}()
	_, _ = k.over(slow{k.store, func(context.Context, *pass.Pass) error { panic("a bug") }}).Issue(t.Context(), []byte(hundred("k")))
	t.Error("it went on")
}

// The real clock's wait ends with its context.
func TestWaitEndsWithItsContext(t *testing.T) {
	k := newAgain(t, bolt(t))
	ctx, cancel := context.WithCancel(t.Context())
	i, err := issue.New(k.cfg, slow{k.store, func(context.Context, *pass.Pass) error { cancel(); return pass.ErrUnavailable }}, k.signer(), k.digests, k.clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := i.Issue(ctx, []byte(hundred("k")))
	if err != nil || a.Left != 100 || !strings.Contains(fmt.Sprint(a), "100 left") {
		t.Errorf("%v, %v", a, err)
	}
}
