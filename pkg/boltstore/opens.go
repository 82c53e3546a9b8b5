package boltstore

import (
	"context"
	"errors"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var errTouch = errors.New("a look that is no touch")

// Opened counts one look at a link page, beside the pass.
func (s *Store) Opened(ctx context.Context, id string, look pass.Look) error {
	return s.update(ctx, func(t *tx) error {
		it, was, err := t.opens(id)
		if err != nil {
			return err
		}
		is, ok := was.After(look)
		switch {
		case !ok:
			return errTouch
		case was.V != pass.Version:
			return errVersion
		}
		return t.put(overlay(it, record.FromOpens(id, was), record.FromOpens(id, is)))
	})
}

// opens returns the item of a pass's opens and what it says. One that is not
// there yet is its keys, and no looks.
func (t *tx) opens(id string) (record.Item, pass.Opens, error) {
	none := pass.Opens{V: pass.Version}
	it, err := t.get(record.PassPK(id), record.OpensSK)
	if it == nil {
		return record.FromOpens(id, none), none, err
	}
	o, err := record.ToOpens(it)
	return it, o, err
}
