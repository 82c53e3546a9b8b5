package boltstore

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// scrubSuffix names the file that a scrub writes, beside the one it replaces.
	scrubSuffix = ".scrub"
	// scrubBatch is how many bytes one transaction of a copy holds in memory.
	scrubBatch = 8 << 20
	// soiledKey is where the sequence lies that the log must have been read to.
	soiledKey = "sequence"
)

var errClosed = errors.New("the store was closed")

// soil notes that something was erased, of which the log tells up to here.
func (t *tx) soil() error {
	t.dirty = true
	return t.erased.Put([]byte(soiledKey), ordered(t.changes.Sequence()))
}

// soiledUpTo returns the last change that tells of somebody who was erased; zero:
// there is nothing to scrub.
func (t *tx) soiledUpTo() uint64 {
	b := t.erased.Get([]byte(soiledKey))
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

// due reports whether something was erased and its log forgotten.
func (t *tx) due() bool {
	upTo := t.soiledUpTo()
	first, _ := t.changes.Cursor().First()
	return upTo > 0 && (first == nil || binary.BigEndian.Uint64(first) > upTo)
}

// Scrub writes the file anew where something was erased since the last time and
// the log of it was read and forgotten, and reports whether it did: the file then
// has no byte of it. Else it does nothing, which costs next to nothing. Meanwhile
// reading goes on, and writing waits. A process that is killed in it has the file
// of before, or that of after; a failure leaves that of before.
func (s *Store) Scrub(ctx context.Context) (scrubbed bool, err error) {
	done, err := s.write(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	due := false
	err = s.view(ctx, func(t *tx) error {
		due = t.due()
		return nil
	})
	if err != nil || !due {
		return false, err
	}
	fresh, err := s.copied()
	if err != nil {
		return false, failed(err)
	}
	if err := s.replaceWith(fresh); err != nil {
		return false, failed(errors.Join(err, fresh.Close(), os.Remove(s.path+scrubSuffix)))
	}
	return true, nil
}

// copied returns all that is in the file as a file of its own, on the disk and
// locked, beside it.
func (s *Store) copied() (fresh *bbolt.DB, err error) {
	path := s.path + scrubSuffix
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	fresh, err = bbolt.Open(path, 0o600, options(time.Second, true))
	if err != nil {
		return nil, err
	}
	err = bbolt.Compact(fresh, s.db, scrubBatch)
	if err == nil {
		err = fresh.Update(func(b *bbolt.Tx) error { return b.Bucket([]byte(erasedBucket)).Delete([]byte(soiledKey)) })
	}
	if err == nil {
		err = fresh.Sync()
	}
	if err != nil {
		return nil, errors.Join(err, fresh.Close(), os.Remove(path))
	}
	fresh.NoSync = s.noSync
	return fresh, nil
}

// replaceWith makes fresh the store's file, when nobody reads the one of before.
// Its lock goes with it, so that no other process gets in between.
func (s *Store) replaceWith(fresh *bbolt.DB) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	if err := os.Rename(s.path+scrubSuffix, s.path); err != nil {
		return err
	}
	old := s.db
	s.db = fresh
	syncFolder(filepath.Dir(s.path))
	old.Close() // nothing depends on it any more
	return nil
}

// syncFolder has the disk know of a rename. Where it does not, a power cut brings
// the file of before back, and with it the note that it is to be scrubbed.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		d.Sync()
		d.Close()
	}
}
