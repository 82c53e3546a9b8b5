package dynamostore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/record"
)

// DigestMark returns the mark of the digest key from a consistent read, empty where
// there is none.
func (s *Store) DigestMark(ctx context.Context) (string, error) {
	at := where{record.DigestPK, record.DigestSK}
	found, err := s.batchGet(ctx, map[where]bool{at: true})
	if err != nil {
		return "", failure("BatchGetItem", err)
	}
	if found[at] == nil {
		return "", nil
	}
	return markIn(found[at])
}

// PutDigestMark puts the mark where there is none, in one conditional put, and
// returns the one that stands.
func (s *Store) PutDigestMark(ctx context.Context, mark string) (string, error) {
	_, err := s.client.PutItem(ctx, s.putNew(record.FromDigestMark(mark)))
	if old, ok := refusedBy(err); ok && old != nil {
		return markIn(old)
	}
	if err != nil {
		return "", failure("PutItem", err)
	}
	return mark, nil
}

func markIn(it record.Item) (string, error) {
	mark, err := record.ToDigestMark(it)
	if err != nil {
		return "", unreadable(err)
	}
	return mark, nil
}
