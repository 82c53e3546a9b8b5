package gate_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// storm is what came of many requests with one token, and when each was under way.
type storm struct {
	allowed, refused, failed int
	history                  []porcupine.Operation
}

// counter is the whole of promise 1 as a sequential machine: its state is how
// many uses are in the record. A request whose answer was lost may have been one
// or not, at any time after it was made.
func counter(most int) porcupine.Model {
	return (&porcupine.NondeterministicModel{
		Init: func() []any { return []any{0} },
		Step: func(state, _, output any) []any {
			used := state.(int)
			switch {
			case output == gate.Allow && used < most:
				return []any{used + 1}
			case output == gate.Deny && used == most:
				return []any{used}
			case output == gate.Error && used < most:
				return []any{used, used + 1}
			case output == gate.Error:
				return []any{used}
			}
			return nil
		},
	}).ToModel()
}

// rage lets n requests at once loose on a pass of most uses, through a store
// with the faults of plan, and returns what the callers saw and the record.
func rage(t *testing.T, b storetest.Backend, most, n int, plan storetest.Plan, change func(*gate.Request, int)) (storm, *pass.Pass) {
	t.Helper()
	short, p := counted10(t, b, most)
	g, err := gate.New(gatetest.Config(), storetest.Faulty(b.Store, plan), gatetest.NewJWTs(), gatetest.Rules{Row: decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None}}}}, gatetest.Clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	const forever = 1 << 62
	start := time.Now()
	var mu sync.Mutex
	var got storm
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			req := &gate.Request{Route: "GET /reports/66", Method: "GET", Query: map[string][]string{"token": {short.String()}}}
			if change != nil {
				change(req, i)
			}
			began := time.Since(start).Nanoseconds()
			d := g.Authorize(context.Background(), req)
			ended := time.Since(start).Nanoseconds()
			mu.Lock()
			defer mu.Unlock()
			if d.Outcome == gate.Error {
				ended = forever
			}
			got.history = append(got.history, porcupine.Operation{ClientId: i, Call: began, Output: d.Outcome, Return: ended})
			switch d.Outcome {
			case gate.Allow:
				got.allowed++
				if !d.Counted {
					t.Error("an allow without its use")
				}
			case gate.Deny:
				got.refused++
				if d.Reason != pass.Spent {
					t.Errorf("refused %s, want spent", d.Reason)
				}
			default:
				got.failed++
			}
		})
	}
	wg.Wait()
	entries, err := b.Read(t.Context(), []pass.Ref{{ID: p.ID}})
	if err != nil {
		t.Fatal(err)
	}
	return got, entries[0].Pass
}

