package dynamostore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestARedemptionCountsWhateverItsCallerTakesThePassFor: what is written depends
// on whether the pass counts, and what the caller read may be out of date.
func TestARedemptionCountsWhateverItsCallerTakesThePassFor(t *testing.T) {
	db := dynamolocal.NewTable(t, dynamolocal.Start(t))
	for says, row := range map[string]struct {
		uses  int       // of the pass
		taken pass.Pass // what the caller has
		want  map[pass.Key]pass.NumericDate
	}{
		"limited, taken for unlimited":         {2, pass.Pass{}, map[pass.Key]pass.NumericDate{digest(9).Key(): now}},
		"limited, taken for limited otherwise": {2, pass.Pass{MaxUses: 9}, map[pass.Key]pass.NumericDate{digest(9).Key(): now}},
		"unlimited, taken for limited":         {0, pass.Pass{MaxUses: 2}, map[pass.Key]pass.NumericDate{}},
	} {
		t.Run(says, func(t *testing.T) {
			id := keyName(10*row.uses + row.taken.MaxUses)
			p := request(id, row.uses)
			p.Mode = pass.VisitorMode
			must(t, db.Create(t.Context(), p))
			row.taken.ID = id
			v := &pass.Session{V: pass.Version, PassID: id, Secret: digest(9), At: now, ExpiresAt: now + 60}
			after, opened, reason, err := db.Redeem(t.Context(), &row.taken, asking(v.Key()), v)
			if reason != pass.OK || err != nil || !cmp.Equal(opened, v) {
				t.Fatalf("%s (%v) with %v", reason, err, opened)
			}
			if d := cmp.Diff(row.want, after.Uses); d != "" {
				t.Errorf("uses (-want +got):\n%s", d)
			}
		})
	}
}
