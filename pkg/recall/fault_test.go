package recall_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// cut has the store fail for good after so many of its changes.
func (k *kit) cut(changes int64) { k.cutOf(k.store, changes) }

func (k *kit) cutOf(s storetest.Store, changes int64) {
	left := atomic.Int64{}
	left.Store(changes)
	k.Store = storetest.Faulty(s, func(c storetest.Call) storetest.Fault {
		if (c.Method == "Revoke" || c.Method == "Erase") && left.Add(-1) < 0 {
			return storetest.Before
		}
		return storetest.None
	})
}

// whole has the store work again.
func (k *kit) whole() { k.Store = k.store }

// goesOn asks until there is no cursor, and adds up what is answered.
func (k *kit) goesOn(doc string, before func(call int)) (sum answer) {
	k.t.Helper()
	cursor := ""
	for call := range 10_000 {
		asked := doc
		if cursor != "" {
			asked = strings.TrimSuffix(doc, "}}") + `,"cursor":"` + cursor + `"}}`
		}
		if before != nil {
			before(call)
		}
		a, err := k.asks(context.Background(), asked)
		if errors.Is(err, pass.ErrUnavailable) {
			continue // nothing was done: the same again
		}
		if err != nil || a.Error != nil {
			k.t.Fatalf("call %d: %v, %v", call, a.Error, err)
		}
		sum.Seen, sum.Revoked, sum.Forgotten = sum.Seen+a.Seen, sum.Revoked+a.Revoked, sum.Forgotten+a.Forgotten
		if cursor = a.Cursor; cursor == "" {
			return sum
		}
	}
	k.t.Fatal("it does not end")
	return sum
}

const revokeAll = `{"revoke":{"scope":"report:66","by":"ops"}}`

// TestEveryFaultOfTheStoreIsOvercome: whichever call fails once, and however, all
// are revoked and counted once.
func TestEveryFaultOfTheStoreIsOvercome(t *testing.T) {
	for name, fault := range map[string]storetest.Fault{"no connection": storetest.Before, "a lost answer": storetest.After, "an ended context": storetest.Instead, "sent twice": storetest.Twice} {
		for nth := range 12 {
			t.Run(fmt.Sprint(name, " at call ", nth+1), func(t *testing.T) {
				k := newKit(t)
				ids := k.many(10)
				var calls atomic.Int64
				k.Store = storetest.Faulty(k.store, func(storetest.Call) storetest.Fault {
					if calls.Add(1) == int64(nth+1) {
						return fault
					}
					return storetest.None
				})
				if a := k.ask(revokeAll); a.Seen != 10 || a.Revoked != 10 || a.Cursor != "" {
					t.Errorf("answered %+v", a)
				}
				if got := k.revokedOf(ids...); len(got) != 10 {
					t.Errorf("revoked are %v", got)
				}
			})
		}
	}
}

// TestWhatFailsForGoodIsAnsweredWithACursor, and the answers add up.
func TestWhatFailsForGoodIsAnsweredWithACursor(t *testing.T) {
	k := newKit(t)
	ids := k.many(100)
	sum := k.goesOn(revokeAll, func(call int) {
		if k.cut(17); call > 20 {
			k.whole()
		}
	})
	if sum.Seen != 100 || sum.Revoked != 100 || len(k.revokedOf(ids...)) != 100 {
		t.Errorf("answered %+v, and %d are revoked", sum, len(k.revokedOf(ids...)))
	}
	if e := k.log[0]; !e.More || e.Err == nil || e.Outcome != "ok" || e.Seen == 0 {
		t.Errorf("the first call is logged as %+v", e)
	}
}

