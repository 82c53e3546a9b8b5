package pass_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

// goodSession is a session that sessionAsk is content with at now, and its pass:
// a visitor's that has not expired, or a login's that may long have.
func goodSession(t *rapid.T, now pass.NumericDate) (*pass.Pass, *pass.Session) {
	p := goodPass(t, now)
	p.Mode = rapid.SampledFrom([]pass.Mode{pass.SessionMode, pass.VisitorMode}).Draw(t, "redeeming mode")
	if p.Mode == pass.SessionMode && rapid.Bool().Draw(t, "link expired") {
		p.ExpiresAt = now - 50
	}
	s := &pass.Session{V: pass.Version, PassID: p.ID, Secret: secretOf(9), At: now - pass.NumericDate(rapid.Int64Range(0, 100).Draw(t, "opened")),
		ExpiresAt: now + pass.NumericDate(rapid.Int64Range(1, 100).Draw(t, "session left"))}
	p.Sessions = map[pass.Key]pass.NumericDate{s.Key(): s.ExpiresAt, key(77): now + 1}
	return p, s
}

func sessionAsk() pass.Ask {
	return pass.Ask{Scope: scope, Accept: []pass.Mode{pass.SessionMode, pass.VisitorMode}, MaxAge: 101}
}

type sessionFault struct {
	reason pass.Reason
	spoil  func(p *pass.Pass, s *pass.Session, a *pass.Ask, now pass.NumericDate)
}

// sessionFaults are all of AdmitSession's, in order. That a visitor's pass has
// expired is left to its own test: it is none for a login.
func sessionFaults() []sessionFault {
	return []sessionFault{
		{pass.Unavailable, func(p *pass.Pass, _ *pass.Session, _ *pass.Ask, _ pass.NumericDate) { p.V++ }},
		{pass.Unavailable, func(_ *pass.Pass, s *pass.Session, _ *pass.Ask, _ pass.NumericDate) { s.V++ }},
		{pass.SessionEnded, func(p *pass.Pass, _ *pass.Session, _ *pass.Ask, now pass.NumericDate) { p.RevokedAt = now }},
		{pass.SessionEnded, func(_ *pass.Pass, s *pass.Session, _ *pass.Ask, now pass.NumericDate) { s.ExpiresAt = now }},
		{pass.SessionEnded, func(p *pass.Pass, s *pass.Session, _ *pass.Ask, _ pass.NumericDate) { delete(p.Sessions, s.Key()) }},
		{pass.SessionEnded, func(_ *pass.Pass, s *pass.Session, a *pass.Ask, now pass.NumericDate) { s.At, a.MaxAge = now-100, 100 }},
		{pass.WrongScope, func(_ *pass.Pass, _ *pass.Session, a *pass.Ask, _ pass.NumericDate) { a.Scope = "report:67" }},
		{pass.WrongMode, func(_ *pass.Pass, _ *pass.Session, a *pass.Ask, _ pass.NumericDate) {
			a.Accept = []pass.Mode{pass.None, pass.Request}
		}},
	}
}

func TestAdmitSessionTellsTheFirstFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, s := goodSession(t, now)
		a, want := sessionAsk(), pass.OK
		for _, f := range sessionFaults() {
			if !rapid.Bool().Draw(t, string(f.reason)) {
				continue
			}
			f.spoil(p, s, &a, now)
			if want == pass.OK {
				want = f.reason
			}
		}
		if got := pass.AdmitSession(p, s, a, now); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

func TestAdmitSessionTellsEachFault(t *testing.T) {
	for i, f := range sessionFaults() {
		rapid.Check(t, func(t *rapid.T) {
			now := times().Draw(t, "now")
			p, s := goodSession(t, now)
			a := sessionAsk()
			f.spoil(p, s, &a, now)
			if got := pass.AdmitSession(p, s, a, now); got != f.reason {
				t.Fatalf("fault %d: %s, want %s", i, got, f.reason)
			}
		})
	}
}

func TestAdmitSessionIsExactToTheSecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, s := goodSession(t, now)
		a := sessionAsk()
		a.MaxAge = 0
		end := s.ExpiresAt
		if p.Mode == pass.VisitorMode {
			end = min(end, p.ExpiresAt)
		}
		for at, want := range map[pass.NumericDate]pass.Reason{end - 1: pass.OK, end: pass.SessionEnded, end + 1: pass.SessionEnded} {
			if got := pass.AdmitSession(p, s, a, at); got != want {
				t.Fatalf("%s, %d s from the end: %s, want %s", p.Mode, at-end, got, want)
			}
		}
	})
}

func TestAdmitSessionNeedsBothRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, s := goodSession(t, now)
		for name, got := range map[string]pass.Reason{
			"no pass":    pass.AdmitSession(nil, s, sessionAsk(), now),
			"no session": pass.AdmitSession(p, nil, sessionAsk(), now),
			"neither":    pass.AdmitSession(nil, nil, sessionAsk(), now),
		} {
			if got != pass.SessionEnded {
				t.Fatalf("%s: %s, want %s", name, got, pass.SessionEnded)
			}
		}
	})
}

// goodRedemption is a pass that redeemAsk may redeem at now.
func goodRedemption(t *rapid.T, now pass.NumericDate) *pass.Pass {
	p := goodPass(t, now)
	p.Mode = rapid.SampledFrom([]pass.Mode{pass.SessionMode, pass.VisitorMode}).Draw(t, "redeeming mode")
	p.Sessions = sessions(rapid.IntRange(0, pass.MaxSessions-1).Draw(t, "live"), now+1)
	return p
}

func redeemAsk() pass.Ask {
	return pass.Ask{Secret: secretOf(1), Scope: pass.AnyScope, Accept: []pass.Mode{pass.SessionMode, pass.VisitorMode}, Key: secretOf(9).Key()}
}

func sessions(n int, end pass.NumericDate) map[pass.Key]pass.NumericDate {
	m := map[pass.Key]pass.NumericDate{}
	for i := range n {
		m[pass.KeyOf([8]byte{byte(i), 1})] = end
	}
	return m
}

// Redeeming is under every rule of Admit.
func TestAdmitRedeemWaivesNoRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodRedemption(t, now), redeemAsk()
		if got := pass.AdmitRedeem(p, nil, a, now); got != pass.OK {
			t.Fatalf("%s, want %s", got, pass.OK)
		}
		// The scope of a link is not asked for, and a link has no age.
		f := rapid.SampledFrom(faults()).Filter(func(f fault) bool { return f.reason != pass.WrongScope }).Draw(t, "fault")
		f.spoil(p, &a, now)
		if got := pass.AdmitRedeem(p, nil, a, now); got != f.reason {
			t.Fatalf("%s, want %s", got, f.reason)
		}
	})
}

// The same redemption is the same for RetryWindow, while its session lives.
func TestAdmitRedeemRepeatsOnlyWhileItsSessionLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodRedemption(t, now), redeemAsk()
		ago := pass.NumericDate(rapid.Int64Range(0, 2*pass.RetryWindow).Draw(t, "ago"))
		left := pass.NumericDate(rapid.Int64Range(-1, 2).Draw(t, "left"))
		s := &pass.Session{V: pass.Version, PassID: p.ID, Secret: secretOf(9), At: now - ago, ExpiresAt: now + left}
		if p.MaxUses > 0 {
			p.Uses[a.Key] = s.At
		}
		ended := rapid.Bool().Draw(t, "ended")
		if !ended {
			p.Sessions[a.Key] = s.ExpiresAt
		}
		want := pass.Spent
		if ago < pass.RetryWindow && left > 0 && !ended {
			want = pass.OK
		}
		if got := pass.AdmitRedeem(p, s, a, now); got != want {
			t.Fatalf("%d s ago, %d s left, ended %v: %s, want %s", ago, left, ended, got, want)
		}
		s.V++
		if got := pass.AdmitRedeem(p, s, a, now); got != pass.Unavailable {
			t.Fatalf("of another version: %s, want %s", got, pass.Unavailable)
		}
	})
}

// A use of this key without its session is one whose session was cleared away.
func TestAdmitRedeemDoesNotReopenWhatIsGone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodRedemption(t, now), redeemAsk()
		p.MaxUses = max(p.MaxUses, 1)
		p.Uses[a.Key] = now
		if got := pass.AdmitRedeem(p, nil, a, now); got != pass.Spent {
			t.Fatalf("%s, want %s", got, pass.Spent)
		}
	})
}

func TestAdmitRedeemBoundsLiveSessions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodRedemption(t, now), redeemAsk()
		live := rapid.IntRange(pass.MaxSessions-2, pass.MaxSessions+2).Draw(t, "live now")
		p.Sessions = sessions(live, now+1)
		for i := range rapid.IntRange(0, 5).Draw(t, "dead") {
			p.Sessions[pass.KeyOf([8]byte{byte(i), 2})] = now
		}
		if got := p.LiveSessions(now); got != live {
			t.Fatalf("%d live sessions, want %d", got, live)
		}
		want := pass.OK
		if live >= pass.MaxSessions {
			want = pass.RateLimited
		}
		if got := pass.AdmitRedeem(p, nil, a, now); got != want {
			t.Fatalf("%d live sessions: %s, want %s", live, got, want)
		}
	})
}
