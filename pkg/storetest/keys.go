package storetest

import (
	"crypto/ed25519"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// keyPromises each need a store of their own: there is one ring in a table.
func keyPromises() []promise {
	return []promise{
		{"a ring without keys is empty", keysNone},
		{"both halves come back, by sequence", keysOrder},
		{"a sequence that is taken is refused, and neither half is put", keysTaken},
		{"a sequence of which one half is taken is refused, and the other is not put", keysHalfTaken},
		{"the next key gives its predecessor the second it retires", keysRetire},
		{"a predecessor that retires already keeps its second", keysRetired},
		{"a key without its predecessor is refused, and neither is made", keysGap},
		{"attributes of a newer version stay when a key is retired", keysUnknown},
		{"a key of another version makes the ring unavailable and is not retired", keysVersion},
	}
}

// pair returns both halves of the nth key.
func pair(n int64) (keys.Public, keys.Sealed) {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = byte(n)
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	kid := secret(int(n)).String()
	return keys.Public{Sequence: n, KID: kid, Key: public, SignsFrom: now + pass.NumericDate(n)*day},
		keys.Sealed{Sequence: n, KID: kid, Private: []byte{0, 255, byte(n)}, Derivation: []byte{1, byte(n)}}
}

func (k kit) putKey(n int64, retires pass.NumericDate) (keys.Public, keys.Sealed) {
	k.Helper()
	pub, sealed := pair(n)
	k.must(k.PutKey(k.ctx, pub, sealed, retires))
	return pub, sealed
}

// ring holds the store to have these keys and no others.
func (k kit) ring(wantPublic []keys.Public, wantSealed []keys.Sealed) {
	k.Helper()
	public, err := k.PublicKeys(k.ctx)
	k.must(err)
	k.same("public keys", public, wantPublic)
	sealed, err := k.SealedKeys(k.ctx)
	k.must(err)
	k.same("sealed keys", sealed, wantSealed)
}

func keysNone(k kit) { k.ring(nil, nil) }

func keysOrder(k kit) {
	var public []keys.Public
	var sealed []keys.Sealed
	for n := int64(1); n <= 12; n++ {
		p, s := k.putKey(n, 0)
		public, sealed = append(public, p), append(sealed, s)
	}
	k.ring(public, sealed)
}

func keysTaken(k kit) {
	p1, s1 := k.putKey(1, 0)
	p2, s2 := k.putKey(2, 0)
	_, other := pair(3)
	p2again := p2
	p2again.KID, other.Sequence = "other", 2
	k.kind("taken", k.PutKey(k.ctx, p2again, other, now), pass.ErrExists)
	k.ring([]keys.Public{p1, p2}, []keys.Sealed{s1, s2})
}

func keysHalfTaken(k kit) {
	p1, s1 := pair(1)
	half := record.Item{record.PK: record.PublicPK, record.SK: record.SequenceSK(1), record.V: int64(1)}
	k.plant(half)
	k.kind("put", k.PutKey(k.ctx, p1, s1, 0), pass.ErrExists)
	k.same("public half", k.raw(record.PublicPK, record.SequenceSK(1)), half)
	k.same("sealed half", k.raw(record.SealedPK, record.SequenceSK(1)), record.Item(nil))

	p2, s2 := pair(2)
	other := with(half, record.Item{record.PK: record.SealedPK, record.SK: record.SequenceSK(2)})
	k.plant(other)
	k.kind("put", k.PutKey(k.ctx, p2, s2, 0), pass.ErrExists)
	k.same("sealed half", k.raw(record.SealedPK, record.SequenceSK(2)), other)
	k.same("public half", k.raw(record.PublicPK, record.SequenceSK(2)), record.Item(nil))
}

func keysRetire(k kit) {
	p1, s1 := k.putKey(1, now)
	p2, s2 := k.putKey(2, now+400*day)
	p1.RetiresAt = now + 400*day
	k.ring([]keys.Public{p1, p2}, []keys.Sealed{s1, s2})
	p3, s3 := k.putKey(3, now+500*day)
	p2.RetiresAt = now + 500*day
	k.ring([]keys.Public{p1, p2, p3}, []keys.Sealed{s1, s2, s3})
}

func keysRetired(k kit) {
	p1, s1 := pair(1)
	p1.RetiresAt = now + day
	k.must(k.PutKey(k.ctx, p1, s1, 0))
	p2, s2 := k.putKey(2, now+400*day)
	k.ring([]keys.Public{p1, p2}, []keys.Sealed{s1, s2})
}

func keysGap(k kit) {
	for _, retires := range []pass.NumericDate{now, 0} {
		p, s := pair(2)
		k.kind("gap", k.PutKey(k.ctx, p, s, retires), pass.ErrNotFound)
	}
	k.ring(nil, nil)
}

func keysUnknown(k kit) {
	k.putKey(1, 0)
	it := with(k.raw(record.PublicPK, record.SequenceSK(1)), later())
	k.plant(it)
	k.putKey(2, now+day)
	after := k.raw(record.PublicPK, record.SequenceSK(1))
	for name, v := range it {
		k.same(name, after[name], v)
	}
	k.same("attributes", len(after), len(it)+1)
}

func keysVersion(k kit) {
	k.putKey(1, 0)
	was := with(k.raw(record.PublicPK, record.SequenceSK(1)), record.Item{record.V: int64(pass.Version + 1)})
	sealed := with(k.raw(record.SealedPK, record.SequenceSK(1)), record.Item{record.V: int64(pass.Version + 1)})
	k.plant(was, sealed)
	_, err := k.PublicKeys(k.ctx)
	k.kind("public keys", err, pass.ErrUnavailable)
	_, err = k.SealedKeys(k.ctx)
	k.kind("sealed keys", err, pass.ErrUnavailable)
	p2, s2 := pair(2)
	k.kind("put", k.PutKey(k.ctx, p2, s2, now+day), pass.ErrUnavailable)
	k.same("first key", k.raw(record.PublicPK, record.SequenceSK(1)), was)
	k.same("second key", k.raw(record.PublicPK, record.SequenceSK(2)), record.Item(nil))
	k.same("its other half", k.raw(record.SealedPK, record.SequenceSK(2)), record.Item(nil))
}
