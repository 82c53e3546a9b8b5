package issue

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// How passes are written where there are many. The store's client tries each write
// anew by itself; what it gives up is tried again here with longer waits, for a
// table that is throttling needs seconds.
const (
	writers  = 16                     // at once: a thousand puts of 10 ms take a second
	tries    = 16                     // where many are asked for: half a minute, or what time there is
	triesOne = 3                      // where one is: whoever waits for it asks again
	shortest = 100 * time.Millisecond // before the second try, doubled each time
	longest  = 2 * time.Second
	toAnswer = time.Second // of the context's time, kept to finish and to answer
)

// Pause waits for d, or less where ctx ends: then it returns why.
type Pause func(ctx context.Context, d time.Duration) error

// Pausing has the issuer wait by pause before it tries a write again, and not by
// the real clock. It is called before the issuer is used, and returns it.
func (i *Issuer) Pausing(pause Pause) *Issuer {
	i.pause = pause
	return i
}

// sleep is the Pause of the real clock.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// putAll writes passes, one conditional put each and several at once, and marks
// those that could not be written after so many tries. It returns when every put has: an error is why
// the first of those failed. After one that failed for good, and when the time is
// up, no other is begun.
func (i *Issuer) putAll(ctx context.Context, all []*piece, tries int) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-toAnswer))
		defer cancel()
	}
	for _, p := range all {
		p.left = true
	}
	w := &writing{issuer: i, all: all, tries: tries}
	var wg sync.WaitGroup
	for range min(writers, len(all)) {
		wg.Go(func() { w.work(ctx) })
	}
	wg.Wait()
	if w.bug != nil {
		panic(w.bug) // here, where whoever called can recover it
	}
	return w.failed
}

// writing is what those who write at once share.
type writing struct {
	issuer *Issuer
	all    []*piece
	tries  int

	mu     sync.Mutex
	next   int
	failed error // the first
	bug    any   // what a store panicked with
}

// take returns the next pass to write, or nil if none is to be.
func (w *writing) take() *piece {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil || w.bug != nil || w.next == len(w.all) {
		return nil
	}
	w.next++
	return w.all[w.next-1]
}

// work writes one pass after another.
func (w *writing) work(ctx context.Context) {
	defer func() {
		if bug := recover(); bug != nil { // it would end the process
			w.mu.Lock()
			w.bug = bug
			w.mu.Unlock()
		}
	}()
	for p := w.take(); p != nil; p = w.take() {
		err := w.issuer.put(ctx, p.pass, w.tries)
		p.left = err != nil
		w.note(err)
	}
}

func (w *writing) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed == nil {
		w.failed = err
	}
}

// put writes one pass. Its id can be no other's: where one is there, it is this
// one, of an earlier try or call, and stays as it has become.
func (i *Issuer) put(ctx context.Context, p *pass.Pass, tries int) error {
	err := i.patiently(ctx, p.ID, tries, func() error { return i.store.Create(ctx, p) })
	if errors.Is(err, pass.ErrExists) {
		return nil
	}
	return err
}

// patiently tries until it is done or refused, so often at most. Those who wait for
// the same reason wait differently, by their names.
func (i *Issuer) patiently(ctx context.Context, name string, tries int, try func() error) error {
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return unavailable("wait", err)
		}
		err := try()
		if err == nil || errors.Is(err, pass.ErrExists) || errors.Is(err, pass.ErrNotFound) || n == tries {
			return err
		}
		if i.pause(ctx, backoff(n, name)) != nil {
			return err
		}
	}
}

// backoff is how long to wait after the nth try: a part of what doubles each time
// up to the longest, between half and all of it.
func backoff(n int, name string) time.Duration {
	most := min(longest, shortest<<(n-1))
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, name, n)
	return most/2 + time.Duration(h.Sum32()%1000)*most/2000
}
