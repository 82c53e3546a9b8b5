package keys_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

const start = pass.NumericDate(1_790_000_000)

// clock is the time of a test: it stands still until moved.
type clock struct {
	mu sync.Mutex
	at pass.NumericDate
}

func newClock() *clock { return &clock{at: start} }

func (c *clock) now() time.Time { return c.date().Time() }

func (c *clock) date() pass.NumericDate {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(seconds int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at += pass.NumericDate(seconds)
}

// faulty counts the calls to a store and fails those that its hooks say.
type faulty struct {
	keys.Store
	mu                    sync.Mutex
	reads, opens, puts    int
	read, open            func() error // instead of the read
	beforePut, afterwards func() error // instead of the write; after it, its answer lost
}

var errDown = errors.Join(pass.ErrUnavailable, errors.New("injected"))

func down() error { return errDown }

func call(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}

func (f *faulty) set(change func(*faulty)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *faulty) PublicKeys(ctx context.Context) ([]keys.Public, error) {
	var hook func() error
	f.set(func(f *faulty) { f.reads++; hook = f.read })
	if err := call(hook); err != nil {
		return nil, err
	}
	return f.Store.PublicKeys(ctx)
}

func (f *faulty) SealedKeys(ctx context.Context) ([]keys.Sealed, error) {
	var hook func() error
	f.set(func(f *faulty) { f.opens++; hook = f.open })
	if err := call(hook); err != nil {
		return nil, err
	}
	return f.Store.SealedKeys(ctx)
}

func (f *faulty) PutKey(ctx context.Context, pub keys.Public, sealed keys.Sealed, retires pass.NumericDate) error {
	var before, after func() error
	f.set(func(f *faulty) { f.puts++; before, after = f.beforePut, f.afterwards })
	if err := call(before); err != nil {
		return err
	}
	if err := f.Store.PutKey(ctx, pub, sealed, retires); err != nil {
		return err
	}
	return call(after)
}

// kit is one store with a clock and a sealer.
type kit struct {
	*testing.T
	*clock
	store  *faulty
	sealer keys.Sealer
	cfg    keys.Config
	warned []error
}

func newKit(t *testing.T) *kit {
	t.Helper()
	sealer, err := keys.NewFileSealer(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	k := &kit{T: t, clock: newClock(), store: &faulty{Store: newStore(t)}, sealer: sealer}
	k.cfg = keys.Config{RefreshSeconds: 60, RotateAfter: 1000, MaxLifetime: 600}
	k.cfg.Warn = func(err error) { k.warned = append(k.warned, err) }
	return k
}

func (k *kit) signer() *keys.Signer { return keys.NewSigner(k.store, k.sealer, k.cfg, k.now, nil) }
func (k *kit) ring() *keys.Ring     { return keys.NewRing(k.store, k.cfg, k.now) }

func (k *kit) current(s *keys.Signer) keys.SigningKey {
	k.Helper()
	key, err := s.Current(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	return key
}

func (k *kit) refresh(r *keys.Ring) {
	k.Helper()
	if err := r.Refresh(k.Context()); err != nil {
		k.Fatal(err)
	}
}

// stored returns what lies in the store, past the faults.
func (k *kit) stored() []keys.Public {
	k.Helper()
	list, err := k.store.Store.PublicKeys(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	return list
}

// wantErr holds an error against a kind, both ways.
func (k *kit) wantErr(err, kind error) {
	k.Helper()
	if !errors.Is(err, kind) {
		k.Fatalf("got error %v, want %v", err, kind)
	}
}

// public returns the nth key of a fixed series.
func public(n byte) keys.Public {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	key := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	return keys.Public{Sequence: int64(n), KID: keys.KIDOf(key), Key: key, SignsFrom: start}
}

// put writes a public key without its other half.
func (k *kit) put(p keys.Public, retires pass.NumericDate) {
	k.Helper()
	if err := k.store.Store.PutKey(k.Context(), p, keys.Sealed{Sequence: p.Sequence, KID: p.KID}, retires); err != nil {
		k.Fatal(err)
	}
}
