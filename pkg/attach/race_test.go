package attach_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/storetest"
)

func TestEqualRoutesOfTwoDeclarationsAreRefused(t *testing.T) {
	s := open(t)
	a := attacher(s)
	if _, err := a.Create(t.Context(), request("shop", "", properties(api, orders, invoices), "")); err != nil {
		t.Fatal(err)
	}
	_, err := a.Create(t.Context(), request("blog", "", properties(api, `"Route":"GET /posts","Scope":"*"`, invoices), ""))
	refused(t, err, `shop/Rules: Rules[1].Route: "GET /invoices" has a rule in blog/Rules already`)
	kept(t, s, api, "shop/Rules")
	if _, err := a.Create(t.Context(), request("blog", "", properties(another, invoices), "")); err != nil {
		t.Errorf("the same route of another API: %v", err)
	}
}

// TestFirstOfTwoNeverSeesTheSecond: who comes second is refused without a write,
// so that the routes of the first are not without an answer for a moment.
func TestFirstOfTwoNeverSeesTheSecond(t *testing.T) {
	s := storetest.Record(open(t))
	if _, err := attacher(s).Create(t.Context(), request("shop", "", properties(api, orders), "")); err != nil {
		t.Fatal(err)
	}
	s.Reset()
	_, err := attacher(s).Create(t.Context(), request("blog", "", properties(api, orders), ""))
	refused(t, err, "has a rule in blog/Rules already")
	if diff := cmp.Diff(map[string]int{"Rules": 1}, s.Calls()); diff != "" {
		t.Errorf("calls of the store (-want +got):\n%s", diff)
	}
}

func TestDeclarationThatCannotBeReadIsNamed(t *testing.T) {
	s := open(t)
	if err := s.PutRules(t.Context(), api, "newer/Rules", []byte(`{"rules":[],"later":1}`)); err != nil {
		t.Fatal(err)
	}
	_, err := attacher(s).Create(t.Context(), request("shop", "", properties(api, orders), ""))
	refused(t, err, "the rules that newer/Rules declared")
}

// stepped is a store whose every call waits for its turn.
type stepped struct {
	attach.Store
	turn chan chan struct{}
}

func (s stepped) step(call func() error) error {
	done := <-s.turn
	defer close(done)
	return call()
}

func (s stepped) Rules(ctx context.Context, api string) (all map[string][]byte, err error) {
	err = s.step(func() error { all, err = s.Store.Rules(ctx, api); return err })
	return all, err
}

func (s stepped) PutRules(ctx context.Context, api, name string, body []byte) error {
	return s.step(func() error { return s.Store.PutRules(ctx, api, name, body) })
}

func (s stepped) DeleteRules(ctx context.Context, api, name string) error {
	return s.step(func() error { return s.Store.DeleteRules(ctx, api, name) })
}

// TestTwoCreatesOfOneRoute runs two at once, in every order that their calls of
// the store can have: never are both accepted, what is kept is what was accepted,
// and who is refused is told of the other.
func TestTwoCreatesOfOneRoute(t *testing.T) {
	s, outcomes := open(t), map[int]int{}
	for order := range 1 << 8 { // bit by bit: whose call is next
		accepted := race(t, s, order)
		kept(t, s, api, accepted...)
		outcomes[len(accepted)]++
		for _, name := range accepted {
			if err := s.DeleteRules(t.Context(), api, name); err != nil {
				t.Fatal(err)
			}
		}
	}
	if outcomes[2] > 0 || outcomes[1] == 0 || outcomes[0] == 0 {
		t.Errorf("so many were accepted, how often: %v; want never both, and each of the others", outcomes)
	}
}

// race returns the names that were accepted.
func race(t *testing.T, s attach.Store, order int) (accepted []string) {
	stacks := []string{"blog", "shop"}
	type end struct {
		name string
		err  error
	}
	var turns [2]chan chan struct{}
	var ends [2]chan end
	for i, stack := range stacks {
		turns[i], ends[i] = make(chan chan struct{}), make(chan end, 1)
		go func() {
			res, err := attacher(stepped{s, turns[i]}).Create(t.Context(), request(stack, "", properties(api, orders), ""))
			ends[i] <- end{res.Name, err}
		}()
	}
	finish := func(i int, e end) {
		turns[i] = nil
		if e.err == nil {
			accepted = append(accepted, e.name)
		} else if other := stacks[1-i] + "/Rules"; !strings.Contains(e.err.Error(), other) {
			t.Errorf("%s is not told of %s: %v", e.name, other, e.err)
		}
	}
	for n := 0; turns[0] != nil || turns[1] != nil; n++ {
		i := order >> n & 1
		if turns[i] == nil {
			i = 1 - i
		}
		done := make(chan struct{})
		select {
		case turns[i] <- done:
			<-done
		case e := <-ends[i]:
			finish(i, e)
		}
	}
	return accepted
}
