package storetest

import (
	"errors"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// given gives a pass its nth secret and more uses. Its first secret goes on.
func (k kit) given(p *pass.Pass, n, uses int) (*pass.Pass, error) {
	return k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(n), KeepOld: now + hour, Uses: uses, At: now})
}

func reissueGives(k kit) {
	for _, uses := range []int{1, 20} { // fewer and more than were left
		p := k.created(counted())
		for i := range 3 {
			p = k.used(p.ID, ask(p, key(i)), now, pass.OK)
		}
		p.Secrets = map[pass.Digest]pass.NumericDate{secret(1): 0, secret(0): now + hour}
		p.LastChange = newSecret(1)
		p.MaxUses = 3 + uses
		k.becomes(p)(k.given(p, 1, uses))
		k.same("item", k.rawPass(p.ID), record.FromPass(p))
		for i := range uses {
			k.used(p.ID, ask(p, key(10+i)), now, pass.OK)
		}
		k.tried(p, 1, now, pass.Spent)
		unchanged := k.unchanged(p.ID)
		again, err := k.given(p, 1, uses) // the same secret: made before
		k.must(err)
		k.same("uses in all, asked again", again.MaxUses, 3+uses)
		unchanged()
	}
}

func reissueSpent(k kit) {
	p := k.created(login())
	k.redeemed(session(p, 1, now), pass.OK)
	k.leaves(p, pass.Renewal{})
	k.leaves(p, pass.Renewal{ExpiresAt: now + hour, PurgeAt: now + day})
	after, err := k.given(p, 2, 1)
	k.must(err)
	k.same("uses in all", after.MaxUses, 2)
	k.lives(session(p, 1, now), now, pass.OK)
	k.redeemed(session(p, 3, now), pass.OK)
	k.redeemed(session(p, 4, now), pass.Spent)
}

func reissueHundred(k kit) {
	p := counted()
	for i := range 97 {
		p.Uses[key(200+i)] = now
	}
	p.MaxUses = 97
	k.created(p)
	k.leaves(p, pass.Renewal{Uses: 4})
	k.leaves(p, pass.Renewal{Uses: pass.MaxUses})
	after, err := k.given(p, 1, 3)
	k.must(err)
	k.same("uses in all", after.MaxUses, pass.MaxUses)
}

func reissueUnlimited(k kit) {
	p := k.created(visitor())
	p.Secrets = map[pass.Digest]pass.NumericDate{secret(1): 0, secret(0): now + hour}
	p.LastChange = newSecret(1)
	k.becomes(p)(k.given(p, 1, 5))
}

// reissueRaced gives four uses amid sixty who ask for the ten there are. A store
// may be unavailable to the reissue, which is then asked again.
func reissueRaced(k kit) {
	p := k.created(counted())
	all := storm(61, func(i int) (o outcome) {
		if i != 30 {
			return k.useOf(k, p, key(i))
		}
		for range patience {
			if o.pass, o.err = k.given(p, 1, 4); !errors.Is(o.err, pass.ErrUnavailable) {
				break
			}
		}
		if o.err == nil {
			k.same("uses to come, as answered", o.pass.MaxUses-len(o.pass.Uses), 4)
		}
		return o
	})
	k.tally(all)
	for i := range 4 { // whoever is left takes what is left
		k.useOf(k, p, key(100+i))
	}
	after := k.read(p.ID)
	k.same("uses", len(after.Uses), after.MaxUses)
	if given := all[30].pass; len(after.Uses) != len(given.Uses)+4 {
		k.Errorf("%d uses, of which %d came before four were given", len(after.Uses), len(given.Uses))
	}
	for i, o := range all {
		if i != 30 && o.reason == pass.OK != after.Counted(key(i)) {
			k.Errorf("use %d is %s, in the record: %t", i, o.reason, after.Counted(key(i)))
		}
	}
}
