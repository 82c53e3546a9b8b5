package issue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
	"github.com/gatepass/gatepass/pkg/token"
)

// draft is a pass in the making: what was asked, what is wrong with it, what it
// becomes. While the mode is not known (it is wrong itself), the rules that
// depend on it are left out and all others still hold.
type draft struct {
	cfg    *Config
	site   *site
	req    *request
	faults *faults
	now    pass.NumericDate

	pass     *pass.Pass
	defaults map[string]any // field to what was decided

	registered   bool               // the request is for a registration
	registration *pass.Registration // that it names; nil if it names none that stands
	taken        bool               // there is a pass of the registration's id

	moved *token.Short // what the credential of the request is equivalent to; nil if it has none
}

// build applies every rule, and fills in the pass. Mode and format come first: the
// others look at them.
func (d *draft) build() {
	d.mode()
	d.format()
	d.credential()
	d.scope()
	d.subject()
	d.visitor()
	d.invitation()
	d.issuedBy()
	d.idempotencyKey()
	d.uses()
	d.times()
	d.session()
	d.data()
	d.target()
	p := d.pass
	p.V, p.IssuedAt = pass.Version, d.now
	p.Uses, p.Sessions = map[pass.Key]pass.NumericDate{}, map[pass.Key]pass.NumericDate{}
	p.PurgeAt = p.EndOfLife() + pass.NumericDate(d.cfg.Retention)
	p.TokenExpiresAt = tokenEnd(p)
}

// tokenEnd returns when the JWT that is made of p now will end; zero: none is.
func tokenEnd(p *pass.Pass) pass.NumericDate {
	if p.Format != pass.JWT {
		return 0
	}
	return p.ExpiresAt
}

// given reports whether a field was there, and asked whether it was there and
// could be read: then its value is to be judged.
func (d *draft) given(field string) bool { return d.req.given[field] }
func (d *draft) asked(field string) bool { return d.given(field) && !d.faults.has(field) }

// wrong records a fault of a field.
func (d *draft) wrong(field, format string, args ...any) {
	d.faults.add(field, fmt.Sprintf(format, args...))
}

// judged records what is wrong with a field that could be read, if anything is.
func (d *draft) judged(field, why string) {
	if d.asked(field) && why != "" {
		d.faults.add(field, why)
	}
}

// is reports whether the mode is known and one of these.
func (d *draft) is(modes ...pass.Mode) bool { return slices.Contains(modes, d.pass.Mode) }

// stateless reports whether the token is to be its own record.
func (d *draft) stateless() bool { return d.pass.Format == pass.Stateless }

func (d *draft) mode() {
	var m pass.Mode
	switch {
	case d.registered:
		d.fromForm()
		return
	case d.asked("mode"):
		m = pass.Mode(d.req.mode)
	case d.given("mode"):
		return // a fault already
	case d.given("visitor"):
		m = pass.VisitorMode
		d.defaults["mode"] = m
	default:
		m = pass.None
		d.defaults["mode"] = m
	}
	switch m {
	case pass.SessionMode:
		if !d.cfg.AllowSessionTokens {
			d.wrong("mode", "tokens that sign in a user are off in this stack; its owner turns them on with AllowSessionTokens")
		}
	case pass.None, pass.Request, pass.VisitorMode:
	case pass.Host:
		d.wrong("mode", "host is the mode of the host's own users and is never issued; use none, request, session or visitor")
		return
	default:
		d.wrong("mode", "it must be none, request, session or visitor")
		return
	}
	d.pass.Mode = m
}

func (d *draft) format() {
	if !d.given("format") {
		d.pass.Format = pass.Short
		d.defaults["format"] = pass.Short
		return
	}
	if !d.asked("format") {
		return
	}
	f := pass.Format(d.req.format)
	switch {
	case f != pass.Short && f != pass.JWT && f != pass.Stateless:
		d.wrong("format", "it must be short, jwt or stateless")
		return
	case f != pass.Short && d.pass.Mode.Redeems():
		d.wrong("format", "a pass of mode %s is redeemed through its link, which takes short tokens only; leave format out", d.pass.Mode)
		return
	}
	d.pass.Format = f
}

