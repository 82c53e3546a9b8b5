// Package patience works through many calls of a store, several at once, and tries
// again what failed. The store's client tries each call anew by itself; what that
// gives up is tried again here with longer waits, for a table that is throttling
// needs seconds.
//
// # Rules
//
//   - Only what matches pass.ErrUnavailable is tried again. Anything else is an answer.
//   - Waits double up to two seconds, and those who wait for the same reason wait
//     differently, by their names.
//   - Once a context ends, or a call has failed for good, nothing more is begun. What
//     has begun is finished before anybody is answered.
package patience

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

const (
	shortest = 100 * time.Millisecond // before the second try, doubled each time
	longest  = 2 * time.Second
)

// Pause waits for d, or less where ctx ends: then it returns why. A nil Pause waits
// by the real clock.
type Pause func(ctx context.Context, d time.Duration) error

// Retry tries a call so many times at most: the first time, and then after a Pause.
type Retry struct {
	Tries int
	Pause Pause
}

// Do tries until it is done, refused, tried often enough, or ctx ends. The error is
// the last try's, or ctx's where it ended before a try. The name of what is tried
// spreads the waits.
func (r Retry) Do(ctx context.Context, name string, try func() error) error {
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := try()
		if err == nil || !errors.Is(err, pass.ErrUnavailable) || n >= r.Tries {
			return err
		}
		if r.Pause.wait(ctx, backoff(n, name)) != nil {
			return err
		}
	}
}

func (p Pause) wait(ctx context.Context, d time.Duration) error {
	if p != nil {
		return p(ctx, d)
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
	most := min(longest, shortest<<min(n-1, 8))
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, name, n)
	return most/2 + time.Duration(h.Sum32()%1000)*most/2000
}

// Keeping returns a context that ends before ctx does, so that what has begun by then
// can be finished and answered: by keep, or by half of what time there is.
func Keeping(ctx context.Context, keep time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-min(keep, time.Until(deadline)/2)))
}
