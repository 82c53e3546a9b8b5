package record

import (
	"fmt"
	"strconv"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// The attributes that only signing keys have. The sequence is in the sort key.
const (
	KID        = "kid"
	Alg        = "alg"
	PublicKey  = "public_key"
	SignsFrom  = "signs_from"
	RetiresAt  = "retires_at"
	Private    = "private"
	Derivation = "derivation"
)

// FromPublic returns the item of a key's public half.
func FromPublic(k keys.Public) Item {
	it := Item{PK: PublicPK, SK: SequenceSK(k.Sequence), V: int64(pass.Version), KID: k.KID, Alg: "EdDSA", PublicKey: []byte(k.Key), SignsFrom: int64(k.SignsFrom)}
	it.numbers(map[string]int64{RetiresAt: int64(k.RetiresAt)})
	return it
}

// ToPublic reads the item of a key's public half. One of another version is an
// error: whoever signs or verifies must not guess at a key.
func ToPublic(it Item) (keys.Public, error) {
	r := &reader{it: it}
	k := keys.Public{Sequence: r.sequence(), KID: r.text(KID), Key: take[[]byte](r, PublicKey), SignsFrom: r.date(SignsFrom), RetiresAt: r.date(RetiresAt)}
	return k, r.err
}

// FromSealed returns the item of a key's sealed half.
func FromSealed(k keys.Sealed) Item {
	return Item{PK: SealedPK, SK: SequenceSK(k.Sequence), V: int64(pass.Version), KID: k.KID, Private: k.Private, Derivation: k.Derivation}
}

// ToSealed reads the item of a key's sealed half, as ToPublic does.
func ToSealed(it Item) (keys.Sealed, error) {
	r := &reader{it: it}
	k := keys.Sealed{Sequence: r.sequence(), KID: r.text(KID), Private: take[[]byte](r, Private), Derivation: take[[]byte](r, Derivation)}
	return k, r.err
}

// sequence reads the number of a key of this version.
func (r *reader) sequence() int64 {
	if v := r.number(V); v != pass.Version && r.err == nil {
		r.err = fmt.Errorf("record: a key of version %d", v)
	}
	n, err := strconv.ParseInt(r.text(SK), 10, 64)
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("record: a key's sequence is no number")
	}
	return n
}
