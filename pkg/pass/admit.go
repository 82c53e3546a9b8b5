package pass

import "slices"

// AnyScope in an Ask accepts every scope.
const AnyScope = "*"

// MaxSessions is how many live sessions a pass may have.
const MaxSessions = 50

// RetryWindow is how long, in seconds, the same redemption may be repeated and
// is still the same use and the same session.
const RetryWindow = 60

// Ask is what one presentation asks of a pass.
//
// The zero Ask is refused: it proves nothing, and accepts no mode.
type Ask struct {
	Secret Digest // of the secret that was presented
	Signed bool   // a verified signature stood in for the secret
	Scope  string // the scope the route needs, or AnyScope
	Accept []Mode // the modes the route accepts
	MaxAge int64  // seconds since the pass was issued, or the session opened; zero: any age
	Key    Key    // of this use; empty: only looking
}

// Admit reports whether p may be used for a at now, and if not, why. It is
// every rule about a pass, in the order in which people are best told: what
// cannot be helped first. A nil p and a wrong secret are both Unknown, so that
// nobody learns which ids exist. A use that is in the record already is OK
// whatever is left, because it is this one; but no rule before it is waived.
func Admit(p *Pass, a Ask, now NumericDate) Reason {
	switch {
	case p == nil:
		return Unknown
	case p.V != Version:
		return Unavailable
	case !a.Signed && !p.opens(a.Secret, now):
		return Unknown
	case p.RevokedAt != 0:
		return Revoked
	case now >= p.ExpiresAt:
		return Expired
	case a.MaxAge > 0 && now >= p.IssuedAt+NumericDate(a.MaxAge):
		return Expired
	case now < p.NotBefore:
		return NotYetValid
	case a.Scope != AnyScope && a.Scope != p.Scope:
		return WrongScope
	case !slices.Contains(a.Accept, p.Mode):
		return WrongMode
	case p.Counted(a.Key):
		return OK
	case p.MaxUses > 0 && len(p.Uses) >= p.MaxUses:
		return Spent
	}
	return OK
}

// AdmitSession reports whether the session s of p may be used for a at now.
// Everything that ends a session is SessionEnded: its pass is gone or revoked,
// its time or (a visitor's) its pass's time is over, or it was ended.
// Only a live session is told what the route wanted instead. a.Secret, a.Signed
// and a.Key do not matter: finding the session by its digest proved the secret.
func AdmitSession(p *Pass, s *Session, a Ask, now NumericDate) Reason {
	switch {
	case p == nil || s == nil:
		return SessionEnded
	case p.V != Version || s.V != Version:
		return Unavailable
	case p.RevokedAt != 0:
		return SessionEnded
	case now >= s.ExpiresAt:
		return SessionEnded
	case p.Mode != SessionMode && now >= p.ExpiresAt:
		return SessionEnded
	case !p.holds(s.Key()):
		return SessionEnded
	case a.MaxAge > 0 && now >= s.At+NumericDate(a.MaxAge):
		return SessionEnded
	case a.Scope != AnyScope && a.Scope != p.Scope:
		return WrongScope
	case !slices.Contains(a.Accept, p.Mode):
		return WrongMode
	}
	return OK
}

// AdmitRedeem reports whether p may open a session for a at now, where a.Key is
// the key of that session and s the session of that key if it is in the record
// already. Then this is the same redemption again: OK within RetryWindow while
// the session lives, else Spent, so a session that is over never comes back.
func AdmitRedeem(p *Pass, s *Session, a Ask, now NumericDate) Reason {
	if r := Admit(p, a, now); r != OK {
		return r
	}
	switch {
	case s != nil && s.V != Version:
		return Unavailable
	case s != nil && now < s.At+RetryWindow && now < s.ExpiresAt && p.holds(a.Key):
		return OK
	case s != nil || p.Counted(a.Key):
		return Spent
	case p.LiveSessions(now) >= MaxSessions:
		return RateLimited
	}
	return OK
}

// Counted reports whether the use k is in the record.
func (p *Pass) Counted(k Key) bool {
	_, ok := p.Uses[k]
	return ok && k != ""
}

// LiveSessions returns how many sessions have not expired at now.
func (p *Pass) LiveSessions(now NumericDate) int {
	n := 0
	for _, end := range p.Sessions {
		if now < end {
			n++
		}
	}
	return n
}

// opens reports whether the secret with this digest opens p at now.
func (p *Pass) opens(d Digest, now NumericDate) bool {
	until, ok := p.Secrets[d]
	return ok && (until == 0 || now < until)
}

// holds reports whether the session k was opened and not ended.
func (p *Pass) holds(k Key) bool {
	_, ok := p.Sessions[k]
	return ok
}
