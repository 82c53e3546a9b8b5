package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/record"
)

// PutRaw and GetRaw are the suite's way past the store.
func (s *Store) PutRaw(it record.Item) error {
	return s.update(context.Background(), func(t *tx) error { return t.put(it) })
}

func (s *Store) GetRaw(pk, sk string) (it record.Item, err error) {
	err = s.view(context.Background(), func(t *tx) (err error) {
		it, err = t.get(pk, sk)
		return err
	})
	return it, err
}

// Hold keeps every writer waiting until release is called.
func (s *Store) Hold() (release func()) {
	s.writer <- struct{}{}
	return func() { <-s.writer }
}
