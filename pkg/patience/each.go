package patience

import (
	"context"
	"sync"
)

// Each calls do for 0 to n-1, begun in their order, by so many workers at once at
// most. It returns nil when all are done; else why the first that failed did, or
// ctx's error where that ended before all were begun. A panic of do is the caller's,
// who can recover it: in a goroutine of its own it would end the process.
func Each(ctx context.Context, n, workers int, do func(i int) error) error {
	w := &work{ctx: ctx, n: n, do: do}
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(w.all)
	}
	wg.Wait()
	if w.bug != nil {
		panic(w.bug)
	}
	return w.failed
}

// work is what the workers share.
type work struct {
	ctx context.Context
	n   int
	do  func(i int) error

	mu     sync.Mutex
	next   int
	failed error // the first
	bug    any   // what do panicked with
}

// all does one after another, until there is none to begin.
func (w *work) all() {
	defer func() {
		if bug := recover(); bug != nil {
			w.mu.Lock()
			w.bug = bug
			w.mu.Unlock()
		}
	}()
	for i, ok := w.take(); ok; i, ok = w.take() {
		if err := w.do(i); err != nil {
			w.mu.Lock()
			w.fail(err)
			w.mu.Unlock()
		}
	}
}

// take returns the next to begin, or false if none is to be.
func (w *work) take() (int, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil || w.bug != nil || w.next == w.n {
		return 0, false
	}
	if err := w.ctx.Err(); err != nil {
		w.fail(err)
		return 0, false
	}
	w.next++
	return w.next - 1, true
}

// fail notes why. The lock is held.
func (w *work) fail(err error) {
	if w.failed == nil {
		w.failed = err
	}
}
