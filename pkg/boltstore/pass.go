package boltstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

var (
	errKey     = errors.New("the key is not that of the use or session")
	errVersion = fmt.Errorf("the record is of another version: %w: %w", pass.ErrUnavailable, pass.ErrUnreadable)
)

// Create puts a pass that is not there yet; else the error is pass.ErrExists.
func (s *Store) Create(ctx context.Context, p *pass.Pass) error {
	return s.update(ctx, func(t *tx) error {
		it, err := t.get(record.PassPK(p.ID), record.PassSK)
		if err != nil {
			return err
		}
		if it != nil {
			return fmt.Errorf("pass %s: %w", p.ID, pass.ErrExists)
		}
		return t.put(record.FromPass(p))
	})
}

// Read returns what the refs lead to, all of one moment.
func (s *Store) Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	out := make([]pass.Entry, len(refs))
	err := s.view(ctx, func(t *tx) (err error) {
		for i, ref := range refs {
			if _, out[i].Pass, err = t.pass(ref.ID); err != nil {
				return err
			}
			if ref.Session == nil {
				continue
			}
			if out[i].Session, err = t.session(ref.ID, *ref.Session); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Use counts u if pass.Admit admits it now.
func (s *Store) Use(ctx context.Context, id string, a pass.Ask, u pass.Use) (p *pass.Pass, r pass.Reason, err error) {
	err = s.update(ctx, func(t *tx) error {
		if u.Key == "" || u.Key != a.Key {
			return errKey
		}
		it, now, err := t.pass(id)
		if err != nil {
			return err
		}
		p, r = now, pass.Admit(now, a, u.At)
		if r == pass.Unavailable {
			return errVersion
		}
		if r != pass.OK || p.MaxUses == 0 || p.Counted(u.Key) {
			return nil
		}
		return t.change(it, p, func() { p.Uses[u.Key], p.LastUse = u.At, &u })
	})
	if err != nil {
		return nil, pass.Unavailable, err
	}
	return p, r, nil
}

// Redeem opens se if pass.AdmitRedeem admits it now. Of what the caller has read
// only the id matters: the record is read again.
func (s *Store) Redeem(ctx context.Context, read *pass.Pass, a pass.Ask, se *pass.Session) (p *pass.Pass, opened *pass.Session, r pass.Reason, err error) {
	err = s.update(ctx, func(t *tx) error {
		if a.Key != se.Key() || read != nil && read.ID != se.PassID {
			return errKey
		}
		it, now, err := t.pass(se.PassID)
		if err != nil {
			return err
		}
		first, err := t.session(se.PassID, se.Secret)
		if err != nil {
			return err
		}
		p, r = now, pass.AdmitRedeem(now, first, a, se.At)
		switch {
		case r == pass.Unavailable:
			return errVersion
		case r != pass.OK:
			return nil
		case first != nil:
			opened = first
			return nil
		}
		copied := *se
		opened = &copied
		return t.open(it, p, se)
	})
	if err != nil {
		return nil, nil, pass.Unavailable, err
	}
	return p, opened, r, nil
}

// open puts a session and enters it in its pass, whose dead ones go.
func (t *tx) open(it record.Item, p *pass.Pass, s *pass.Session) error {
	if err := t.put(record.FromSession(s)); err != nil {
		return err
	}
	return t.change(it, p, func() {
		maps.DeleteFunc(p.Sessions, func(_ pass.Key, end pass.NumericDate) bool { return s.At >= end })
		p.Sessions[s.Key()] = s.ExpiresAt
		if p.MaxUses > 0 {
			u := s.Use()
			p.Uses[u.Key], p.LastUse = u.At, &u
		}
	})
}

// pass returns the item of a pass and what it says, or nil and nil.
func (t *tx) pass(id string) (record.Item, *pass.Pass, error) {
	it, err := t.get(record.PassPK(id), record.PassSK)
	if it == nil {
		return nil, nil, err
	}
	p, err := record.ToPass(it)
	if err != nil {
		err = fmt.Errorf("%w: %w", pass.ErrUnreadable, err)
	}
	return it, p, err
}

func (t *tx) session(id string, d pass.Digest) (*pass.Session, error) {
	it, err := t.get(record.PassPK(id), record.SessionSK(d))
	if it == nil {
		return nil, err
	}
	return record.ToSession(it)
}

// change lets f change p, and writes what that changed over its item.
func (t *tx) change(it record.Item, p *pass.Pass, f func()) error {
	before := record.FromPass(p)
	f()
	return t.put(overlay(it, before, record.FromPass(p)))
}

// overlay returns the item with the attributes in which after differs from
// before. All others stay, those that this version does not know among them.
func overlay(it, before, after record.Item) record.Item {
	out := maps.Clone(it)
	for name := range before {
		if _, ok := after[name]; !ok {
			delete(out, name)
		}
	}
	for name, v := range after {
		if !reflect.DeepEqual(before[name], v) {
			out[name] = v
		}
	}
	return out
}
