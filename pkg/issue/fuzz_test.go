package issue_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Whatever is asked: no panic, an answer or a problem but not both, nothing
// written with a problem, and a token that the rules admit otherwise.
func FuzzIssue(f *testing.F) {
	names, err := filepath.Glob(filepath.Join(events, "issue-*.json"))
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		doc, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	for _, mode := range modes {
		f.Add([]byte(mustJSON(f, base(mode))))
	}
	for _, doc := range []string{``, `{}`, `[]`, `{"scope":"s","data":{"a":"é😀\u0000"}}`, `{"scope":"s","target":"https://a.example/x?#?"}`,
		`{"scope":"s","expires_at":"2026-09-22T00:00:00Z","not_before":"2026-09-21T23:59:59.5Z"}`, `{"scope":"s","max_uses":1e2}`, `{"scope":"s","idempotency_key":"k"}`, `{"passes":[{"scope":"s"},{}],"idempotency_key":"l"}`} {
		f.Add([]byte(doc))
	}
	k := newKit(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		k.TB, k.store.puts = t, nil
		a := k.issue(string(doc))
		if a.Error != nil {
			if a.Token != "" || a.Link != "" || a.ID != "" || len(k.store.puts) != 0 || a.Error.Message == "" {
				t.Fatalf("refused, and yet: %s; %d puts", mustJSON(t, a), len(k.store.puts))
			}
			return
		}
		if a.Repeated || a.Many != nil {
			repeated(k, string(doc), a)
			return
		}
		p := recordOf(k, a)
		ask := pass.Ask{Signed: true, Scope: p.Scope, Accept: []pass.Mode{a.Mode}}
		if r := pass.Admit(p, ask, max(start, p.NotBefore)); r != pass.OK || p.ExpiresAt > start+pass.MaxLifetime || p.MaxUses > pass.MaxUses {
			t.Fatalf("%s: %+v", r, p)
		}
	})
}

// repeated holds an answer that may be repeated to be repeated.
func repeated(k *kit, doc string, a *issue.Answer) {
	k.Helper()
	if a.Many != nil && (a.Token != "" || a.Left != 0 || a.Issued+a.Refused != len(a.Passes)) {
		k.Fatalf("answered %s", mustJSON(k, a))
	}
	k.store.puts = nil
	if again := k.issue(doc); len(k.store.puts) != 0 || !sameJSON(again, a) {
		k.Fatalf("%s\nis answered %s\nthen %s, with %d puts", doc, mustJSON(k, a), mustJSON(k, again), len(k.store.puts))
	}
}

// recordOf returns what stands behind an answer: the one record that was put, or
// what a stateless token says itself.
func recordOf(k *kit, a *issue.Answer) *pass.Pass {
	k.Helper()
	if a.Form == pass.Stateless {
		if len(k.store.puts) != 0 {
			k.Fatal("wrote the record of a stateless token")
		}
		end, err := time.Parse(time.RFC3339, a.ExpiresAt)
		if err != nil {
			k.Fatal(err)
		}
		c := k.verifyAt(a.Token, pass.At(end)-1) // its start may lie ahead
		return c.Pass()
	}
	if len(k.store.puts) != 1 {
		k.Fatalf("%d puts", len(k.store.puts))
	}
	p, short := k.store.puts[0], k.short(a)
	if _, ok := p.Secrets[short.Digest()]; !ok || p.ID != a.ID || short.ID != a.ID {
		k.Fatal("the link does not open the record")
	}
	return p
}
