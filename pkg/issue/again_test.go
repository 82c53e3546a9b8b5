package issue_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const keyed = `{"scope":"report:66","target":"/reports/66","idempotency_key":"order 7"}`

// One and many, short and signed: repeated by another process, the answer is the
// same to the letter, and nothing is written but once.
func TestRepeatedRequestIsAnsweredAlike(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		counted := storetest.Record(store)
		k := newAgain(t, counted)
		k.ask(`{"scope":"s","format":"jwt"}`)
		for n, row := range []struct {
			doc    string
			writes int
		}{
			{keyed, 1},
			{`{"scope":"s","format":"jwt","idempotency_key":"jwt"}`, 1},
			{`{"scope":"s","format":"stateless","data":{"a":"é"},"idempotency_key":"stateless"}`, 0},
			{`{"visitor":{"email":"ginger@example.com"},"scope":"s","idempotency_key":"visitor"}`, 1},
			{manyOf("many", mixed()...), 6},
		} {
			i := k.over(counted)
			k.askOf(i, `{"scope":"s","format":"jwt"}`) // it has read the ring
			counted.Reset()
			first := k.askOf(i, row.doc)
			want := map[string]int{"Order": 1, "PutOrder": 1}
			if row.writes > 0 {
				want["Create"], want["FinishOrder"] = row.writes, 1
			}
			if d := cmp.Diff(want, counted.Calls()); d != "" || first.Repeated {
				t.Errorf("%d: the first calls (-want +got):\n%s", n, d)
			}
			counted.Reset()
			k.now += 3600
			second := k.askOf(i, row.doc)
			k.same(row.doc, second, first)
			if d := cmp.Diff(map[string]int{"Order": 1}, counted.Calls()); d != "" || !second.Repeated {
				t.Errorf("%d: the calls of the repetition (-want +got):\n%s", n, d)
			}
			k.same("by another process", k.ask(row.doc), first)
		}
	})
}

// What is the same request: spaces, the order of fields and how strings are
// escaped do not matter; every value does.
func TestWhatIsTheSameRequest(t *testing.T) {
	k := newAgain(t, bolt(t))
	first := k.ask(`{"scope":"s","data":{"n":9007199254740993,"f":1.5,"t":"é"},"idempotency_key":"k"}`)
	k.same("spaced and escaped otherwise", k.ask("{ \"idempotency_key\":\"\\u006b\",\n \"data\": {\"t\":\"\\u00e9\", \"f\":1.50, \"n\":9007199254740993}, \"scope\":\"s\"}"), first)
	for _, doc := range []string{
		`{"scope":"t","data":{"n":9007199254740993,"f":1.5,"t":"é"},"idempotency_key":"k"}`,
		`{"scope":"s","data":{"n":9007199254740992,"f":1.5,"t":"é"},"idempotency_key":"k"}`,
		`{"scope":"s","data":{"n":9007199254740993,"f":1.5,"t":"e"},"idempotency_key":"k"}`,
		`{"scope":"s","idempotency_key":"k"}`,
		`{"passes":[{"scope":"s","data":{"n":9007199254740993,"f":1.5,"t":"é"}}],"idempotency_key":"k"}`,
	} {
		k.code(doc, issue.KeyReused)
	}
	k.same("after all these", k.ask(`{"scope":"s","data":{"n":9007199254740993,"f":1.5,"t":"é"},"idempotency_key":"k"}`), first)
	if other := k.ask(`{"scope":"s","data":{"n":9007199254740993,"f":1.5,"t":"é"},"idempotency_key":"K"}`); other.ID == first.ID {
		t.Error("another key gave the same pass")
	}
}

// Everything is judged by the clock of the first time: a time that has passed
// since is no fault, and nothing lives longer for having been asked for again.
func TestRepetitionIsJudgedByTheFirstClock(t *testing.T) {
	k := newAgain(t, bolt(t))
	doc := manyOf("k", `{"scope":"s","expires_in":60}`, `{"scope":"s","expires_at":"`+(far+60).String()+`","not_before":"`+(far+30).String()+`","format":"jwt"}`, `{"scope":"s","expires_at":"`+far.String()+`"}`)
	first := k.ask(doc)
	k.counts(first, 2, 1, 0)
	for _, later := range []pass.NumericDate{1, 59, 60, 3600, pass.OrderLife - 1} {
		k.now = far + later
		k.same(fmt.Sprint(later, " s later"), k.ask(doc), first)
	}
	if p := k.pass(first.Passes[0].ID); p.ExpiresAt != far+60 || p.IssuedAt != far {
		t.Errorf("the pass is %+v", p)
	}
	k.now = far + pass.OrderLife
	next := k.ask(doc)
	k.counts(next, 1, 2, 0) // the second's end has passed by now
	if next.Passes[0].ID == first.Passes[0].ID || k.pass(next.Passes[0].ID).IssuedAt != k.now {
		t.Error("after a day the key does not stand for a new request")
	}
}

