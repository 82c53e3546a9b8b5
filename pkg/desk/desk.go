// Package desk is the front desk: what visitors may ask of the host. It decides
// nothing about a pass, and makes neither a pass nor a credential: it limits,
// writes one item, and the table's stream tells the host, who answers by
// invoking issue.
//
// # Rules
//
//   - Everything that is asked is counted first, so that nobody can make the host
//     send mail without end. A limiter that cannot answer is pass.Unavailable,
//     never an allow.
//   - Who asked is known to the limiter by a keyed digest alone (HMAC-SHA-256):
//     neither an address of a network nor one of a mailbox can be read in a key of
//     the table, nor found by trying without the key.
//   - What is answered says nothing about what was known before.
package desk

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Store is what the front desk needs of a store, and all that its function's
// role may do for it.
type Store interface {
	keys.MarkPutStore
	Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (bool, error)
	RequestLink(ctx context.Context, id string, w pass.Wish, room pass.Window) (pass.Wished, error)
	Register(ctx context.Context, r *pass.Registration) error
}

// Mac returns an HMAC-SHA-256 of a message with a key of the deployment: KMS in
// the cloud, a file locally. Implementations are safe for concurrent use.
type Mac interface {
	Mac(ctx context.Context, message []byte) ([]byte, error)
}

// Desk answers what visitors ask. It is safe for concurrent use.
type Desk struct {
	store Store
	names *keys.Digester
	now   func() time.Time
	rand  io.Reader
}

// New returns a desk. rand must be a cryptographic source.
func New(store Store, mac Mac, now func() time.Time, rand io.Reader) (*Desk, error) {
	if store == nil || mac == nil || now == nil || rand == nil {
		return nil, errors.New("desk: a store, a MAC, a clock and a source of chance are needed")
	}
	return &Desk{store: store, names: keys.NewMarkingDigester(mac, store), now: now, rand: rand}, nil
}
