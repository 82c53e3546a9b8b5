package storetest

import (
	"maps"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// retryPromises are about the same redemption again: a second click after a
// lost answer. Each holds for a pass of one use and for an unlimited one.
func retryPromises() []promise {
	var out []promise
	for _, kind := range []struct {
		name string
		make func() *pass.Pass
	}{{"a pass of one use", login}, {"an unlimited pass", visitor}} {
		for _, p := range []struct {
			says  string
			holds func(kit, *pass.Pass, *pass.Session)
		}{
			{"within a minute it is the same session and no second use", retrySame},
			{"it answers with what was opened first, whatever it carries", retryCarries},
			{"after a minute it is spent", retryLate},
			{"an ended session never comes back", retryEnded},
			{"nor one ended with all others", retryAllEnded},
			{"nor one of before a revocation", retryRevoked},
			{"it is refused by every rule that refuses a use", retryRefused},
		} {
			out = append(out, promise{kind.name + "/" + p.says, func(k kit) {
				made := k.created(kind.make())
				s := session(made, 1, now)
				k.redeemed(s, pass.OK)
				p.holds(k, made, s)
			}})
		}
	}
	return out
}

func retrySame(k kit, p *pass.Pass, s *pass.Session) {
	unchanged := k.unchanged(p.ID)
	for _, at := range []pass.NumericDate{now, now + 1, now + pass.RetryWindow - 1} {
		after, opened := k.redeemed(session(p, 1, at), pass.OK)
		k.same("session", opened, s)
		k.same("pass", after, k.read(p.ID))
	}
	unchanged()
	k.lives(s, now+1, pass.OK)
}

func retryCarries(k kit, p *pass.Pass, s *pass.Session) {
	again := session(p, 1, now+1)
	again.IP, again.UserAgent, again.Origin, again.ExpiresAt, again.PurgeAt = "", "other", "", now+1000*day, 0
	_, opened := k.redeemed(again, pass.OK)
	k.same("answer", opened, s)
	k.same("session", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}).Session, s)
}

func retryLate(k kit, p *pass.Pass, s *pass.Session) {
	unchanged := k.unchanged(p.ID)
	k.redeemed(session(p, 1, now+pass.RetryWindow), pass.Spent)
	k.redeemed(session(p, 1, now+pass.RetryWindow+1), pass.Spent)
	unchanged()
	k.lives(s, now+pass.RetryWindow, pass.OK)
}

// dead holds the session to be ended and its redemption to be spent.
func dead(k kit, p *pass.Pass, s *pass.Session) {
	k.Helper()
	unchanged := k.unchanged(p.ID)
	k.lives(s, now+1, pass.SessionEnded)
	k.redeemed(session(p, 1, now+1), pass.Spent)
	k.redeemed(session(p, 1, now+pass.RetryWindow), pass.Spent)
	k.lives(s, now+1, pass.SessionEnded)
	unchanged()
}

func retryEnded(k kit, p *pass.Pass, s *pass.Session) {
	_, err := k.EndSession(k.ctx, p.ID, s.Key(), pass.Change{})
	k.must(err)
	dead(k, p, s)
}

func retryAllEnded(k kit, p *pass.Pass, s *pass.Session) {
	_, err := k.EndSessions(k.ctx, p.ID, pass.Change{})
	k.must(err)
	dead(k, p, s)
}

func retryRevoked(k kit, p *pass.Pass, s *pass.Session) {
	_, err := k.Revoke(k.ctx, p.ID, pass.Change{At: now})
	k.must(err)
	k.lives(s, now, pass.SessionEnded)
	k.redeemed(session(p, 1, now+1), pass.Revoked)
	_, err = k.Restore(k.ctx, p.ID, pass.Change{})
	k.must(err)
	dead(k, p, s)
}

// retryRefused has no exception but spent: being a retry waives no other rule.
func retryRefused(k kit, p *pass.Pass, s *pass.Session) {
	for _, c := range presentations() {
		if c.want == pass.OK || c.want == pass.Spent {
			continue
		}
		again := *p
		again.ID, again.Uses, again.Secrets = newID(), map[pass.Key]pass.NumericDate{s.Key(): now - 1}, maps.Clone(p.Secrets)
		again.Sessions = map[pass.Key]pass.NumericDate{s.Key(): now + day}
		read, a := presented(&again, c)
		first := record.FromSession(session(read, 1, now-1))
		k.plant(record.FromPass(read), first)
		got := k.judgedRedeem(redemption{pass: record.FromPass(read), session: first, read: read, ask: a, opens: session(read, 1, now)})
		if got != c.want {
			k.Errorf("%s: %s, want %s", c.says, got, c.want)
		}
	}
}
