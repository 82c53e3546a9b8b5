package record

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// OrderSK is the sort key of an order.
const OrderSK = "I"

// The attribute names of orders; the key is in the partition key.
const (
	OrderRequest = "request"
	OrderAnswer  = "answer"
	Salt         = "salt"
	Done         = "done"
)

const orderPrefix = "I#"

// OrderPK returns the partition key of the order under a digest of its key.
func OrderPK(key string) string { return orderPrefix + key }

// FromOrder returns the item of an order.
func FromOrder(o *pass.Order) Item {
	it := Item{PK: OrderPK(o.Key), SK: OrderSK, V: int64(o.V), Salt: o.Salt[:]}
	it.texts(map[string]string{OrderRequest: o.Request, OrderAnswer: o.Answer, KID: o.KID})
	it.numbers(map[string]int64{At: int64(o.At), PurgeAt: int64(o.PurgeAt)})
	if o.Done {
		it[Done] = true
	}
	return it
}

// ToOrder reads the item of an order. One of another version comes back with its
// Key and V alone.
func ToOrder(it Item) (*pass.Order, error) {
	r := &reader{it: it}
	key, ok := strings.CutPrefix(r.text(PK), orderPrefix)
	if !ok || r.text(SK) != OrderSK {
		return nil, fmt.Errorf("record: item %q is no order", r.text(PK))
	}
	o := &pass.Order{V: int(r.number(V)), Key: key}
	if o.V != pass.Version {
		return o, r.err
	}
	o.Request, o.Answer, o.KID = r.text(OrderRequest), r.text(OrderAnswer), r.text(KID)
	o.At, o.PurgeAt, o.Done = r.date(At), r.date(PurgeAt), take[bool](r, Done)
	salt := take[[]byte](r, Salt)
	if n := copy(o.Salt[:], salt); r.err == nil && (n != len(o.Salt) || n != len(salt)) {
		r.err = fmt.Errorf("record: a salt of %d bytes", len(salt))
	}
	return o, r.err
}
