package issue_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// Another key and no more would leave the passes of the first one there twice: so a
// refusal for changed settings names those that are there and not revoked.
func TestSettingsChangedNamesWhatWasIssued(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		k := newAgain(t, store)
		doc := manyOf("k", append(mixed(), slices.Repeat([]string{`{"scope":"s"}`}, 100)...)...)
		first := k.ask(doc)
		k.counts(first, 107, 1, 0)
		var want []string
		for _, a := range first.Passes {
			if a.Error == nil && a.Form != pass.Stateless {
				want = append(want, a.ID)
			}
		}
		was := k.cfg
		k.cfg.PublicURL = "https://other.example.com"
		if d := cmp.Diff(want, k.ids(doc, "106 passes")); d != "" {
			t.Errorf("the ids (-issued +named):\n%s", d)
		}
		for _, id := range want[2:] {
			k.revoke(id)
		}
		if d := cmp.Diff(want[:2], k.ids(doc, "2 passes")); d != "" {
			t.Errorf("once others were revoked (-issued +named):\n%s", d)
		}
		k.revoke(want[0])
		if d := cmp.Diff(want[1:2], k.ids(doc, "pass "+want[1])); d != "" {
			t.Errorf("the last (-issued +named):\n%s", d)
		}
		k.revoke(want[1])
		k.ids(doc, "nothing is left")
		k.cfg = was
		k.same("once the settings were changed back", k.ask(doc), first)
	})
}

// Of a call that was killed, those are named that were written.
func TestSettingsChangedNamesWhatWasIssuedInPart(t *testing.T) {
	k := newAgain(t, bolt(t))
	before := &spy{Store: storetest.Faulty(k.store, dies(5, storetest.Before)), ids: map[string]int{}} // after the read, the order and two passes
	k.askOf(k.over(before), manyOf("k", mixed()...))
	k.cfg.QueryName = "rt"
	named := k.ids(manyOf("k", mixed()...), "ids names")
	for _, id := range named {
		if k.pass(id) == nil {
			t.Errorf("%s is named, and is not there", id)
		}
	}
	if len(named) != 2 {
		t.Errorf("named are %v, want the two that were written", named)
	}
}

func TestSettingsChangedIsUnavailableWhereNobodyCanRead(t *testing.T) {
	k := newAgain(t, bolt(t))
	k.ask(keyed)
	k.cfg.QueryName = "rt"
	broken := storetest.Faulty(k.store, storetest.Always(storetest.Before, "Read"))
	if a, err := k.over(broken).Issue(t.Context(), []byte(keyed)); a != nil || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("answered %v, %v", a, err)
	}
	if len(k.pauses) != 2 {
		t.Errorf("waited %d times, want before each of two more tries", len(k.pauses))
	}
}

// ids returns the ids beside a refusal for changed settings, which says so.
func (k *again) ids(doc, says string) []string {
	k.Helper()
	a := k.ask(doc)
	if a.Error == nil || a.Error.Code != issue.SettingsChanged || !strings.Contains(a.Error.Fields["idempotency_key"], says) {
		k.Fatalf("answered %.1000s, want %s, and %q", mustJSON(k, a), issue.SettingsChanged, says)
	}
	return a.IDs
}

func (k *again) revoke(id string) {
	k.Helper()
	if _, err := k.store.Revoke(k.Context(), id, pass.Change{Key: pass.KeyOf([8]byte([]byte(id)[:8])), At: k.now, Operation: pass.Revoking}); err != nil {
		k.Fatal(err)
	}
}
