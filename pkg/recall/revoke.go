package recall

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// maxUnreadable is after how many passes that cannot be read a call ends, so that
// its answer is no endless list of them.
const maxUnreadable = 100

// Revoked is how far a revocation came with one call. The numbers of its calls add
// up.
type Revoked struct {
	Seen       int      `json:"seen"`                 // passes that are revoked now
	Revoked    int      `json:"revoked"`              // of them, those that this recall revoked
	Unreadable []string `json:"unreadable,omitempty"` // others, which this version cannot read
	Cursor     string   `json:"cursor,omitempty"`     // to go on with; empty: it is done
	Hints      []string `json:"hints,omitempty"`
}

// Hints of the last answers.
const (
	hintRecent     = "Lists are a moment behind: do it once more in a minute, without a cursor, for what was issued in the seconds before. Where a bulk issue was left unfinished, do it again a day later too: repeating that issue until then adds passes that are dated before this."
	hintUnreadable = "A newer version of Gatepass wrote the unreadable ones, or they are damaged: they admit nobody here. Deploy that version and repeat."
	hintKept       = "Point-in-time recovery and backups keep what was there until they end (35 days unless you say otherwise), the table's stream for 24 hours, batches of it that failed for 30 days, logs of your own as long as you do."
	hintMovedIn    = "If they had links of the system that moved in, delete them there as well: otherwise its loop, or a click on such a link, brings them back."
)

func (r *Recaller) revoke(ctx context.Context, d *manage.Document, s Selection) (*Revoked, error) {
	e := Entry{Operation: revoke}
	a, err := r.revoking(ctx, d, s, &e)
	r.log(e, err)
	return a, err
}

func (r *Recaller) revoking(ctx context.Context, d *manage.Document, s Selection, e *Entry) (*Revoked, error) {
	now := r.now()
	s.check(d, now)
	d.Attributed(s.By, s.Why, r.MovedIn)
	if err := d.Problem(); err != nil {
		return nil, err
	}
	e.By = s.By
	l, err := r.listing(ctx, s.Whose)
	if err != nil {
		return nil, fmt.Errorf("recall: %w", err)
	}
	if !s.Since.IsZero() {
		l.From = max(pass.At(s.Since), 0)
	}
	c, err := r.begun(d, s, l, now)
	if err != nil {
		return nil, err
	}
	a := &Revoked{}
	change := pass.Change{Key: pass.KeyOf(c.key), At: now, Operation: pass.Revoking, By: s.By, Why: s.Why}
	at, end, err := r.walk(ctx, c.from(l), r.revoker(change), a.tally)
	e.Seen, e.Revoked, e.Unreadable, e.More = a.Seen, a.Revoked, len(a.Unreadable), !end
	if e.Err, err = ended(ctx, at, end, err); err != nil {
		return nil, fmt.Errorf("recall: revoke: %w", err)
	}
	if !end {
		c.at = at
		a.Cursor = c.String()
	} else {
		a.Hints = append(a.Hints, hintRecent)
	}
	if len(a.Unreadable) > 0 {
		a.Hints = append(a.Hints, hintUnreadable)
	}
	return a, nil
}

// begun returns where a revocation goes on, or begins.
func (r *Recaller) begun(d *manage.Document, s Selection, l pass.Listing, now pass.NumericDate) (c cursor, err error) {
	mark := markOf(revoke, l)
	if s.Cursor == "" {
		c = cursor{mark: mark, before: now + 1}
		if !s.Before.IsZero() {
			c.before = terms.Second(s.Before)
		}
		c.key, err = r.key()
		return c, err
	}
	c, why := readCursor(s.Cursor, mark)
	if why == "" && !s.Before.IsZero() && terms.Second(s.Before) != c.before {
		why = manage.OtherRequest
	}
	if why != "" {
		d.Wrong("cursor", why)
	}
	return c, d.Problem()
}

// from returns the list from where the cursor is on.
func (c cursor) from(l pass.Listing) pass.Listing {
	l.Before = pass.Place{IssuedAt: c.before}
	if c.at.ID != "" {
		l.Before = c.at
	}
	return l
}

// revoker revokes the pass of a place. Whether it did so, or an earlier try of the
// same recall, the pass says.
func (r *Recaller) revoker(c pass.Change) worker {
	return func(ctx context.Context, at pass.Place) (verdict, error) {
		p, err := r.Store.Revoke(ctx, at.ID, c)
		switch {
		case errors.Is(err, pass.ErrNotFound):
			return gone, nil
		case errors.Is(err, pass.ErrUnreadable):
			return unreadable, nil
		case err != nil:
			return untouched, err
		case p == nil || p.RevokedAt == 0:
			return untouched, fmt.Errorf("%w: the store says that pass %s is not revoked", pass.ErrUnavailable, at.ID)
		case p.LastChange != nil && p.LastChange.Key == c.Key:
			return revoked, nil
		}
		return seen, nil
	}
}

func (a *Revoked) tally(at pass.Place, v verdict) (enough bool) {
	switch v {
	case revoked:
		a.Revoked++
		a.Seen++
	case seen:
		a.Seen++
	case unreadable:
		a.Unreadable = append(a.Unreadable, at.ID)
	}
	return len(a.Unreadable) >= maxUnreadable
}

// ended tells why a walk ended early, for the log, and returns it as an error where
// nothing was done: then there is nothing to answer.
func ended(ctx context.Context, at pass.Place, end bool, err error) (early, failed error) {
	switch {
	case end:
		return nil, nil
	case at == pass.Place{} && err == nil:
		return nil, fmt.Errorf("%w: there was no time to begin", pass.ErrUnavailable)
	case at == pass.Place{}:
		return nil, unavailable(err)
	case err != nil && (errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil):
		return nil, nil // the time was up
	}
	return err, nil
}

func unavailable(err error) error {
	if errors.Is(err, pass.ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w: %w", pass.ErrUnavailable, err)
}
