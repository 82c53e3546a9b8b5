package issue

import (
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// uses decides how often the pass may be used. MaxUses zero is unlimited.
func (d *draft) uses() {
	if d.stateless() {
		d.uncounted()
		return
	}
	r := d.req
	if d.given("max_uses") && d.given("unlimited") && r.unlimited {
		d.either("max_uses", "unlimited")
	}
	d.judged("max_uses", terms.WrongUses(r.maxUses))
	if r.unlimited {
		d.judged("unlimited", terms.WrongUnlimited(d.pass.Mode))
	}
	if d.given("max_uses") {
		d.pass.MaxUses = int(min(r.maxUses, pass.MaxUses))
	} else if !r.unlimited && d.pass.Mode != "" && !d.faults.has("unlimited") {
		d.defaultUses()
	}
}

// uncounted is the rule of stateless tokens: without a record nothing counts.
func (d *draft) uncounted() {
	if d.given("max_uses") {
		d.wrong("max_uses", "a stateless token cannot be counted; leave it out, or use format short or jwt")
	}
	if d.asked("unlimited") && !d.req.unlimited {
		d.wrong("unlimited", "a stateless token cannot be counted; leave it out, or use format short or jwt")
	}
	if !d.given("unlimited") {
		d.defaults["unlimited"] = true
	}
}

func (d *draft) defaultUses() {
	n := d.cfg.DefaultUses
	switch d.pass.Mode {
	case pass.SessionMode:
		n = d.cfg.DefaultSessionUses
	case pass.VisitorMode:
		n = d.cfg.DefaultVisitorUses
	}
	switch {
	case n > 0:
		d.defaults["max_uses"] = n
	case d.given("unlimited"):
		d.wrong("max_uses", "it is required where unlimited is false, for a pass of mode %s is unlimited by default", d.pass.Mode)
	default:
		d.defaults["unlimited"] = true
	}
	d.pass.MaxUses = n
}

// times decides from when until when the pass is good.
func (d *draft) times() {
	end, said := d.end()
	switch {
	case said:
	case d.pass.Mode == "":
		end, _ = d.longest()
	default:
		end = d.defaultLife()
		d.defaults["expires_in"] = end
	}
	if !d.faults.has("expires_in") && !d.faults.has("expires_at") {
		d.pass.ExpiresAt = d.now + pass.NumericDate(end)
		d.notBefore()
	}
}

// end judges the end that was asked for, if one was, and returns how many
// seconds from now it is. It is right unless one of its fields has a fault.
func (d *draft) end() (end int64, said bool) {
	switch mode := d.pass.Mode; {
	case d.given("expires_in") && d.given("expires_at"):
		d.either("expires_in", "expires_at")
		end = d.req.expiresIn
	case d.given("expires_in"):
		d.judged("expires_in", d.cfg.Life().WrongIn(mode, d.req.expiresIn))
		end = d.req.expiresIn
	case d.given("expires_at"):
		at := pass.At(d.req.expiresAt)
		d.judged("expires_at", d.cfg.Life().WrongAt(mode, at, d.now))
		end = int64(at - d.now)
	default:
		return 0, false
	}
	return end, true
}

// longest returns how many seconds a pass of this mode may live, and why if that
// is not for all.
func (d *draft) longest() (longest int64, because string) { return d.cfg.Life().Of(d.pass.Mode) }

func (d *draft) defaultLife() int64 {
	switch d.pass.Mode {
	case pass.SessionMode:
		return d.cfg.DefaultSessionLinkExpiresIn
	case pass.VisitorMode:
		return d.cfg.DefaultVisitorExpiresIn
	}
	return d.cfg.DefaultExpiresIn
}

// notBefore is judged once the end is known. A start that has passed is no
// start, and one within a second begins with the next: never early.
func (d *draft) notBefore() {
	if !d.asked("not_before") {
		return
	}
	from := pass.At(d.req.notBefore.Add(time.Second - 1))
	if from >= d.pass.ExpiresAt {
		d.wrong("not_before", "it is not before the pass expires (%s); make it earlier, or the pass longer", d.pass.ExpiresAt)
	} else if from > d.now {
		d.pass.NotBefore = from
	}
}

// session decides how long what the pass is redeemed into lives.
func (d *draft) session() {
	const field = "session_expires_in"
	n := d.req.sessionExpiresIn
	switch {
	case d.given(field) && d.is(pass.None, pass.Request):
		d.wrong(field, "a pass of mode %s becomes no session; leave it out, or use mode visitor or session", d.pass.Mode)
	case d.asked(field) && (n < 1 || n > d.cfg.MaxLifetime):
		d.wrong(field, "it is %d; it must be 1 to %d seconds", n, d.cfg.MaxLifetime)
	case d.given(field):
		d.pass.SessionExpiresIn = n
	case d.is(pass.SessionMode):
		d.pass.SessionExpiresIn = d.cfg.DefaultSessionExpiresIn
		d.defaults[field] = d.cfg.DefaultSessionExpiresIn
	case d.is(pass.VisitorMode):
		d.pass.SessionExpiresIn = d.cfg.DefaultVisitorSessionExpiresIn
		d.defaults[field] = d.cfg.DefaultVisitorSessionExpiresIn
		if d.pass.SessionExpiresIn == 0 {
			d.defaults[field] = int64(d.pass.ExpiresAt - d.now)
		}
	}
}
