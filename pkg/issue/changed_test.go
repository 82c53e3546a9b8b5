package issue_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// What cannot be made again to the letter is refused, and what does not matter to
// it is not.
func TestSettingsThatWereChanged(t *testing.T) {
	k := newAgain(t, bolt(t))
	docs := map[string]string{"one": `{"scope":"s","target":"/x","idempotency_key":"one"}`, "many": manyOf("many", `{"scope":"s"}`, `{"scope":"s","format":"stateless"}`)}
	first := map[string]*issue.Answer{}
	for name, doc := range docs {
		first[name] = k.ask(doc)
	}
	was := k.cfg
	for setting, change := range map[string]func(*issue.Config){
		"the public URL": func(c *issue.Config) { c.PublicURL = "https://other.example.com" },
		"the query name": func(c *issue.Config) { c.QueryName = "rt" },
		"default uses":   func(c *issue.Config) { c.DefaultUses = 3 },
		"default expiry": func(c *issue.Config) { c.DefaultExpiresIn = 60 },
	} {
		k.cfg = was
		change(&k.cfg)
		for _, doc := range docs {
			if p := k.code(doc, issue.SettingsChanged); !strings.Contains(p.Message, far.String()) {
				t.Errorf("%s: %s", setting, p.Message)
			}
		}
	}
	k.cfg = was
	k.cfg.DefaultSessionExpiresIn, k.cfg.Retention = 60, 60
	for name, doc := range docs {
		k.same("after a setting that is no matter", k.ask(doc), first[name])
	}
	k.cfg = was
	k.cfg.Issuer = "another" // of the stateless one alone
	k.code(docs["many"], issue.SettingsChanged)
	k.same("one without a signature", k.ask(docs["one"]), first["one"])
}

// Keys rotate between the first call and the next: what was signed is signed anew
// with the key of then, while others are signed with the next.
func TestRepetitionAfterTheKeyWasRotated(t *testing.T) {
	k := newAgain(t, bolt(t))
	k.keys.RotateAfter = 3600
	doc := manyOf("k", `{"scope":"s","format":"jwt"}`, `{"scope":"s","format":"stateless"}`, `{"scope":"s"}`)
	before := k.over(k.store)
	first := k.askOf(before, doc)
	k.counts(first, 3, 0, 0)
	k.now += 3601
	k.ask(`{"scope":"s","format":"jwt"}`) // publishes the next key
	k.now += 121
	ring, err := k.store.PublicKeys(t.Context())
	if err != nil || len(ring) != 2 {
		t.Fatal(len(ring), err)
	}
	k.same("by a new process", k.ask(doc), first)
	k.same("by the process of then", k.askOf(before, doc), first)
	if got := kidOf(t, k.askOf(before, `{"scope":"s","format":"jwt"}`).Token); got != ring[1].KID {
		t.Errorf("a new token is signed with %s, want %s", got, ring[1].KID)
	}
	if got := kidOf(t, first.Passes[0].Token); got != ring[0].KID {
		t.Errorf("the first is signed with %s, want %s", got, ring[0].KID)
	}
}

func kidOf(t *testing.T, jwt string) string {
	t.Helper()
	head, _, _ := strings.Cut(jwt, ".")
	var h struct{ KID string }
	b, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || json.Unmarshal(b, &h) != nil {
		t.Fatalf("%q is no head of a JWT", head)
	}
	return h.KID
}

// lostKey signs with its own key, and has lost all others.
type lostKey struct{ issue.Signer }

func (lostKey) Key(context.Context, string) (keys.SigningKey, error) {
	return keys.SigningKey{}, fmt.Errorf("%w: %w", pass.ErrUnavailable, pass.ErrNotFound)
}

func TestKeyThatIsGone(t *testing.T) {
	k := newAgain(t, bolt(t))
	k.ask(keyed)
	a := k.askOf(k.with(k.store, lostKey{k.signer()}), keyed)
	if a.Error == nil || a.Error.Code != issue.KeyGone || !strings.Contains(a.Error.Fields["idempotency_key"], "list it by its scope") {
		t.Errorf("answered %s", mustJSON(t, a))
	}
}
