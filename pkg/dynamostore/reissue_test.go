package dynamostore_test

import (
	"errors"
	"maps"
	"net/http"
	"testing"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// TestWhatComesBetweenAReadAndItsReissue changes the pass behind the back of a
// reissue, once, between its read and its write.
func TestWhatComesBetweenAReadAndItsReissue(t *testing.T) {
	type secrets = map[pass.Digest]pass.NumericDate
	unchanged := secrets{digest(0): 0}
	for says, row := range map[string]struct {
		made    func(*pass.Pass)
		between func(*pass.Pass)
		uses    int
		want    secrets
		total   int
		kind    error
	}{
		"another reissue: its secret is the old one": {nil, func(p *pass.Pass) { p.Secrets = secrets{digest(5): 0, digest(0): now + 90} }, 0, secrets{digest(9): 0, digest(5): now + 60}, 3, nil},
		"a revocation: nothing is reissued":          {nil, func(p *pass.Pass) { p.RevokedAt = now }, 0, unchanged, 3, nil},
		"an end: nothing is reissued":                {nil, func(p *pass.Pass) { p.ExpiresAt = now }, 0, unchanged, 3, nil},
		"a newer version: nothing is reissued":       {nil, func(p *pass.Pass) { p.V++ }, 0, unchanged, 3, pass.ErrUnavailable},
		"a use: it stays":                            {nil, used(1), 0, secrets{digest(9): 0, digest(0): now + 60}, 3, nil},
		"the last use: nothing is reissued":          {nil, used(3), 0, unchanged, 3, nil},
		"a use: more are given from it on":           {nil, used(1), 5, secrets{digest(9): 0, digest(0): now + 60}, 6, nil},
		"uses: too many would be given after them":   {nil, used(2), 99, unchanged, 3, nil},
		"no limit: it stays without":                 {nil, func(p *pass.Pass) { p.MaxUses = 0 }, 5, secrets{digest(9): 0, digest(0): now + 60}, 0, nil},
		"a limit that is reached: nothing is reissued": {func(p *pass.Pass) { p.MaxUses = 0 }, func(p *pass.Pass) {
			used(1)(p)
			p.MaxUses = 1
		}, 0, unchanged, 1, nil},
	} {
		t.Run(says, func(t *testing.T) {
			var meddle func()
			db := dynamolocal.NewTable(t, dynamolocal.Start(t), through(func(r *http.Request) (*http.Response, error) {
				if operation(r) == "UpdateItem" && meddle != nil {
					f := meddle
					meddle = nil
					f()
				}
				return http.DefaultTransport.RoundTrip(r)
			}))
			p := request("P1", 3)
			if row.made != nil {
				row.made(p)
			}
			must(t, db.Create(t.Context(), p))
			row.between(p)
			meddle = func() { must(t, db.Put(record.FromPass(p))) }
			got, err := db.Reissue(t.Context(), "P1", pass.Renewal{Secret: digest(9), KeepOld: now + 60, Uses: row.uses, At: now})
			if !errors.Is(err, row.kind) || err == nil && !maps.Equal(got.Secrets, row.want) {
				t.Errorf("%v, %v", got, err)
			}
			it, err := db.Get(record.PassPK("P1"), record.PassSK)
			must(t, err)
			it[record.V] = int64(pass.Version)
			is, err := record.ToPass(it)
			must(t, err)
			if !maps.Equal(is.Secrets, row.want) || len(is.Uses) != len(p.Uses) || is.MaxUses != row.total {
				t.Errorf("the record has %v, uses %v of %d", is.Secrets, is.Uses, is.MaxUses)
			}
		})
	}
}

// used counts a pass's first n uses.
func used(n int) func(*pass.Pass) {
	return func(p *pass.Pass) {
		p.Uses = map[pass.Key]pass.NumericDate{}
		for i := range n {
			p.Uses[keyOf(i)] = now
		}
	}
}
