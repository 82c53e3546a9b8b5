package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

const now pass.NumericDate = 1_800_000_000

// entries returns what the function puts on the bus of what happens to a pass.
func entries(t *testing.T) (out []types.PutEventsRequestEntry) {
	t.Helper()
	db, err := boltstore.Open(filepath.Join(t.TempDir(), "table.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	happens(t, db)
	found, err := db.Changes(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var changes []audit.Change
	for _, c := range found {
		n := strconv.FormatUint(c.Sequence, 10)
		changes = append(changes, audit.Change{ID: "local-" + n, Sequence: n, Old: c.Old, New: c.New, At: now})
	}
	doc, err := audit.ToStream(changes)
	if err != nil {
		t.Fatal(err)
	}
	client, log := &busy{}, handler.NewLog("expire", io.Discard, time.Now)
	expire := handler.Expire(&audit.Auditor{Store: db, Events: &bridge{client: client, bus: "passes"}, Log: log.Report}, log)
	if answer, err := expire(t.Context(), doc); err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Fatalf("answered %s, %v", answer, err)
	}
	for _, in := range client.got {
		out = append(out, in.Entries...)
	}
	return out
}

// happens is a pass that two clients redeem, a wish for another link, and a form.
func happens(t *testing.T, db *boltstore.Store) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	secret := pass.DigestOf([]byte("secret"))
	p := &pass.Pass{V: pass.Version, ID: "SampleEventsPass", Mode: pass.VisitorMode, Format: pass.Short, Scope: "visit", MaxUses: 3, IssuedAt: now, ExpiresAt: now + 60, PurgeAt: now + 90,
		Secrets: map[pass.Digest]pass.NumericDate{secret: 0}, Visitor: &pass.Visitor{Email: "fred@example.com"}}
	must(db.Create(t.Context(), p))
	for n, ip := range []string{"192.0.2.7", "198.51.100.7"} {
		s := &pass.Session{V: pass.Version, PassID: p.ID, Secret: pass.DigestOf([]byte{byte(n)}), At: now, ExpiresAt: now + 60, IP: ip, PurgeAt: now + 90}
		_, _, reason, err := db.Redeem(t.Context(), p, pass.Ask{Secret: secret, Scope: pass.AnyScope, Accept: []pass.Mode{pass.VisitorMode}, Key: s.Key()}, s)
		if must(err); reason != pass.OK {
			t.Fatal(reason)
		}
	}
	_, err := db.RequestLink(t.Context(), p.ID, pass.Wish{At: now, Secret: "secret", Every: 600, PurgeAt: p.PurgeAt}, pass.Window{Bucket: "block", Limit: 20, From: now, Until: now + 60})
	must(err)
	must(db.Register(t.Context(), &pass.Registration{V: pass.Version, ID: "SampleEventsForm", Form: "reference", At: now, PurgeAt: now + 90}))
}

// asDelivered is what EventBridge makes of an entry, as far as rules go by it.
func asDelivered(t *testing.T, e types.PutEventsRequestEntry) map[string]any {
	t.Helper()
	var detail map[string]any
	if err := json.Unmarshal([]byte(*e.Detail), &detail); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"version": "0", "account": "123456789012", "region": "eu-central-1", "resources": []any{}, "source": *e.Source, "detail-type": *e.DetailType, "detail": detail}
}

func TestWhatIsPutOnTheBusIsAsTheSchemasSay(t *testing.T) {
	schemas := schematest.NewEvents(t)
	var told []string
	for _, e := range entries(t) {
		if err := schemas.Check([]byte(*e.Detail)); err != nil {
			t.Errorf("%s: %v", *e.Detail, err)
		}
		told = append(told, *e.DetailType)
		detail := asDelivered(t, e)["detail"].(map[string]any)
		if *e.Source != "gatepass" || *e.EventBusName != "passes" || detail["type"] != *e.DetailType || e.Resources != nil {
			t.Errorf("%s of %s on %s: %s", *e.DetailType, *e.Source, *e.EventBusName, *e.Detail)
		}
	}
	want := []string{"pass.issued", "session.opened", "pass.used", "session.opened", "pass.shared", "pass.used", "link.requested", "visitor.registered"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("detail types (-want +got):\n%s", diff)
	}
}

// matches is EventBridge's rule for patterns of exact values: each list names what
// may stand in its place.
func matches(pattern, event any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		e, ok := event.(map[string]any)
		for name, part := range p {
			ok = ok && matches(part, e[name])
		}
		return ok
	case []any:
		return slices.Contains(p, event)
	}
	return false
}

func TestReadmesRuleGetsWhatWaitsForAnAnswer(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)<!-- rule: events -->\n```json\n(.*?)```").FindSubmatch(readme)
	var rule map[string]any
	if m == nil || json.Unmarshal(m[1], &rule) != nil {
		t.Fatal("README.md has no rule of events that is JSON")
	}
	var got []string
	for _, e := range entries(t) {
		is := asDelivered(t, e)
		if !matches(rule, is) {
			continue
		}
		got = append(got, *e.DetailType)
		is["source"] = "another"
		if matches(rule, is) {
			t.Errorf("the rule matches another source's %s", *e.DetailType)
		}
		is["source"], is["detail"].(map[string]any)["version"] = "gatepass", float64(audit.EventVersion+1)
		if matches(rule, is) {
			t.Errorf("the rule matches a %s of another version", *e.DetailType)
		}
	}
	if want := fmt.Sprint([]audit.Type{audit.LinkRequested, audit.Registered}); fmt.Sprint(got) != want {
		t.Errorf("the rule gets %v, want %s", got, want)
	}
}