// TestWhatWasRevokedBehindAFailureIsCountedOnce: by the call that passes it, as done
// by this recall.
func TestWhatWasRevokedBehindAFailureIsCountedOnce(t *testing.T) {
	k := newKit(t)
	ids := k.many(10)
	k.Store = newStubborn(k.store, ids[7], len(ids)-1)
	a := k.ask(revokeAll)
	if a.Seen != 2 || a.Revoked != 2 || a.Cursor == "" || len(k.revokedOf(ids...)) != 9 {
		t.Fatalf("answered %+v, and revoked are %v", a, k.revokedOf(ids...))
	}
	k.whole()
	k.now += 60
	b := k.ask(`{"revoke":{"scope":"report:66","by":"ops","cursor":"` + a.Cursor + `"}}`)
	if b.Seen != 8 || b.Revoked != 8 || b.Cursor != "" {
		t.Errorf("answered then %+v", b)
	}
}

// stubborn has a store never revoke one pass, and say so when the others are.
type stubborn struct {
	storetest.Store
	id     string
	others sync.WaitGroup
}

func newStubborn(store storetest.Store, id string, others int) *stubborn {
	s := &stubborn{Store: store, id: id}
	s.others.Add(others)
	return s
}

func (s *stubborn) Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	if id == s.id {
		s.others.Wait()
		return nil, pass.ErrUnavailable
	}
	defer s.others.Done()
	return s.Store.Revoke(ctx, id, c)
}

// TestAStoreThatIsDownIsAnError, tried again and waited for, ever longer.
func TestAStoreThatIsDownIsAnError(t *testing.T) {
	for _, method := range []string{"Find", "Revoke"} {
		k := newKit(t)
		k.issue("a", t0, nil)
		k.Store = storetest.Faulty(k.store, storetest.Always(storetest.Before, method))
		if a, err := k.asks(t.Context(), revokeAll); !errors.Is(err, pass.ErrUnavailable) {
			t.Errorf("%s: answered %+v, %v", method, a, err)
		}
		if len(k.waited) != 5 {
			t.Fatalf("%s: waited %v, want before each of five more tries", method, k.waited)
		}
		for i, d := range k.waited {
			if low := 50 * time.Millisecond << i; d < min(low, time.Second) || d > 2*low {
				t.Errorf("%s: before try %d waited %v", method, i+2, d)
			}
		}
		if k.log[0].Outcome != "unavailable" {
			t.Errorf("logged as %+v", k.log[0])
		}
	}
}

// TestACallEndsInTime: nothing is begun once the time is nearly up, what has begun
// is finished, and what was done is answered.
func TestACallEndsInTime(t *testing.T) {
	k := newKit(t)
	k.many(200)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var n atomic.Int64
	k.Store = storetest.Faulty(k.store, func(c storetest.Call) storetest.Fault {
		if c.Method == "Revoke" && n.Add(1) == 50 {
			cancel()
		}
		return storetest.None
	})
	a, err := k.asks(ctx, revokeAll)
	if err != nil || a.Cursor == "" || a.Seen != a.Revoked || a.Seen < 1 || a.Seen > 50 {
		t.Fatalf("answered %+v, %v", a, err)
	}
	if calls := n.Load(); calls > 50+16 {
		t.Errorf("%d passes were begun with, of which 50 in time", calls)
	}
	late, cancelLate := context.WithDeadline(t.Context(), time.Unix(1, 0))
	defer cancelLate()
	if a, err := k.asks(late, revokeAll); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("with no time at all: %+v, %v", a, err)
	}
}

// TestTimeIsKeptToAnswerIn: of a deadline some seconds are left for what has begun,
// or half of a short one.
func TestTimeIsKeptToAnswerIn(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, nil)
	k.Store = storetest.Faulty(k.store, storetest.Always(storetest.Before, "Find"))
	for given, kept := range map[time.Duration]time.Duration{time.Hour: 5 * time.Second, 4 * time.Minute: 5 * time.Second, 8 * time.Second: 4 * time.Second} {
		ctx, cancel := context.WithTimeout(t.Context(), given)
		k.Wait = func(begin context.Context, _ time.Duration) error {
			hard, _ := ctx.Deadline()
			if soft, ok := begin.Deadline(); !ok || hard.Sub(soft).Round(time.Second) != kept {
				t.Errorf("of %v, %v are kept, want %v", given, hard.Sub(soft), kept)
			}
			return nil
		}
		_, _ = k.asks(ctx, revokeAll)
		cancel()
	}
}

