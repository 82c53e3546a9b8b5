package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func wholeOrder() *pass.Order {
	return &pass.Order{V: pass.Version, Key: "digest", Request: "request", Answer: "answer", Salt: [32]byte{31: 7}, KID: "kid", At: 4, Done: true, PurgeAt: 6}
}

// The keys and names are in tables: changing one loses what may be repeated.
func TestAnOrderLiesUnderItsNames(t *testing.T) {
	salt := make([]byte, 32)
	salt[31] = 7
	want := record.Item{"pk": "I#digest", "sk": "I", "v": int64(1), "request": "request", "answer": "answer", "salt": salt, "kid": "kid",
		"at": int64(4), "done": true, "purge_at": int64(6)}
	if d := cmp.Diff(want, record.FromOrder(wholeOrder())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	o := wholeOrder()
	o.Done = false
	if _, there := record.FromOrder(o)[record.Done]; there {
		t.Error("one that is not done says something of it")
	}
}

func TestOrdersRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &pass.Order{V: pass.Version, Key: text().Draw(t, "key"), Request: text().Draw(t, "request"), Answer: text().Draw(t, "answer"),
			KID: text().Draw(t, "kid"), At: second().Draw(t, "at"), Done: rapid.Bool().Draw(t, "done"), PurgeAt: second().Draw(t, "purge")}
		copy(want.Salt[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "salt"))
		got, err := record.ToOrder(throughJSON(t, record.FromOrder(want)))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Fatalf("%v (-want +got):\n%s", err, d)
		}
	})
}

func TestAnOrderThatCannotBeReadIsNotGuessedAt(t *testing.T) {
	o := wholeOrder()
	o.V = 2
	if got, err := record.ToOrder(record.FromOrder(o)); err != nil || *got != (pass.Order{V: 2, Key: "digest"}) {
		t.Errorf("of another version: %+v, %v, want its key and version alone", got, err)
	}
	for name, more := range map[string]record.Item{
		"a salt that is cut":    {"salt": []byte{1}},
		"a salt that is longer": {"salt": make([]byte, 33)},
		"a salt that is text":   {"salt": "salt"},
		"a time that is text":   {"at": "today"},
		"an end that is text":   {"done": "yes"},
		"a pass":                {"pk": "P#x"},
		"another sort key":      {"sk": "P"},
	} {
		it := record.FromOrder(wholeOrder())
		for attribute, v := range more {
			it[attribute] = v
		}
		if got, err := record.ToOrder(it); err == nil {
			t.Errorf("%s is read as %+v", name, got)
		}
	}
	it := record.FromOrder(wholeOrder())
	delete(it, record.Salt)
	if got, err := record.ToOrder(it); err == nil {
		t.Errorf("one without a salt is read as %+v", got)
	}
}
