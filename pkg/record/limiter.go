package record

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The sort keys of what visitors ask of the host.
const (
	LimiterSK     = "L" // of a limiter's one item
	LinkRequestSK = "N" // of what the holder of a pass asked for
)

// Taken is the attribute that counts: what was taken of a limiter's window, and
// the new links that were asked for.
const Taken = "count"

// AskedSecret is the attribute that says which secret the pass had when a new link
// was asked for.
const AskedSecret = "secret"

const limiterPrefix = "L#"

// LimiterPK returns the partition key of one window of a limiter's bucket.
func LimiterPK(bucket string, from pass.NumericDate) string {
	return fmt.Sprintf("%s%s#%d", limiterPrefix, bucket, from)
}

// FromTaken returns the item of a limiter's window of which count were taken. It
// is cleared when the window is over.
func FromTaken(bucket string, from, until pass.NumericDate, count int64) Item {
	it := Item{PK: LimiterPK(bucket, from), SK: LimiterSK, V: int64(pass.Version), Taken: count}
	it.numbers(map[string]int64{PurgeAt: int64(until)})
	return it
}

// ToTaken reads how many were taken of a limiter's window. One of another
// version is an error: nothing may be allowed by what cannot be read.
func ToTaken(it Item) (int64, error) {
	r := &reader{it: it}
	n := r.number(Taken)
	if v := r.number(V); r.err == nil && v != pass.Version {
		r.err = fmt.Errorf("record: a limiter of version %d", v)
	}
	return n, r.err
}

// FromLinkRequest returns the item of the requests for a new link for a pass.
func FromLinkRequest(id string, n pass.LinkRequest) Item {
	it := Item{PK: PassPK(id), SK: LinkRequestSK, V: int64(n.V)}
	it.numbers(map[string]int64{At: int64(n.At), Taken: n.Count, PurgeAt: int64(n.PurgeAt)})
	if n.Secret != "" {
		it[AskedSecret] = string(n.Secret)
	}
	return it
}

// ToLinkRequest reads the item of the requests for a new link. One of another
// version comes back with its V alone.
func ToLinkRequest(it Item) (pass.LinkRequest, error) {
	r := &reader{it: it}
	if _, ok := PassID(r.text(PK)); !ok || r.text(SK) != LinkRequestSK {
		return pass.LinkRequest{}, fmt.Errorf("record: item %q is no request for a link", r.text(PK))
	}
	n := pass.LinkRequest{V: int(r.number(V))}
	if n.V == pass.Version {
		n.At, n.Count, n.PurgeAt, n.Secret = r.date(At), r.number(Taken), r.date(PurgeAt), pass.Key(r.text(AskedSecret))
	}
	return n, r.err
}
