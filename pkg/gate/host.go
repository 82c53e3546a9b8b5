package gate

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// HostUsers verifies the tokens of the host's own users, which its OpenID
// provider has signed.
type HostUsers interface {
	// Issued reports whether raw says of itself that it is one, by its look
	// alone. What does not is somebody else's, and counts as absent.
	Issued(raw string) bool
	// Verify returns the holder of raw as the pass that it stands for, of mode
	// host, with OK alone. The error is the cause of Unavailable, and nil else.
	Verify(ctx context.Context, raw string, now pass.NumericDate) (*pass.Pass, pass.Reason, error)
}

// hostUser is the host's own token in a request, as far as it was judged.
type hostUser struct {
	raw    string
	reason pass.Reason // Missing: there is none; OK: the rule takes it
	user   *pass.Pass  // whose it is, whether or not the rule takes it; nil: nobody can tell
	err    error       // the cause of Unavailable
}

// findHost finds the host's own token among bearers. The same one twice is one,
// two different ones are Malformed, as ours are.
func (g *Gate) findHost(bearers []string) hostUser {
	found := hostUser{reason: pass.Missing}
	for _, v := range bearers {
		switch {
		case g.cfg.Host == nil || token.KindOf(v) != token.Foreign || !g.cfg.Host.Issued(v):
		case found.raw != "" && found.raw != v:
			return hostUser{reason: pass.Malformed}
		default:
			found = hostUser{raw: v, reason: pass.OK}
		}
	}
	return found
}

// identify judges the host's token. Its scope is not asked: the host knows what
// its own users may do. Where the rule does not accept them, the token only
// tells who uses the pass beside it; without one it is not looked at, so that
// nobody can have keys fetched on a route that has no use for them.
func (c *request) identify(ctx context.Context) {
	h := &c.host
	if h.reason != pass.OK {
		return
	}
	if !c.rule.Accepts(pass.Host) && c.token.reason != pass.OK {
		h.reason = pass.WrongMode
		return
	}
	if h.user, h.reason, h.err = c.gate.cfg.Host.Verify(ctx, h.raw, c.now); h.reason == pass.OK {
		h.reason = pass.Admit(h.user, pass.Ask{Signed: true, Scope: pass.AnyScope, Accept: c.accepts(pass.Host), MaxAge: c.rule.MaxAge}, c.now)
	}
}

// asHost reports whether the request presents the host's token where it is asked
// for: it is then answered, as any explicit credential is.
func (c *request) asHost() bool { return c.host.reason != pass.Missing && c.rule.Accepts(pass.Host) }

// hostDecides reports whether the host's token decides, once no pass does.
func (c *request) hostDecides() bool {
	return c.asHost() && (c.host.reason == pass.OK || c.host.reason == pass.Unavailable)
}

// another reports whether the host's token is of somebody else than subject.
func (h *hostUser) another(subject string) bool { return h.user != nil && h.user.Subject != subject }

// byHost lets the host's own user through, unless somebody else is signed in;
// refused is what the pass beside it, if there was one, was told.
func (c *request) byHost(s session, other bool, refused pass.Reason) Decision {
	switch {
	case c.host.reason == pass.Unavailable:
		return c.aboutHost(unavailable(c, c.host.err))
	case other && c.host.another(s.subject):
		return c.aboutHost(c.refuse(pass.WrongSubject))
	}
	d := Decision{Outcome: Allow, Access: Granted, Reason: pass.OK, Rule: c.rule, Scope: c.scope, Pass: c.host.user}
	if c.token.reason != pass.Missing {
		d.TokenReason = refused
		return d
	}
	return c.aboutHost(d)
}

// aboutHost marks a decision whose reason is that of the host's token.
func (c *request) aboutHost(d Decision) Decision {
	d.Host = true
	return d
}