// A request that is refused takes up no key: it is corrected and sent again.
func TestRefusedRequestLeavesItsKeyFree(t *testing.T) {
	store := storetest.Record(bolt(t))
	k := newAgain(t, store)
	for _, wrong := range []string{`{"scope":"?","idempotency_key":"k"}`, `{"scope":"?","idempotency_key":"k","x":1}`, `{"scope":"s","idempotency_key":""}`, `{"scope":"?","Idempotency-Key":"k"}`} {
		k.code(wrong, issue.InvalidRequest)
	}
	k.counts(k.ask(manyOf("k", `{"scope":"?"}`, `{}`)), 0, 2, 0)
	if calls := store.Calls(); calls["PutOrder"]+calls["Create"]+calls["SealedKeys"] != 0 {
		t.Errorf("refused, and yet %v", calls)
	}
	if a := k.ask(`{"scope":"s","idempotency_key":"k"}`); a.Error != nil {
		t.Error(a)
	}
}

// Several that ask at once under one key get one answer, and there is one pass for
// each request.
func TestSameKeyAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		seen := &spy{Store: store, ids: map[string]int{}}
		k := newAgain(t, seen)
		k.ask(`{"scope":"s","format":"jwt"}`)
		seen.ids = map[string]int{}
		for n, doc := range []string{manyOf("many", mixed()...), keyed} {
			answers := make([]*issue.Answer, 8)
			var wg sync.WaitGroup
			for n := range answers {
				i := k.over(seen)
				wg.Go(func() { answers[n], _ = i.Issue(t.Context(), []byte(doc)) })
			}
			wg.Wait()
			for _, a := range answers {
				if a == nil {
					t.Fatal("one was not answered")
				}
				k.same("at once", a, answers[0])
			}
			if want := []int{6, 7}[n]; len(seen.created()) != want {
				t.Errorf("%d passes by now, want %d", len(seen.created()), want)
			}
		}
	})
}

// between is a store in which something happens once between the read of an order
// and its put.
type between struct {
	storetest.Store
	amid func()
}

func (s *between) Order(ctx context.Context, key string) (*pass.Order, error) {
	o, err := s.Store.Order(ctx, key)
	if amid := s.amid; amid != nil {
		s.amid = nil
		amid()
	}
	return o, err
}

// Of two calls under one key the second to put its order answers as the first, or
// is refused where it asks for something else. It writes nothing of its own.
func TestSameKeyInBetween(t *testing.T) {
	store := bolt(t)
	k := newAgain(t, store)
	doc := manyOf("k", mixed()...)
	var first *issue.Answer
	seen := &spy{Store: &between{store, func() { first = k.ask(doc) }}, ids: map[string]int{}}
	k.same("the second", k.askOf(k.over(seen), doc), first)
	if len(seen.ids) != 0 {
		t.Errorf("the second wrote %v", seen.created())
	}
	seen.Store = &between{store, func() { k.ask(manyOf("other", `{"scope":"s"}`)) }}
	a := k.askOf(k.over(seen), manyOf("other", `{"scope":"t"}`))
	if a.Error == nil || a.Error.Code != issue.KeyReused || len(seen.ids) != 0 {
		t.Errorf("another request is answered %s, and wrote %v", mustJSON(t, a), seen.created())
	}
}

// A pass that was cleared away or changed since its order was done stays so.
func TestRepetitionWritesNothingOfWhatWasDone(t *testing.T) {
	store := bolt(t)
	k := newAgain(t, store)
	k.cfg.Retention = 1
	doc := manyOf("k", `{"scope":"s","expires_in":1}`, `{"scope":"s"}`)
	first := k.ask(doc)
	k.now += 60
	if n, err := store.Sweep(t.Context(), k.now, 10); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if _, err := store.Revoke(t.Context(), first.Passes[1].ID, pass.Change{Key: "k", At: k.now, Operation: "revoke", By: "test"}); err != nil {
		t.Fatal(err)
	}
	k.same("repeated", k.ask(doc), first)
	if p := k.pass(first.Passes[0].ID); p != nil {
		t.Errorf("a pass that was cleared away is back: %+v", p)
	}
	if p := k.pass(first.Passes[1].ID); p.RevokedAt == 0 {
		t.Error("a pass that was revoked is good again")
	}
}

