package dynamostore

import (
	"context"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Change makes a pass what a says in one conditional write, which needs no read:
// what is to change is said whole, and does not depend on what it was. A pass that
// is so already refuses it, as it does when the same is asked again after a lost
// answer.
func (s *Store) Change(ctx context.Context, id string, a pass.Amendment) (*pass.Pass, error) {
	return s.revise(ctx, id, change(id, a))
}

// change returns the update of an amendment, and the condition that there is
// something to change. One that says nothing changes nothing.
func change(id string, a pass.Amendment) terms {
	it := record.FromPass(&pass.Pass{ID: id, ExpiresAt: a.ExpiresAt, PurgeAt: a.PurgeAt, MaxUses: a.MaxUses,
		Scope: a.Scope, Data: a.Data, Target: a.Target, LastChange: &a.Change})
	t := terms{values: record.Item{}}
	var set, same []string
	put := func(name string) {
		set = append(set, "#"+name+" = :"+name)
		t.values[":"+name] = it[name]
	}
	for name, said := range map[string]bool{record.ExpiresAt: a.ExpiresAt != 0, record.MaxUses: a.MaxUses != 0 && !a.Unlimited,
		record.Scope: a.Scope != "", record.Data: len(a.Data) > 0, record.Target: a.Target != ""} {
		if said {
			put(name)
			same = append(same, "#"+name+" = :"+name)
		}
	}
	if a.Unlimited {
		same = append(same, ruleUnlimited)
	}
	if len(same) == 0 {
		return t
	}
	for name, said := range map[string]bool{record.PurgeAt: a.ExpiresAt != 0 && a.PurgeAt != 0, record.ByScope: a.Scope != "", record.LastChange: a.Change.Key != ""} {
		if said {
			put(name)
		}
	}
	if len(set) > 0 {
		t.update = "SET " + strings.Join(set, ", ")
	}
	if a.Unlimited {
		t.update += " REMOVE #" + record.MaxUses
	}
	t.require("NOT (" + strings.Join(same, " AND ") + ")")
	return t
}
