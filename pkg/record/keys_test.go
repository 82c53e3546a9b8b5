package record_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestKeysAndRulesComeBackAsTheyWerePut(t *testing.T) {
	pub := keys.Public{Sequence: 12, KID: "kid", Key: ed25519.PublicKey("key"), SignsFrom: 7, RetiresAt: 9}
	if got, err := record.ToPublic(record.FromPublic(pub)); err != nil || cmp.Diff(pub, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(pub, got))
	}
	sealed := keys.Sealed{Sequence: 12, KID: "kid", Private: []byte("p"), Derivation: []byte("d")}
	if got, err := record.ToSealed(record.FromSealed(sealed)); err != nil || cmp.Diff(sealed, got) != "" {
		t.Errorf("%v %s", err, cmp.Diff(sealed, got))
	}
	if name, body, err := record.ToRules(record.FromRules("api", "stack/rules", []byte("{}"))); err != nil || name != "stack/rules" || body != "{}" {
		t.Errorf("%q %q %v", name, body, err)
	}
}

// TestKeysAndRulesAreNotGuessedAt: a key or a declaration that is read wrongly
// opens or closes everything.
func TestKeysAndRulesAreNotGuessedAt(t *testing.T) {
	for name, change := range map[string]func(record.Item){
		"another version":              func(it record.Item) { it[record.V] = int64(2) },
		"no version":                   func(it record.Item) { delete(it, record.V) },
		"an attribute of another type": func(it record.Item) { it[record.KID], it[record.Rules] = int64(1), int64(1) },
		"a sequence that is a word":    func(it record.Item) { it[record.SK] = "x"; delete(it, record.Rules) },
	} {
		pub, sealed, rules := record.FromPublic(keys.Public{Sequence: 1}), record.FromSealed(keys.Sealed{Sequence: 1}), record.FromRules("a", "n", []byte("{}"))
		for _, it := range []record.Item{pub, sealed, rules} {
			change(it)
		}
		if _, err := record.ToPublic(pub); err == nil {
			t.Errorf("%s: a public key is read", name)
		}
		if _, err := record.ToSealed(sealed); err == nil {
			t.Errorf("%s: a sealed key is read", name)
		}
		if _, _, err := record.ToRules(rules); err == nil {
			t.Errorf("%s: rules are read", name)
		}
	}
}
