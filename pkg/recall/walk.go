package recall

import (
	"context"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/patience"
)

// How a list is worked through.
const (
	workers  = 16 // at once: a page of writes of 10 ms takes a second
	maxPages = 1000
	tries    = 6               // of each call of the store
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
	begin, cancel := patience.Keeping(ctx, toFinish)
	defer cancel()
	for range maxPages {
		var places []pass.Place
		err := r.retry().Do(begin, "", func() (err error) {
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

// each does what is to be done about each place of a page, several at once and
// begun in their order, until begin ends or one fails. The error is why some are
// untouched.
func (r *Recaller) each(ctx, begin context.Context, places []pass.Place, do worker) ([]verdict, error) {
	verdicts := make([]verdict, len(places)) // each is written by who took it, and read when all have ended
	err := patience.Each(begin, len(places), workers, func(i int) error {
		return r.retry().Do(begin, places[i].ID, func() (err error) {
			verdicts[i], err = do(ctx, places[i])
			return err
		})
	})
	return verdicts, err
}

func (r *Recaller) retry() patience.Retry { return patience.Retry{Tries: tries, Pause: r.Wait} }
