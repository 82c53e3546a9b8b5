package desk_test

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// opening is a second at which a window of an hour begins.
const opening pass.NumericDate = 4_102_444_800

// house is a desk over an embedded store, with a clock that the test moves.
type house struct {
	*desk.Desk
	path  string
	bolt  *boltstore.Store
	store *storetest.Recorder
	mac   *mac
	now   pass.NumericDate
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{path: filepath.Join(t.TempDir(), "store.db"), mac: &mac{}, now: opening}
	var err error
	if h.bolt, err = boltstore.Open(h.path, boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.bolt.Close() })
	if _, err := keys.NewMarkingDigester(h.mac, h.bolt).Subject(t.Context(), "whoever was issued a pass first"); err != nil {
		t.Fatal(err)
	}
	*h.mac = mac{}
	h.store = storetest.Record(h.bolt)
	h.Desk = h.over(t, h.store)
	return h
}

// over returns another desk with the house's key and clock, such as one whose
// store fails.
func (h *house) over(t *testing.T, store desk.Store) *desk.Desk {
	t.Helper()
	d, err := desk.New(store, h.mac, func() time.Time { return h.now.Time() }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// mac is a key that may fail, and counts how often it was asked.
type mac struct {
	asked int
	err   error
	size  int    // of the answer; zero is that of an HMAC
	other string // another key
}

func (m *mac) Mac(_ context.Context, message []byte) ([]byte, error) {
	m.asked++
	h := hmac.New(sha256.New, []byte("key"+m.other))
	h.Write(message)
	sum := h.Sum(nil)
	if m.size > 0 {
		sum = sum[:m.size]
	}
	return sum, m.err
}

func visitor() *pass.Pass {
	secrets := map[pass.Digest]pass.NumericDate{pass.DigestOf([]byte("first")): 0}
	return &pass.Pass{V: pass.Version, ID: "7Gm2kQpX4sVbN9aT", Mode: pass.VisitorMode, Secrets: secrets, ExpiresAt: opening - 1, PurgeAt: opening + 30*24*3600}
}
