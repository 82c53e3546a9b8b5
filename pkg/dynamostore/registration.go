package dynamostore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Register puts a registration where there is none yet: one conditional put.
func (s *Store) Register(ctx context.Context, r *pass.Registration) error {
	return s.createItem(ctx, record.FromRegistration(r))
}

func registrationAt(id string) where { return where{record.PassPK(id), record.RegistrationSK} }

// Registered returns the registration of an id and the pass of that id, from one
// consistent batch read.
func (s *Store) Registered(ctx context.Context, id string) (r *pass.Registration, p *pass.Pass, err error) {
	found, err := s.batchGet(ctx, map[where]bool{passAt(id): true, registrationAt(id): true})
	if err != nil {
		return nil, nil, failure("BatchGetItem", err)
	}
	e, err := entry(pass.Ref{ID: id}, found)
	if it, ok := found[registrationAt(id)]; ok && err == nil {
		r, err = record.ToRegistration(it)
	}
	if err != nil {
		return nil, nil, unreadable(err)
	}
	return r, e.Pass, nil
}
