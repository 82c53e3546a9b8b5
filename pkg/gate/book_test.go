package gate_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// shelf is a rule store that counts and can fail.
type shelf struct {
	mu    sync.Mutex
	docs  map[string][]byte
	err   error
	reads int
}

func (s *shelf) Rules(context.Context, string) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return s.docs, s.err
}

func (s *shelf) declare(route string) {
	s.docs = map[string][]byte{"stack/rules": fmt.Appendf(nil, `{"rules":[{"route":%q,"scope":"a"}]}`, route)}
}

// library is a book over a shelf, with a clock that the test moves.
func library(route string) (*gate.Book, *shelf, *time.Time) {
	s, now := &shelf{}, gatetest.Clock()
	s.declare(route)
	return gate.NewBook(s, time.Minute, func() time.Time { return now }), s, &now
}

func found(t *testing.T, b *gate.Book, route string) (bool, error) {
	t.Helper()
	_, _, ok, err := b.Match(t.Context(), &gate.Request{API: "api", Route: route})
	return ok, err
}

func TestRulesAreReadOnceAndThenBesideRequests(t *testing.T) {
	b, s, now := library("GET /a")
	for range 100 {
		if ok, err := found(t, b, "GET /a"); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	*now = now.Add(time.Hour)
	if ok, _ := found(t, b, "GET /a"); !ok || s.reads != 1 {
		t.Errorf("%d reads; a known route waits for none", s.reads)
	}
	if !b.Due(pass.At(*now)) || b.Refresh(t.Context()) != nil || s.reads != 2 || b.Due(pass.At(*now)) {
		t.Errorf("%d reads after the refresh that was due", s.reads)
	}
}

func TestWithdrawnRuleIsGoneAfterTheRefresh(t *testing.T) {
	b, s, now := library("GET /a")
	found(t, b, "GET /a")
	s.declare("GET /b")
	*now = now.Add(time.Minute)
	if err := b.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ok, err := found(t, b, "GET /a"); ok || err != nil {
		t.Errorf("found %v, %v", ok, err)
	}
}

func TestFailedRefreshKeepsTheRulesAndIsTriedAgainSoon(t *testing.T) {
	b, s, now := library("GET /a")
	found(t, b, "GET /a")
	s.err = pass.ErrUnavailable
	*now = now.Add(time.Minute)
	if err := b.Refresh(t.Context()); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("the refresh says %v", err)
	}
	if ok, err := found(t, b, "GET /a"); !ok || err != nil {
		t.Errorf("the rules of before are gone: %v, %v", ok, err)
	}
	if b.Due(pass.At(*now)) {
		t.Error("due again at once: a failing store would be asked by every request")
	}
	*now = now.Add(5 * time.Second)
	if !b.Due(pass.At(*now)) {
		t.Error("not due five seconds after a failure")
	}
}

func TestUnknownRouteIsUnavailableWhileTheRulesCannotBeRead(t *testing.T) {
	b, s, now := library("GET /a")
	found(t, b, "GET /a")
	s.err = pass.ErrUnavailable
	*now = now.Add(5 * time.Second)
	for range 20 {
		if _, err := found(t, b, "GET /new"); !errors.Is(err, pass.ErrUnavailable) {
			t.Fatalf("a route that may have been declared is %v", err)
		}
	}
	if s.reads != 2 {
		t.Errorf("%d reads; at most one in five seconds", s.reads)
	}
	s.err = nil
	s.declare("GET /new")
	*now = now.Add(5 * time.Second)
	if ok, err := found(t, b, "GET /new"); !ok || err != nil {
		t.Errorf("found %v, %v once the store is back", ok, err)
	}
}

func TestBrokenDeclarationIsNotGuessedAt(t *testing.T) {
	b, s, _ := library("GET /a")
	s.docs["other/rules"] = []byte(`{"rules":[{"route":"GET /a"}]}`)
	if _, err := found(t, b, "GET /a"); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("a broken declaration is %v", err)
	}
}

func TestRuleForAnyMethodIsFoundWhereTheMethodCalledIsTold(t *testing.T) {
	b, _, _ := library("ANY /a")
	for name, c := range map[string]struct {
		req  gate.Request
		want bool
	}{
		"a dialect that tells the method called": {gate.Request{API: "api", Route: "GET /a", AnyRoute: "ANY /a"}, true},
		"a dialect that tells the route key":     {gate.Request{API: "api", Route: "GET /a"}, false},
		"the route key itself":                   {gate.Request{API: "api", Route: "ANY /a"}, true},
	} {
		if _, _, ok, err := b.Match(t.Context(), &c.req); ok != c.want || err != nil {
			t.Errorf("%s: found %v, %v", name, ok, err)
		}
	}
}

func TestBookIsBounded(t *testing.T) {
	b, s, now := library("GET /a")
	for i := range 1000 {
		if _, _, ok, err := b.Match(t.Context(), &gate.Request{API: fmt.Sprint(i), Route: "GET /a"}); !ok || err != nil {
			t.Fatal(ok, err)
		}
	}
	*now = now.Add(time.Hour)
	s.reads = 0
	if err := b.Refresh(t.Context()); err != nil || s.reads > 100 {
		t.Errorf("%d APIs are kept (%v), want 100 at most", s.reads, err)
	}
}

// slow is a rule store whose answers wait.
type slow struct {
	gate.RuleStore
	asked  chan struct{}
	answer chan struct{}
}

func (s slow) Rules(ctx context.Context, api string) (map[string][]byte, error) {
	s.asked <- struct{}{}
	<-s.answer
	return s.RuleStore.Rules(ctx, api)
}

// TestWhoComesDuringTheFirstReadIsNotToldThatThereIsNoRule: two first requests at
// once, in one process, are both asked about.
func TestWhoComesDuringTheFirstReadIsNotToldThatThereIsNoRule(t *testing.T) {
	_, s, _ := library("GET /a")
	store := slow{s, make(chan struct{}, 2), make(chan struct{})}
	b := gate.NewBook(store, time.Minute, gatetest.Clock)
	told := make(chan bool, 2)
	for range 2 {
		go func() {
			_, _, ok, err := b.Match(t.Context(), &gate.Request{API: "api", Route: "GET /a"})
			told <- ok && err == nil
		}()
		select {
		case <-store.asked:
		case ok := <-told:
			t.Fatalf("the second is told %v before anybody knows", ok)
		}
	}
	close(store.answer)
	for range 2 {
		if !<-told {
			t.Error("a route that is declared is not found")
		}
	}
}
