package record

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// ChangeSK returns the sort key of one change; changes sort by time.
func ChangeSK(at pass.NumericDate, k pass.Key) string {
	return fmt.Sprintf("%s%011d#%s", changePrefix, at, k)
}

// IsChange reports whether a sort key is that of one change.
func IsChange(sk string) bool { return strings.HasPrefix(sk, changePrefix) }

// FromChange returns the attributes of a change: those of last_change in a pass,
// and, with keys and v beside them, those of an item of its own.
func FromChange(c pass.Change) Item {
	it := Item{}
	it.texts(map[string]string{Key: string(c.Key), Operation: c.Operation, By: c.By, Why: c.Why})
	it.numbers(map[string]int64{At: int64(c.At)})
	return it
}

// ChangeItem returns the item of one change of a pass.
func ChangeItem(id string, c pass.Change, purgeAt pass.NumericDate) Item {
	it := FromChange(c)
	it[PK], it[SK], it[V] = PassPK(id), ChangeSK(c.At, c.Key), int64(pass.Version)
	it.numbers(map[string]int64{PurgeAt: int64(purgeAt)})
	it.texts(map[string]string{sequence: c.Sequence})
	if c.Was != (pass.Was{}) {
		it[was] = fromWas(c.Was)
	}
	return it
}

// The attributes of a change in the history alone. Those of what was before are
// named as those of a pass, but that max_uses is 0 where there was none, and data true.
const (
	was      = "was"
	sequence = "sequence"
)

func fromWas(w pass.Was) Item {
	it := Item{}
	it.numbers(map[string]int64{ExpiresAt: int64(w.ExpiresAt), MaxUses: int64(w.MaxUses)})
	it.texts(map[string]string{Scope: w.Scope, Target: w.Target})
	if w.Unlimited {
		it[MaxUses] = int64(0)
	}
	if w.Data {
		it[Data] = true
	}
	return it
}

func toWas(r *reader) pass.Was {
	w := pass.Was{ExpiresAt: r.date(ExpiresAt), MaxUses: int(r.number(MaxUses)), Scope: r.text(Scope), Target: r.text(Target), Data: take[bool](r, Data)}
	_, said := r.it[MaxUses]
	w.Unlimited = said && w.MaxUses == 0
	return w
}

// ToChange reads the attributes of a change.
func ToChange(it Item) (pass.Change, error) {
	r := &reader{it: it}
	c := toChange(r)
	return c, r.err
}

func toChange(r *reader) pass.Change {
	c := pass.Change{Key: pass.Key(r.text(Key)), At: r.date(At), Operation: r.text(Operation), By: r.text(By), Why: r.text(Why)}
	c.Sequence = r.text(sequence)
	if w := sub(r, was, toWas); w != nil {
		c.Was = *w
	}
	return c
}
