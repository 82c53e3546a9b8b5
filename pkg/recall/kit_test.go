package recall_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// t0 is where the clock stands: 2100-01-01, too early for any TTL.
const t0 pass.NumericDate = 4_102_444_800

// kit is a recaller on a store, with a clock to move and no time to wait.
type kit struct {
	*recall.Recaller
	t      testing.TB
	store  storetest.Store
	put    func(record.Item) error
	now    pass.NumericDate
	log    []recall.Entry
	waited []time.Duration
	mu     sync.Mutex
}

func newKit(t testing.TB) *kit {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "store"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return kitOn(t, s, s.PutItem)
}

func kitOn(t testing.TB, s storetest.Store, put func(record.Item) error) *kit {
	k := &kit{t: t, store: s, put: put, now: t0}
	k.Recaller = &recall.Recaller{Store: s, Digests: gatetest.Digests(), Now: func() time.Time { return k.now.Time() },
		Wait: func(ctx context.Context, d time.Duration) error {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.waited = append(k.waited, d)
			return ctx.Err()
		},
		Log: func(e recall.Entry) { k.log = append(k.log, e) }}
	return k
}

// onBoth runs a test on the embedded store and on DynamoDB Local.
func onBoth(t *testing.T, test func(*kit)) {
	t.Run("embedded", func(t *testing.T) { test(newKit(t)) })
	t.Run("dynamodb", func(t *testing.T) {
		endpoint := dynamolocal.Start(t)
		t.Log("tier dynamodb: ran")
		table := dynamolocal.NewTable(t, endpoint)
		test(kitOn(t, table.Store, table.Put))
	})
}

// issue puts a pass of a person, issued at a second by somebody.
func (k *kit) issue(id string, at pass.NumericDate, edit func(*pass.Pass)) *pass.Pass {
	k.t.Helper()
	p := &pass.Pass{V: pass.Version, ID: id, Mode: pass.Request, Format: pass.Short, Scope: "report:66", Subject: "fred", IssuedBy: "reports",
		Secrets: map[pass.Digest]pass.NumericDate{pass.DigestOf([]byte(id)): 0}, Uses: map[pass.Key]pass.NumericDate{}, Sessions: map[pass.Key]pass.NumericDate{},
		IssuedAt: at, ExpiresAt: t0 + 86_400, PurgeAt: t0 + 30*86_400}
	if edit != nil {
		edit(p)
	}
	k.named(p)
	k.must(k.store.Create(context.Background(), p))
	return p
}

// named gives a pass the digests that issue gives it.
func (k *kit) named(p *pass.Pass) {
	k.t.Helper()
	var err error
	if p.Visitor != nil {
		p.Holder, err = gatetest.Digests().Email(context.Background(), p.Visitor.Email)
	} else if p.Subject != "" {
		p.Holder, err = gatetest.Digests().Subject(context.Background(), p.Subject)
	}
	k.must(err)
	if p.IssuedBy != "" {
		p.Issuer, err = gatetest.Digests().Issuer(context.Background(), p.IssuedBy)
		k.must(err)
	}
}

func visitor(email string) func(*pass.Pass) {
	return func(p *pass.Pass) {
		p.Mode, p.Subject, p.Visitor = pass.VisitorMode, "", &pass.Visitor{Email: email}
	}
}

func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// pass reads a pass; nil: it is not there.
func (k *kit) pass(id string) *pass.Pass {
	k.t.Helper()
	e, err := k.store.Read(context.Background(), []pass.Ref{{ID: id}})
	k.must(err)
	return e[0].Pass
}

// answer is an answer of either operation.
type answer struct {
	Seen, Revoked, Forgotten int
	Unreadable               []string
	Cursor                   string
	Hints                    []string
	Error                    *struct {
		Code, Message string
		Fields        map[string]string
	}
}

// asks hands a document to Handle.
func (k *kit) asks(ctx context.Context, doc string) (answer, error) {
	k.t.Helper()
	var a answer
	b, err := k.Handle(ctx, []byte(doc))
	if err == nil && json.Unmarshal(b, &a) != nil {
		k.t.Fatalf("%s is answered %s", doc, b)
	}
	return a, err
}

// ask wants an answer that is no problem.
func (k *kit) ask(doc string) answer {
	k.t.Helper()
	a, err := k.asks(context.Background(), doc)
	if err != nil || a.Error != nil {
		k.t.Fatalf("%s: %v, %v", doc, a.Error, err)
	}
	return a
}

// revokedOf returns which of these passes are revoked.
func (k *kit) revokedOf(ids ...string) (out []string) {
	k.t.Helper()
	for _, id := range ids {
		if p := k.pass(id); p != nil && p.RevokedAt != 0 {
			out = append(out, id)
		}
	}
	return out
}

// many issues passes of one scope, the nth at the nth second.
func (k *kit) many(n int) (ids []string) {
	k.t.Helper()
	for i := range n {
		ids = append(ids, fmt.Sprintf("P%05d", i))
		k.issue(ids[i], t0-1000+pass.NumericDate(i/3), nil)
	}
	return ids
}
