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
//   - changes: sequence -> the item before and after, written in the transaction
//     that changed it: what a table's stream is to DynamoDB. [Store.Changes]
//     reads it and [Store.Forget] drops what was read; nobody else does, so a
//     file that is never read grows.
package boltstore

import (
	"context"
	"errors"
	"fmt"
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
	db  *bbolt.DB
	now func() time.Time
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
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: o.LockTimeout, NoSync: o.UnsafeNoSyncLosesAcknowledgedWrites})
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
	return &Store{db: db, now: o.Now, writer: make(chan struct{}, 1)}, nil
}

// Close waits for running transactions and lets go of the file. Every call
// after it is unavailable.
func (s *Store) Close() error { return s.db.Close() }

// view runs f in a reading transaction, which sees one moment of the store.
func (s *Store) view(ctx context.Context, f func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return failed(err)
	}
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
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return failed(ctx.Err())
	}
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
