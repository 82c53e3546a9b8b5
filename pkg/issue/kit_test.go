package issue_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
	"github.com/gatepass/gatepass/pkg/token"
)

// start is the time of all tests: 2026-09-21T14:13:20Z.
const start = pass.NumericDate(1_790_000_000)

// watched is the embedded store. It remembers what was put, and fails as it is told.
type watched struct {
	*boltstore.Store
	mu     sync.Mutex
	puts   []*pass.Pass
	before func() error // instead of the put
	after  func() error // after it: its answer is lost

	reissues int
	fails    error  // of every read and reissue
	amid     func() // between the read and the reissue
}

func (w *watched) Create(ctx context.Context, p *pass.Pass) error {
	w.mu.Lock() // of many, several are put at once
	w.puts = append(w.puts, p)
	w.mu.Unlock()
	if w.before != nil {
		if err := w.before(); err != nil {
			return err
		}
	}
	if err := w.Store.Create(ctx, p); err != nil || w.after == nil {
		return err
	}
	return w.after()
}

// kit is an issuer over one store, with all that can read what it makes.
type kit struct {
	testing.TB
	cfg    issue.Config
	store  *watched
	signer issue.Signer
	ring   *keys.Ring

	digests issue.Digests
}

func newKit(t testing.TB) *kit {
	t.Helper()
	dir := t.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "gatepass.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	sealer, err := keys.NewFileSealer(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	return &kit{
		TB: t, store: &watched{Store: store},
		signer: keys.NewSigner(store, sealer, keys.Config{}, now, nil),
		ring:   keys.NewRing(store, keys.Config{}, now), digests: gatetest.Digests(),
		cfg: issue.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com", AllowSessionTokens: true, MovedIn: []string{"rt"}},
			Issuer: "https://pass.example.com", Audience: "example-api"},
	}
}

// on returns the kit for a part of its test: opening a store takes longer than
// most of them.
func (k *kit) on(t testing.TB) *kit {
	part := *k
	part.TB = t
	return &part
}

func now() time.Time { return start.Time().Add(999 * time.Millisecond) }

func (k *kit) issuer() *issue.Issuer {
	k.Helper()
	i, err := issue.New(k.cfg, k.store, k.signer, k.digests, now, nil)
	if err != nil {
		k.Fatal(err)
	}
	return i
}

// issue issues doc, which must not be unavailable.
func (k *kit) issue(doc string) *issue.Answer {
	k.Helper()
	a, err := k.issuer().Issue(k.Context(), []byte(doc))
	if err != nil {
		k.Fatal(err)
	}
	return a
}

// good issues doc, which must be right, and returns its record as well.
func (k *kit) good(doc string) (*issue.Answer, *pass.Pass) {
	k.Helper()
	a := k.issue(doc)
	if a.Error != nil {
		k.Fatalf("%s: %v", doc, a.Error)
	}
	entries, err := k.store.Read(k.Context(), []pass.Ref{{ID: a.ID}})
	if err != nil {
		k.Fatal(err)
	}
	return a, entries[0].Pass
}

// refused issues doc, which must be wrong in exactly these fields and write
// nothing, and returns the reasons.
func (k *kit) refused(doc string, fields ...string) map[string]string {
	k.Helper()
	puts := len(k.store.puts)
	a := k.issue(doc)
	if len(k.store.puts) != puts {
		k.Errorf("%s: wrote a pass", doc)
	}
	if a.Error == nil {
		k.Errorf("%s: issued, want refused", doc)
		return nil
	}
	if diff := cmp.Diff(&issue.Answer{Error: a.Error}, a, cmp.Comparer(sameJSON)); diff != "" {
		k.Errorf("%s: more than an error is answered: %s", doc, mustJSON(k, a))
	}
	slices.Sort(fields)
	if diff := cmp.Diff(fields, slices.Sorted(maps.Keys(a.Error.Fields))); diff != "" || a.Error.Code != "invalid_request" {
		k.Errorf("%s: the wrong fields (-want +got):\n%s%v", doc, diff, a.Error)
	}
	for f, why := range a.Error.Fields {
		if len(why) < 10 {
			k.Errorf("%s: %s: no reason: %q", doc, f, why)
		}
	}
	return a.Error.Fields
}

func sameJSON(a, b *issue.Answer) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// short returns the short token of an answer's link.
func (k *kit) short(a *issue.Answer) token.Short {
	k.Helper()
	const before = "https://pass.example.com/p/"
	if len(a.Link) < len(before)+47 || a.Link[:len(before)] != before {
		k.Fatalf("link %q", a.Link)
	}
	s, ok := token.ParseShort(a.Link[len(before) : len(before)+47])
	if !ok {
		k.Fatalf("link %q holds no short token", a.Link)
	}
	return s
}

// verify reads a signed token as the authorizer does.
func (k *kit) verify(raw string) token.Claims {
	k.Helper()
	return k.verifyAt(raw, start)
}

func (k *kit) verifyAt(raw string, at pass.NumericDate) token.Claims {
	k.Helper()
	if err := k.ring.Refresh(k.Context()); err != nil {
		k.Fatal(err)
	}
	v, err := token.NewVerifier(k.cfg.Issuer, k.cfg.Audience, 0, k.ring.Key)
	if err != nil {
		k.Fatal(err)
	}
	c, reason := v.Verify(raw, at)
	if reason != pass.OK {
		k.Fatalf("the token is %s", reason)
	}
	return c
}

// wantErr holds an error against a kind, both ways.
func (k *kit) wantErr(err, kind error) {
	k.Helper()
	if !errors.Is(err, kind) {
		k.Fatalf("got error %v, want %v", err, kind)
	}
}
