package gate

import (
	"context"
	"net/http"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// countTime is how long a page waits at most for its look to be counted: the
// visitor came for the page.
const countTime = 500 * time.Millisecond

// looked counts a look at the link page by somebody who holds its secret, after
// it was decided and whatever the decision was. A look without the secret is
// not counted, so that it makes the same store calls whether the pass exists or
// not. A look that cannot be counted is answered all the same.
func (l *Link) looked(ctx context.Context, req *Request, d Decision) Decision {
	touch := pass.Get
	if req.Method == http.MethodHead {
		touch = pass.Head
	}
	return l.touched(ctx, touch, d)
}

// clicked counts a post that was refused. One that was not is a session, and
// one from another site was refused before anything was read.
func (l *Link) clicked(ctx context.Context, o Opened) Opened {
	if o.Outcome == Deny {
		o.Decision = l.touched(ctx, pass.RefusedPost, o.Decision)
	}
	return o
}

func (l *Link) touched(ctx context.Context, touch pass.Touch, d Decision) Decision {
	if h := d.Holder; h != nil {
		ctx, cancel := context.WithTimeout(ctx, countTime)
		defer cancel()
		d.Uncounted = l.store.Opened(ctx, h.Pass.ID, pass.Look{Touch: touch, At: h.Now, PurgeAt: h.Pass.PurgeAt})
	}
	return d
}
