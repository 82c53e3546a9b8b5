package desk

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// newLinkEvery is how many seconds lie between two requests for a new link that
// are told to the host: one mail, however often somebody clicks. A link that was
// reissued since may be asked for at once.
const newLinkEvery = 10 * 60

// newLinkKind names the buckets of requests for a new link.
const newLinkKind = "new link from"

// Asked is what became of a wish for a new link.
type Asked struct {
	// Reason is OK where the host is told or was told less than ten minutes ago;
	// RateLimited where too many came from the client's block; Unavailable exactly
	// with an Err.
	Reason pass.Reason
	// Repeated says that the host was told before and is not told again. The page is
	// the same: whoever clicks twice has asked.
	Repeated bool
	// RetryAfter is, where it is RateLimited, in how many seconds it may be tried again.
	RetryAfter int64
	Err        error
}

// NewLink notes that the holder of p, at ip, asked for a new link; whether they
// are one, and may ask, is for the caller to know. Only a wish that the host is
// told of counts for the client's block, so that one who clicks on and on does
// not shut out those beside them.
func (d *Desk) NewLink(ctx context.Context, p *pass.Pass, ip string) Asked {
	now := pass.At(d.now())
	room, err := d.window(ctx, newLinkKind, pass.Block(ip), perBlock, hour, now)
	if err != nil {
		return Asked{Reason: pass.Unavailable, Err: err}
	}
	became, err := d.store.RequestLink(ctx, p.ID, pass.Wish{At: now, Secret: p.SecretKey(), Every: newLinkEvery, PurgeAt: p.PurgeAt}, room)
	switch {
	case err != nil:
		return Asked{Reason: pass.Unavailable, Err: err}
	case became == pass.WishRefused:
		return Asked{Reason: pass.RateLimited, RetryAfter: d.untilNext(hour)}
	}
	return Asked{Reason: pass.OK, Repeated: became == pass.WishRepeated}
}
