package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Take counts one in a bucket's window if fewer than limit are in it.
func (s *Store) Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (took bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		was, err := t.get(record.LimiterPK(bucket, from), record.LimiterSK)
		if err != nil {
			return err
		}
		if was == nil {
			was = record.FromTaken(bucket, from, until, 0)
		}
		n, err := record.ToTaken(was)
		if took = err == nil && n < int64(limit); !took {
			return err
		}
		return t.put(overlay(was, record.Item{}, record.FromTaken(bucket, from, until, n+1)))
	})
	return took && err == nil, err
}

// RequestLink notes that the holder of a pass asked for a new link, beside the
// pass.
func (s *Store) RequestLink(ctx context.Context, id string, at pass.NumericDate, every int64, purgeAt pass.NumericDate) (noted bool, err error) {
	err = s.update(ctx, func(t *tx) error {
		it, was, err := t.linkRequest(id)
		if err != nil {
			return err
		}
		if was.V != pass.Version {
			return errVersion
		}
		is, ok := was.After(at, every, purgeAt)
		if noted = ok; !ok {
			return nil
		}
		return t.put(overlay(it, record.FromLinkRequest(id, was), record.FromLinkRequest(id, is)))
	})
	return noted && err == nil, err
}

// linkRequest returns the item of the requests for a new link and what it says.
// One that is not there yet is its keys, and no requests.
func (t *tx) linkRequest(id string) (record.Item, pass.LinkRequest, error) {
	none := pass.LinkRequest{V: pass.Version}
	it, err := t.get(record.PassPK(id), record.LinkRequestSK)
	if it == nil {
		return record.FromLinkRequest(id, none), none, err
	}
	n, err := record.ToLinkRequest(it)
	return it, n, err
}
