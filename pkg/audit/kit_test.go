package audit_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

const (
	t0     pass.NumericDate = 1_800_000_000
	passID                  = "7Gm2kQpX4sVbN9aT"
)

// fixture returns a pass of three uses and one hour, as edited, with something
// in every attribute that must not come out.
func fixture(edit func(*pass.Pass)) *pass.Pass {
	p := &pass.Pass{
		V: pass.Version, ID: passID, Mode: pass.VisitorMode, Format: pass.Short, Scope: "marked-scope", Subject: "marked-subject",
		Visitor: &pass.Visitor{Email: "marked@example.com", FirstName: "marked-name"}, Data: []byte(`{"a":"marked-data"}`), Target: "https://marked.example.com",
		Invitation: &pass.Invitation{From: "marked-from"}, IssuedBy: "marked-issuer",
		Secrets: map[pass.Digest]pass.NumericDate{secret: 0}, ExpiresAt: t0 + 3600, MaxUses: 3,
		Uses: map[pass.Key]pass.NumericDate{}, Sessions: map[pass.Key]pass.NumericDate{}, IssuedAt: t0, PurgeAt: t0 + 7200,
	}
	if edit != nil {
		edit(p)
	}
	return p
}

var secret = pass.DigestOf([]byte("marked-secret"))

// session returns the nth session: of one client the first two, and each of the
// others of another.
func session(n byte, at pass.NumericDate) *pass.Session {
	return &pass.Session{V: pass.Version, PassID: passID, Secret: pass.DigestOf([]byte{n}), At: at, ExpiresAt: at + 600,
		IP: fmt.Sprintf("192.0.%d.66", max(n, 2)), UserAgent: "marked-agent", Origin: "https://marked.example.com", PurgeAt: t0 + 7200}
}

// did is what somebody did to the pass; nothing of who and why comes out.
func did(n byte, operation string) pass.Change {
	return pass.Change{Key: key(n), At: t0 + 5, Operation: operation, By: "marked-by", Why: "marked-why"}
}

func key(n byte) pass.Key { return pass.KeyOf([8]byte{n}) }

// house is an embedded store with its stream, and an auditor at the end of it.
type house struct {
	t      *testing.T
	bolt   *boltstore.Store
	now    pass.NumericDate
	audit  *audit.Auditor
	faults *faults
	log    []audit.Report
	events []audit.Event // published, as often as they were
	read   uint64        // the sequence up to which the stream is done
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: t0}
	bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "store"), boltstore.Options{Now: func() time.Time { return h.now.Time() }, UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bolt.Close() })
	h.bolt, h.faults = bolt, &faults{store: bolt}
	h.faults.events = &h.events
	h.audit = &audit.Auditor{Store: h.faults, Events: h.faults, Log: func(r audit.Report) { h.log = append(h.log, r) }}
	return h
}