// TestAFewWorkAtOnce, each of them waited for.
func TestAFewWorkAtOnce(t *testing.T) {
	k := newKit(t)
	k.many(60)
	var now, most atomic.Int64
	var once sync.Once
	full := make(chan struct{})
	k.Store = blocking{k.store, func(string) {
		n := now.Add(1)
		for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
		}
		if n == 16 {
			once.Do(func() { close(full) })
		}
		<-full // sixteen are there at once
		for range 10_000 {
			runtime.Gosched() // and any others could come
		}
		now.Add(-1)
	}}
	if a := k.ask(revokeAll); a.Revoked != 60 {
		t.Errorf("answered %+v", a)
	}
	if now.Load() != 0 || most.Load() != 16 {
		t.Errorf("%d still work, and at most %d did at once", now.Load(), most.Load())
	}
}

// blocking has a store do something at each revocation.
type blocking struct {
	storetest.Store
	at func(id string)
}

func (b blocking) Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	b.at(id)
	return b.Store.Revoke(ctx, id, c)
}

// TestAPanicOfTheStoreReachesItsCaller, who can recover it: in a goroutine of its
// own it would end the process.
func TestAPanicOfTheStoreReachesItsCaller(t *testing.T) {
	k := newKit(t)
	k.many(3)
	k.Store = blocking{k.store, func(string) { panic("a bug") }}
	defer func() {
		if p := recover(); p != "a bug" {
			t.Errorf("recovered %v", p)
		}
	}()
	k.ask(revokeAll)
	t.Error("there was no panic")
}

// TestWhereNothingIsSaidOfARevocationNothingIsBelieved.
func TestWhereNothingIsSaidOfARevocationNothingIsBelieved(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, nil)
	k.Store = lying{k.store}
	if a, err := k.asks(t.Context(), revokeAll); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("answered %+v, %v", a, err)
	}
}

type lying struct{ storetest.Store }

func (l lying) Revoke(context.Context, string, pass.Change) (*pass.Pass, error) {
	return &pass.Pass{V: pass.Version, ID: "a"}, nil
}

func TestNamesThatCannotBeMadeAreUnavailable(t *testing.T) {
	k := newKit(t)
	k.Digests = noKey{}
	for _, doc := range []string{`{"revoke":{"email":"vera@example.com","by":"ops"}}`, `{"revoke":{"subject":"fred","by":"ops"}}`, `{"revoke":{"issued_by":"x","by":"ops"}}`, `{"forget":{"subject":"fred","by":"ops"}}`} {
		if a, err := k.asks(t.Context(), doc); !errors.Is(err, pass.ErrUnavailable) {
			t.Errorf("%s is answered %+v, %v", doc, a, err)
		}
	}
	var outcomes []string
	for _, e := range k.log {
		outcomes = append(outcomes, e.Outcome)
	}
	if diff := cmp.Diff([]string{"unavailable", "unavailable", "unavailable", "unavailable"}, outcomes); diff != "" {
		t.Errorf("(-want +logged):\n%s", diff)
	}
	k.Rand = strings.NewReader("")
	if a, err := k.asks(t.Context(), `{"revoke":{"all":true,"by":"ops"}}`); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("without chance: %+v, %v", a, err)
	}
}

// noKey is a Digests without its key.
type noKey struct{}

func (noKey) Subject(context.Context, string) (string, error) { return "", pass.ErrUnavailable }
func (noKey) Email(context.Context, string) (string, error)   { return "", pass.ErrUnavailable }
func (noKey) Issuer(context.Context, string) (string, error)  { return "", pass.ErrUnavailable }
