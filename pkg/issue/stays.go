package issue

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// readAtOnce is how many passes are read in one call of the store.
const readAtOnce = 50

// settingsChanged answers that a job cannot be answered as it was the first time. What
// was issued then stays, and would be there twice if its caller took another key and
// no more: so the answer names it.
func (i *Issuer) settingsChanged(ctx context.Context, j *job, o *pass.Order, key keys.SigningKey) (*Answer, error) {
	ids, err := i.stay(ctx, j, o, key)
	if err != nil {
		return nil, unavailable("read what was issued", err)
	}
	why := fmt.Sprintf("the settings or the version of this stack were changed since it was used first, at %s, and the answer would be another one; ", o.At)
	switch n := len(ids); n {
	case 0:
		why += "of what was issued then nothing is left to revoke: use another key"
	case 1:
		why += fmt.Sprintf("what was issued then is still there, as pass %s: have the settings changed back, or revoke that one and use another key", ids[0])
	default:
		why += fmt.Sprintf("what was issued then is still there, %d passes, which ids names: have the settings changed back, or revoke those and use another key", n)
	}
	a := refusedKey(SettingsChanged, why)
	a.IDs = ids
	return a, nil
}

// keyGone answers that the key is lost which ids and tokens of a job follow from.
func keyGone(o *pass.Order) *Answer {
	return refusedKey(KeyGone, fmt.Sprintf("the signing key of %s is gone, and with it what was issued then cannot be made again, or told by id; it stays: list it by its scope, subject, email or issued_by, revoke it, and use another key", o.At))
}

// stay returns the ids of the passes of an order that are there and not revoked. They
// follow from the order and its key alone, whatever the settings are.
func (i *Issuer) stay(ctx context.Context, j *job, o *pass.Order, key keys.SigningKey) (ids []string, err error) {
	refs := make([]pass.Ref, len(j.requests))
	for n := range refs {
		short, err := token.NewShort(newDerived(key, o.Salt, n))
		if err != nil {
			return nil, err
		}
		refs[n].ID = short.ID
	}
	for some := range slices.Chunk(refs, readAtOnce) {
		var entries []pass.Entry
		err := i.retry(j.tries()).Do(ctx, o.Key, func() (err error) {
			entries, err = i.store.Read(ctx, some)
			return err
		})
		if err != nil {
			return nil, err
		}
		for n, e := range entries {
			if e.Pass != nil && e.Pass.RevokedAt == 0 {
				ids = append(ids, some[n].ID)
			}
		}
	}
	return ids, nil
}
