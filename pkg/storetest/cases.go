package storetest

import "github.com/gatepass/gatepass/pkg/pass"

// presentation is one way to present a pass at now, and its answer. It starts
// from a pass that admits the ask it comes with.
type presentation struct {
	says   string
	want   pass.Reason
	change func(p *pass.Pass, a *pass.Ask)
}

// presentations holds each rule at its edge on both sides, and the order of the
// rules where two refuse.
func presentations() []presentation {
	return []presentation{
		{"with its secret", pass.OK, func(p *pass.Pass, a *pass.Ask) {}},
		{"with another secret", pass.Unknown, func(p *pass.Pass, a *pass.Ask) { a.Secret = secret(99) }},
		{"with no secret", pass.Unknown, func(p *pass.Pass, a *pass.Ask) { a.Secret = pass.Digest{} }},
		{"with a verified signature instead of a secret", pass.OK, func(p *pass.Pass, a *pass.Ask) { a.Secret, a.Signed = pass.Digest{}, true }},
		{"with the second of two secrets", pass.OK, func(p *pass.Pass, a *pass.Ask) { p.Secrets[secret(5)], a.Secret = 0, secret(5) }},
		{"with a replaced secret in its last second", pass.OK, func(p *pass.Pass, a *pass.Ask) { p.Secrets[secret(0)] = now + 1 }},
		{"with a replaced secret from its end on", pass.Unknown, func(p *pass.Pass, a *pass.Ask) { p.Secrets[secret(0)] = now }},
		{"that has no secret", pass.Unknown, func(p *pass.Pass, a *pass.Ask) { clear(p.Secrets) }},

		{"revoked", pass.Revoked, func(p *pass.Pass, a *pass.Ask) { p.RevokedAt = now - 1 }},
		{"revoked by a clock that is ahead", pass.Revoked, func(p *pass.Pass, a *pass.Ask) { p.RevokedAt = now + hour }},
		{"in its last second", pass.OK, func(p *pass.Pass, a *pass.Ask) { p.ExpiresAt = now + 1 }},
		{"at the second it expires", pass.Expired, func(p *pass.Pass, a *pass.Ask) { p.ExpiresAt = now }},
		{"without an end", pass.Expired, func(p *pass.Pass, a *pass.Ask) { p.ExpiresAt = 0 }},
		{"as old as the route allows, less a second", pass.OK, func(p *pass.Pass, a *pass.Ask) { p.IssuedAt, a.MaxAge = now-299, 300 }},
		{"as old as the route no longer allows", pass.Expired, func(p *pass.Pass, a *pass.Ask) { p.IssuedAt, a.MaxAge = now-300, 300 }},
		{"at its not_before", pass.OK, func(p *pass.Pass, a *pass.Ask) { p.NotBefore = now }},
		{"a second before its not_before", pass.NotYetValid, func(p *pass.Pass, a *pass.Ask) { p.NotBefore = now + 1 }},

		{"for any scope", pass.OK, func(p *pass.Pass, a *pass.Ask) { a.Scope = pass.AnyScope }},
		{"for another scope", pass.WrongScope, func(p *pass.Pass, a *pass.Ask) { a.Scope = "report:67" }},
		{"for the beginning of its scope", pass.WrongScope, func(p *pass.Pass, a *pass.Ask) { a.Scope = p.Scope[:len(p.Scope)-1] }},
		{"for its scope in capitals", pass.WrongScope, func(p *pass.Pass, a *pass.Ask) { a.Scope = "REPORT:66" }},
		{"for no scope", pass.WrongScope, func(p *pass.Pass, a *pass.Ask) { a.Scope = "" }},
		{"where its mode is one of several", pass.OK, func(p *pass.Pass, a *pass.Ask) {
			a.Accept = []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}
		}},
		{"where only the other modes are accepted", pass.WrongMode, func(p *pass.Pass, a *pass.Ask) {
			a.Accept = others(p.Mode)
		}},
		{"where no mode is accepted", pass.WrongMode, func(p *pass.Pass, a *pass.Ask) { a.Accept = nil }},

		{"with one use left", pass.OK, func(p *pass.Pass, a *pass.Ask) { spend(p, p.MaxUses-1) }},
		{"with no use left", pass.Spent, func(p *pass.Pass, a *pass.Ask) { spend(p, p.MaxUses) }},
		{"with more uses than it may have", pass.Spent, func(p *pass.Pass, a *pass.Ask) { spend(p, p.MaxUses+1) }},
		{"with ninety-nine of a hundred uses", pass.OK, func(p *pass.Pass, a *pass.Ask) { p.MaxUses = 100; spend(p, 99) }},
		{"with a hundred of a hundred uses", pass.Spent, func(p *pass.Pass, a *pass.Ask) { p.MaxUses = 100; spend(p, 100) }},

		{"revoked, with another secret", pass.Unknown, func(p *pass.Pass, a *pass.Ask) { p.RevokedAt, a.Secret = now, secret(99) }},
		{"revoked and expired", pass.Revoked, func(p *pass.Pass, a *pass.Ask) { p.RevokedAt, p.ExpiresAt = now, now }},
		{"expired before it was valid", pass.Expired, func(p *pass.Pass, a *pass.Ask) { p.NotBefore, p.ExpiresAt = now+1, now }},
		{"not valid yet, for another scope", pass.NotYetValid, func(p *pass.Pass, a *pass.Ask) { p.NotBefore, a.Scope = now+1, "x" }},
		{"for another scope and mode", pass.WrongScope, func(p *pass.Pass, a *pass.Ask) { a.Scope, a.Accept = "x", nil }},
		{"spent, where its mode is not accepted", pass.WrongMode, func(p *pass.Pass, a *pass.Ask) { spend(p, p.MaxUses); a.Accept = nil }},
	}
}

// spend gives p n uses of others.
func spend(p *pass.Pass, n int) {
	for i := range n {
		p.Uses[key(1000+i)] = now - minute
	}
}

func others(m pass.Mode) (out []pass.Mode) {
	for _, o := range []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode} {
		if o != m {
			out = append(out, o)
		}
	}
	return out
}
