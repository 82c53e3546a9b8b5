package boltstore

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"strconv"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The attributes of signing keys that package record does not name.
const (
	kid        = "kid"
	alg        = "alg"
	publicKey  = "public_key"
	signsFrom  = "signs_from"
	retiresAt  = "retires_at"
	private    = "private"
	derivation = "derivation"
)

// PublicKeys returns the public halves by sequence.
func (s *Store) PublicKeys(ctx context.Context) (out []keys.Public, err error) {
	err = s.view(ctx, func(t *tx) error {
		return t.each(record.PublicPK, func(it record.Item) error {
			n, err := sequence(it)
			if err != nil {
				return err
			}
			signs, _ := it[signsFrom].(int64)
			retires, _ := it[retiresAt].(int64)
			name, _ := it[kid].(string)
			key, _ := it[publicKey].([]byte)
			out = append(out, keys.Public{Sequence: n, KID: name, Key: ed25519.PublicKey(key),
				SignsFrom: pass.NumericDate(signs), RetiresAt: pass.NumericDate(retires)})
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// SealedKeys returns the sealed halves by sequence.
func (s *Store) SealedKeys(ctx context.Context) (out []keys.Sealed, err error) {
	err = s.view(ctx, func(t *tx) error {
		return t.each(record.SealedPK, func(it record.Item) error {
			n, err := sequence(it)
			if err != nil {
				return err
			}
			k := keys.Sealed{Sequence: n}
			k.KID, _ = it[kid].(string)
			k.Private, _ = it[private].([]byte)
			k.Derivation, _ = it[derivation].([]byte)
			out = append(out, k)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// PutKey adds both halves of a key and retires the one before it.
func (s *Store) PutKey(ctx context.Context, pub keys.Public, sealed keys.Sealed, retires pass.NumericDate) error {
	return s.update(ctx, func(t *tx) error {
		if err := t.free(record.PublicPK, pub.Sequence); err != nil {
			return err
		}
		if err := t.free(record.SealedPK, sealed.Sequence); err != nil {
			return err
		}
		if err := t.retire(pub.Sequence-1, retires); err != nil {
			return err
		}
		if err := t.put(fromPublic(pub)); err != nil {
			return err
		}
		return t.put(record.Item{record.PK: record.SealedPK, record.SK: record.SequenceSK(sealed.Sequence),
			record.V: int64(pass.Version), kid: sealed.KID, private: sealed.Private, derivation: sealed.Derivation})
	})
}

func fromPublic(k keys.Public) record.Item {
	it := record.Item{record.PK: record.PublicPK, record.SK: record.SequenceSK(k.Sequence), record.V: int64(pass.Version),
		kid: k.KID, alg: "EdDSA", publicKey: []byte(k.Key), signsFrom: int64(k.SignsFrom)}
	if k.RetiresAt != 0 {
		it[retiresAt] = int64(k.RetiresAt)
	}
	return it
}

// free fails if a sequence number is taken.
func (t *tx) free(pk string, n int64) error {
	it, err := t.get(pk, record.SequenceSK(n))
	if err == nil && it != nil {
		err = fmt.Errorf("key %d: %w", n, pass.ErrExists)
	}
	return err
}

// retire gives the nth key a second to retire at, unless it has one.
func (t *tx) retire(n int64, at pass.NumericDate) error {
	if n < 1 {
		return nil
	}
	it, err := t.get(record.PublicPK, record.SequenceSK(n))
	if err != nil {
		return err
	}
	if it == nil {
		return fmt.Errorf("key %d: %w", n, pass.ErrNotFound)
	}
	if _, err := sequence(it); err != nil {
		return err
	}
	if _, ok := it[retiresAt]; ok || at == 0 {
		return nil
	}
	it[retiresAt] = int64(at)
	return t.put(it)
}

// sequence returns the number of a key's item, which must be of this version.
func sequence(it record.Item) (int64, error) {
	if it[record.V] != int64(pass.Version) {
		return 0, errVersion
	}
	sk, _ := it[record.SK].(string)
	return strconv.ParseInt(sk, 10, 64)
}