// changes returns what the stream holds after a sequence.
func (h *house) changes(after uint64) []audit.Change {
	h.t.Helper()
	list, err := h.bolt.Changes(context.Background(), after, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []audit.Change
	for _, c := range list {
		n := strconv.FormatUint(c.Sequence, 10)
		out = append(out, audit.Change{ID: "e" + n, Sequence: n, Old: c.Old, New: c.New, TTL: c.TTL, At: pass.At(c.At)})
	}
	return out
}

// deliver hands the stream over as Lambda does: as a document, again from the
// first failure on, until all is done. It returns how many batches failed.
func (h *house) deliver() (failures int) {
	h.t.Helper()
	for range 100 {
		changes := h.changes(h.read)
		if len(changes) == 0 {
			return failures
		}
		doc, err := audit.ToStream(changes)
		if err != nil {
			h.t.Fatal(err)
		}
		answer, err := h.audit.HandleStream(context.Background(), doc)
		if err != nil {
			h.t.Fatal(err)
		}
		var failed uint64
		if _, err := fmt.Sscanf(string(answer), `{"batchItemFailures":[{"itemIdentifier":"%d"}`, &failed); err == nil {
			failures++
			h.read = failed - 1
			continue
		}
		if string(answer) != `{"batchItemFailures":[]}` {
			h.t.Fatalf("answer %s", answer)
		}
		h.read, _ = strconv.ParseUint(changes[len(changes)-1].Sequence, 10, 64)
	}
	h.t.Fatal("the stream is never done")
	return 0
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) create(p *pass.Pass) { h.t.Helper(); h.must(h.bolt.Create(context.Background(), p)) }

func (h *house) use(n byte) {
	h.t.Helper()
	ask := pass.Ask{Secret: secret, Scope: pass.AnyScope, Accept: []pass.Mode{pass.Request}, Key: key(n)}
	_, reason, err := h.bolt.Use(context.Background(), passID, ask, pass.Use{Key: key(n), At: h.now, Route: "GET /x", IP: "192.0.2.66", UserAgent: "marked-agent"})
	h.must(err)
	if reason != pass.OK {
		h.t.Fatalf("use %d: %s", n, reason)
	}
}

func (h *house) redeem(n byte) {
	h.t.Helper()
	s := session(n, h.now)
	ask := pass.Ask{Secret: secret, Scope: pass.AnyScope, Accept: []pass.Mode{pass.VisitorMode}, Key: s.Key()}
	_, _, reason, err := h.bolt.Redeem(context.Background(), &pass.Pass{ID: passID}, ask, s)
	h.must(err)
	if reason != pass.OK {
		h.t.Fatalf("session %d: %s", n, reason)
	}
}

func (h *house) sweep() {
	h.t.Helper()
	_, err := h.bolt.Sweep(context.Background(), h.now, 100)
	h.must(err)
}

// items returns every item there is now, by key.
func (h *house) items() map[string]record.Item {
	h.t.Helper()
	out := map[string]record.Item{}
	for _, c := range h.changes(0) {
		it := c.New
		if it == nil {
			it = c.Old
		}
		k := it[record.PK].(string) + " " + it[record.SK].(string)
		if out[k] = it; c.New == nil {
			delete(out, k)
		}
	}
	return out
}

// told returns the published events, each once, in the order of their first
// telling; telling one twice in two ways fails the test.
func (h *house) told() (out []audit.Event) {
	h.t.Helper()
	seen := map[string]string{}
	for _, e := range h.events {
		text := line(h.t, e)
		if was, ok := seen[e.ID]; ok && was != text {
			h.t.Errorf("event %s was told as %s and as %s", e.ID, was, text)
		} else if !ok {
			out = append(out, e)
		}
		seen[e.ID] = text
	}
	return out
}

func types(events []audit.Event) (out []string) {
	for _, e := range events {
		out = append(out, string(e.Type))
	}
	return out
}

// faults passes every call on and counts it. The call of number at fails:
// before it is made, or after, when only its answer is lost.
type faults struct {
	store  audit.Store
	events *[]audit.Event
	calls  []string
	at     int // 1 is the first; 0: never
	after  bool
}

var errFault = errors.New("cable cut")

func (f *faults) call(name string, do func() error) error {
	f.calls = append(f.calls, name)
	fail := len(f.calls) == f.at
	if fail && !f.after {
		return errFault
	}
	if err := do(); err != nil {
		return err
	}
	if fail {
		return errFault
	}
	return nil
}

func (f *faults) PutMarker(ctx context.Context, id string, at pass.NumericDate) error {
	return f.call(fmt.Sprintf("marker %s %d", id, at-t0), func() error { return f.store.PutMarker(ctx, id, at) })
}

func (f *faults) PutUse(ctx context.Context, id string, u pass.Use, purge pass.NumericDate) error {
	return f.call(fmt.Sprintf("use %s %s %d %s %d", id, u.Key, u.At-t0, u.Route, purge-t0), func() error { return f.store.PutUse(ctx, id, u, purge) })
}

func (f *faults) Seen(ctx context.Context, id string, v pass.Visit) (which int, err error) {
	err = f.call(fmt.Sprintf("seen %s %s %d", id, v.Key, v.PurgeAt-t0), func() error { which, err = f.store.Seen(ctx, id, v); return err })
	return which, err
}

func (f *faults) Keep(ctx context.Context, id string, purge pass.NumericDate) error {
	return f.call(fmt.Sprintf("keep %s %d", id, purge-t0), func() error { return f.store.Keep(ctx, id, purge) })
}

func (f *faults) PutChange(ctx context.Context, id string, c pass.Change, purge pass.NumericDate) error {
	return f.call(fmt.Sprintf("change %s %s %s %d", id, c.Key, c.Operation, purge-t0), func() error { return f.store.PutChange(ctx, id, c, purge) })
}

func (f *faults) Clear(ctx context.Context, id string) error {
	return f.call("clear "+id, func() error { return f.store.Clear(ctx, id) })
}

func (f *faults) Publish(_ context.Context, events []audit.Event) error {
	return f.call(fmt.Sprintf("publish %d", len(events)), func() error { *f.events = append(*f.events, slices.Clone(events)...); return nil })
}

// nothing is a store that does as it is told and keeps nothing.
type nothing struct{}

func (nothing) PutMarker(context.Context, string, pass.NumericDate) error        { return nil }
func (nothing) PutUse(context.Context, string, pass.Use, pass.NumericDate) error { return nil }
func (nothing) Seen(context.Context, string, pass.Visit) (int, error)            { return 0, nil }
func (nothing) Keep(context.Context, string, pass.NumericDate) error             { return nil }
func (nothing) PutChange(context.Context, string, pass.Change, pass.NumericDate) error {
	return nil
}
func (nothing) Clear(context.Context, string) error { return nil }
