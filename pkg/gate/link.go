package gate

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// LinkStore is what the link page needs of a store.
type LinkStore interface {
	Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error)
	Redeem(ctx context.Context, p *pass.Pass, a pass.Ask, s *pass.Session) (*pass.Pass, *pass.Session, pass.Reason, error)
	EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error)
	Opened(ctx context.Context, id string, look pass.Look) error
}

// Link answers for the link page: Open looks, Redeem turns a pass into a
// session, End ends one. It is safe for concurrent use.
type Link struct {
	cfg       Config
	store     LinkStore
	retention int64
	now       func() time.Time
	rand      io.Reader
}

// NewLink returns a Link. retention is how long, in seconds, the record of a
// visit is kept after the session's end.
func NewLink(cfg Config, store LinkStore, retention int64, now func() time.Time, rand io.Reader) (*Link, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if retention < 0 {
		return nil, fmt.Errorf("retention %d: seconds, 0 or more", retention)
	}
	return &Link{cfg: cfg, store: store, retention: retention, now: now, rand: rand}, nil
}

// Visit is a browser at the link page.
type Visit struct {
	Token   string    // as Link.Token reads it
	Nonce   *[16]byte // of the page that was posted; nil: a client that loaded no page
	Switch  bool      // the visitor was told whose login or visit is in the way here, and chose to end it
	Request           // Method, Cookies, FetchSite, Origin, IP, UserAgent
}

// Opened is what redeeming gave.
type Opened struct {
	Decision
	Cookie    string // the cookie's name; empty where a live session just goes on
	Value     string // the credential for the browser, and nobody else
	ExpiresAt pass.NumericDate
}

// Open reports how the pass behind a token stands, without touching it. Only
// the holder of the right secret is told more than Unknown, and has the look
// counted beside the pass. keep says that the page must carry v.Nonce: it has not
// redeemed this pass yet, so that every page of this browser makes the same
// redemption, or it has and its answer may have been lost. Otherwise a click with
// it would be refused.
func (l *Link) Open(ctx context.Context, v *Visit) (d Decision, keep bool) {
	d, keep = l.stands(ctx, v)
	return l.looked(ctx, &v.Request, d), keep
}

// stands looks without counting it.
func (l *Link) stands(ctx context.Context, v *Visit) (d Decision, keep bool) {
	short, ok := token.ParseShort(v.Token)
	if !ok {
		return Decision{Outcome: Deny, Reason: pass.Malformed}, false
	}
	nonce, err := l.nonce(v)
	if err != nil {
		return undecided(short.ID, err), false
	}
	r := l.redemption(short, nonce)
	entries, err := l.read(ctx, append([]pass.Ref{r.ref()}, l.refs(v)...)...)
	if err != nil {
		return undecided(short.ID, err), false
	}
	p, s := entries[0].Pass, entries[0].Session
	held := r.held(p, entries[1:])
	allow := Decision{Outcome: Allow, Access: Granted, Reason: pass.OK, PassID: short.ID, Pass: p, Holder: r.holder(p, held)}
	again := s != nil && pass.AdmitRedeem(p, s, r.ask, r.now) == pass.OK
	keep = v.Nonce != nil && p != nil && (again || s == nil && !p.Counted(r.ask.Key))
	if again || held.goOn != nil {
		return allow, keep
	}
	look := r.ask
	look.Key, look.Accept = "", modes()
	switch reason := pass.Admit(p, look, r.now); reason {
	case pass.OK:
		return allow, keep
	case pass.Unavailable:
		return undecided(short.ID, errVersion), false
	default:
		return Decision{Outcome: Deny, Reason: reason, PassID: short.ID, Holder: allow.Holder}, false
	}
}

