package manage

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// What one list answers, and what it looks through for that: a list of what is
// rare ends early, with a cursor, rather than late.
const (
	MaxListed     = 100 // passes of one page
	DefaultListed = 20
	looked        = 1000 // places of one call
	chunk         = 50   // places of one read
)

// Index is what lists need of a store, beside [Store].
type Index interface {
	Find(ctx context.Context, l pass.Listing) ([]pass.Place, error)
	Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error)
}

// Digests name people as the indexes do: a *keys.Digester. Its errors match
// pass.ErrUnavailable.
type Digests interface {
	Subject(ctx context.Context, subject string) (string, error)
	Email(ctx context.Context, email string) (string, error)
	Issuer(ctx context.Context, issuedBy string) (string, error)
}

// Filter says which passes to list. Zero fields do not filter.
type Filter struct {
	Whose
	State string // as a Description has it: live, full, completed, or why a good presentation is refused

	IssuedFrom, IssuedBefore   time.Time
	ExpiresFrom, ExpiresBefore time.Time

	Limit  int64  // 1 to MaxListed; zero: DefaultListed
	Cursor string // of the page before, with the same of all else
}

// Listed is a pass in a list. Times are RFC 3339 in UTC, empty where not set.
type Listed struct {
	ID        string      `json:"id"`
	State     string      `json:"state"`
	Mode      pass.Mode   `json:"mode"`
	Format    pass.Format `json:"format"`
	Scope     string      `json:"scope"`
	Subject   string      `json:"subject,omitempty"`
	Email     string      `json:"email,omitempty"` // of its visitor
	IssuedAt  string      `json:"issued_at"`
	IssuedBy  string      `json:"issued_by,omitempty"`
	ExpiresAt string      `json:"expires_at"`
	Uses      int         `json:"uses"`
	MaxUses   int         `json:"max_uses,omitzero"` // absent: unlimited
	RevokedAt string      `json:"revoked_at,omitempty"`
}

// Page is a page of a list, newest first. One without a Cursor is the last; one
// with it may be short, or empty.
type Page struct {
	Passes []Listed `json:"passes"`
	Cursor string   `json:"cursor,omitempty"`
}

// List returns a page of passes. Each that is there all the while is on one page
// and no more, whatever else is issued or ends meanwhile. What was issued a moment
// ago may be missing. Its error is a *[Problem], or matches pass.ErrUnavailable.
func (m *Manager) List(ctx context.Context, f Filter) (*Page, error) {
	return m.list(ctx, &request{op: list, filter: f})
}

func (m *Manager) list(ctx context.Context, r *request) (*Page, error) {
	return recorded(m, r, func(now pass.NumericDate, _ *Entry) (*Page, error) {
		s, err := m.search(ctx, r)
		if err != nil {
			return nil, err
		}
		page, err := m.page(ctx, s, now)
		if err != nil {
			return nil, fmt.Errorf("manage: list: %w", err)
		}
		return page, nil
	})
}

// search is a filter that was found right.
type search struct {
	Filter
	list  pass.Listing // from where it goes on
	mark  mark
	limit int
}

// search checks a filter, and finds the list that it goes through. What no index
// sorts by is looked at in each pass. A person is named by a keyed digest from here
// on, so only who has asked right is told that there are no digests.
func (m *Manager) search(ctx context.Context, r *request) (search, error) {
	s := search{Filter: r.filter, limit: int(cmp.Or(r.filter.Limit, DefaultListed))}
	if s.check(&r.faults); len(r.faults) > 0 {
		return s, r.faults.problem(r.op)
	}
	var err error
	if s.list, err = s.Listing(ctx, m.Digests); err != nil {
		return s, fmt.Errorf("manage: list: %w", err)
	}
	s.list.From, s.list.Limit, s.mark = terms.Second(s.IssuedFrom), chunk, s.markOf(s.list)
	if before := terms.Second(s.IssuedBefore); before > 0 {
		s.list.Before = pass.Place{IssuedAt: before}
	}
	if s.Cursor == "" {
		return s, nil
	}
	var why string
	if s.list.Before, why = s.mark.place(s.Cursor); why != "" {
		r.faults.add("cursor", why)
		return s, r.faults.problem(r.op)
	}
	return s, nil
}

