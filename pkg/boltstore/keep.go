package boltstore

import (
	"context"
	"maps"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Keep has what lies beside a pass stay up to purgeAt.
func (s *Store) Keep(ctx context.Context, id string, purgeAt pass.NumericDate) error {
	return s.update(ctx, func(t *tx) error {
		var sooner []record.Item
		err := t.each(record.PassPK(id), func(it record.Item) error {
			if record.GoesBefore(it, purgeAt) {
				sooner = append(sooner, it)
			}
			return nil
		})
		for _, it := range sooner {
			if err == nil {
				it = maps.Clone(it)
				it[record.PurgeAt] = int64(record.Kept(purgeAt))
				err = t.put(it)
			}
		}
		return err
	})
}
