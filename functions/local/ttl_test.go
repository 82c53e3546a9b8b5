package main

import (
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// TestWhatIsOverdueBehindAnEndpointIsRemoved, which the engine does not do by
// itself in a table with indexes, and nothing else is.
func TestWhatIsOverdueBehindAnEndpointIsRemoved(t *testing.T) {
	db := dynamolocal.NewTable(t, dynamolocal.Start(t))
	now := time.Now()
	for id, purge := range map[string]pass.NumericDate{"now": pass.At(now), "later": pass.At(now) + 1, "never": 0} {
		if err := db.Create(t.Context(), &pass.Pass{V: pass.Version, ID: id, Mode: pass.None, Scope: "s", PurgeAt: purge}); err != nil {
			t.Fatal(err)
		}
	}
	if err := (ttl{db.Client, db.Name}).sweep(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for id, stays := range map[string]bool{"now": false, "later": true, "never": true} {
		if it, err := db.Get(record.PassPK(id), record.PassSK); err != nil || (it != nil) != stays {
			t.Errorf("%s: %v, %v", id, it, err)
		}
	}
}

func TestARemovalInItsTimeIsTTLs(t *testing.T) {
	old := func(purge int64) record.Item { return record.Item{record.PurgeAt: purge} }
	for says, row := range map[string]struct {
		change audit.Change
		want   bool
	}{
		"removed at its second":      {audit.Change{Old: old(5), At: 5}, true},
		"removed before its second":  {audit.Change{Old: old(5), At: 4}, false},
		"removed though it was kept": {audit.Change{Old: record.Item{}, At: 5}, false},
		"changed after its second":   {audit.Change{Old: old(5), New: old(9), At: 6}, false},
		"made after its second":      {audit.Change{New: old(5), At: 6}, false},
	} {
		if got := byTTL(row.change); got != row.want {
			t.Errorf("%s: %v", says, got)
		}
	}
}
