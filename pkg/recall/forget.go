package recall

import (
	"context"
	"errors"
	"fmt"
	"sync"

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
	r.log(e, err)
	return a, err
}

func (r *Recaller) forgetting(ctx context.Context, d *manage.Document, p Person, e *Entry) (*Forgotten, error) {
	p.check(d)
	d.Attributed(p.By, p.Why, r.MovedIn)
	if err := d.Problem(); err != nil {
		return nil, err
	}
	e.By = p.By
	l, err := r.listing(ctx, p.whose())
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	lists, c, err := r.resumed(d, p.Cursor, l)
	if err != nil {
		return nil, err
	}
	g := &graves{ids: map[string]bool{}}
	change := pass.Change{Key: pass.KeyOf(c.key), At: r.now(), Operation: pass.Revoking, By: p.By}
	var done pass.Place // by this call
	end := true
	for i := 0; i < len(lists) && end && err == nil; i++ {
		var at pass.Place
		at, end, err = r.walk(ctx, lists[i], r.eraser(change, g), func(pass.Place, verdict) bool { return false })
		if (at != pass.Place{}) {
			c.mark, c.at, done = markOf(forget, lists[i]), at, at
		}
	}
	if end && len(g.ids) == 0 && err == nil {
		err = r.Store.EraseRemains(ctx) // TTL was there before
		end = err == nil
	}
	e.Forgotten, e.More = len(g.ids), !end
	if e.Err, err = ended(ctx, done, end, err); err != nil {
		return nil, fmt.Errorf("recall: forget: %w", err)
	}
	a := &Forgotten{Forgotten: len(g.ids)}
	if end {
		a.Hints = []string{hintRecent, hintKept}
		if len(r.MovedIn) > 0 {
			a.Hints = append(a.Hints, hintMovedIn)
		}
	} else {
		a.Cursor = c.String()
	}
	return a, nil
}

// graves are what a call erased. Those behind one that failed count too, since no
// later call finds them any more; a pass and its registration, which are two places,
// count as one.
type graves struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (g *graves) add(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ids[id] = true
}

// resumed returns what is left of the two lists that a person is in, their passes
// and then the forms that were filled in, of which the pass may not be there yet.
func (r *Recaller) resumed(d *manage.Document, text string, l pass.Listing) (lists []pass.Listing, c cursor, err error) {
	forms := l
	forms.Index = pass.ByForm
	if text == "" {
		c.key, err = r.key()
		return []pass.Listing{l, forms}, c, err
	}
	if c, why := readCursor(text, markOf(forget, forms)); why == "" {
		forms.Before = c.at
		return []pass.Listing{forms}, c, nil
	}
	c, why := readCursor(text, markOf(forget, l))
	if why != "" {
		d.Wrong("cursor", why)
	}
	l.Before = c.at
	return []pass.Listing{l, forms}, c, d.Problem()
}

// eraser erases what lies at a place. First it revokes the pass there, so that it
// admits nobody while what it is found by goes last. Why is left out: it would lie
// beside the pass until then, and may name the person.
func (r *Recaller) eraser(c pass.Change, g *graves) worker {
	return func(ctx context.Context, at pass.Place) (verdict, error) {
		_, err := r.Store.Revoke(ctx, at.ID, c)
		if err != nil && !errors.Is(err, pass.ErrNotFound) && !errors.Is(err, pass.ErrUnreadable) {
			return untouched, err
		}
		if err := r.Store.Erase(ctx, at.ID); err != nil {
			return untouched, err
		}
		g.add(at.ID)
		return erased, nil
	}
}
