package dynamostore_test

import (
	"net/http"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func order(key string) *pass.Order {
	return &pass.Order{V: pass.Version, Key: key, KID: "kid", Salt: digest(1), At: now, PurgeAt: now + pass.OrderLife}
}

// Each condition of an order is the only one that refuses, or lets through at its
// edge.
func TestEachConditionOfAnOrder(t *testing.T) {
	b := table(t)
	raw := func(key string) record.Item {
		it, err := b.Get(record.OrderPK(key), record.OrderSK)
		must(t, err)
		return it
	}
	for _, row := range []struct {
		name     string
		there    func(o *pass.Order)
		puts     error // of the next order
		replaced bool
		finishes error
	}{
		{"one that stands", func(o *pass.Order) {}, nil, false, nil},
		{"one in its last second", func(o *pass.Order) { o.PurgeAt = now + 1 }, nil, false, nil},
		{"one at its end", func(o *pass.Order) { o.PurgeAt = now }, nil, true, nil},
		{"one of another salt", func(o *pass.Order) { o.Salt = digest(2) }, nil, false, pass.ErrNotFound},
		{"one of another version", func(o *pass.Order) { o.V++ }, pass.ErrUnavailable, false, pass.ErrUnavailable},
		{"one of another version at its end", func(o *pass.Order) { o.V, o.PurgeAt = o.V+1, now }, pass.ErrUnavailable, false, pass.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := order("O:" + row.name)
			row.there(o)
			must(t, b.Put(record.FromOrder(o)))
			wantKind(t, "finish", b.FinishOrder(t.Context(), order(o.Key)), row.finishes)
			must(t, b.Put(record.FromOrder(o)))
			next := order(o.Key)
			next.Salt = digest(3)
			lies, err := b.PutOrder(t.Context(), next)
			wantKind(t, "put", err, row.puts)
			want := o
			if row.replaced {
				want = next
			}
			if err == nil && *lies != *want {
				t.Errorf("there lies %+v, want %+v", lies, want)
			}
			same(t, "the item", raw(o.Key), record.FromOrder(want))
		})
	}
	wantKind(t, "nothing", b.FinishOrder(t.Context(), order("O:none")), pass.ErrNotFound)
	same(t, "the item", raw("O:none"), record.Item(nil))
}

// A refusal that no rule explains is never taken for an answer.
func TestAnOrderThatIsRefusedForNoReason(t *testing.T) {
	b, err := record.FromOrder(&pass.Order{V: pass.Version, Key: "K", Salt: digest(1), PurgeAt: now}).MarshalJSON()
	must(t, err)
	free := answer{http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no","Item":` + string(b) + `}`}
	s := &script{answers: []answer{free}}
	_, err = over(t, s).PutOrder(t.Context(), order("K"))
	wantKind(t, "put", err, pass.ErrUnavailable)
	wantKind(t, "finish", over(t, s).FinishOrder(t.Context(), order("K")), pass.ErrUnavailable)
}
