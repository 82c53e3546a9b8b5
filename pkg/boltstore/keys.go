package boltstore

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// PublicKeys returns the public halves by sequence.
func (s *Store) PublicKeys(ctx context.Context) (out []keys.Public, err error) {
	err = s.view(ctx, func(t *tx) error {
		return t.each(record.PublicPK, func(it record.Item) error {
			k, err := record.ToPublic(it)
			out = append(out, k)
			return unreadable(err)
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// SealedKeys returns the sealed halves by sequence.
func (s *Store) SealedKeys(ctx context.Context) (out []keys.Sealed, err error) {
	err = s.view(ctx, func(t *tx) error {
		return t.each(record.SealedPK, func(it record.Item) error {
			k, err := record.ToSealed(it)
			out = append(out, k)
			return unreadable(err)
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// PutKey adds both halves of a key and retires the one before it.
func (s *Store) PutKey(ctx context.Context, pub keys.Public, sealed keys.Sealed, retires pass.NumericDate) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.free(record.PublicPK, pub.Sequence); err != nil {
			return err
		}
		if err := t.free(record.SealedPK, sealed.Sequence); err != nil {
			return err
		}
		if err := t.retire(pub.Sequence-1, retires); err != nil {
			return err
		}
		if err := t.put(record.FromPublic(pub)); err != nil {
			return err
		}
		return t.put(record.FromSealed(sealed))
	})
}

// free fails if a sequence number is taken.
func (t *tx) free(pk string, n int64) error {
	it, err := t.get(pk, record.SequenceSK(n))
	if err == nil && it != nil {
		err = fmt.Errorf("key %d: %w", n, pass.ErrExists)
	}
	return err
}

// retire gives the nth key a second to retire at, unless it has one.
func (t *tx) retire(n int64, at pass.NumericDate) error {
	if n < 1 {
		return nil
	}
	it, err := t.get(record.PublicPK, record.SequenceSK(n))
	if err != nil {
		return err
	}
	if it == nil {
		return fmt.Errorf("key %d: %w", n, pass.ErrNotFound)
	}
	if _, err := record.ToPublic(it); err != nil {
		return unreadable(err)
	}
	if _, ok := it[record.RetiresAt]; ok || at == 0 {
		return nil
	}
	it[record.RetiresAt] = int64(at)
	return t.put(it)
}

// unreadable is the error of a key's record that cannot be relied on.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("boltstore: %w: %w", pass.ErrUnavailable, err)
}
