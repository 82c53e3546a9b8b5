package dynamostore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// EraseRemains does nothing: DynamoDB keeps nothing of what was removed that can be
// asked for again, but for the stream and backups, which end by themselves.
func (s *Store) EraseRemains(ctx context.Context) error { return failure("EraseRemains", ctx.Err()) }

// Erase removes a pass and all that lies beside it, one by one and at most 1,000
// items at a time, for the reasons of Clear. The registration and the pass go last,
// in this order, since by them the indexes find the rest.
func (s *Store) Erase(ctx context.Context, id string) error {
	left, last := clearItems, map[string]record.Item{}
	err := s.query(ctx, record.PassPK(id), historyPages, func(it record.Item) error {
		if left--; left < 0 {
			return fmt.Errorf("%w: pass %s: more than %d items to erase", pass.ErrUnavailable, id, clearItems)
		}
		if sk, _ := it[record.SK].(string); sk == record.PassSK || sk == record.RegistrationSK {
			last[sk] = it
			return nil
		}
		return s.remove(ctx, it)
	})
	for _, sk := range []string{record.RegistrationSK, record.PassSK} {
		if it := last[sk]; it != nil && err == nil {
			err = s.remove(ctx, it)
		}
	}
	return err
}
