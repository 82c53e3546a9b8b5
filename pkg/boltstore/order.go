package boltstore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Order returns the order under a key, or nil.
func (s *Store) Order(ctx context.Context, key string) (o *pass.Order, err error) {
	err = s.view(ctx, func(t *tx) error {
		_, o, err = t.order(key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// PutOrder puts an order where none stands, and returns the one that lies there
// then.
func (s *Store) PutOrder(ctx context.Context, o *pass.Order) (lies *pass.Order, err error) {
	err = s.update(ctx, func(t *tx) error {
		_, was, err := t.order(o.Key)
		switch {
		case err != nil:
			return err
		case was != nil && was.V != pass.Version:
			return errVersion
		case was.Stands(o.At):
			lies = was
			return nil
		}
		copied := *o
		lies = &copied
		return t.put(record.FromOrder(o))
	})
	if err != nil {
		return nil, err
	}
	return lies, nil
}

// FinishOrder notes that every pass of an order was written.
func (s *Store) FinishOrder(ctx context.Context, o *pass.Order) error {
	return s.update(ctx, func(t *tx) error {
		it, was, err := t.order(o.Key)
		switch {
		case err != nil:
			return err
		case was != nil && was.V != pass.Version:
			return errVersion
		case was == nil || was.Salt != o.Salt:
			return fmt.Errorf("the order: %w", pass.ErrNotFound)
		}
		it[record.Done] = true
		return t.put(it)
	})
}

// order returns the item of an order and what it says, or nil and nil.
func (t *tx) order(key string) (record.Item, *pass.Order, error) {
	it, err := t.get(record.OrderPK(key), record.OrderSK)
	if it == nil {
		return nil, nil, err
	}
	o, err := record.ToOrder(it)
	return it, o, err
}
