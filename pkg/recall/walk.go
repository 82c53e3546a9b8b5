package recall

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// How a list is worked through. The store's client tries each call anew by itself;
// what it gives up is tried again here with longer waits, for a table that is
// throttling needs seconds.
const (
	workers  = 16 // at once: a page of writes of 10 ms takes a second
	maxPages = 1000
	tries    = 6
	shortest = 100 * time.Millisecond // before the second try, doubled each time
	longest  = 2 * time.Second
	toFinish = 5 * time.Second // of a call's time, kept for what has begun, and to answer
)

// verdict is what became of one place.
type verdict int

const (
	untouched  verdict = iota // not begun, or failed
	gone                      // there is no pass any more
	seen                      // it was revoked before
	revoked                   // by this recall
	unreadable                // by this version
	erased
)

// worker does what is to be done about a place.
type worker func(ctx context.Context, p pass.Place) (verdict, error)

// walk works through a list from l.Before on, a page at a time, until it ends, the
// time does, or something fails for good. It tells tally what became of each place,
// in their order, up to the first that is not done; and returns the last that is,
// and whether the list has ended. What has begun is finished before it returns.
func (r *Recaller) walk(ctx context.Context, l pass.Listing, do worker, tally func(pass.Place, verdict) (enough bool)) (at pass.Place, end bool, err error) {
	begin, cancel := spanned(ctx)
	defer cancel()
	for range maxPages {
		var places []pass.Place
		err := r.persist(begin, "", func() (err error) {
			places, err = r.Store.Find(ctx, l)
			return err
		})
		if err != nil {
			return at, false, err
		}
		verdicts, err := r.each(ctx, begin, places, do)
		enough, done := false, 0
		for ; done < len(places) && verdicts[done] != untouched; done++ {
			enough = tally(places[done], verdicts[done]) || enough
			at = places[done]
		}
		switch {
		case done < len(places):
			return at, false, err
		case len(places) < l.Limit:
			return at, true, nil
		case enough:
			return at, false, nil
		}
		l.Before = at
	}
	return at, false, nil
}

// spanned ends before ctx does, so that what has begun by then can be finished and
// answered: by [toFinish], or half of what there is.
func spanned(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(toFinish, time.Until(deadline)/2)))
}

// each does what is to be done about each place of a page, several at once and
// begun in their order, until begin ends or one fails. The error is of the first
// that was seen to.
func (r *Recaller) each(ctx, begin context.Context, places []pass.Place, do worker) ([]verdict, error) {
	p := &page{places: places, verdicts: make([]verdict, len(places))}
	var wg sync.WaitGroup
	for range min(workers, len(places)) {
		wg.Go(func() {
			p.work(begin, func(at pass.Place) (v verdict, err error) {
				err = r.persist(begin, at.ID, func() error {
					v, err = do(ctx, at)
					return err
				})
				return v, err
			})
		})
	}
	wg.Wait()
	if p.bug != nil {
		panic(p.bug) // here, where whoever called can recover it
	}
	return p.verdicts, p.failed
}

// page is what those who work on it share.
type page struct {
	places   []pass.Place
	verdicts []verdict // each is written by who took it, and read when all have ended

	mu     sync.Mutex
	next   int
	failed error // the first
	bug    any   // what a store panicked with
}

// take returns the next place to begin with, or false if none is to be.
func (p *page) take(begin context.Context) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed != nil || p.bug != nil || p.next == len(p.places) || begin.Err() != nil {
		return 0, false
	}
	p.next++
	return p.next - 1, true
}

// work does one place after another.
func (p *page) work(begin context.Context, do func(pass.Place) (verdict, error)) {
	defer func() {
		if bug := recover(); bug != nil { // it would end the process
			p.mu.Lock()
			p.bug = bug
			p.mu.Unlock()
		}
	}()
	for i, ok := p.take(begin); ok; i, ok = p.take(begin) {
		v, err := do(p.places[i])
		if err == nil {
			p.verdicts[i] = v
			continue
		}
		p.mu.Lock()
		if p.failed == nil {
			p.failed = err
		}
		p.mu.Unlock()
	}
}

// persist tries until it is done, refused, or begin ends. Those who wait for the
// same reason wait differently, by their names.
func (r *Recaller) persist(begin context.Context, name string, try func() error) error {
	for n := 1; ; n++ {
		if err := begin.Err(); err != nil {
			return fmt.Errorf("%w: %w", pass.ErrUnavailable, err)
		}
		err := try()
		if err == nil || !errors.Is(err, pass.ErrUnavailable) || n == tries {
			return err
		}
		if r.wait(begin, backoff(n, name)) != nil {
			return err
		}
	}
}

func (r *Recaller) wait(ctx context.Context, d time.Duration) error {
	if r.Wait != nil {
		return r.Wait(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
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
