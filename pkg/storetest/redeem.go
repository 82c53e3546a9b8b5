package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func redeemPromises() []promise {
	out := []promise{
		{"no such pass is unknown, and neither it nor a session is made", redeemNothing},
		{"a redemption counts, enters the session and is the last use", redeemCounts},
		{"redemptions of an unlimited pass are entered and not counted, and none is a use", redeemUnlimited},
		{"a pass read before it changed does not decide", redeemOutOfDate},
		{"the fiftieth session is opened and the fifty-first is rate limited", redeemFifty},
		{"a session that has expired or was ended makes room", redeemMakesRoom},
		{"fifty dead sessions are pruned, also when the caller does not know of them", redeemPrunes},
		{"a retry does not revive a session that lasted less than a minute", redeemShort},
		{"a call whose keys disagree is an error", redeemWrongKey},
		{"a visitor's session lives to the second its pass expires", visitorSessionOverTime},
		{"a login session outlives its pass to its own second", loginSessionOverTime},
	}
	for _, c := range presentations() {
		out = append(out, promise{"a pass " + c.says + " is " + string(c.want), func(k kit) { redeemPresented(k, c) }})
	}
	return out
}

func redeemPresented(k kit, c presentation) {
	base := visitor()
	base.MaxUses = 10
	p, a := presented(base, c)
	k.plant(record.FromPass(p))
	if got := k.judgedRedeem(redemption{pass: record.FromPass(p), read: p, ask: a, opens: session(p, 1, now)}); got != c.want {
		k.Errorf("pass.AdmitRedeem says %s", got)
	}
}

func redeemNothing(k kit) {
	p := visitor()
	s := session(p, 1, now)
	k.judgedRedeem(redemption{read: p, ask: sessionAsk(p, s), opens: s})
}

func redeemCounts(k kit) {
	p := visitor()
	p.MaxUses = 2
	p.Uses[key(9)], p.LastUse = now-1, &pass.Use{Key: key(9), At: now - 1}
	k.created(p)
	s := session(p, 1, now)
	after, opened := k.redeemed(s, pass.OK)
	use := pass.Use{Key: s.Key(), At: now, IP: s.IP, UserAgent: s.UserAgent}
	p.Uses[s.Key()], p.Sessions[s.Key()], p.LastUse = now, s.ExpiresAt, &use
	k.same("pass", after, p)
	k.same("session", opened, s)
	k.same("both, read", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}), pass.Entry{Pass: p, Session: s})
	k.redeemed(session(p, 2, now), pass.Spent)
}

func redeemUnlimited(k kit) {
	p := k.created(visitor())
	for i := range 3 {
		k.redeemed(session(p, i, now), pass.OK)
	}
	after := k.read(p.ID)
	k.same("uses", after.Uses, p.Uses)
	k.same("last use", after.LastUse, p.LastUse)
	k.same("sessions", len(after.Sessions), 3)
}

func redeemOutOfDate(k kit) {
	p := login()
	before := *k.created(p)
	first, second := session(p, 1, now), session(p, 2, now)
	redeem := func(what string, s *pass.Session, want pass.Reason) {
		_, _, r, err := k.Redeem(k.ctx, &before, sessionAsk(&before, s), s)
		k.reason(what, r, err, want)
	}
	redeem("the first", first, pass.OK)
	redeem("the second, by a pass that looks unspent", second, pass.Spent)
	_, err := k.Revoke(k.ctx, p.ID, pass.Change{At: now})
	k.must(err)
	redeem("a retry, by a pass that looks alive", first, pass.Revoked)
	k.same("second session", k.rawSession(second), record.Item(nil))
}

// occupied plants a visitor pass with n live and dead further sessions.
func occupied(k kit, live, dead int) *pass.Pass {
	k.Helper()
	p := visitor()
	for i := range live {
		p.Sessions[key(2000+i)] = now + 1
	}
	for i := range dead {
		p.Sessions[key(3000+i)] = now - pass.NumericDate(i)
	}
	k.plant(record.FromPass(p))
	return p
}

