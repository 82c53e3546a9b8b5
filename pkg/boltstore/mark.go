package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/record"
)

// DigestMark returns the mark of the digest key, empty where there is none.
func (s *Store) DigestMark(ctx context.Context) (mark string, err error) {
	err = s.view(ctx, func(t *tx) error {
		mark, err = t.digestMark()
		return err
	})
	if err != nil {
		return "", err
	}
	return mark, nil
}

// PutDigestMark puts the mark where there is none, and returns the one that stands.
func (s *Store) PutDigestMark(ctx context.Context, mark string) (stands string, err error) {
	err = s.update(ctx, func(t *tx) error {
		if stands, err = t.digestMark(); err != nil || stands != "" {
			return err
		}
		stands = mark
		return t.put(record.FromDigestMark(mark))
	})
	if err != nil {
		return "", err
	}
	return stands, nil
}

func (t *tx) digestMark() (string, error) {
	it, err := t.get(record.DigestPK, record.DigestSK)
	if it == nil {
		return "", err
	}
	return record.ToDigestMark(it)
}
