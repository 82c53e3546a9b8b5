package boltstore_test

import (
	"path/filepath"
	"testing"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/storetest"
)

var _ storetest.Store = (*boltstore.Store)(nil)

func TestStore(t *testing.T) { storetest.Run(t, backend) }

func backend(t *testing.T) storetest.Backend {
	s := open(t, filepath.Join(t.TempDir(), "store.db"))
	return storetest.Backend{Store: s, Put: s.PutItem, Get: s.Item}
}

// open opens a store that does not wait for the disk.
func open(t *testing.T, path string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestAdmit(t *testing.T) { storetest.RunAdmit(t, backend, 300) }

func TestConcurrency(t *testing.T) { storetest.RunConcurrency(t, backend) }

func TestHistory(t *testing.T) { storetest.RunHistory(t, backend, 10) }

func TestDecisions(t *testing.T) { storetest.RunDecisions(t, backend) }

// The wrappers of the suite hand on every argument and answer as it is, so what
// is shown through them is shown of a store.
func TestStoreInsideOfWrappers(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Backend {
		b := backend(t)
		b.Store = storetest.Faulty(storetest.Record(b.Store), storetest.Always(storetest.None))
		return b
	})
}
