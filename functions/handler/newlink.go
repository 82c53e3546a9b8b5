package handler

import (
	"context"
	"net/http"
	"strconv"

	"github.com/gatepass/gatepass/pkg/desk"
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
	raw, nonce := v.linkToken(req), v.cookie(req)
	d, keep := v.link.Wish(ctx, &gate.Visit{Token: raw, Nonce: drawn(nonce), Request: gateRequest(req)})
	if v.cfg.Desk != nil && d.Holder.MayAsk(d.Reason) && d.Outcome == gate.Deny {
		return v.asked(ctx, req, d)
	}
	v.log.decision(pageEvent(newLinkRoute, req), d)
	if d.Outcome == gate.Allow {
		return v.show(req, raw, nonce, d, keep)
	}
	return v.refused(req, d)
}

// asked tells the host.
func (v *visit) asked(ctx context.Context, req *httpRequest, d gate.Decision) httpResponse {
	a := v.cfg.Desk.NewLink(ctx, d.Holder.Pass, req.RequestContext.HTTP.SourceIP)
	v.log.wish(req, d.PassID, a)
	switch a.Reason {
	case pass.OK:
		return v.notice(req, http.StatusOK, page.Asked)
	case pass.RateLimited:
		return later(v.notice(req, http.StatusTooManyRequests, page.TooManyRequests), a.RetryAfter)
	}
	return v.refused(req, gate.Decision{PassID: d.PassID, Reason: a.Reason})
}

// later says in how many seconds it may be tried again (RFC 9110, section 10.2.3).
func later(res httpResponse, seconds int64) httpResponse {
	res.Headers["retry-after"] = strconv.FormatInt(seconds, 10)
	return res
}

// wish writes the line of a wish of who may ask. One that the host is not told of
// because of another is refused here, though its page is the same.
func (l *Log) wish(req *httpRequest, id string, a desk.Asked) {
	ln := line{Level: "INFO", Message: "decision", Dialect: "page", Route: newLinkRoute, Outcome: string(gate.Deny), Reason: string(a.Reason), PassID: id,
		RequestID: shown(req.RequestContext.RequestID)}
	switch {
	case a.Repeated:
		ln.Reason, ln.Hint = string(pass.RateLimited), "the host was told of this pass less than ten minutes ago, and it was not reissued since: not told again, which the page does not say"
	case a.Reason == pass.OK:
		ln.Outcome, ln.Access = string(gate.Allow), string(gate.Granted)
	case a.Reason == pass.RateLimited:
		ln.Hint = "too many came from one block of clients within the hour: the next hour takes them again; issue with reissue makes a new link at once"
	default:
		ln.Level, ln.Outcome, ln.Hint = "ERROR", string(gate.Error), "the store or the key service did not answer: see error"
	}
	if a.Err != nil {
		ln.Error = a.Err.Error()
	}
	l.measured(ln)
}
