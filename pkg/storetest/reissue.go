package storetest

import (
	"errors"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func reissuePromises() []promise {
	return []promise{
		{"the new secret opens the pass, and the one before does not", reissues},
		{"the one before goes on up to the second stated", reissueKeeps},
		{"of a third secret nothing is left, whatever was promised to it", reissueDropsThird},
		{"a secret kept up to now is not kept", reissueKeepsNothing},
		{"a new end is written with its purge_at, and none leaves both", reissueEnds},
		{"an expired pass is revived by a new end alone", reissueRevives},
		{"uses, sessions and all else stay", reissueLeaves},
		{"a revoked pass is left as it is", reissueRevoked},
		{"an expired pass without a new end, and one that has passed, leave it as it is", reissueExpired},
		{"the same again changes nothing", reissueAgain},
		{"of many at once each has its turn, and two secrets are left", reissueStorm},
		{"where the link is kept every secret opens as before, and all else is renewed", reissueKeepsLink},
		{"uses are given from those of before on", reissueGives},
		{"a spent pass is revived by uses alone", reissueSpent},
		{"a hundred uses in all are the most", reissueHundred},
		{"an unlimited pass stays unlimited", reissueUnlimited},
		{"uses that race it are all counted, and as many as it gives come after it", reissueRaced},
	}
}

// reissued gives a pass the nth secret, keeping the one before up to a second
// and its end as it is.
func (k kit) reissued(p *pass.Pass, n int, keep pass.NumericDate) *pass.Pass {
	k.Helper()
	after, err := k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(n), KeepOld: keep, At: now})
	k.must(err)
	return after
}

// newSecret is the change that giving a pass the nth secret is.
func newSecret(n int) *pass.Change {
	return &pass.Change{Key: secret(n).Key(), At: now, Operation: pass.Reissuing}
}

// tried wants a reason for the nth secret of p at a second.
func (k kit) tried(p *pass.Pass, n int, at pass.NumericDate, want pass.Reason) {
	k.Helper()
	a := ask(p, key(100+n))
	a.Secret = secret(n)
	k.used(p.ID, a, at, want)
}

func reissues(k kit) {
	p := k.created(counted())
	after := k.reissued(p, 1, 0)
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(1): 0}
	p.LastChange = newSecret(1)
	k.becomes(p)(after, nil)
	k.same("item", k.rawPass(p.ID), record.FromPass(p))
	k.tried(p, 0, now, pass.Unknown)
	k.tried(p, 1, now, pass.OK)
}

func reissueKeeps(k kit) {
	p := k.created(counted())
	after := k.reissued(p, 1, now+hour)
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(1): 0, secret(0): now + hour}
	p.LastChange = newSecret(1)
	k.becomes(p)(after, nil)
	k.tried(p, 0, now+hour-1, pass.OK)
	k.tried(p, 0, now+hour, pass.Unknown)
	k.tried(p, 1, now+hour, pass.OK)
}

// reissueKeepsLink is asked twice, as after a lost answer, and once more by another.
func reissueKeepsLink(k kit) {
	p := k.created(counted())
	p = k.reissued(p, 1, now+hour)
	for _, n := range []int{2, 2, 3} {
		after, err := k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(n), KeepLink: true, ExpiresAt: now + 3*day, PurgeAt: now + 4*day, At: now, TokenExpiresAt: now + 3*day})
		p.ExpiresAt, p.PurgeAt, p.TokenExpiresAt, p.LastChange = now+3*day, now+4*day, now+3*day, newSecret(n)
		k.becomes(p)(after, err)
		k.same("item", k.rawPass(p.ID), record.FromPass(p))
	}
	k.tried(p, 1, now, pass.OK)
	k.tried(p, 0, now, pass.OK)
	k.tried(p, 3, now, pass.Unknown)
}

func reissueDropsThird(k kit) {
	p := k.created(counted())
	k.reissued(p, 1, now+5*day)
	after := k.reissued(p, 2, now+minute)
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(2): 0, secret(1): now + minute}
	p.LastChange = newSecret(2)
	k.becomes(p)(after, nil)
	k.tried(p, 0, now, pass.Unknown)
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(3): 0}
	p.LastChange = newSecret(3)
	k.becomes(p)(k.reissued(p, 3, 0), nil)
}

func reissueKeepsNothing(k kit) {
	p := k.created(counted())
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(1): 0}
	p.LastChange = newSecret(1)
	k.becomes(p)(k.reissued(p, 1, now), nil)
}