// Redeem turns a pass into a session, once per use. The same nonce within
// pass.RetryWindow is the same use and the same session, so a second click
// after a lost answer works. A browser that holds a live session of this pass
// is let through without a use. Somebody signed in as another subject, or a visit
// of another pass, is WrongSubject: neither is ever swapped silently, and where
// v.Switch says that the visitor was asked, the other session is ended.
func (l *Link) Redeem(ctx context.Context, v *Visit) Opened {
	short, ok := token.ParseShort(v.Token)
	if !ok {
		return l.deny(short, pass.Malformed)
	}
	if l.cfg.CrossSite(&v.Request) {
		return l.deny(short, pass.CrossSite)
	}
	nonce, err := l.nonce(v)
	if err != nil {
		return Opened{Decision: undecided(short.ID, err)}
	}
	r := l.redemption(short, nonce)
	entries, err := l.read(ctx, append([]pass.Ref{r.ref()}, l.refs(v)...)...)
	if err != nil {
		return Opened{Decision: undecided(short.ID, err)}
	}
	return l.clicked(ctx, r.decide(ctx, v, entries))
}

// redemption is one nonce with one token: which session it opens, or opened.
// It holds credentials where fmt would print them, so it is never formatted.
type redemption struct {
	link   *Link
	short  token.Short
	cookie token.Short // what the browser would get
	ask    pass.Ask
	now    pass.NumericDate
}

func (l *Link) redemption(short token.Short, nonce [16]byte) *redemption {
	secret := short.Derive("session", nonce)
	r := &redemption{link: l, short: short, cookie: token.Short{ID: short.ID, Secret: [16]byte(secret[:16])}, now: pass.At(l.now())}
	r.ask = pass.Ask{Secret: short.Digest(), Scope: pass.AnyScope, Accept: []pass.Mode{pass.SessionMode, pass.VisitorMode}, Key: r.cookie.Digest().Key()}
	return r
}

// ref names the pass, and the session of this redemption if it was made before.
func (r *redemption) ref() pass.Ref {
	d := r.cookie.Digest()
	return pass.Ref{ID: r.short.ID, Session: &d}
}

// decide judges before it writes, so that a refusal and a repetition cost one
// read. entries are the pass with this redemption's session, if it was made
// before, and the sessions the browser holds.
func (r *redemption) decide(ctx context.Context, v *Visit, entries []pass.Entry) Opened {
	p, again := entries[0].Pass, entries[0].Session
	held := r.held(p, entries[1:])
	if held.goOn != nil {
		return Opened{Decision: Decision{Outcome: Allow, Access: Granted, Reason: pass.OK, PassID: p.ID, Pass: p, SessionID: held.goOn.Key()}}
	}
	switch reason := pass.AdmitRedeem(p, again, r.ask, r.now); {
	case reason == pass.Unavailable:
		return Opened{Decision: undecided(p.ID, errVersion)}
	case reason != pass.OK:
		return r.refuse(p, held, reason)
	case held.other != nil && !v.Switch:
		return r.refuse(p, held, pass.WrongSubject)
	case again != nil:
		return r.switched(ctx, held, r.opened(p, again, false))
	}
	return r.switched(ctx, held, r.write(ctx, v, p, held))
}

// switched ends the login or visit that the new one takes the place of. When that
// cannot be done the answer is Unavailable and without a cookie: the old session
// goes on, and the same click again is the same redemption.
func (r *redemption) switched(ctx context.Context, h held, o Opened) Opened {
	if h.other == nil || o.Outcome != Allow {
		return o
	}
	if _, err := r.link.store.EndSession(ctx, h.other.pass.ID, h.other.key, pass.Change{}); err != nil {
		return Opened{Decision: undecided(r.short.ID, err)}
	}
	return o
}

// held looks at the sessions the browser has: one of this pass goes on, a login
// or visit of somebody else may be in the way. Neither is told to who holds no
// secret.
func (r *redemption) held(p *pass.Pass, entries []pass.Entry) (h held) {
	look := r.ask
	look.Key, look.Accept = "", modes()
	if reason := pass.Admit(p, look, r.now); reason != pass.OK && reason != pass.Spent && reason != pass.Expired {
		return h
	}
	anything := pass.Ask{Scope: pass.AnyScope, Accept: r.ask.Accept}
	for _, e := range entries {
		if pass.AdmitSession(e.Pass, e.Session, anything, r.now) != pass.OK {
			continue
		}
		if e.Pass.ID == p.ID {
			return held{goOn: e.Session}
		}
		if r.link.inTheWay(p, e.Pass) {
			h.other = &other{pass: e.Pass, key: e.Session.Key()}
		}
	}
	return h
}

