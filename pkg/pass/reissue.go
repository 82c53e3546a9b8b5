package pass

// MaxKeepOld is how long, in seconds, a secret may go on that another has taken
// the place of: 7 days.
const MaxKeepOld = 7 * 24 * 3600

// AdmitReissue reports whether p may get a new secret at now, and with it the end
// expiresAt, or where that is zero keep its own; and if not, why. A pass without
// uses left may: its uses are not what is renewed.
func AdmitReissue(p *Pass, expiresAt, now NumericDate) Reason {
	switch {
	case p == nil:
		return Unknown
	case p.V != Version:
		return Unavailable
	case p.RevokedAt != 0:
		return Revoked
	case expiresAt == 0 && now >= p.ExpiresAt, expiresAt != 0 && now >= expiresAt:
		return Expired
	}
	return OK
}

// Reissue makes secret the one that opens p. The one that did so until now goes
// on up to keepOld, and not at all if that is not after now; a still older one is
// dropped, so a leaked one cannot be carried along. A zero expiresAt or purgeAt
// leaves p's own. Uses, sessions and scope stay.
func (p *Pass) Reissue(secret Digest, keepOld, expiresAt, purgeAt, now NumericDate) {
	secrets := map[Digest]NumericDate{secret: 0}
	for d, until := range p.Secrets {
		if until == 0 && keepOld > now && d != secret {
			secrets[d] = keepOld
		}
	}
	p.Secrets = secrets
	if expiresAt != 0 {
		p.ExpiresAt = expiresAt
	}
	if purgeAt != 0 {
		p.PurgeAt = purgeAt
	}
}
