package gate

import "github.com/gatepass/gatepass/pkg/pass"

// Holder is what the link page may tell to who holds a link's secret, and to
// nobody else: whatever is in the record, granted or refused.
type Holder struct {
	Pass *pass.Pass
	Now  pass.NumericDate // when it was decided
	// SignedIn is the subject of a login in this browser that redeeming would
	// end, because it is somebody else's; empty if there is none.
	SignedIn string
	// Here says that this browser has a live session of this very pass, so that
	// it is let through without a use.
	Here bool
}

// holder returns what the bearer of r's secret may be told: nil where the
// secret does not open p.
func (r *redemption) holder(p *pass.Pass, h held) *Holder {
	look := r.ask
	look.Key = ""
	if reason := pass.Admit(p, look, r.now); reason == pass.Unknown || reason == pass.Unavailable {
		return nil
	}
	return &Holder{Pass: p, Now: r.now, SignedIn: h.other.subject(), Here: h.goOn != nil}
}

// refuse turns the bearer away, and says of the pass what a holder may know.
func (r *redemption) refuse(p *pass.Pass, h held, reason pass.Reason) Opened {
	o := r.link.deny(r.short, reason)
	o.Holder = r.holder(p, h)
	return o
}

// held is what a browser's session cookies say beside a link.
type held struct {
	goOn  *pass.Session // a live session of this pass
	other *login        // a live login of another subject, where redeeming would replace it
}

// login is one live signed-in session.
type login struct {
	pass *pass.Pass
	key  pass.Key
}

func (l *login) subject() string {
	if l == nil {
		return ""
	}
	return l.pass.Subject
}
