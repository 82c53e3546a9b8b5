package dynamostore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// keyPages bounds the keys that are read, and the rules of one API, in pages of
// 1 MB: some thousands of each.
const keyPages = 4

// The attributes that only keys have. The sequence is in the sort key.
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
func (s *Store) PublicKeys(ctx context.Context) ([]keys.Public, error) {
	var out []keys.Public
	err := s.queryFields(ctx, record.PublicPK, func(f *fields) {
		k := keys.Public{Sequence: f.sequence(), KID: field[string](f, kid), Key: field[[]byte](f, publicKey), SignsFrom: pass.NumericDate(field[int64](f, signsFrom))}
		if f.has(retiresAt) {
			k.RetiresAt = pass.NumericDate(field[int64](f, retiresAt))
		}
		out = append(out, k)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// SealedKeys returns the sealed halves by sequence.
func (s *Store) SealedKeys(ctx context.Context) ([]keys.Sealed, error) {
	var out []keys.Sealed
	err := s.queryFields(ctx, record.SealedPK, func(f *fields) {
		out = append(out, keys.Sealed{Sequence: f.sequence(), KID: field[string](f, kid), Private: field[[]byte](f, private), Derivation: field[[]byte](f, derivation)})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// PutKey adds both halves of a key in one transaction, in which the key before
// it gets its end unless it has one.
func (s *Store) PutKey(ctx context.Context, pub keys.Public, sealed keys.Sealed, retires pass.NumericDate) error {
	actions := []types.TransactWriteItem{
		{Put: transactPut(s.putNew(publicItem(pub)))},
		{Put: transactPut(s.putNew(sealedItem(sealed)))},
	}
	if pub.Sequence > 1 {
		actions = append(actions, types.TransactWriteItem{Update: s.retire(pub.Sequence-1, retires)})
	}
	err := s.transact(ctx, actions...)
	var c *types.TransactionCanceledException
	if !errors.As(err, &c) || len(c.CancellationReasons) < 2 {
		return failure("TransactWriteItems", err)
	}
	switch r := c.CancellationReasons; {
	case refuses(r[0]) || refuses(r[1]):
		return fmt.Errorf("key %d: %w", pub.Sequence, pass.ErrExists)
	case len(r) > 2 && refuses(r[2]) && r[2].Item == nil:
		return fmt.Errorf("key %d before key %d: %w", pub.Sequence-1, pub.Sequence, pass.ErrNotFound)
	}
	return failure("TransactWriteItems", err)
}

func publicItem(k keys.Public) record.Item {
	it := record.Item{record.PK: record.PublicPK, record.SK: record.SequenceSK(k.Sequence), record.V: int64(pass.Version),
		kid: k.KID, alg: "EdDSA", publicKey: []byte(k.Key), signsFrom: int64(k.SignsFrom)}
	if k.RetiresAt != 0 {
		it[retiresAt] = int64(k.RetiresAt)
	}
	return it
}

func sealedItem(k keys.Sealed) record.Item {
	return record.Item{record.PK: record.SealedPK, record.SK: record.SequenceSK(k.Sequence), record.V: int64(pass.Version),
		kid: k.KID, private: k.Private, derivation: k.Derivation}
}

// retire returns the update that gives the nth key its end, unless it has one.
func (s *Store) retire(n int64, at pass.NumericDate) *types.Update {
	t := terms{update: "SET #retires_at = if_not_exists(#retires_at, :at)", values: record.Item{":at": int64(at), ":v": int64(pass.Version)}}
	t.require(ruleExists, ruleVersion)
	return s.transactUpdate(record.PublicPK, record.SequenceSK(n), t)
}

// Rules returns the declarations for an API, from a consistent query.
func (s *Store) Rules(ctx context.Context, api string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := s.queryFields(ctx, record.RulesPK(api), func(f *fields) {
		out[field[string](f, record.SK)] = []byte(field[string](f, record.Rules))
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// PutRules replaces one declaration.
func (s *Store) PutRules(ctx context.Context, api, name string, body []byte) error {
	return s.put(ctx, record.Item{record.PK: record.RulesPK(api), record.SK: name, record.V: int64(pass.Version), record.Rules: string(body)})
}

// DeleteRules removes a declaration.
func (s *Store) DeleteRules(ctx context.Context, api, name string) error {
	return s.remove(ctx, record.Item{record.PK: record.RulesPK(api), record.SK: name})
}

// fields takes attributes out of an item in which all that is asked for must be,
// and remembers the first that was not.
type fields struct {
	it  record.Item
	err error
}

// queryFields calls f with each item of a partition whose items are all needed,
// so that one of another version makes all unavailable.
func (s *Store) queryFields(ctx context.Context, pk string, f func(*fields)) error {
	return s.query(ctx, pk, keyPages, func(it record.Item) error {
		in := &fields{it: it}
		if field[int64](in, record.V) != pass.Version {
			return errVersion
		}
		f(in)
		return in.err
	})
}

func (f *fields) has(name string) bool { return f.it[name] != nil }

func (f *fields) sequence() int64 {
	n, err := strconv.ParseInt(field[string](f, record.SK), 10, 64)
	if err != nil && f.err == nil {
		f.err = fmt.Errorf("dynamostore: %w: a key's sequence is no number", pass.ErrUnavailable)
	}
	return n
}

func field[T any](f *fields, name string) T {
	v, ok := f.it[name].(T)
	if !ok && f.err == nil {
		f.err = fmt.Errorf("dynamostore: %w: item %q has no attribute %q of type %T", pass.ErrUnavailable, f.it[record.PK], name, v)
	}
	return v
}
