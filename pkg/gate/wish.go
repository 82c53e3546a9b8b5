package gate

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// Wish reports how the pass behind a token stands, as Open does, to a browser
// that posts something else than to redeem. A post that another site made is
// CrossSite before anything is read, as it is for Redeem. It counts nothing and
// makes one read, whoever asks.
func (l *Link) Wish(ctx context.Context, v *Visit) (d Decision, keep bool) {
	if short, ok := token.ParseShort(v.Token); ok && l.cfg.CrossSite(&v.Request) {
		return l.deny(short, pass.CrossSite).Decision, false
	}
	return l.stands(ctx, v)
}

// MayAsk reports whether a new link may be asked for: by the holder of one whose
// time or whose uses are over. What was withdrawn was meant to end, and what is
// not valid yet needs no other link.
func (h *Holder) MayAsk(reason pass.Reason) bool {
	return h != nil && (reason == pass.Expired || reason == pass.Spent)
}
