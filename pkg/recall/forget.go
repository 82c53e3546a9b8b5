package recall

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Forgotten is how far forgetting somebody came with one call.
type Forgotten struct {
	Forgotten int      `json:"forgotten"`        // passes and forms that were filled in
	Cursor    string   `json:"cursor,omitempty"` // to go on with; empty: it is done
	Hints     []string `json:"hints,omitempty"`
}

func (r *Recaller) forget(ctx context.Context, d *manage.Document, p Person) (*Forgotten, error) {
	e := Entry{Operation: forget}
	a, err := r.forgetting(ctx, d, p, &e)
	e.Outcome = manage.Outcome(err)
	r.log(e)
	return a, err
}

func (r *Recaller) forgetting(ctx context.Context, d *manage.Document, p Person, e *Entry) (*Forgotten, error) {
	set := p.choices(d)
	d.Attributed(p.By, p.Why, r.MovedIn)
	if err := d.Problem(); err != nil {
		return nil, err
	}
	e.By, e.Why = p.By, manage.Masked(p.Why)
	l, err := r.listing(ctx, set)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	c := cursor{mark: markOf(forget, l)}
	if p.Cursor == "" {
		c.key, err = r.key()
	} else if c, err = goesOn(d, p.Cursor, c.mark); err == nil {
		l.Before = c.at
	}
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	change := pass.Change{Key: pass.KeyOf(c.key), At: r.now(), Operation: pass.Revoking, By: p.By}
	at, end, err := r.walk(ctx, l, r.eraser(change), func(at pass.Place, _ verdict) bool {
		ids[at.ID] = true // a pass and its registration are two places
		return false
	})
	e.Forgotten, e.More = len(ids), !end
	if e.Err, err = ended(ctx, at, end, err); err != nil {
		return nil, fmt.Errorf("recall: forget: %w", err)
	}
	a := &Forgotten{Forgotten: len(ids)}
	if end {
		a.Hints = []string{hintRecent, hintKept}
	} else {
		c.at = at
		a.Cursor = c.String()
	}
	return a, nil
}

func goesOn(d *manage.Document, text string, mark [8]byte) (cursor, error) {
	c, why := readCursor(text, mark)
	if why != "" {
		d.Wrong("cursor", why)
	}
	return c, d.Problem()
}

// eraser erases what lies at a place. First it revokes the pass there, so that it
// admits nobody while what it is found by goes last. Why is left out: it would lie
// beside the pass until then, and may name the person.
func (r *Recaller) eraser(c pass.Change) worker {
	return func(ctx context.Context, at pass.Place) (verdict, error) {
		_, err := r.Store.Revoke(ctx, at.ID, c)
		if err != nil && !errors.Is(err, pass.ErrNotFound) && !errors.Is(err, pass.ErrUnreadable) {
			return untouched, err
		}
		if err := r.Store.Erase(ctx, at.ID); err != nil {
			return untouched, err
		}
		return erased, nil
	}
}
