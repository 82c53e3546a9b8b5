package desk

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// newLinkEvery is how many seconds lie between two requests for a new link that
// are told to the host: one mail, however often somebody clicks.
const newLinkEvery = 10 * 60

// newLinkKind names the buckets of requests for a new link.
const newLinkKind = "new link from"

// NewLink notes that the holder of p, at ip, asked for a new link; whether they
// are one, and may ask, is for the caller to know. It is OK where it was noted,
// and where one was less than ten minutes before; RateLimited where too many
// came from the client's block; Unavailable exactly when there is an error.
func (d *Desk) NewLink(ctx context.Context, p *pass.Pass, ip string) (pass.Reason, error) {
	ok, err := d.take(ctx, newLinkKind, Block(ip), perBlock, hour)
	if err == nil && !ok {
		return pass.RateLimited, nil
	}
	if err == nil {
		_, err = d.store.RequestLink(ctx, p.ID, pass.At(d.now()), newLinkEvery, p.PurgeAt)
	}
	if err != nil {
		return pass.Unavailable, err
	}
	return pass.OK, nil
}
