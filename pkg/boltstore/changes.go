package boltstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Change is one change of one item, as a table's stream with both images tells
// of it.
type Change struct {
	Sequence uint64      // grows by one with every change of the file
	Old      record.Item // nil where the item was put new
	New      record.Item // nil where it was removed
	TTL      bool        // Sweep removed it
	At       time.Time
}

// entry is a change as it lies in the log: the items as they were stored.
type entry struct {
	Old json.RawMessage `json:"old,omitempty"`
	New json.RawMessage `json:"new,omitempty"`
	TTL bool            `json:"ttl,omitempty"`
	At  time.Time       `json:"at"`
}

// Changes returns the changes after a sequence, oldest first, at most limit.
// Those of one transaction may be told in two calls, but never before it is
// done.
func (s *Store) Changes(ctx context.Context, after uint64, limit int) ([]Change, error) {
	var out []Change
	err := s.view(ctx, func(t *tx) error {
		c := t.changes.Cursor()
		for k, v := c.Seek(ordered(after + 1)); k != nil && len(out) < limit; k, v = c.Next() {
			ch, err := toChange(k, v)
			if err != nil {
				return err
			}
			out = append(out, ch)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// DropChanges drops the changes up to a sequence and with it.
func (s *Store) DropChanges(ctx context.Context, upTo uint64) error {
	return s.update(ctx, func(t *tx) error {
		c := t.changes.Cursor()
		for k, _ := c.First(); k != nil && bytes.Compare(k, ordered(upTo)) <= 0; k, _ = c.First() {
			t.dirty = true
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sweep removes items whose purge_at has come, at most limit and the most
// overdue first, and returns how many. Nothing is decided by what it has or has
// not removed yet.
func (s *Store) Sweep(ctx context.Context, now pass.NumericDate, limit int) (removed int, err error) {
	err = s.update(ctx, func(t *tx) error {
		removed = 0
		for _, key := range t.overdue(now, limit) {
			if err := t.replace(key, nil, nil, true); err != nil {
				return err
			}
			removed++
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// overdue returns the keys of items whose purge_at has come.
func (t *tx) overdue(now pass.NumericDate, limit int) [][]byte {
	var out [][]byte
	c := t.purge.Cursor()
	for k, _ := c.First(); k != nil && len(out) < limit; k, _ = c.Next() {
		if binary.BigEndian.Uint64(k) > uint64(max(now, 0)) {
			break
		}
		out = append(out, bytes.Clone(k[8:]))
	}
	return out
}

// log appends a change. The sequence lies in the bucket, and so goes on after
// everything was forgotten.
func (t *tx) log(before, after []byte, ttl bool) error {
	n, err := t.changes.NextSequence()
	if err != nil {
		return err
	}
	b, err := json.Marshal(entry{Old: before, New: after, TTL: ttl, At: t.now().UTC()})
	if err != nil {
		return err
	}
	return t.changes.Put(ordered(n), b)
}

func toChange(k, v []byte) (Change, error) {
	var e entry
	if err := json.Unmarshal(v, &e); err != nil {
		return Change{}, err
	}
	before, err := decode(e.Old)
	if err != nil {
		return Change{}, err
	}
	after, err := decode(e.New)
	return Change{Sequence: binary.BigEndian.Uint64(k), Old: before, New: after, TTL: e.TTL, At: e.At}, err
}
