package issue_test

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/terms"
)

// far is when requests are repeated: in 2100, where DynamoDB Local, which removes
// by the real clock, finds nothing to remove.
const far = pass.NumericDate(4_102_444_800)

// spy remembers the ids of the passes that a store was asked to create.
type spy struct {
	storetest.Store
	mu  sync.Mutex
	ids map[string]int
}

func (s *spy) Create(ctx context.Context, p *pass.Pass) error {
	s.mu.Lock()
	s.ids[p.ID]++
	s.mu.Unlock()
	return s.Store.Create(ctx, p)
}

func (s *spy) created() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.ids))
}

// again is an issuer that is asked more than once, over any store.
type again struct {
	testing.TB
	cfg     issue.Config
	store   storetest.Store
	keys    keys.Config
	sealer  keys.Sealer
	now     pass.NumericDate
	pauses  []time.Duration
	digests issue.Digests
	mu      sync.Mutex
}

func newAgain(t testing.TB, store storetest.Store) *again {
	t.Helper()
	sealer, err := keys.NewFileSealer(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	k := &again{TB: t, store: store, sealer: sealer, now: far, digests: gatetest.Digests(), keys: keys.Config{RefreshSeconds: 60},
		cfg: issue.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com", AllowSessionTokens: true}, Issuer: "gatepass", Audience: "api"}}
	return k
}

func (k *again) clock() time.Time { return k.now.Time() }

// wait is the issuers' Pause: it takes no time.
func (k *again) wait(ctx context.Context, d time.Duration) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pauses = append(k.pauses, d)
	return ctx.Err()
}

// over returns an issuer over a store, as another process has one.
func (k *again) over(store issue.Store) *issue.Issuer {
	k.Helper()
	return k.with(store, k.signer())
}

func (k *again) signer() *keys.Signer { return keys.NewSigner(k.store, k.sealer, k.keys, k.clock, nil) }

func (k *again) with(store issue.Store, signer issue.Signer) *issue.Issuer {
	k.Helper()
	cfg := k.cfg
	cfg.Pause = k.wait
	i, err := issue.New(cfg, store, signer, k.digests, k.clock, nil)
	if err != nil {
		k.Fatal(err)
	}
	return i
}

// ask issues doc by a process of its own, and wants an answer.
func (k *again) ask(doc string) *issue.Answer {
	k.Helper()
	return k.askOf(k.over(k.store), doc)
}

func (k *again) askOf(i *issue.Issuer, doc string) *issue.Answer {
	k.Helper()
	a, err := i.Issue(k.Context(), []byte(doc))
	if err != nil {
		k.Fatal(err)
	}
	return a
}

// code wants doc to be refused as a whole.
func (k *again) code(doc, want string) *issue.Problem {
	k.Helper()
	a := k.ask(doc)
	if a.Error == nil || a.Error.Code != want {
		k.Fatalf("%s is answered %s, want %s", doc, mustJSON(k, a), want)
	}
	return a.Error
}

// same wants two answers to be the same to the letter.
func (k *again) same(what string, got, want *issue.Answer) {
	k.Helper()
	if d := cmp.Diff(mustJSON(k, want), mustJSON(k, got)); d != "" {
		k.Errorf("%s: another answer (-first +now):\n%s", what, d)
	}
}

// counts wants a bulk answer of so many.
func (k *again) counts(a *issue.Answer, issued, refused, left int) {
	k.Helper()
	if a.Many == nil || a.Issued != issued || a.Refused != refused || a.Left != left || len(a.Passes) != issued+refused+left {
		k.Fatalf("answered %.2000s, want %d issued, %d refused and %d left", mustJSON(k, a), issued, refused, left)
	}
}

// pass reads a pass, nil if there is none.
func (k *again) pass(id string) *pass.Pass {
	k.Helper()
	e, err := k.store.Read(k.Context(), []pass.Ref{{ID: id}})
	if err != nil {
		k.Fatal(err)
	}
	return e[0].Pass
}

// bolt returns the embedded store.
func bolt(t testing.TB) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "gatepass.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// onBoth runs a test over the embedded store and over DynamoDB Local.
func onBoth(t *testing.T, test func(t *testing.T, store storetest.Store)) {
	t.Run("bolt", func(t *testing.T) { test(t, bolt(t)) })
	t.Run("dynamodb", func(t *testing.T) {
		table := dynamolocal.NewTable(t, dynamolocal.Start(t))
		t.Log("tier dynamodb: ran")
		test(t, table.Store)
	})
}
