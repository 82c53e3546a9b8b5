package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/record"
)

// PutItem writes an item as it is, past every rule: for repairs, and for tests
// that need a record which no rule would have let come about. The change is
// logged like any other.
func (s *Store) PutItem(it record.Item) error { return s.PutItems([]record.Item{it}) }

// PutItems writes items as PutItem does, all of them or none, in one transaction.
func (s *Store) PutItems(items []record.Item) error {
	return s.update(context.Background(), func(t *tx) error {
		for _, it := range items {
			if err := t.put(it); err != nil {
				return err
			}
		}
		return nil
	})
}

// Item reads an item as it is: nil if it is not there.
func (s *Store) Item(pk, sk string) (it record.Item, err error) {
	err = s.view(context.Background(), func(t *tx) (err error) {
		it, err = t.get(pk, sk)
		return err
	})
	return it, err
}
