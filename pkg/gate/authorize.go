package gate

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
	"github.com/gatepass/gatepass/pkg/token"
)

// Authorize decides about a request to a route. It never returns an allow whose
// use is not recorded, and reads the store at most once and writes at most once.
func (g *Gate) Authorize(ctx context.Context, req *Request) Decision {
	now := pass.At(g.now())
	r, params, found, err := g.rules.Match(ctx, req)
	if err != nil {
		return unavailable(nil, err)
	}
	if !found {
		return Decision{Outcome: Deny, Reason: pass.NoRule}
	}
	c := &request{gate: g, rule: r, now: now, method: req.Method, use: pass.Use{At: now, Route: r.Route, IP: req.IP, UserAgent: clip(req.UserAgent)}}
	var ok bool
	c.scope, ok = r.ScopeFor(params)
	c.host = g.findHost(allBearers(req))
	if c.token = g.present(ctx, req, now); !ok {
		return c.outOfScope()
	}
	refs, why := g.sessions(req)
	return c.decide(ctx, refs, why)
}

// maxUserAgent bounds what a client can make a record grow by, in bytes: a pass
// of a hundred uses stays within its two write units.
const maxUserAgent = 200

// clip returns of a client's text what a record keeps: no more than that, and
// nothing of one that holds a credential.
func clip(s string) string {
	if token.Shows(s) {
		return ""
	}
	if len(s) > maxUserAgent {
		s = strings.ToValidUTF8(s[:maxUserAgent], "")
	}
	return s
}

// request is one decision on its way.
type request struct {
	gate   *Gate
	rule   *rule.Rule
	scope  string
	now    pass.NumericDate
	method string
	token  presented
	host   hostUser
	use    pass.Use
	look   bool // judge, but count nothing
}

// decide reads, judges and counts. refs are the session cookies; why is the
// reason when they satisfy nobody.
func (c *request) decide(ctx context.Context, refs []pass.Ref, why pass.Reason) Decision {
	c.identify(ctx)
	entry, cookies, err := c.read(ctx, refs)
	if err != nil {
		return unavailable(c, err)
	}
	held, other := c.hold(cookies, why)
	if held.reason == pass.Unavailable {
		return unavailable(c, errVersion)
	}
	d := c.judge(ctx, entry, held, other)
	switch {
	case d.Outcome != Deny:
		return d
	case c.hostDecides() && d.Reason != pass.WrongSubject:
		return c.byHost(held, other, d.Reason)
	case held.reason == pass.OK && d.Reason != pass.WrongSubject:
		return c.bySession(held, d.Reason)
	case c.token.reason != pass.Missing:
		return c.refuse(d.Reason)
	case c.asHost():
		return c.aboutHost(c.refuse(c.host.reason))
	case c.rule.Optional:
		return Decision{Outcome: Allow, Access: Anonymous, Reason: pass.OK, Rule: c.rule, Scope: c.scope}
	case held.reason == pass.Missing && c.host.reason != pass.Missing:
		return c.aboutHost(c.refuse(pass.WrongMode))
	}
	return c.refuse(held.reason)
}

// read fetches everything the request leads to in one call, or makes none.
func (c *request) read(ctx context.Context, refs []pass.Ref) (*pass.Pass, []pass.Entry, error) {
	all := make([]pass.Ref, 0, 3)
	if c.token.looksUp() {
		all = append(all, pass.Ref{ID: c.token.id})
	}
	all = append(all, refs...)
	if len(all) == 0 {
		return c.token.pass, nil, nil
	}
	entries, err := c.gate.store.Read(ctx, all)
	if err != nil {
		return nil, nil, err
	}
	if len(entries) != len(all) {
		return nil, nil, fmt.Errorf("%w: %d records for %d", pass.ErrUnavailable, len(entries), len(all))
	}
	if c.token.looksUp() {
		return entries[0].Pass, entries[1:], nil
	}
	return c.token.pass, entries, nil
}

