package record

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The keys of the digest mark, of which a table has one. It is never cleared away.
const (
	DigestPK = "DIGEST"
	DigestSK = "M"
)

// digestMark is the attribute that holds it.
const digestMark = "mark"

// FromDigestMark returns the item by which the key of digests is known.
func FromDigestMark(mark string) Item {
	return Item{PK: DigestPK, SK: DigestSK, V: int64(pass.Version), digestMark: mark}
}

// ToDigestMark reads that item. One of another version is an error: nobody may be
// looked for by what cannot be read.
func ToDigestMark(it Item) (string, error) {
	r := &reader{it: it}
	mark := r.text(digestMark)
	if v := r.number(V); r.err == nil && (v != pass.Version || mark == "") {
		r.err = fmt.Errorf("record: a digest mark of version %d, %d bytes", v, len(mark))
	}
	return mark, r.err
}
