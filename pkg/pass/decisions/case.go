package decisions

import (
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Case is a row in the terms of package pass. A is asked at Now.
type Case struct {
	Pass    *pass.Pass
	Session *pass.Session
	Ask     pass.Ask
	Want    pass.Reason
	Stored  bool // false: a stateless token, of which Pass is what it says of itself
}

// Admit returns the arguments of pass.Admit, and false if the row does not lie
// wholly in its rules: if anything but one token and what it leads to decides.
// Ask.Accept is what the rule accepts but for the modes that redeem, which no
// route accepts from a token; Ask.Key is empty where looking does not count.
func (r Row) Admit() (Case, bool) {
	if !r.ruled() || r.Token == nil || r.Host != nil || len(r.Cookies) > 0 || r.at("page") || r.Want.Reason == pass.WrongMethod {
		return Case{}, false
	}
	c := Case{Pass: r.Token.Record, Ask: r.ask(), Want: r.Want.Reason, Stored: true}
	c.Ask.Accept = slices.DeleteFunc(slices.Clone(c.Ask.Accept), pass.Mode.Redeems)
	if r.Request.Look {
		c.Ask.Key = ""
	}
	if r.Token.Format == pass.Stateless {
		c.Pass, c.Stored = r.Token.Claims, false
		return c, slices.Contains([]string{"good", "twice-same"}, r.Token.Form)
	}
	return c, r.Want.Reads == 1
}

// AdmitSession returns the arguments of pass.AdmitSession, and false if
// anything but one cookie and what it leads to decides.
func (r Row) AdmitSession() (Case, bool) {
	if !r.ruled() || r.Token != nil || r.Host != nil || len(r.Cookies) != 1 || r.Want.Reads == 0 || r.Rule.Optional {
		return Case{}, false
	}
	cookie := r.Cookies[0]
	c := Case{Pass: cookie.Pass, Session: cookie.Session, Ask: r.ask(), Want: r.Want.Reason, Stored: true}
	if c.Session != nil && c.Session.Secret != pass.DigestOf(cookie.Secret[:]) {
		c.Session = nil
	}
	return c, true
}

// AdmitRedeem returns the arguments of pass.AdmitRedeem, whose session is nil
// but for a redemption done before, and false if anything else decides.
func (r Row) AdmitRedeem() (Case, bool) {
	if !r.ruled() || r.Token == nil || len(r.Cookies) > 0 || !r.at("page") || r.Want.Reads == 0 {
		return Case{}, false
	}
	c := Case{Pass: r.Token.Record, Session: r.Opened, Ask: r.ask(), Want: r.Want.Reason, Stored: true}
	c.Ask.Key = r.NewSession().Key()
	return c, true
}

// NewSession returns the session that a redemption at Now would open. It has
// the secret of Opened: both follow from the same nonce.
func (r Row) NewSession() *pass.Session {
	end := Now + 3600
	if p := r.Token.Record; p != nil && p.Mode.Redeems() {
		end = p.SessionEnd(Now)
	}
	return newSession(r.Token.ID, secretOf("opened", r.Line), sessionCell{v: pass.Version, at: Now, exp: end})
}

// ruled reports whether the rules of package pass can have decided: there is
// something to ask for, and the store answers.
func (r Row) ruled() bool { return r.Rule != nil && r.Request.Store == "" }

func (r Row) at(place string) bool { return slices.Contains(r.Token.Via, place) }

func (r Row) ask() pass.Ask {
	a := pass.Ask{Scope: r.Rule.ScopeFor(r.Request.ID), Accept: r.Rule.Accept, MaxAge: r.Rule.MaxAge, Key: keyOf("this use", r.Line)}
	if r.Token != nil {
		a.Secret, a.Signed = pass.DigestOf(r.Token.Secret[:]), r.Token.Format != pass.Short
	}
	return a
}
