package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Seen notes the client of a visit, beside the pass.
func (s *Store) Seen(ctx context.Context, id string, v pass.Visit) (which int, err error) {
	err = s.update(ctx, func(t *tx) error {
		it, was, err := t.clients(id)
		if it == nil {
			return err
		}
		is, added := was.After(v)
		if which = is.BroughtBy(v); !added {
			return nil
		}
		return t.put(overlay(it, record.FromClients(id, was), record.FromClients(id, is)))
	})
	if err != nil {
		return 0, err
	}
	return which, nil
}

// clients returns the item of a pass's clients and what it says. One that is not
// there yet is its keys, and no clients; one that cannot be read is nil.
func (t *tx) clients(id string) (record.Item, pass.Clients, error) {
	none := pass.Clients{V: pass.Version}
	it, err := t.get(record.PassPK(id), record.ClientsSK)
	if err != nil {
		return nil, none, err
	}
	if it == nil {
		return record.FromClients(id, none), none, nil
	}
	c, err := record.ToClients(it)
	if err != nil || c.V != pass.Version {
		return nil, none, nil
	}
	return it, c, nil
}
