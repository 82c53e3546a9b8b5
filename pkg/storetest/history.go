package storetest

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// RunHistory holds a store to be linearizable: clients use or redeem, revoke,
// restore, end and look at one pass at once, partly while the store is made to
// fail, and there must be one order of everything in which package pass, alone,
// would have given the answers that they had. It records so many histories of
// each kind as rounds says.
func RunHistory(t *testing.T, open func(t *testing.T) Backend, rounds int) {
	b := open(t)
	for _, c := range []struct {
		says    string
		present action
		plan    func(offset int) Plan
	}{
		{"uses amid revocations", use, faultless},
		{"uses amid revocations and faults", use, faultful},
		{"redemptions amid revocations and ends", redeem, faultless},
		{"redemptions amid revocations, ends and faults", redeem, faultful},
	} {
		t.Run(c.says, func(t *testing.T) {
			for range rounds {
				seed := rand.Uint64()
				m := newModel(c.present)
				newKit(t, b).created(m.pass)
				ops := recorded(Faulty(b, c.plan(int(seed%7))), m, seed)
				if r := porcupine.CheckOperationsTimeout(m.porcupine(), ops, time.Minute); r != porcupine.Ok {
					t.Fatalf("%s: no order explains, by seed %d:\n%s", r, seed, told(ops))
				}
			}
		})
	}
}

func faultless(int) Plan { return func(Call) Fault { return None } }

// faultful fails two calls in seven. Twice is not among the faults: it is two
// requests, between which others may come, and not one.
func faultful(offset int) Plan {
	faults := []Fault{None, After, None, Before, None, None, None}
	return func(c Call) Fault { return faults[(c.N+offset)%len(faults)] }
}

const (
	clients = 5
	steps   = 8
)

// recorded lets the clients loose and returns what each asked and was told.
func recorded(s Store, m *model, seed uint64) []porcupine.Operation {
	began := time.Now()
	all := storm(clients, func(client int) (ops []porcupine.Operation) {
		r := rand.New(rand.NewPCG(seed, uint64(client)))
		for step := range steps {
			for _, in := range m.script(r, client, step) {
				call := time.Since(began).Nanoseconds()
				out := m.ask(s, in)
				op := porcupine.Operation{ClientId: client, Input: in, Output: out, Call: call, Return: time.Since(began).Nanoseconds()}
				if out.lost {
					op.Return = math.MaxInt64
				}
				if ops = append(ops, op); !out.lost {
					break
				}
			}
		}
		return ops
	})
	var flat []porcupine.Operation
	for _, ops := range all {
		flat = append(flat, ops...)
	}
	return flat
}

// script returns what a client does in one step: the same once more, and again,
// where the answer is lost. Every client's third key is used again by its sixth
// step, the first client revokes in the middle.
func (m *model) script(r *rand.Rand, client, step int) []request {
	in := request{m.present, client*steps + step}
	switch {
	case client == 0 && step == steps/2:
		in.action = revoke
	case step == 5:
		in.n = client*steps + 2
	case r.IntN(8) == 0:
		in.action = []action{revoke, restore, restore, end}[r.IntN(4)]
		in.n = r.IntN(clients * steps)
	case r.IntN(4) == 0:
		in.action = look
	}
	return []request{in, in, in}
}
