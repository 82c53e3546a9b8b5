package boltstore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Register puts a registration where there is none yet; else the error is
// pass.ErrExists.
func (s *Store) Register(ctx context.Context, r *pass.Registration) error {
	return s.update(ctx, func(t *tx) error {
		it, err := t.get(record.PassPK(r.ID), record.RegistrationSK)
		if err != nil {
			return err
		}
		if it != nil {
			return fmt.Errorf("registration %s: %w", r.ID, pass.ErrExists)
		}
		return t.put(record.FromRegistration(r))
	})
}

// Registered returns the registration of an id, and the pass of that id.
func (s *Store) Registered(ctx context.Context, id string) (r *pass.Registration, p *pass.Pass, err error) {
	err = s.view(ctx, func(t *tx) error {
		if _, p, err = t.pass(id); err != nil {
			return err
		}
		it, err := t.get(record.PassPK(id), record.RegistrationSK)
		if it == nil {
			return err
		}
		r, err = record.ToRegistration(it)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return r, p, nil
}
