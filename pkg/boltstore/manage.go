package boltstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Revoke withdraws a pass and ends its sessions; the first withdrawal stays.
func (s *Store) Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return s.manage(ctx, id, c, func(p *pass.Pass) {
		if p.RevokedAt == 0 {
			p.RevokedAt, p.RevokedBy, p.RevokedWhy = c.At, c.By, c.Why
			p.Completed = c.Operation == pass.Completing
		}
		clear(p.Sessions)
	})
}

// Restore takes a withdrawal back, but not the end of the sessions.
func (s *Store) Restore(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return s.manage(ctx, id, c, func(p *pass.Pass) {
		if p.RevokedAt != 0 {
			p.RevokedAt, p.RevokedBy, p.RevokedWhy, p.Completed = 0, "", "", false
			clear(p.Sessions)
		}
	})
}

// EndSession ends one session of a pass.
func (s *Store) EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error) {
	return s.manage(ctx, id, c, func(p *pass.Pass) { delete(p.Sessions, k) })
}

// EndSessions ends every session of a pass.
func (s *Store) EndSessions(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return s.manage(ctx, id, c, func(p *pass.Pass) { clear(p.Sessions) })
}

// Change makes a pass what a says.
func (s *Store) Change(ctx context.Context, id string, a pass.Amendment) (*pass.Pass, error) {
	return s.manage(ctx, id, pass.Change{}, func(p *pass.Pass) { p.Amend(a) })
}

// manage lets f change a pass, and notes c where it did.
func (s *Store) manage(ctx context.Context, id string, c pass.Change, f func(*pass.Pass)) (p *pass.Pass, err error) {
	err = s.update(ctx, func(t *tx) (err error) {
		var it record.Item
		if it, p, err = t.known(id); err != nil {
			return err
		}
		return t.change(it, p, func() {
			before := record.FromPass(p)
			if f(p); c.Key != "" && !reflect.DeepEqual(before, record.FromPass(p)) {
				p.LastChange = &c
			}
		})
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// known returns a pass that must be there, and of this version.
func (t *tx) known(id string) (record.Item, *pass.Pass, error) {
	it, p, err := t.pass(id)
	switch {
	case err != nil:
		return nil, nil, err
	case p == nil:
		return nil, nil, fmt.Errorf("pass %s: %w", id, pass.ErrNotFound)
	case p.V != pass.Version:
		return nil, nil, errVersion
	}
	return it, p, nil
}

// History returns a pass with its sessions and uses, oldest first, its opens and
// its registration, which may be without a pass.
func (s *Store) History(ctx context.Context, id string) (*pass.History, error) {
	h := &pass.History{Opens: &pass.Opens{V: pass.Version}}
	err := s.view(ctx, func(t *tx) (err error) {
		if err := t.each(record.PassPK(id), func(it record.Item) error { return record.Enter(h, it) }); err != nil {
			return err
		}
		if _, h.Pass, err = t.known(id); h.Registration != nil && errors.Is(err, pass.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(h.Sessions, func(a, b pass.Session) int { return cmp.Compare(a.At, b.At) })
	return h, nil
}

// PutMarker sets the end marker of a pass.
func (s *Store) PutMarker(ctx context.Context, id string, expiresAt pass.NumericDate) error {
	return s.update(ctx, func(t *tx) error { return t.put(record.Marker(id, expiresAt)) })
}

// PutUse keeps the details of one use.
func (s *Store) PutUse(ctx context.Context, id string, u pass.Use, purgeAt pass.NumericDate) error {
	return s.update(ctx, func(t *tx) error { return t.put(record.UseItem(id, u, purgeAt)) })
}

// PutChange keeps one change of a pass.
func (s *Store) PutChange(ctx context.Context, id string, c pass.Change, purgeAt pass.NumericDate) error {
	return s.update(ctx, func(t *tx) error { return t.put(record.ChangeItem(id, c, purgeAt)) })
}
