package handler

import (
	"context"
	"net/http"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

// newLinkRoute is what the log calls it.
const newLinkRoute = "new link"

// newLink answers who posts the wish for a new link: it never redeems, whatever
// the pass is. The holder of a link that is over is answered the same whether
// the host is told now or was told a moment ago; everybody else is shown how
// the link stands, as if they had come without a wish.
func (v *visit) newLink(ctx context.Context, req *httpRequest) httpResponse {
	raw, nonce := linkToken(req.PathParameters["token"], req.RawPath), v.cookie(req)
	d, again := v.link.Wish(ctx, &gate.Visit{Token: raw, Nonce: drawn(nonce), Request: gateRequest(req)})
	asked := v.cfg.Desk != nil && d.Holder.MayAsk(d.Reason) && d.Outcome == gate.Deny
	if asked {
		d = v.asked(ctx, req, d)
	}
	v.log.decision(pageEvent(newLinkRoute, req), d)
	switch {
	case asked && d.Reason == pass.RateLimited:
		return v.notice(req, http.StatusTooManyRequests, page.TooManyRequests)
	case asked && d.Outcome == gate.Allow:
		return v.notice(req, http.StatusOK, page.Asked)
	case d.Outcome == gate.Allow:
		return v.show(req, raw, nonce, d, again)
	}
	return v.refused(req, d)
}

// asked tells the host, and returns what the log shall say of it.
func (v *visit) asked(ctx context.Context, req *httpRequest, d gate.Decision) gate.Decision {
	out := gate.Decision{PassID: d.PassID}
	out.Reason, out.Err = v.cfg.Desk.NewLink(ctx, d.Holder.Pass, req.RequestContext.HTTP.SourceIP)
	switch out.Reason {
	case pass.OK:
		out.Outcome, out.Access = gate.Allow, gate.Granted
	case pass.Unavailable:
		out.Outcome = gate.Error
	default:
		out.Outcome = gate.Deny
	}
	return out
}
