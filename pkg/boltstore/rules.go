package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Rules returns the declarations for an API: name to JSON.
func (s *Store) Rules(ctx context.Context, api string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := s.view(ctx, func(t *tx) error {
		return t.each(record.RulesPK(api), func(it record.Item) error {
			if it[record.V] != int64(pass.Version) {
				return errVersion
			}
			name, _ := it[record.SK].(string)
			body, _ := it[record.Rules].(string)
			out[name] = []byte(body)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// PutRules replaces one declaration.
func (s *Store) PutRules(ctx context.Context, api, name string, body []byte) error {
	return s.update(ctx, func(t *tx) error {
		return t.put(record.Item{record.PK: record.RulesPK(api), record.SK: name, record.V: int64(pass.Version), record.Rules: string(body)})
	})
}

// DeleteRules removes one declaration.
func (s *Store) DeleteRules(ctx context.Context, api, name string) error {
	return s.update(ctx, func(t *tx) error { return t.remove(record.RulesPK(api), name) })
}