// counted10 plants a pass of so many uses.
func counted10(t *testing.T, b storetest.Backend, most int) (token.Short, *pass.Pass) {
	t.Helper()
	short, err := token.NewShort(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := &pass.Pass{V: pass.Version, ID: short.ID, Mode: pass.None, Format: pass.Short, Scope: "report:66", MaxUses: most,
		Secrets: map[pass.Digest]pass.NumericDate{short.Digest(): 0}, IssuedAt: decisions.Now, ExpiresAt: decisions.Now + 60, PurgeAt: decisions.Now + 90}
	if err := b.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return short, p
}

// testNeverMoreThanN is promise 1: allows, uses left, and uses whose answer was
// lost add up to N, whatever fails.
func testNeverMoreThanN(t *testing.T, open func(t testing.TB) storetest.Backend) {
	plans := map[string]func(storetest.Call) storetest.Fault{
		"nothing fails":                        func(storetest.Call) storetest.Fault { return storetest.None },
		"every third write never gets there":   every(3, storetest.Before),
		"every third write's answer is lost":   every(3, storetest.After),
		"every third write is refused":         every(3, storetest.Instead),
		"every third write is made twice":      every(3, storetest.Twice),
		"every write's answer is lost":         every(1, storetest.After),
		"writes fail in one way after another": func(c storetest.Call) storetest.Fault { return only(c, storetest.Fault(c.N%4)) },
	}
	b := open(t)
	for name, plan := range plans {
		t.Run(name, func(t *testing.T) {
			const most, requests = 10, 200
			got, p := rage(t, b, most, requests, plan, nil)
			left, _ := p.UsesLeft()
			lost := len(p.Uses) - got.allowed
			if got.allowed+left+lost != most || lost < 0 || lost > got.failed || got.allowed > most {
				t.Errorf("%d allowed, %d left, %d lost of %d; %d refused, %d failed", got.allowed, left, lost, most, got.refused, got.failed)
			}
			if got.allowed+got.refused+got.failed != requests {
				t.Errorf("%d of %d requests were answered", got.allowed+got.refused+got.failed, requests)
			}
			linearizable(t, b, plan)
			if name == "nothing fails" && (got.allowed != most || got.failed != 0) {
				t.Errorf("%d allowed and %d failed of a store that works", got.allowed, got.failed)
			}
		})
	}
}

// linearizable holds smaller storms to the sequential machine: a request that
// failed may or may not have counted, and with hundreds of those no checker ends.
func linearizable(t *testing.T, b storetest.Backend, plan storetest.Plan) {
	t.Helper()
	for range 5 {
		const most, requests = 4, 16
		got, _ := rage(t, b, most, requests, plan, nil)
		if verdict := porcupine.CheckOperationsTimeout(counter(most), got.history, time.Minute); verdict != porcupine.Ok {
			t.Errorf("as a history it is %s", verdict)
		}
	}
}

func every(n int, f storetest.Fault) storetest.Plan {
	return func(c storetest.Call) storetest.Fault {
		if c.N%n == 0 {
			return only(c, f)
		}
		return storetest.None
	}
}

func only(c storetest.Call, f storetest.Fault) storetest.Fault {
	if c.Method != "Use" {
		return storetest.None
	}
	return f
}

// testRequestIDIsNotTrusted: API Gateway's request id can be set by the client,
// so the same one five hundred times on a one-use pass is one admission, even if
// every one of them has read the pass before any is written.
func testRequestIDIsNotTrusted(t *testing.T, open func(t testing.TB) storetest.Backend) {
	var start sync.WaitGroup
	start.Add(500)
	atOnce := func(c storetest.Call) storetest.Fault {
		if c.Method == "Use" {
			start.Done()
			start.Wait()
		}
		return storetest.None
	}
	got, p := rage(t, open(t), 1, 500, atOnce, func(r *gate.Request, _ int) { r.ID = "fixed-by-the-client" })
	if got.allowed != 1 || len(p.Uses) != 1 || got.refused != 499 {
		t.Errorf("%d allowed, %d refused and %d uses, want one admission", got.allowed, got.refused, len(p.Uses))
	}
}

// testRevokeEndsAtOnce: from the moment revoke has answered, no request is
// allowed, however many are under way.
func testRevokeEndsAtOnce(t *testing.T, open func(t testing.TB) storetest.Backend) {
	b := open(t)
	for round := range 5 {
		short, p := counted10(t, b, 100)
		g := gatetest.New(t, b, decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None}}})
		ask := func() gate.Decision {
			return g.Authorize(context.Background(), &gate.Request{Route: "GET /x", Method: "GET", Query: map[string][]string{"token": {short.String()}}})
		}
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { ask() })
		}
		if _, err := b.Revoke(t.Context(), p.ID, pass.Change{At: decisions.Now, By: "test", Why: fmt.Sprint(round)}); err != nil {
			t.Fatal(err)
		}
		if d := ask(); d.Outcome != gate.Deny || d.Reason != pass.Revoked {
			t.Errorf("after revoke: %s %s", d.Outcome, d.Reason)
		}
		wg.Wait()
	}
}

func TestNeverMoreThanN(t *testing.T)        { testNeverMoreThanN(t, gatetest.Open) }
func TestRequestIDIsNotTrusted(t *testing.T) { testRequestIDIsNotTrusted(t, gatetest.Open) }
func TestRevokeEndsAtOnce(t *testing.T)      { testRevokeEndsAtOnce(t, gatetest.Open) }