// check adds everything that is wrong with a filter to the faults, but for a cursor
// of another list.
func (f Filter) check(faults *faults) {
	if f.Limit < 0 || f.Limit > MaxListed {
		faults.add("limit", fmt.Sprintf("must be 1 to %d", MaxListed))
	}
	f.Whose.Check(faults.add)
	if f.State != "" && !slices.Contains(states(), f.State) {
		faults.add("state", "is no state; there are "+strings.Join(states(), ", "))
	}
	for _, span := range []struct {
		field      string
		from, till time.Time
	}{{"issued_before", f.IssuedFrom, f.IssuedBefore}, {"expires_before", f.ExpiresFrom, f.ExpiresBefore}} {
		if !span.from.IsZero() && !span.till.IsZero() && !span.from.Before(span.till) {
			faults.add(span.field, "is not after the time that the list begins from")
		}
	}
	if _, why := readCursor(f.Cursor); f.Cursor != "" && why != "" {
		faults.add("cursor", why)
	}
}

// states are what a pass of a list can be.
func states() []string {
	return []string{state(pass.OK), state(pass.RateLimited), string(pass.NotYetValid), string(pass.Spent), string(pass.Expired), string(pass.Revoked), completed, string(pass.Unavailable)}
}

// page walks the index until the page is full, the list ends, or enough was
// looked at.
func (m *Manager) page(ctx context.Context, s search, now pass.NumericDate) (*Page, error) {
	l := s.list
	page := &Page{Passes: []Listed{}}
	for range looked / chunk {
		places, err := m.Store.Find(ctx, l)
		if err != nil {
			return nil, err
		}
		passes, err := m.passes(ctx, places)
		if err != nil {
			return nil, err
		}
		for i, p := range passes {
			if p != nil && s.wants(p, l, now) {
				page.Passes = append(page.Passes, listed(p, now))
			}
			if l.Before = places[i]; len(page.Passes) == s.limit {
				page.Cursor = s.mark.cursor(l.Before)
				return page, nil
			}
		}
		if len(places) < l.Limit {
			return page, nil
		}
	}
	page.Cursor = s.mark.cursor(l.Before)
	return page, nil
}

// passes reads the passes of places, in their order; nil is one that is not there
// any more.
func (m *Manager) passes(ctx context.Context, places []pass.Place) ([]*pass.Pass, error) {
	refs := make([]pass.Ref, len(places))
	for i, p := range places {
		refs[i].ID = p.ID
	}
	if len(refs) == 0 {
		return nil, nil
	}
	entries, err := m.Store.Read(ctx, refs)
	if err != nil {
		return nil, err
	}
	out := make([]*pass.Pass, len(places))
	for i, e := range entries {
		out[i] = e.Pass
	}
	return out, nil
}

// wants reports whether a pass is to be in the list: as it is now, since an index
// may be a moment behind. One of another version says nothing of itself, and is
// listed where no state was asked for but unavailable.
func (s search) wants(p *pass.Pass, l pass.Listing, now pass.NumericDate) bool {
	if p.V != pass.Version {
		return s.State == "" || s.State == string(pass.Unavailable)
	}
	if map[pass.Index]string{pass.ByScope: p.Scope, pass.ByHolder: p.Holder, pass.ByIssuer: p.Issuer}[l.Index] != l.Value {
		return false
	}
	from, before := terms.Second(s.ExpiresFrom), terms.Second(s.ExpiresBefore)
	if p.ExpiresAt < from || before > 0 && p.ExpiresAt >= before {
		return false
	}
	return s.State == "" || s.State == standing(p, now)
}

func listed(p *pass.Pass, now pass.NumericDate) Listed {
	l := Listed{ID: p.ID, State: standing(p, now), Mode: p.Mode, Format: p.Format, Scope: p.Scope, Subject: printable(p.Subject),
		IssuedAt: p.IssuedAt.String(), IssuedBy: printable(p.IssuedBy), ExpiresAt: p.ExpiresAt.String(),
		Uses: len(p.Uses), MaxUses: p.MaxUses, RevokedAt: p.RevokedAt.String()}
	if p.Visitor != nil {
		l.Email = printable(p.Visitor.Email)
	}
	return l
}
