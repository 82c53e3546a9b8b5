package issue_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// dies is a plan of a process that ends at its nth call of the store, in one way,
// and never asks for anything again.
func dies(at int, how storetest.Fault) storetest.Plan {
	var mu sync.Mutex
	n := 0
	return func(storetest.Call) storetest.Fault {
		mu.Lock()
		defer mu.Unlock()
		switch n++; {
		case n < at:
			return storetest.None
		case n == at:
			return how
		}
		return storetest.Before
	}
}

// murders are the ways in which the last call of a process may end.
func murders() map[string]storetest.Fault {
	return map[string]storetest.Fault{"before it is made": storetest.Before, "its answer lost": storetest.After, "refused by the store": storetest.Instead}
}

// A request for many that is killed at any call of the store, in any way, and then
// repeated: the passes that were written are the ones that the repetition answers
// with, each is there once, and what was used in the meantime stays used.
func TestKilledAtEveryCallAndRepeated(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		k := newAgain(t, store)
		k.ask(`{"scope":"s","format":"jwt"}`) // there is a key
		counted := storetest.Record(store)
		k.askOf(k.over(counted), manyOf("how many calls", mixed()...))
		calls := 0
		for _, n := range counted.Calls() {
			calls += n
		}
		if calls != 9 { // one read, one put of the order, six passes, one finish
			t.Fatalf("the stores' calls are %v", counted.Calls())
		}
		used := 0
		for way, how := range murders() {
			for at := 1; at <= calls; at++ {
				name := fmt.Sprintf("call %d, %s", at, way)
				t.Run(name, func(t *testing.T) { used += k.killed(t, name, at, how) })
			}
		}
		if used < 3*(calls-4) {
			t.Errorf("only %d passes were used between the kill and the repetition", used)
		}
	})
}

// killed kills one call and repeats it, and returns how many passes were used in
// between.
func (k *again) killed(t *testing.T, key string, at int, how storetest.Fault) (used int) {
	doc := manyOf(key, mixed()...)
	before := &spy{Store: storetest.Faulty(k.store, dies(at, how)), ids: map[string]int{}}
	first, err := k.over(before).Issue(t.Context(), []byte(doc))
	if (err == nil) != (first != nil) {
		t.Fatalf("answered %v, %v", first, err)
	}
	for _, id := range before.created() {
		if p := k.pass(id); p != nil && p.MaxUses > 0 {
			k.use(p)
			used++
		}
	}
	after := &spy{Store: k.store, ids: map[string]int{}}
	second := k.askOf(k.over(after), doc)
	k.counts(second, 7, 1, 0)
	if first != nil {
		k.partOf(first, second)
	}
	var answered []string
	for _, a := range second.Passes {
		if a.ID != "" && a.Form != pass.Stateless {
			answered = append(answered, a.ID)
			k.unreset(a.ID, slices.Contains(before.created(), a.ID))
		}
	}
	slices.Sort(answered)
	all := append(before.created(), after.created()...)
	slices.Sort(all)
	if d := cmp.Diff(answered, slices.Compact(all)); len(all) > 0 && d != "" {
		t.Errorf("passes that nobody was given, or that are not there (-answered +written):\n%s", d)
	}
	counted := storetest.Record(k.store)
	k.same("repeated once more", k.askOf(k.over(counted), doc), second)
	if d := cmp.Diff(map[string]int{"Order": 1}, counted.Calls()); d != "" {
		t.Errorf("the calls of repeating what is done (-want +got):\n%s", d)
	}
	return used
}

// use uses a pass once.
func (k *again) use(p *pass.Pass) {
	k.Helper()
	a := pass.Ask{Signed: true, Scope: p.Scope, Accept: []pass.Mode{p.Mode}, Key: "used in between"}
	_, r, err := k.store.Use(k.Context(), p.ID, a, pass.Use{Key: a.Key, At: k.now})
	if r != pass.OK {
		k.Fatalf("use: %s, %v", r, err)
	}
}

// unreset wants a pass to be there, and one that was there before to be used.
func (k *again) unreset(id string, before bool) {
	k.Helper()
	p := k.pass(id)
	if p == nil {
		k.Errorf("pass %s was answered and is not there", id)
		return
	}
	if _, was := p.Uses["used in between"]; was && !before {
		k.Errorf("pass %s was used before it was there", id)
	}
	if len(p.Secrets) != 1 {
		k.Errorf("pass %s has %d secrets", id, len(p.Secrets))
	}
}

// partOf wants whatever the first answer had of a pass to be what the second has.
func (k *again) partOf(first, second *issue.Answer) {
	k.Helper()
	if first.Many == nil || len(first.Passes) != len(second.Passes) || first.Left == 0 {
		k.Fatalf("the first answer is %s", mustJSON(k, first))
	}
	for n, a := range first.Passes {
		if a.Error != nil && a.Error.Code == issue.Unavailable {
			if !strings.Contains(a.Error.Message, "same idempotency_key") {
				k.Errorf("left with %q", a.Error.Message)
			}
			continue
		}
		if d := cmp.Diff(mustJSON(k, a), mustJSON(k, second.Passes[n])); d != "" {
			k.Errorf("request %d (-first +now):\n%s", n, d)
		}
	}
}

// Uses that were counted between the kill and the repetition are counted still.
func TestRepetitionResetsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		k := newAgain(t, store)
		seen := &spy{Store: storetest.Faulty(store, storetest.Always(storetest.Before, "FinishOrder")), ids: map[string]int{}}
		doc := manyOf("k", `{"scope":"s","max_uses":1}`, `{"scope":"s","max_uses":1}`)
		if a, err := k.over(seen).Issue(t.Context(), []byte(doc)); a != nil || err == nil {
			t.Fatalf("answered %v, %v, and it was not finished", a, err)
		}
		for _, id := range seen.created() {
			k.use(k.pass(id))
		}
		a := k.ask(doc)
		k.counts(a, 2, 0, 0)
		for _, one := range a.Passes {
			if left, _ := k.pass(one.ID).UsesLeft(); left != 0 {
				t.Errorf("pass %s has %d uses again", one.ID, left)
			}
		}
	})
}

// One pass that was killed at any call is repeated in the same way.
func TestOneThatWasKilled(t *testing.T) {
	k := newAgain(t, bolt(t))
	k.ask(`{"scope":"s","format":"jwt"}`)
	for way, how := range murders() {
		for at := 1; at <= 4; at++ {
			doc := fmt.Sprintf(`{"scope":"s","format":"jwt","idempotency_key":"call %d, %s"}`, at, way)
			seen := &spy{Store: storetest.Faulty(k.store, dies(at, how)), ids: map[string]int{}}
			if a, err := k.over(seen).Issue(t.Context(), []byte(doc)); a != nil || err == nil {
				t.Errorf("%s: answered %v, %v", doc, a, err)
			}
			second := k.ask(doc)
			k.same("repeated", k.ask(doc), second)
			if got := seen.created(); k.pass(second.ID) == nil || len(got) > 1 || len(got) == 1 && got[0] != second.ID {
				t.Errorf("%s: wrote %v, then answered %s", doc, got, second.ID)
			}
		}
	}
}
