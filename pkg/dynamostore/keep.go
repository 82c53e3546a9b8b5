package dynamostore

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// keepItems bounds how many items one Keep has stay longer; what is left needs
// another, which goes on behind those that are done. What lies beyond historyPages is
// left as it is, since no other could get there either.
const keepItems = 1000

// goesSooner is record.GoesBefore of an item as it is when it is written: it may
// have been cleared away since it was read, and must not come back.
const goesSooner = "#v = :v AND #purge_at < :until"

// Keep has what lies beside a pass stay up to purgeAt, item by item, since the
// one who asks has no right to write in batches.
func (s *Store) Keep(ctx context.Context, id string, purgeAt pass.NumericDate) error {
	left := keepItems
	err := s.query(ctx, record.PassPK(id), historyPages, func(it record.Item) error {
		if !record.GoesBefore(it, purgeAt) {
			return nil
		}
		if left--; left < 0 {
			return fmt.Errorf("%w: pass %s: more than %d items to keep", pass.ErrUnavailable, id, keepItems)
		}
		sk, _ := it[record.SK].(string)
		_, err := s.update(ctx, record.PassPK(id), sk, keep(purgeAt))
		if _, refused := refusedBy(err); refused {
			return nil
		}
		return failure("UpdateItem", err)
	})
	if errors.Is(err, errPages) {
		return nil
	}
	return err
}

func keep(purgeAt pass.NumericDate) terms {
	t := terms{update: "SET #purge_at = :purge", values: record.Item{":v": int64(pass.Version), ":until": int64(purgeAt), ":purge": int64(record.Kept(purgeAt))}}
	t.require(ruleExists, goesSooner)
	return t
}
