// Package boltstore keeps Gatepass's records in one file on one machine: what
// `make run` and the fast tests use, and enough for a service that fits one
// process. Past one machine it is DynamoDB; nothing here is distributed.
//
// Each method of the store is one transaction of bbolt, written through to the
// disk before it answers, so whatever was answered is still there after kill -9
// or a power cut. The rules are not repeated here: inside the transaction the
// record is read, package pass judges it, and the change is written. One writer
// at a time is what makes that exact.
//
// # The file
//
//   - items: pk, a zero byte, sk -> the item in DynamoDB JSON, as package record
//     writes it. Attributes this version does not know stay as they are.
//   - purge: purge_at, then the item's key -> nothing. It is the order in which
//     [Store.Sweep] removes, as DynamoDB's TTL would.
//   - index: index, partition, listed_at, the item's key, zero bytes between them
//     -> nothing: what the table's sparse indexes are to DynamoDB.
//   - changes: sequence -> the item before and after, written in the transaction
//     that changed it: what a table's stream is to DynamoDB. [Store.Changes]
//     reads it and [Store.DropChanges] drops what was read; nobody else does, so a
//     file that is never read grows.
//   - erased: how far the log of changes tells of somebody who was erased.
//
// # Forgetting
//
// bbolt writes pages anew and keeps the old ones, as they were, until it needs
// the room: whoever reads the file's bytes finds what was removed long ago. And
// the log of changes has every item as it was before. So [Store.Erase] notes what
// it did, and once the log of it was read [Store.Scrub] copies what there is into a
// new file, which takes the place of the old one by one rename. Overwriting free
// pages where they lie would be less to write, but bbolt does not say which they
// are, and whoever is wrong about one loses the file; of two whole files one is
// always whole. What the old one held is then up to the file system, as with every
// file that is removed. Pages that TTL's removals left free stay as they are until
// they are needed, or the next scrub.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Options are the choices that Open leaves. The zero value is the safe one.
type Options struct {
	// LockTimeout is how long Open waits for another process to let go of the
	// file; zero is one second.
	LockTimeout time.Duration
	// Now dates the change log, and nothing else; nil is time.Now.
	Now func() time.Time
	// UnsafeNoSyncLosesAcknowledgedWrites leaves it to the operating system when
	// writes reach the disk: for tests that would wait on it.
	UnsafeNoSyncLosesAcknowledgedWrites bool
}

// Store is a store in one file. It is safe for concurrent use.
type Store struct {
	mu     sync.RWMutex // of db, which a scrub replaces, and closed
	db     *bbolt.DB
	closed bool

	path   string
	noSync bool
	now    func() time.Time
	// writer is held by the one writing transaction. bbolt has a lock for that
	// too, but waiting for this one ends with the context.
	writer chan struct{}
}

// Open opens the store in the file at path, making it, readable by its owner
// alone, if it is not there; its folder must be. One process at a time may have
// it open.
func Open(path string, o Options) (*Store, error) {
	if o.LockTimeout == 0 {
		o.LockTimeout = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := bbolt.Open(path, 0o600, options(o.LockTimeout, o.UnsafeNoSyncLosesAcknowledgedWrites))
	if errors.Is(err, berrors.ErrTimeout) {
		return nil, fmt.Errorf("boltstore: another Gatepass process holds %s: stop it, or use another file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("boltstore: open %s: %w", path, err)
	}
	if err := db.Update(makeBuckets); err != nil {
		db.Close()
		return nil, fmt.Errorf("boltstore: open %s: %w", path, err)
	}
	// A scrub that was killed left it. Nobody else is at one: the file is ours now.
	if err := os.Remove(path + scrubSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
		db.Close()
		return nil, fmt.Errorf("boltstore: open %s: %w", path, err)
	}
	return &Store{db: db, path: path, noSync: o.UnsafeNoSyncLosesAcknowledgedWrites, now: o.Now, writer: make(chan struct{}, 1)}, nil
}

func options(wait time.Duration, noSync bool) *bbolt.Options {
	return &bbolt.Options{Timeout: wait, NoSync: noSync}
}

// Close waits for running transactions and lets go of the file. Every call
// after it is unavailable.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.db.Close()
}

// view runs f in a reading transaction, which sees one moment of the store.
func (s *Store) view(ctx context.Context, f func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return failed(err)
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	b, err := s.db.Begin(false)
	if err != nil {
		return failed(err)
	}
	defer b.Rollback()
	return failed(f(newTx(b, s.now)))
}

// update runs f in the one writing transaction, and commits what it changed. If
// it changed nothing or fails, nothing is written.
func (s *Store) update(ctx context.Context, f func(*tx) error) error {
	done, err := s.write(ctx)
	if err != nil {
		return err
	}
	defer done()
	b, err := s.db.Begin(true)
	if err != nil {
		return failed(err)
	}
	defer b.Rollback()
	t := newTx(b, s.now)
	if err := f(t); err != nil {
		return failed(err)
	}
	if err := ctx.Err(); err != nil || !t.dirty {
		return failed(err)
	}
	return failed(b.Commit())
}

// write waits until nobody else writes. db is not replaced before done is called.
func (s *Store) write(ctx context.Context) (done func(), err error) {
	select {
	case s.writer <- struct{}{}:
		return func() { <-s.writer }, nil
	case <-ctx.Done():
		return nil, failed(ctx.Err())
	}
}

// failed gives an error its kind: whatever is not one of the answers is a store
// that cannot be relied on.
func failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pass.ErrNotFound), errors.Is(err, pass.ErrExists), errors.Is(err, pass.ErrUnavailable):
		return fmt.Errorf("boltstore: %w", err)
	}
	return fmt.Errorf("boltstore: %w: %w", pass.ErrUnavailable, err)
}