// loginScope is the scope of a session pass that names none.
const loginScope = "login"

func (d *draft) scope() {
	switch {
	case d.given("scope"):
		d.judged("scope", terms.WrongScope(d.req.scope))
		d.pass.Scope = d.req.scope
	case d.is(pass.SessionMode):
		d.pass.Scope = loginScope
		d.defaults["scope"] = loginScope
	case d.registered: // there is none, which is answered by itself
	default:
		d.wrong("scope", "it is required, such as report:66; only mode session has a default")
	}
}

func (d *draft) subject() {
	s := d.req.subject
	switch {
	case d.given("subject") && d.is(pass.None, pass.VisitorMode):
		d.wrong("subject", "a pass of mode %s stands for no user; leave it out, or use mode request or session", d.pass.Mode)
	case d.asked("subject"):
		if why := terms.WrongSubject(s); why != "" {
			d.wrong("subject", "%s", why)
		}
	case !d.given("subject") && d.is(pass.Request, pass.SessionMode):
		d.wrong("subject", "it is required in mode %s: the user whom the pass stands for", d.pass.Mode)
	}
	d.pass.Subject = s
}

func (d *draft) visitor() {
	v := d.req.visitor
	switch {
	case d.registered:
		return
	case !d.given("visitor"):
		if d.is(pass.VisitorMode) {
			d.wrong("visitor", "it is required in mode visitor: at least {\"email\": …}")
		}
		return
	case d.is(pass.None, pass.Request, pass.SessionMode):
		d.wrong("visitor", "a pass of mode %s has no visitor; leave it out, or use mode visitor", d.pass.Mode)
	}
	switch {
	case d.asked("visitor.email"):
		if why := terms.WrongEmail(v.Email); why != "" {
			d.wrong("visitor.email", "%s", why)
		}
	case !d.given("visitor.email") && !d.faults.has("visitor"):
		d.wrong("visitor.email", "it is required: the address of the visitor")
	}
	d.text("visitor.first_name", v.FirstName, 0, pass.MaxName, "")
	d.text("visitor.last_name", v.LastName, 0, pass.MaxName, "")
	d.pass.Visitor = &v
}

func (d *draft) invitation() {
	v := d.req.invitation
	d.text("invitation.from", v.From, 0, pass.MaxInvitation, "")
	d.text("invitation.purpose", v.Purpose, 0, pass.MaxInvitation, "")
	d.text("invitation.message", v.Message, 0, pass.MaxInvitation, "\r\n")
	if d.given("invitation") && d.stateless() {
		d.wrong("invitation", "a stateless token has no link page to show it on; leave it out")
	}
	if v != (pass.Invitation{}) {
		d.pass.Invitation = &v
	}
}

func (d *draft) issuedBy() {
	d.text("issued_by", d.req.issuedBy, 1, pass.MaxSubject, "")
	if d.given("issued_by") && d.stateless() {
		d.wrong("issued_by", "a stateless token has no record to keep it in; leave it out")
	}
	d.pass.IssuedBy = d.req.issuedBy
}

// text judges a field that people read.
func (d *draft) text(field, s string, low, high int, allowed string) {
	if !d.asked(field) {
		return
	}
	if len(s) < low || len(s) > high {
		d.wrong(field, "it has %d bytes of UTF-8; it must have %d to %d", len(s), low, high)
	} else if r, ok := pass.Unprintable(s, allowed); ok {
		d.wrong(field, "it holds %U, a control character; take it out", r)
	}
}

// either records that of two fields only one may be there.
func (d *draft) either(fields ...string) {
	for i, f := range fields {
		d.wrong(f, "it excludes %s; say one of the two", strings.Join(slices.Delete(slices.Clone(fields), i, i+1), ", "))
	}
}