func reissueEnds(k kit) {
	for _, end := range []pass.NumericDate{now + 1, now + 300*day} { // earlier and later than it was
		p := k.created(counted())
		p.Secrets = map[pass.Digest]pass.NumericDate{secret(1): 0}
		p.LastChange = newSecret(1)
		p.ExpiresAt, p.PurgeAt = end, end+day
		k.becomes(p)(k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(1), ExpiresAt: end, PurgeAt: end + day, At: now}))
		k.same("item", k.rawPass(p.ID), record.FromPass(p))
		k.tried(p, 1, end-1, pass.OK)
		k.tried(p, 1, end, pass.Expired)
	}
}

func reissueRevives(k kit) {
	p := counted()
	p.ExpiresAt = now
	k.created(p)
	p.Secrets, p.ExpiresAt = map[pass.Digest]pass.NumericDate{secret(1): 0}, now+hour
	p.LastChange = newSecret(1)
	k.becomes(p)(k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(1), ExpiresAt: now + hour, PurgeAt: p.PurgeAt, At: now}))
	k.tried(p, 1, now, pass.OK)
}

func reissueLeaves(k kit) {
	p := visitor()
	p.MaxUses, p.Invitation, p.Data, p.Target = 5, &pass.Invitation{From: "Fred"}, []byte(`{"a":1}`), "/x"
	k.created(p)
	s := session(p, 1, now)
	k.redeemed(s, pass.OK)
	p = k.read(p.ID)
	after := k.reissued(p, 2, now+hour)
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(2): 0, secret(0): now + hour}
	p.LastChange = newSecret(2)
	k.becomes(p)(after, nil)
	k.lives(s, now, pass.OK)
}

// left holds a reissue to have been refused: the pass comes as it is, without
// the secret.
func (k kit) left(p *pass.Pass, expiresAt pass.NumericDate) {
	k.Helper()
	k.leaves(p, pass.Renewal{ExpiresAt: expiresAt, PurgeAt: expiresAt})
}

// leaves does so for any renewal.
func (k kit) leaves(p *pass.Pass, r pass.Renewal) {
	k.Helper()
	r.Secret, r.KeepOld, r.At = secret(1), now+hour, now
	p = k.read(p.ID)
	unchanged := k.unchanged(p.ID)
	k.becomes(p)(k.Reissue(k.ctx, p.ID, r))
	unchanged()
}

func reissueRevoked(k kit) {
	p := k.created(counted())
	_, err := k.Revoke(k.ctx, p.ID, pass.Change{At: now, By: "Olga"})
	k.must(err)
	k.left(p, 0)
	k.left(p, now+hour)
	_, err = k.Restore(k.ctx, p.ID, pass.Change{})
	k.must(err)
	k.reissued(p, 1, 0)
	k.tried(p, 1, now, pass.OK)
}

func reissueExpired(k kit) {
	p := counted()
	p.ExpiresAt = now
	k.created(p)
	k.left(p, 0)
	k.left(p, now)
	alive := k.created(counted())
	k.left(alive, now)
	alive = counted()
	alive.ExpiresAt = now + 1
	k.created(alive)
	k.reissued(alive, 1, 0)
	k.tried(alive, 1, now, pass.OK)
}

func reissueAgain(k kit) {
	p := k.created(counted())
	k.reissued(p, 1, now+hour)
	p = k.read(p.ID)
	unchanged := k.unchanged(p.ID)
	k.becomes(p)(k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(1), ExpiresAt: now + day, PurgeAt: now + day, Uses: 5, At: now + 1}))
	unchanged()
	k.reissued(p, 2, now+hour)
	p = k.read(p.ID)
	k.becomes(p)(k.reissued(p, 1, now+day), nil) // replaced since, and carried out all the same
}

// reissueStorm: a store may be unavailable to some of them, who ask again.
func reissueStorm(k kit) {
	p := k.created(counted())
	all := storm(12, func(i int) (o outcome) {
		for range patience {
			o.pass, o.err = k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(i + 1), KeepOld: now + hour, At: now})
			if !errors.Is(o.err, pass.ErrUnavailable) {
				return o
			}
		}
		return o
	})
	for i, o := range all {
		k.must(o.err)
		if _, ok := o.pass.Secrets[secret(i+1)]; !ok {
			k.Errorf("reissue %d was answered without its secret", i)
		}
	}
	ends := map[pass.NumericDate]int{}
	for _, until := range k.read(p.ID).Secrets {
		ends[until]++
	}
	k.same("secrets by their end", ends, map[pass.NumericDate]int{0: 1, now + hour: 1})
	k.tried(p, 0, now, pass.Unknown)
}
