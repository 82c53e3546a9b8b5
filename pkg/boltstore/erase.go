package boltstore

import (
	"bytes"
	"context"
	"slices"

	"github.com/gatepass/gatepass/pkg/record"
)

// Clear removes what lies beside a pass that is gone.
func (s *Store) Clear(ctx context.Context, id string) error {
	return s.update(ctx, func(t *tx) error {
		left := t.collection(id)
		if slices.Contains(left, record.PassSK) || len(left) == 0 {
			return nil
		}
		if t.soiledUpTo() == 0 {
			return t.removeAll(id, left)
		}
		// The stream's reader may have put the details of a use that came before the
		// pass was erased: the log has told of the person once more.
		return t.erase(id, left)
	})
}

// Erase removes a pass and everything beside it, in one transaction.
func (s *Store) Erase(ctx context.Context, id string) error {
	return s.update(ctx, func(t *tx) error { return t.erase(id, t.collection(id)) })
}

// EraseRemains notes that there is to be a scrub.
func (s *Store) EraseRemains(ctx context.Context) error { return s.update(ctx, (*tx).soil) }

// erase removes items beside and of a pass, and notes that there is to be a scrub:
// also where there is nothing any more, since what TTL removed before left its bytes.
func (t *tx) erase(id string, sks []string) error {
	if err := t.removeAll(id, sks); err != nil {
		return err
	}
	return t.soil()
}

func (t *tx) removeAll(id string, sks []string) error {
	for _, sk := range sks {
		if err := t.remove(record.PassPK(id), sk); err != nil {
			return err
		}
	}
	return nil
}

// collection returns the sort keys of a pass and of all that lies beside it.
func (t *tx) collection(id string) (sks []string) {
	prefix := itemKey(record.PassPK(id), "")
	c := t.items.Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
		sks = append(sks, string(k[len(prefix):]))
	}
	return sks
}