// judge decides about the explicit token, counting its use if it is good.
func (c *request) judge(ctx context.Context, p *pass.Pass, held session, other bool) Decision {
	ask := pass.Ask{Secret: c.token.secret, Signed: c.token.signed, Scope: c.scope, Accept: c.accepts(pass.None, pass.Request), MaxAge: c.rule.MaxAge}
	reason := c.token.reason
	if reason == pass.OK {
		reason = pass.Admit(p, ask, c.now)
	}
	switch {
	case c.token.reason == pass.Unavailable:
		return unavailable(c, errKeys)
	case reason == pass.Unavailable:
		return unavailable(c, errVersion)
	case reason != pass.OK:
		return c.refusal(reason)
	case other && p.Mode == pass.Request && p.Subject != held.subject:
		return c.refusal(pass.WrongSubject)
	case p.Mode == pass.Request && c.host.reason == pass.Unavailable:
		return c.aboutHost(unavailable(c, c.host.err))
	case p.Mode == pass.Request && c.host.another(p.Subject):
		return c.refusal(pass.WrongSubject)
	case p.MaxUses == 0 || c.look:
		return c.grant(p, false)
	case slices.Contains([]string{http.MethodHead, http.MethodOptions, http.MethodTrace}, c.method):
		// They ask about something, and get none of it. A browser sends OPTIONS by itself,
		// to the same address, before a script of another origin may send its GET.
		return c.refusal(pass.WrongMethod)
	}
	return c.count(ctx, ask)
}

// count records the use: the last step, and the only one that writes.
func (c *request) count(ctx context.Context, ask pass.Ask) Decision {
	var b [8]byte
	if _, err := io.ReadFull(c.gate.rand, b[:]); err != nil {
		return unavailable(c, fmt.Errorf("%w: no random use key: %w", pass.ErrUnavailable, err))
	}
	c.use.Key = pass.KeyOf(b)
	ask.Key = c.use.Key
	p, reason, err := c.gate.store.Use(ctx, c.token.id, ask, c.use)
	switch {
	case err != nil:
		return unavailable(c, err)
	case reason == pass.Unavailable:
		return unavailable(c, errVersion)
	case reason != pass.OK:
		return c.refusal(reason)
	case !p.Counted(c.use.Key) && p.MaxUses != 0:
		return unavailable(c, errUncounted)
	}
	return c.grant(p, p.Counted(c.use.Key))
}

// session is what the request's cookies come to.
type session struct {
	reason  pass.Reason // OK: this one satisfies the rule
	pass    *pass.Pass
	id      pass.Key
	subject string // of whoever is signed in, whether or not that satisfies the rule
}

// hold judges the sessions: the first that satisfies the rule, else the best
// reason why none does. other reports whether anybody is signed in.
func (c *request) hold(entries []pass.Entry, why pass.Reason) (s session, other bool) {
	s.reason = why
	for _, e := range entries {
		reason := pass.AdmitSession(e.Pass, e.Session, pass.Ask{Scope: c.scope, Accept: c.accepts(pass.SessionMode, pass.VisitorMode), MaxAge: c.rule.MaxAge}, c.now)
		if reason == pass.Unavailable {
			return session{reason: reason}, false
		}
		if pass.AdmitSession(e.Pass, e.Session, pass.Ask{Scope: pass.AnyScope, Accept: []pass.Mode{pass.SessionMode}}, c.now) == pass.OK {
			s.subject, other = e.Pass.Subject, true
		}
		switch {
		case s.reason == pass.OK:
		case reason == pass.OK:
			s.reason, s.pass, s.id = reason, e.Pass, e.Session.Key()
		case s.reason == pass.Missing || s.reason == pass.SessionEnded:
			s.reason = reason
		}
	}
	return s, other
}

// accepts returns which of the modes the rule takes.
func (c *request) accepts(modes ...pass.Mode) []pass.Mode {
	return slices.DeleteFunc(modes, func(m pass.Mode) bool { return !c.rule.Accepts(m) })
}
