package patience_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/patience"
)

// retry returns a Retry that takes no time, and the waits it was asked for.
func retry(tries int) (patience.Retry, *[]time.Duration) {
	waits := &[]time.Duration{}
	return patience.Retry{Tries: tries, Pause: func(ctx context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return ctx.Err()
	}}, waits
}

func TestWhatIsTriedAgain(t *testing.T) {
	lost := fmt.Errorf("a reason: %w", pass.ErrUnavailable)
	for name, row := range map[string]struct {
		answers []error // of one try after another
		tries   int
		made    int
		want    error
	}{
		"done at once":                {[]error{nil}, 3, 1, nil},
		"done at the third try":       {[]error{lost, lost, nil}, 3, 3, nil},
		"not done in so many":         {[]error{lost, lost, lost, nil}, 3, 3, lost},
		"an answer, not tried again":  {[]error{pass.ErrExists, nil}, 3, 1, pass.ErrExists},
		"an answer at the second try": {[]error{lost, pass.ErrNotFound, nil}, 3, 2, pass.ErrNotFound},
		"only one try":                {[]error{lost, nil}, 1, 1, lost},
	} {
		r, waits := retry(row.tries)
		made := 0
		err := r.Do(t.Context(), "a", func() error { made++; return row.answers[made-1] })
		if made != row.made || !errors.Is(err, row.want) || len(*waits) != made-1 {
			t.Errorf("%s: %d tries, %d waits, %v; want %d tries, %v", name, made, len(*waits), err, row.made, row.want)
		}
	}
}

// Waits double up to two seconds, and are between half and all of that; two who
// wait are not told the same.
func TestWaitsDoubleAndDiffer(t *testing.T) {
	var all [2][]time.Duration
	for n, name := range []string{"a", "b"} {
		r, waits := retry(100)
		_ = r.Do(t.Context(), name, func() error { return pass.ErrUnavailable })
		for i, d := range *waits {
			if most := min(2*time.Second, 100*time.Millisecond<<min(i, 10)); d < most/2 || d >= most {
				t.Errorf("%s: wait %d is %s, want %s to %s", name, i+1, d, most/2, most)
			}
		}
		all[n] = *waits
	}
	if len(all[0]) != 99 || slices.Equal(all[0], all[1]) {
		t.Errorf("%d waits, the same of both: %t", len(all[0]), slices.Equal(all[0], all[1]))
	}
}

func TestNothingIsTriedOnceTheContextEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	made := 0
	r := patience.Retry{Tries: 100} // the real clock
	if err := r.Do(ctx, "a", func() error { made++; cancel(); return pass.ErrUnavailable }); made != 1 || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("ended while it was tried: %d tries, %v", made, err)
	}
	if err := r.Do(ctx, "a", func() error { made++; return nil }); made != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("ended before: %d tries, %v", made, err)
	}
}

func TestEachIsDoneOnce(t *testing.T) {
	for _, n := range []int{0, 1, 3, 16, 100} {
		times := make([]atomic.Int64, n)
		if err := patience.Each(t.Context(), n, 16, func(i int) error { times[i].Add(1); return nil }); err != nil {
			t.Errorf("of %d: %v", n, err)
		}
		for i := range times {
			if times[i].Load() != 1 {
				t.Errorf("of %d: %d was done %d times", n, i, times[i].Load())
			}
		}
	}
}

// Each worker is one at a time, all of them are at work together, and none is any
// more when Each has returned.
func TestWorkersAreSoManyAtOnce(t *testing.T) {
	var now, most atomic.Int64
	var once sync.Once
	full := make(chan struct{})
	err := patience.Each(t.Context(), 60, 5, func(int) error {
		n := now.Add(1)
		defer now.Add(-1)
		for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
		}
		if n == 5 {
			once.Do(func() {
				for range 10_000 { // a sixth would come by now
					runtime.Gosched()
				}
				close(full)
			})
		}
		<-full
		return nil
	})
	if err != nil || most.Load() != 5 || now.Load() != 0 {
		t.Errorf("%v; at most %d at once, %d afterwards", err, most.Load(), now.Load())
	}
}

// One that fails, and an end of the time, keep back those that have not begun.
func TestNothingIsBegunAfterAFailureOrTheEnd(t *testing.T) {
	bad := errors.New("the fourth")
	for name, row := range map[string]struct {
		at   func(cancel func()) error
		want error
	}{
		"a failure":        {func(func()) error { return bad }, bad},
		"the context ends": {func(cancel func()) error { cancel(); return nil }, context.Canceled},
	} {
		ctx, cancel := context.WithCancel(t.Context())
		var done []int
		err := patience.Each(ctx, 100, 1, func(i int) error {
			done = append(done, i)
			if i == 3 {
				return row.at(cancel)
			}
			return nil
		})
		if !errors.Is(err, row.want) || !slices.Equal(done, []int{0, 1, 2, 3}) {
			t.Errorf("%s: %v, begun were %v", name, err, done)
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := patience.Each(ctx, 3, 1, func(i int) error {
		if i == 2 {
			cancel()
		}
		return nil
	}); err != nil {
		t.Errorf("all were done when it ended: %v", err)
	}
}

func TestAPanicIsTheCallers(t *testing.T) {
	defer func() {
		if bug := recover(); bug != "a bug" {
			t.Errorf("recovered %v", bug)
		}
	}()
	_ = patience.Each(t.Context(), 20, 4, func(int) error { panic("a bug") })
	t.Error("it went on")
}

func TestTimeIsKept(t *testing.T) {
	for given, kept := range map[time.Duration]time.Duration{time.Hour: 5 * time.Second, 10 * time.Second: 5 * time.Second, 8 * time.Second: 4 * time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), given)
		begin, end := patience.Keeping(ctx, 5*time.Second)
		hard, _ := ctx.Deadline()
		if soft, ok := begin.Deadline(); !ok || hard.Sub(soft).Round(time.Second) != kept {
			t.Errorf("of %s, %s are kept, want %s", given, hard.Sub(soft), kept)
		}
		end()
		cancel()
	}
	begin, end := patience.Keeping(t.Context(), time.Second)
	if _, ok := begin.Deadline(); ok || begin.Err() != nil {
		t.Error("without a deadline there is one")
	}
	if end(); begin.Err() == nil {
		t.Error("it cannot be ended")
	}
}
