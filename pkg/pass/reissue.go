package pass

// MaxKeepOld is how long, in seconds, a secret may go on that another has taken
// the place of: 7 days.
const MaxKeepOld = 7 * 24 * 3600

// Renewal is what a reissue is to make of a pass, and when.
type Renewal struct {
	Secret    Digest      // that opens the pass from now on; its key names the renewal
	KeepLink  bool        // it does not: only a token was signed anew, and what opens the pass goes on
	KeepOld   NumericDate // up to when the one before does; not after At: not at all
	ExpiresAt NumericDate // zero: as it is
	PurgeAt   NumericDate // zero: as it is
	Uses      int         // how often the pass may be used from now on; zero: as often as is left
	At        NumericDate
	By        string // who asks, for the history

	TokenExpiresAt NumericDate // of the JWT that was made for it; zero: none was
}

// AdmitReissue reports whether p may be renewed as r says, and if not, why. It
// is Spent where the pass would have no use left, since its link would let
// nobody in, and where it would have more than MaxUses with those of before.
func AdmitReissue(p *Pass, r Renewal) Reason {
	switch {
	case p == nil:
		return Unknown
	case p.V != Version:
		return Unavailable
	case p.RevokedAt != 0:
		return Revoked
	case r.ExpiresAt == 0 && r.At >= p.ExpiresAt, r.ExpiresAt != 0 && r.At >= r.ExpiresAt:
		return Expired
	case p.MaxUses == 0:
		return OK
	case r.Uses <= 0 && len(p.Uses) >= p.MaxUses:
		return Spent
	case r.Uses > p.UsesToGive():
		return Spent
	}
	return OK
}

// Reissue makes r.Secret the one that opens p. The one that did so until now goes
// on up to r.KeepOld; a still older one is dropped, so a leaked one cannot be
// carried along. Given uses are counted from those that are in the record, so
// the same asked twice gives no more, and an unlimited pass stays unlimited.
// Uses, sessions and scope stay.
func (p *Pass) Reissue(r Renewal) {
	if !r.KeepLink {
		p.Secrets = p.renewed(r)
	}
	if r.ExpiresAt != 0 {
		p.ExpiresAt = r.ExpiresAt
	}
	if r.PurgeAt != 0 {
		p.PurgeAt = r.PurgeAt
	}
	if r.TokenExpiresAt != 0 {
		p.TokenExpiresAt = r.TokenExpiresAt
	}
	if r.Uses > 0 && p.MaxUses != 0 {
		p.MaxUses = len(p.Uses) + r.Uses
	}
	p.did(Change{Key: r.Secret.Key(), At: r.At, Operation: Reissuing, By: r.By})
}

// renewed returns the secrets of p after r.
func (p *Pass) renewed(r Renewal) map[Digest]NumericDate {
	secrets := map[Digest]NumericDate{r.Secret: 0}
	for d, until := range p.Secrets {
		if until == 0 && r.KeepOld > r.At && d != r.Secret {
			secrets[d] = r.KeepOld
		}
	}
	return secrets
}

// Reissued reports whether r was made of p: its secret is there, or, of one that
// kept the link, it is the last that was done.
func (p *Pass) Reissued(r Renewal) bool {
	if r.KeepLink {
		return p.LastChange != nil && p.LastChange.Key == r.Secret.Key()
	}
	_, made := p.Secrets[r.Secret]
	return made
}

// UsesToGive returns how many uses a reissue may give a pass that is counted:
// MaxUses, with those it has had.
func (p *Pass) UsesToGive() int { return max(MaxUses-len(p.Uses), 0) }
