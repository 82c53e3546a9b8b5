package manage_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
	"github.com/gatepass/gatepass/pkg/token"
)

const (
	t0     pass.NumericDate = 1_800_000_000
	passID                  = "7Gm2kQpX4sVbN9aT"
)

// config is a stack's.
func config() manage.Config {
	return manage.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com", AllowSessionTokens: true, Retention: 3600}, Stack: "gatepass"}
}

// kit is a manager on an embedded store, with a clock to move.
type kit struct {
	*manage.Manager
	t     *testing.T
	bolt  *boltstore.Store
	now   pass.NumericDate
	log   []manage.Entry
	short token.Short
}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{t: t, now: t0, short: token.Short{ID: passID, Secret: [16]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}}}
	clock := func() time.Time { return k.now.Time() }
	bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "store"), boltstore.Options{Now: clock, UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bolt.Close() })
	k.bolt = bolt
	k.configured(func(*manage.Config) {})
	return k
}

// configured makes the manager anew, with the config edited.
func (k *kit) configured(edit func(*manage.Config)) {
	k.t.Helper()
	c := config()
	edit(&c)
	m, err := manage.New(c, k.bolt, nil)
	if err != nil {
		k.t.Fatal(err)
	}
	m.Now, m.Log = func() time.Time { return k.now.Time() }, func(e manage.Entry) { k.log = append(k.log, e) }
	k.Manager = m
}

// issue puts a pass of three uses and one hour, as edited.
func (k *kit) issue(edit func(*pass.Pass)) *pass.Pass {
	k.t.Helper()
	p := &pass.Pass{
		V: pass.Version, ID: passID, Mode: pass.Request, Format: pass.Short, Scope: "report:66", Subject: "ginger",
		Secrets: map[pass.Digest]pass.NumericDate{k.short.Digest(): 0}, ExpiresAt: t0 + 3600, MaxUses: 3,
		Uses: map[pass.Key]pass.NumericDate{}, Sessions: map[pass.Key]pass.NumericDate{},
		IssuedBy: "reports", IssuedAt: t0, PurgeAt: t0 + 7200,
	}
	if edit != nil {
		edit(p)
	}
	if err := k.bolt.Create(context.Background(), p); err != nil {
		k.t.Fatal(err)
	}
	return p
}

func visitor(p *pass.Pass) {
	p.Mode, p.Subject, p.MaxUses = pass.VisitorMode, "", 0
	p.Visitor = &pass.Visitor{Email: "ginger@example.com", FirstName: "Ginger"}
}

// use presents the pass to a route, as the authorizer does.
func (k *kit) use(n byte) pass.Reason {
	k.t.Helper()
	key := pass.KeyOf([8]byte{n})
	ask := pass.Ask{Secret: k.short.Digest(), Scope: pass.AnyScope, Accept: []pass.Mode{pass.None, pass.Request}, Key: key}
	_, reason, err := k.bolt.Use(context.Background(), passID, ask, pass.Use{Key: key, At: k.now, Route: "GET /reports/{id}", IP: "192.0.2.7", UserAgent: "curl/8"})
	if err != nil {
		k.t.Fatal(err)
	}
	return reason
}

// redeem opens the nth session of the pass, as the link page does.
func (k *kit) redeem(n byte, lives int64) (pass.Key, pass.Reason) {
	k.t.Helper()
	s := &pass.Session{V: pass.Version, PassID: passID, Secret: pass.DigestOf([]byte{n}), At: k.now, ExpiresAt: k.now + pass.NumericDate(lives),
		IP: "192.0.2.8", UserAgent: "Firefox", Origin: "https://mail.example.com", PurgeAt: t0 + 7200}
	ask := pass.Ask{Secret: k.short.Digest(), Scope: pass.AnyScope, Accept: []pass.Mode{pass.SessionMode, pass.VisitorMode}, Key: s.Key()}
	_, _, reason, err := k.bolt.Redeem(context.Background(), &pass.Pass{ID: passID}, ask, s)
	if err != nil {
		k.t.Fatal(err)
	}
	return s.Key(), reason
}

// answer handles a document and returns the answer, generically.
func (k *kit) answer(doc string) map[string]any {
	k.t.Helper()
	b, err := k.Handle(context.Background(), []byte(doc))
	if err != nil {
		k.t.Fatalf("%s: %v", doc, err)
	}
	return decoded(k.t, b)
}

// made is the answer without what tells whether it was so before.
func (k *kit) made(doc string) map[string]any {
	k.t.Helper()
	out := k.answer(doc)
	delete(out, "unchanged")
	delete(out, "hints")
	return out
}

func decoded(t *testing.T, b []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("the answer is no JSON: %v\n%s", err, b)
	}
	return out
}

// writes is how many changes the store has seen.
func (k *kit) writes() int {
	k.t.Helper()
	changes, err := k.bolt.Changes(context.Background(), 0, 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	return len(changes)
}

// problemOf returns the problem that err is, failing if it is none.
func problemOf(t *testing.T, err error) *manage.Problem {
	t.Helper()
	var p *manage.Problem
	if !errors.As(err, &p) {
		t.Fatalf("error %v is no problem", err)
	}
	return p
}

// faulty is a store that fails: before the call, or after it, when its answer
// is lost.
type faulty struct {
	manage.Store
	before, after error
}

func (f *faulty) History(ctx context.Context, id string) (*pass.History, error) {
	if f.before != nil {
		return nil, f.before
	}
	h, err := f.Store.History(ctx, id)
	if f.after != nil {
		return nil, f.after
	}
	return h, err
}

func (f *faulty) call(do func() (*pass.Pass, error)) (*pass.Pass, error) {
	if f.before != nil {
		return nil, f.before
	}
	p, err := do()
	if f.after != nil {
		return nil, f.after
	}
	return p, err
}

func (f *faulty) Change(ctx context.Context, id string, a pass.Amendment) (*pass.Pass, error) {
	return f.call(func() (*pass.Pass, error) { return f.Store.Change(ctx, id, a) })
}

func (f *faulty) Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return f.call(func() (*pass.Pass, error) { return f.Store.Revoke(ctx, id, c) })
}

func (f *faulty) Restore(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return f.call(func() (*pass.Pass, error) { return f.Store.Restore(ctx, id, c) })
}

func (f *faulty) EndSession(ctx context.Context, id string, key pass.Key, c pass.Change) (*pass.Pass, error) {
	return f.call(func() (*pass.Pass, error) { return f.Store.EndSession(ctx, id, key, c) })
}

func (f *faulty) EndSessions(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return f.call(func() (*pass.Pass, error) { return f.Store.EndSessions(ctx, id, c) })
}
