package issue

import (
	"context"
	"errors"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/patience"
)

// How passes are written where there are many.
const (
	writers  = 16          // at once: a thousand puts of 10 ms take a second
	tries    = 16          // where many are asked for: half a minute, or what time there is
	triesOne = 3           // where one is: whoever waits for it asks again
	toAnswer = time.Second // of the context's time, kept to finish and to answer
)

// putAll writes passes, one conditional put each and several at once, and marks
// those that could not be written after so many tries. It returns when every put has:
// an error is why the first of those failed. After one that failed for good, and when
// the time is up, no other is begun.
func (i *Issuer) putAll(ctx context.Context, all []*piece, tries int) error {
	ctx, cancel := patience.Keeping(ctx, toAnswer)
	defer cancel()
	for _, p := range all {
		p.left = true
	}
	return patience.Each(ctx, len(all), writers, func(n int) error {
		err := i.put(ctx, all[n].pass, tries)
		all[n].left = err != nil
		return err
	})
}

// put writes one pass. Its id can be no other's: where one is there, it is this
// one, of an earlier try or call, and stays as it has become.
func (i *Issuer) put(ctx context.Context, p *pass.Pass, tries int) error {
	err := i.retry(tries).Do(ctx, p.ID, func() error { return i.store.Create(ctx, p) })
	if errors.Is(err, pass.ErrExists) {
		return nil
	}
	return err
}

func (i *Issuer) retry(tries int) patience.Retry {
	return patience.Retry{Tries: tries, Pause: i.cfg.Pause}
}