func redeemFifty(k kit) {
	p := occupied(k, pass.MaxSessions-1, 0)
	k.redeemed(session(p, 1, now), pass.OK)
	unchanged := k.unchanged(p.ID)
	k.redeemed(session(p, 2, now), pass.RateLimited)
	k.redeemed(session(p, 1, now+1), pass.OK)
	unchanged()
}

func redeemMakesRoom(k kit) {
	p := occupied(k, pass.MaxSessions, 0)
	k.redeemed(session(p, 1, now), pass.RateLimited)
	_, err := k.EndSession(k.ctx, p.ID, key(2000), pass.Change{})
	k.must(err)
	k.redeemed(session(p, 1, now), pass.OK)
	k.redeemed(session(p, 2, now), pass.RateLimited)
	k.redeemed(session(p, 2, now+1), pass.OK)
}

func redeemPrunes(k kit) {
	for _, c := range []struct {
		live, dead int
		want       pass.Reason
	}{{0, 50, pass.OK}, {49, 1, pass.OK}, {49, 30, pass.OK}, {0, 80, pass.OK}, {50, 30, pass.RateLimited}} {
		for _, known := range []bool{true, false} {
			p := occupied(k, c.live, c.dead)
			s, read := session(p, 1, now), *p
			if !known {
				read.Sessions = map[pass.Key]pass.NumericDate{}
			}
			got := k.judgedRedeem(redemption{pass: record.FromPass(p), read: &read, ask: sessionAsk(p, s), opens: s})
			if got != c.want {
				k.Errorf("%d live and %d dead sessions: %s, want %s", c.live, c.dead, got, c.want)
			}
		}
	}
}

func redeemShort(k kit) {
	p := visitor()
	p.SessionExpiresIn = 30
	k.created(p)
	k.redeemed(session(p, 1, now), pass.OK)
	k.redeemed(session(p, 1, now+29), pass.OK)
	k.redeemed(session(p, 1, now+30), pass.Spent)
	k.redeemed(session(p, 2, now+30), pass.OK)
	k.redeemed(session(p, 1, now+31), pass.Spent)
}

func redeemWrongKey(k kit) {
	p, other := k.created(visitor()), k.created(visitor())
	s := session(p, 1, now)
	unchanged := k.unchanged(p.ID)
	for _, c := range []struct {
		says string
		read *pass.Pass
		key  pass.Key
	}{{"no key", p, ""}, {"another key", p, key(2)}, {"another pass", other, s.Key()}} {
		_, _, r, err := k.Redeem(k.ctx, c.read, ask(p, c.key), s)
		k.reason(c.says, r, err, pass.Unavailable)
	}
	unchanged()
	k.same("session", k.rawSession(s), record.Item(nil))
}

// lives reads a session and holds it to what pass.AdmitSession shall say.
func (k kit) lives(s *pass.Session, at pass.NumericDate, want pass.Reason) {
	k.Helper()
	e := k.entry(pass.Ref{ID: s.PassID, Session: &s.Secret})
	a := pass.Ask{Scope: pass.AnyScope, Accept: []pass.Mode{pass.SessionMode, pass.VisitorMode}}
	if got := pass.AdmitSession(e.Pass, e.Session, a, at); got != want {
		k.Errorf("session at %s: %s, want %s", at, got, want)
	}
}

func visitorSessionOverTime(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	k.redeemed(s, pass.OK)
	k.lives(s, now, pass.OK)
	k.lives(s, p.ExpiresAt-1, pass.OK)
	k.lives(s, p.ExpiresAt, pass.SessionEnded)
}

func loginSessionOverTime(k kit) {
	p := k.created(login())
	s := session(p, 1, p.ExpiresAt-1)
	k.redeemed(s, pass.OK)
	k.redeemed(session(p, 2, p.ExpiresAt), pass.Expired)
	k.lives(s, p.ExpiresAt, pass.OK)
	k.lives(s, s.ExpiresAt-1, pass.OK)
	k.lives(s, s.ExpiresAt, pass.SessionEnded)
}