// Who reads the table learns neither what was asked nor the key it was asked with.
func TestOrderHoldsNothingThatCanBeRead(t *testing.T) {
	store := bolt(t)
	seen := &kept{Store: store}
	k := newAgain(t, seen)
	a := k.ask(`{"visitor":{"email":"ginger@example.com"},"scope":"report:66","idempotency_key":"invoice-4711"}`)
	if len(seen.orders) != 1 {
		t.Fatal(len(seen.orders))
	}
	item := mustJSON(t, record.FromOrder(seen.orders[0]))
	for _, secret := range []string{"ginger", "report:66", "invoice", a.Token[19:41], a.ID} {
		if strings.Contains(item, secret) {
			t.Errorf("the order holds %s: %s", secret, item)
		}
	}
}

// kept remembers the orders that were put.
type kept struct {
	storetest.Store
	orders []*pass.Order
}

func (s *kept) PutOrder(ctx context.Context, o *pass.Order) (*pass.Order, error) {
	s.orders = append(s.orders, o)
	return s.Store.PutOrder(ctx, o)
}

// What is drawn of an order is fixed: otherwise those that stand could not be
// repeated after an update.
func TestDerivedTokensStayAsTheyAre(t *testing.T) {
	k := newAgain(t, bolt(t))
	fixed, err := issue.New(k.cfg, k.store, fixedKey{}, k.digests, k.clock, bytes.NewReader(bytes.Repeat([]byte{7}, 64)))
	if err != nil {
		t.Fatal(err)
	}
	a := k.askOf(fixed, manyOf("k", `{"scope":"s"}`, `{"scope":"s"}`))
	var got []string
	for _, one := range a.Passes {
		got = append(got, one.Token)
	}
	if d := cmp.Diff([]string{"gp_O9p2IjFC8OkfxU5E4vDd84YxenOmHLaZLUtNKV0r57pw", "gp_eSYoGntbaoIJ8pdo2t90VfDoKjN7YbXJszGs2x0oHXOO"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// fixedKey is a signer with a derivation key that is known.
type fixedKey struct{}

func (fixedKey) Current(context.Context) (keys.SigningKey, error) {
	return keys.SigningKey{KID: "fixed", Derivation: [32]byte{1, 2, 3}}, nil
}

func (f fixedKey) Key(ctx context.Context, _ string) (keys.SigningKey, error) { return f.Current(ctx) }

// No call that comes before the passes may fail and leave one.
func TestWhatFailsBeforeThePassesIsUnavailable(t *testing.T) {
	for _, method := range []string{"Order", "PutOrder", "PublicKeys", "SealedKeys"} {
		store := bolt(t)
		k := newAgain(t, store)
		if method == "SealedKeys" {
			k.ask(`{"scope":"s","format":"jwt"}`) // else there is none to open
		}
		counted := storetest.Record(storetest.Faulty(store, storetest.Always(storetest.Before, method)))
		k.store = counted
		for _, doc := range []string{keyed, manyOf("k", mixed()...)} {
			a, err := k.over(counted).Issue(t.Context(), []byte(doc))
			if a != nil || !errors.Is(err, pass.ErrUnavailable) {
				t.Errorf("%s: %v, %v", method, a, err)
			}
		}
		if counted.Calls()["Create"] != 0 {
			t.Errorf("%s failed, and a pass was written", method)
		}
	}
	k := newAgain(t, bolt(t))
	k.digests = noDigests{}
	if a, err := k.over(k.store).Issue(t.Context(), []byte(keyed)); a != nil || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("without digests: %v, %v", a, err)
	}
}

// noDigests is a digester whose key cannot be had.
type noDigests struct{ issue.Digests }

func (noDigests) Digest(context.Context, string, string) (string, error) {
	return "", pass.ErrUnavailable
}

// An answer prints as ids and counts, with whatever it is printed.
func TestAnswersOfManyPrintNoCredential(t *testing.T) {
	k := newAgain(t, bolt(t))
	a := k.ask(manyOf("k", mixed()...))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("issued", "answer", a, "by value", *a)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&log, verb+verb+verb+"\n", a, *a, a.Many.Passes)
	}
	for _, one := range a.Passes {
		if one.Error == nil && strings.Contains(log.String(), one.Token[len(one.Token)-25:]) {
			t.Errorf("the log holds a token: %s", &log)
		}
	}
	if !strings.Contains(log.String(), "7 passes issued, 1 refused, 0 left") {
		t.Errorf("the log: %s", &log)
	}
}
