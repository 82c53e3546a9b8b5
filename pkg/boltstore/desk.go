package boltstore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var errWish = fmt.Errorf("boltstore: a wish that names no secret: %w", pass.ErrUnavailable)

// Take counts one in a bucket's window if fewer than limit are in it.
func (s *Store) Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (took bool, err error) {
	err = s.update(ctx, func(t *tx) (err error) {
		took, err = t.take(pass.Window{Bucket: bucket, Limit: limit, From: from, Until: until})
		return err
	})
	return took && err == nil, err
}

func (t *tx) take(w pass.Window) (bool, error) {
	was, err := t.get(record.LimiterPK(w.Bucket, w.From), record.LimiterSK)
	if err != nil {
		return false, err
	}
	if was == nil {
		was = record.FromTaken(w.Bucket, w.From, w.Until, 0)
	}
	n, err := record.ToTaken(was)
	if err != nil || n >= int64(w.Limit) {
		return false, err
	}
	return true, t.put(overlay(was, record.Item{}, record.FromTaken(w.Bucket, w.From, w.Until, n+1)))
}

// RequestLink notes that the holder of a pass asked for a new link, beside the
// pass, and takes one of a window.
func (s *Store) RequestLink(ctx context.Context, id string, w pass.Wish, room pass.Window) (became pass.Wished, err error) {
	if w.Secret == "" {
		return "", errWish
	}
	err = s.update(ctx, func(t *tx) error {
		it, was, err := t.linkRequest(id)
		if err != nil {
			return err
		}
		if was.V != pass.Version {
			return errVersion
		}
		is, ok := was.After(w)
		if became = pass.WishRepeated; !ok {
			return nil
		}
		took, err := t.take(room)
		if became = pass.WishRefused; err != nil || !took {
			return err
		}
		became = pass.WishNoted
		return t.put(overlay(it, record.FromLinkRequest(id, was), record.FromLinkRequest(id, is)))
	})
	if err != nil {
		return "", err
	}
	return became, nil
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
