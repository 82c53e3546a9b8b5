package gate

import (
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

var (
	errVersion = fmt.Errorf("%w: a record of a version this code does not know", pass.ErrUnavailable)
	// A store that says OK and shows no use is wrong about one of the two.
	errUncounted = fmt.Errorf("%w: a use was admitted and is not in the record", pass.ErrUnavailable)
	errKeys      = fmt.Errorf("%w: the signing keys could not be read", pass.ErrUnavailable)
)

// grant lets the token's holder through.
func (c *request) grant(p *pass.Pass, counted bool) Decision {
	return Decision{Outcome: Allow, Access: Granted, Reason: pass.OK, Rule: c.rule, Scope: c.scope, PassID: p.ID, Pass: p, Counted: counted}
}

// bySession lets the holder of a session through; refused is what its token, if
// there was one, was told.
func (c *request) bySession(s session, refused pass.Reason) Decision {
	d := Decision{Outcome: Allow, Access: Granted, Reason: pass.OK, Rule: c.rule, Scope: c.scope, PassID: s.pass.ID, Pass: s.pass, SessionID: s.id}
	if c.token.reason != pass.Missing {
		d.TokenReason = refused
	} else if c.asHost() {
		d.TokenReason, d.Host = c.host.reason, true
	}
	return d
}

// refusal is the token's reason, before it is known whether a session decides
// instead.
func (c *request) refusal(r pass.Reason) Decision { return Decision{Outcome: Deny, Reason: r} }

// refuse turns the request away, or forwards it marked where the rule says so.
func (c *request) refuse(r pass.Reason) Decision {
	d := Decision{Outcome: Deny, Reason: r, Rule: c.rule, Scope: c.scope, PassID: c.token.id}
	if c.rule.ForwardRefused {
		d.Outcome, d.Access = Allow, Refused
	}
	return d
}

// outOfScope answers a path value that can stand in no scope: no credential is
// good for it, and an optional route needs none.
func (c *request) outOfScope() Decision {
	if c.rule.Optional && c.token.reason == pass.Missing && !c.asHost() {
		return Decision{Outcome: Allow, Access: Anonymous, Reason: pass.OK, Rule: c.rule}
	}
	return c.refuse(pass.WrongScope)
}

// unavailable says that nothing could be decided. c is nil before there is a rule.
func unavailable(c *request, err error) Decision {
	if !errors.Is(err, pass.ErrUnavailable) {
		err = fmt.Errorf("%w: %w", pass.ErrUnavailable, err)
	}
	d := Decision{Outcome: Error, Reason: pass.Unavailable, Err: err}
	if c != nil {
		d.Rule, d.Scope, d.PassID = c.rule, c.scope, c.token.id
	}
	return d
}

// undecided is unavailable at the link page, where the token names the pass: who
// asks why somebody got no answer finds its line by that.
func undecided(id string, err error) Decision {
	d := unavailable(nil, err)
	d.PassID = id
	return d
}