// write opens the session, in one transaction.
func (r *redemption) write(ctx context.Context, v *Visit, p *pass.Pass, h held) Opened {
	s := &pass.Session{V: pass.Version, PassID: p.ID, Secret: r.cookie.Digest(), At: r.now, ExpiresAt: p.SessionEnd(r.now), IP: v.IP, UserAgent: clip(v.UserAgent), Origin: origin(v.Origin)}
	s.PurgeAt = max(s.ExpiresAt, p.EndOfLife()) + pass.NumericDate(r.link.retention)
	after, opened, reason, err := r.link.store.Redeem(ctx, p, r.ask, s)
	switch {
	case err != nil:
		return Opened{Decision: undecided(p.ID, err)}
	case reason == pass.Unavailable:
		return Opened{Decision: undecided(p.ID, errVersion)}
	case reason != pass.OK:
		return r.refuse(after, h, reason)
	}
	return r.opened(after, opened, after.MaxUses > 0)
}

// origin returns scheme and host of what a browser gave as its origin.
func origin(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return ""
	}
	return clip(u.Scheme + "://" + u.Host)
}

func (r *redemption) opened(p *pass.Pass, s *pass.Session, counted bool) Opened {
	d := Decision{Outcome: Allow, Access: Granted, Reason: pass.OK, PassID: p.ID, Pass: p, SessionID: s.Key(), Counted: counted}
	return Opened{Decision: d, Cookie: r.link.cookieFor(p.Mode), Value: r.cookie.Cookie(), ExpiresAt: s.ExpiresAt}
}

// End ends every session that the browser's cookies hold. One that has ended
// already, and one that never was, end the same way: with OK.
func (l *Link) End(ctx context.Context, req *Request) Decision {
	if l.cfg.CrossSite(req) {
		return Decision{Outcome: Deny, Reason: pass.CrossSite}
	}
	for _, ref := range l.refs(&Visit{Request: *req}) {
		entries, err := l.read(ctx, ref)
		if err != nil {
			return undecided(ref.ID, err)
		}
		// Only a session that is there is ended, so that a guessed digest cannot
		// even make a write.
		if entries[0].Pass == nil || entries[0].Session == nil {
			continue
		}
		if _, err := l.store.EndSession(ctx, ref.ID, ref.Session.Key(), pass.Change{}); err != nil {
			return undecided(ref.ID, err)
		}
	}
	return Decision{Outcome: Allow, Access: Granted, Reason: pass.OK}
}

func (l *Link) read(ctx context.Context, refs ...pass.Ref) ([]pass.Entry, error) {
	entries, err := l.store.Read(ctx, refs)
	if err == nil && len(entries) != len(refs) {
		err = fmt.Errorf("%w: %d records for %d", pass.ErrUnavailable, len(entries), len(refs))
	}
	return entries, err
}

// refs returns what the browser's session cookies lead to.
func (l *Link) refs(v *Visit) []pass.Ref {
	var refs []pass.Ref
	for _, name := range []string{l.cfg.UserCookie, l.cfg.VisitorCookie} {
		for _, value := range cookieValues(v.Cookies, name) {
			if s, ok := token.ParseCookie(value); ok && len(refs) < maxCookies {
				d := s.Digest()
				refs = append(refs, pass.Ref{ID: s.ID, Session: &d})
			}
		}
	}
	return refs
}

// maxCookies is how many session cookies of one browser are looked at. There are
// two kinds; more are somebody's attempt, or left over under another path.
const maxCookies = 8

func (l *Link) nonce(v *Visit) (nonce [16]byte, err error) {
	if v.Nonce != nil {
		return *v.Nonce, nil
	}
	if _, err = io.ReadFull(l.rand, nonce[:]); err != nil {
		err = fmt.Errorf("%w: no random nonce: %w", pass.ErrUnavailable, err)
	}
	return nonce, err
}

func (l *Link) cookieFor(m pass.Mode) string {
	if m == pass.SessionMode {
		return l.cfg.UserCookie
	}
	return l.cfg.VisitorCookie
}

func (l *Link) deny(short token.Short, r pass.Reason) Opened {
	return Opened{Decision: Decision{Outcome: Deny, Reason: r, PassID: short.ID}}
}
