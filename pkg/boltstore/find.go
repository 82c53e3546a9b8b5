package boltstore

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var errListing = errors.New("a listing that cannot be answered")

// Find returns a page of a list.
func (s *Store) Find(ctx context.Context, l pass.Listing) ([]pass.Place, error) {
	if !l.Valid() {
		return nil, failed(errListing)
	}
	var found []pass.Place
	err := s.view(ctx, func(t *tx) error {
		index, partitions := record.Partitions(l)
		for _, p := range partitions {
			places, err := t.places(indexPrefix(index, p), l)
			if err != nil {
				return err
			}
			found = append(found, places...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, pass.NewestFirst)
	return found[:min(len(found), l.Limit)], nil
}

// places reads the page of one partition, from the end.
func (t *tx) places(prefix []byte, l pass.Listing) (out []pass.Place, err error) {
	end := append(bytes.Clone(prefix), 0xff)
	if l.Before != (pass.Place{}) {
		end = append(bytes.Clone(prefix), record.ListedSK(l.Before)...)
	}
	c := t.index.Cursor()
	k, _ := c.Seek(end)
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	for ; bytes.HasPrefix(k, prefix) && len(out) < l.Limit; k, _ = c.Prev() {
		listed, _, _ := bytes.Cut(k[len(prefix):], []byte{0})
		p, err := record.ToPlace(record.Item{record.ListedAt: string(listed)})
		if err != nil {
			return nil, err
		}
		if p.IssuedAt < l.From {
			break
		}
		out = append(out, p)
	}
	return out, nil
}

// indexPrefix is what the entries of a partition begin with: index, partition,
// listed_at and the item's key, with zero bytes between them.
func indexPrefix(index, partition string) []byte {
	return []byte(index + "\x00" + partition + "\x00")
}

// indexKeys returns an item's entries in the indexes, by its attributes and
// whatever it is, as with DynamoDB.
func indexKeys(key []byte, it record.Item) (out [][]byte) {
	listed, _ := it[record.ListedAt].(string)
	for _, index := range record.Indexes() {
		if partition, _ := it[index].(string); partition != "" && listed != "" {
			k := append(indexPrefix(index, partition), listed...)
			out = append(out, append(append(k, 0), key...))
		}
	}
	return out
}
