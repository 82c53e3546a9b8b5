package dynamostore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// historyPages bounds what is read about one pass, in pages of 1 MB: about
// 40,000 visits. More is an error, because a part would look like the whole.
const historyPages = 16

// clearItems bounds what one Clear removes; what is left needs another.
const clearItems = 1000

// History returns a pass with its sessions, the audit of its uses, its opens and its
// registration, which may be without a pass, from consistent queries of at most
// 16 MB.
func (s *Store) History(ctx context.Context, id string) (*pass.History, error) {
	h := &pass.History{Opens: &pass.Opens{V: pass.Version}}
	err := s.query(ctx, record.PassPK(id), historyPages, func(it record.Item) error { return add(h, it) })
	if err == nil && h.Pass == nil && h.Registration == nil {
		err = fmt.Errorf("pass %s: %w", id, pass.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(h.Sessions, func(a, b pass.Session) int { return cmp.Compare(a.At, b.At) })
	return h, nil
}

// add puts an item where it belongs in h.
func add(h *pass.History, it record.Item) (err error) {
	if it[record.SK] == record.PassSK {
		h.Pass, err = current(it)
	} else {
		err = record.Enter(h, it)
	}
	return unreadable(err)
}

// PutMarker sets the end marker of a pass.
func (s *Store) PutMarker(ctx context.Context, id string, expiresAt pass.NumericDate) error {
	return s.put(ctx, record.Marker(id, expiresAt))
}

// PutUse keeps the details of one use. They are already there when the stream
// tells of a use a second time.
func (s *Store) PutUse(ctx context.Context, id string, u pass.Use, purgeAt pass.NumericDate) error {
	_, err := s.client.PutItem(ctx, s.putNew(record.UseItem(id, u, purgeAt)))
	if _, ok := refusedBy(err); ok {
		return nil
	}
	return failure("PutItem", err)
}

// PutChange keeps one change of a pass, and is repeated as PutUse is.
func (s *Store) PutChange(ctx context.Context, id string, c pass.Change, purgeAt pass.NumericDate) error {
	_, err := s.client.PutItem(ctx, s.putNew(record.ChangeItem(id, c, purgeAt)))
	if _, ok := refusedBy(err); ok {
		return nil
	}
	return failure("PutItem", err)
}

// Clear removes what lies beside a pass that is gone, at most 1,000 items at a
// time. One by one, so that the role which clears needs no right to write in
// batches. A pass id is never used again, so what was gone stays gone.
func (s *Store) Clear(ctx context.Context, id string) error {
	entries, err := s.Read(ctx, []pass.Ref{{ID: id}})
	if err != nil || entries[0].Pass != nil {
		return err
	}
	left := clearItems
	return s.query(ctx, record.PassPK(id), historyPages, func(it record.Item) error {
		if left--; left < 0 {
			return fmt.Errorf("%w: pass %s: more than %d items to clear", pass.ErrUnavailable, id, clearItems)
		}
		return s.remove(ctx, it)
	})
}

func (s *Store) put(ctx context.Context, it record.Item) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: attributes(it)})
	return failure("PutItem", err)
}

// remove deletes an item by its keys; one that is not there is removed already.
func (s *Store) remove(ctx context.Context, it record.Item) error {
	key := attributes(record.Item{record.PK: it[record.PK], record.SK: it[record.SK]})
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.table, Key: key})
	return failure("DeleteItem", err)
}
