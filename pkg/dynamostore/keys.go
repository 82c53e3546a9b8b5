package dynamostore

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// keyPages bounds the keys that are read, and the rules of one API, in pages of
// 1 MB: some thousands of each.
const keyPages = 4

// PublicKeys returns the public halves by sequence.
func (s *Store) PublicKeys(ctx context.Context) ([]keys.Public, error) {
	return queryAll(ctx, s, record.PublicPK, record.ToPublic)
}

// SealedKeys returns the sealed halves by sequence.
func (s *Store) SealedKeys(ctx context.Context) ([]keys.Sealed, error) {
	return queryAll(ctx, s, record.SealedPK, record.ToSealed)
}

// queryAll reads a partition whose items are all needed, so that one which
// cannot be read makes all of it unavailable.
func queryAll[T any](ctx context.Context, s *Store, pk string, read func(record.Item) (T, error)) (out []T, err error) {
	err = s.query(ctx, pk, keyPages, func(it record.Item) error {
		v, err := read(it)
		if err != nil {
			return fmt.Errorf("dynamostore: %w: %w", pass.ErrUnavailable, err)
		}
		out = append(out, v)
		return nil
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
		{Put: transactPut(s.putNew(record.FromPublic(pub)))},
		{Put: transactPut(s.putNew(record.FromSealed(sealed)))},
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

// retire returns the update that gives the nth key its end, unless it has one.
func (s *Store) retire(n int64, at pass.NumericDate) *types.Update {
	t := terms{update: "SET #retires_at = if_not_exists(#retires_at, :at)", values: record.Item{":at": int64(at), ":v": int64(pass.Version)}}
	t.require(ruleExists, ruleVersion)
	return s.transactUpdate(record.PublicPK, record.SequenceSK(n), t)
}

// Rules returns the declarations for an API, from a consistent query.
func (s *Store) Rules(ctx context.Context, api string) (map[string][]byte, error) {
	type declaration struct{ name, body string }
	list, err := queryAll(ctx, s, record.RulesPK(api), func(it record.Item) (d declaration, err error) {
		d.name, d.body, err = record.ToRules(it)
		return d, err
	})
	if err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(list))
	for _, d := range list {
		out[d.name] = []byte(d.body)
	}
	return out, nil
}

// PutRules replaces one declaration.
func (s *Store) PutRules(ctx context.Context, api, name string, body []byte) error {
	return s.put(ctx, record.FromRules(api, name, body))
}

// DeleteRules removes a declaration.
func (s *Store) DeleteRules(ctx context.Context, api, name string) error {
	return s.remove(ctx, record.Item{record.PK: record.RulesPK(api), record.SK: name})
}
