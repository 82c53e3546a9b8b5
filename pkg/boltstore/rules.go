package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/record"
)

// Rules returns the declarations for an API: name to JSON.
func (s *Store) Rules(ctx context.Context, api string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := s.view(ctx, func(t *tx) error {
		return t.each(record.RulesPK(api), func(it record.Item) error {
			name, body, err := record.ToRules(it)
			out[name] = []byte(body)
			return unreadable(err)
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
		return t.put(record.FromRules(api, name, body))
	})
}

// DeleteRules removes one declaration.
func (s *Store) DeleteRules(ctx context.Context, api, name string) error {
	return s.update(ctx, func(t *tx) error { return t.remove(record.RulesPK(api), name) })
}
