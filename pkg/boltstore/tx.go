package boltstore

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"github.com/gatepass/gatepass/pkg/record"
)

const (
	itemBucket   = "items"
	purgeBucket  = "purge"
	changeBucket = "changes"
	indexBucket  = "index"
	erasedBucket = "erased"
)

func makeBuckets(b *bbolt.Tx) error {
	for _, name := range []string{itemBucket, purgeBucket, changeBucket, indexBucket, erasedBucket} {
		if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// tx is one transaction over items. All writing goes through replace, so no
// item changes without its entry in the change log.
type tx struct {
	items, purge, changes, index, erased *bbolt.Bucket

	now   func() time.Time
	dirty bool
}

func newTx(b *bbolt.Tx, now func() time.Time) *tx {
	return &tx{items: b.Bucket([]byte(itemBucket)), purge: b.Bucket([]byte(purgeBucket)), changes: b.Bucket([]byte(changeBucket)), index: b.Bucket([]byte(indexBucket)), erased: b.Bucket([]byte(erasedBucket)), now: now}
}

func itemKey(pk, sk string) []byte { return []byte(pk + "\x00" + sk) }

// get returns an item, or nil if it is not there.
func (t *tx) get(pk, sk string) (record.Item, error) { return decode(t.items.Get(itemKey(pk, sk))) }

// put puts an item in the place of what was there.
func (t *tx) put(it record.Item) error {
	pk, _ := it[record.PK].(string)
	sk, _ := it[record.SK].(string)
	if pk == "" || sk == "" || strings.Contains(pk+sk, "\x00") {
		return fmt.Errorf("an item cannot lie at %q %q", pk, sk)
	}
	b, err := json.Marshal(it)
	if err != nil {
		return err
	}
	return t.replace(itemKey(pk, sk), b, it, false)
}

// remove removes an item, if it is there.
func (t *tx) remove(pk, sk string) error { return t.replace(itemKey(pk, sk), nil, nil, false) }

// replace makes the bytes under a key what they shall be, those of is, nil being
// nothing. The same bytes again are no change, as with a table's stream.
func (t *tx) replace(key, after []byte, is record.Item, ttl bool) error {
	before := bytes.Clone(t.items.Get(key))
	if bytes.Equal(before, after) {
		return nil
	}
	t.dirty = true
	was, err := decode(before)
	if err != nil {
		return err
	}
	if err := move(t.purge, purgeKeys(key, was), purgeKeys(key, is)); err != nil {
		return err
	}
	if err := move(t.index, indexKeys(key, was), indexKeys(key, is)); err != nil {
		return err
	}
	if err := t.log(before, after, ttl); err != nil {
		return err
	}
	if after == nil {
		return t.items.Delete(key)
	}
	return t.items.Put(key, after)
}

// move makes the entries of an item in a list what they shall be.
func move(list *bbolt.Bucket, was, is [][]byte) error {
	if slices.EqualFunc(was, is, bytes.Equal) {
		return nil
	}
	for _, k := range was {
		if err := list.Delete(k); err != nil {
			return err
		}
	}
	for _, k := range is {
		if err := list.Put(k, nil); err != nil {
			return err
		}
	}
	return nil
}

// purgeKeys returns an item's key in the order of removal, none for an item that
// stays. A purge_at that is no whole number stays too, as with DynamoDB.
func purgeKeys(key []byte, it record.Item) [][]byte {
	at, ok := it[record.PurgeAt].(int64)
	if !ok || at <= 0 {
		return nil
	}
	return [][]byte{append(ordered(uint64(at)), key...)}
}

// each calls f with every item of a partition, in the order of their sort keys.
// f must not write.
func (t *tx) each(pk string, f func(record.Item) error) error {
	prefix := itemKey(pk, "")
	c := t.items.Cursor()
	for k, v := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, v = c.Next() {
		it, err := decode(v)
		if err != nil {
			return err
		}
		if err := f(it); err != nil {
			return err
		}
	}
	return nil
}

func decode(b []byte) (record.Item, error) {
	if b == nil {
		return nil, nil
	}
	var it record.Item
	if err := json.Unmarshal(b, &it); err != nil {
		return nil, fmt.Errorf("item: %w", err)
	}
	return it, nil
}

// ordered writes n so that bytes sort as the numbers do.
func ordered(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
