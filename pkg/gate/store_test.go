package gate_test

import (
	"path/filepath"
	"testing"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// open returns an empty embedded store.
func open(t testing.TB) storetest.Backend {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return storetest.Backend{Store: s, Put: s.PutItem, Get: s.Item}
}
