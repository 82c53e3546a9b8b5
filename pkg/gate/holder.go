package gate

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Holder is what the link page may tell to who holds a link's secret, and to
// nobody else: whatever is in the record, granted or refused.
type Holder struct {
	Pass *pass.Pass
	Now  pass.NumericDate // when it was decided
	// SignedIn is the subject of a login in this browser that is somebody else's,
	// if it is in the way: redeeming would end it, and to a pass that acts as its
	// subject routes answer WrongSubject beside it. Empty if there is none.
	SignedIn string
	// Visiting is who holds the live visit of another pass in this browser, which
	// redeeming would end; nil if there is none.
	Visiting *pass.Visitor
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
	return &Holder{Pass: p, Now: r.now, SignedIn: h.other.subject(), Visiting: h.other.visitor(), Here: h.goOn != nil}
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
	other *other        // a live login or visit of somebody else that is in the way
}

// other is one live session of another pass.
type other struct {
	pass *pass.Pass
	key  pass.Key
}

func (o *other) subject() string {
	if o == nil || o.pass.Mode != pass.SessionMode {
		return ""
	}
	return o.pass.Subject
}

func (o *other) visitor() *pass.Visitor {
	switch {
	case o == nil || o.pass.Mode != pass.VisitorMode:
		return nil
	case o.pass.Visitor == nil:
		return &pass.Visitor{}
	}
	return o.pass.Visitor
}

// inTheWay reports whether a live session of the pass of must end before p does
// what its link says: there is one cookie for logins and one for visits, and a
// token that acts as its subject is refused beside somebody else's login, where
// the browser sends that along.
func (l *Link) inTheWay(p, of *pass.Pass) bool {
	switch p.Mode {
	case pass.VisitorMode:
		return of.Mode == pass.VisitorMode && of.ID != p.ID
	case pass.SessionMode:
		return of.Mode == pass.SessionMode && of.Subject != p.Subject
	case pass.Request:
		return of.Mode == pass.SessionMode && of.Subject != p.Subject && l.sentTo(p.Target)
	}
	return false
}

// sentTo reports whether a browser sends session cookies along to a target, which
// for a public link may be on any host. A cookie knows no ports.
func (l *Link) sentTo(target string) bool {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return true
	}
	host, domain := strings.ToLower(u.Hostname()), l.cfg.CookieDomain
	return domain != "" && (host == domain || strings.HasSuffix(host, "."+domain)) || slices.ContainsFunc(l.cfg.Origins, func(origin string) bool {
		own, err := url.Parse(origin)
		return err == nil && own.Hostname() == host
	})
}

// modes are those that have a link.
func modes() []pass.Mode {
	return []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}
}
