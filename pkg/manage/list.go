package manage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
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

// Filter says which passes to list. At most one of Scope, Subject, Email and
// IssuedBy is set; with none it is all there are. Zero fields do not filter.
type Filter struct {
	Scope, Subject, IssuedBy string
	Email                    string // in whatever case
	State                    string // as a Description has it: live, full, or why a good presentation is refused

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
	return recorded(m, r.op, func(now pass.NumericDate, _ *Entry) (*Page, error) {
		s := r.filter.check(&r.faults)
		if len(r.faults) > 0 {
			return nil, r.faults.problem(r.op)
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
	after pass.Place // zero: from the start
	limit int
}

// check adds everything that is wrong with a filter to the faults.
func (f Filter) check(faults *faults) search {
	s := search{Filter: f, limit: int(f.Limit)}
	if f.Limit == 0 {
		s.limit = DefaultListed
	}
	if s.limit < 1 || s.limit > MaxListed {
		faults.add("limit", fmt.Sprintf("must be 1 to %d", MaxListed))
	}
	if by := f.by(); len(by) > 1 {
		faults.add(by[1], "is one too many beside "+by[0]+": list by one of them, and look at the rest in the answers")
	}
	if f.Scope != "" && !pass.ValidScope(f.Scope) {
		faults.add("scope", "is no scope that a pass can have")
	}
	if f.Email != "" && (len(f.Email) > pass.MaxEmail || !pass.PlainAddress(f.Email)) {
		faults.add("email", "is no address that a pass can be for: give it alone, without a name, brackets or blanks")
	}
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
	var why string
	if s.after, why = f.place(f.Cursor); why != "" {
		faults.add("cursor", why)
	}
	return s
}

// by returns the fields that say whose passes to list.
func (f Filter) by() (set []string) {
	for _, field := range []struct{ name, value string }{{"scope", f.Scope}, {"subject", f.Subject}, {"email", f.Email}, {"issued_by", f.IssuedBy}} {
		if field.value != "" {
			set = append(set, field.name)
		}
	}
	return set
}

// states are what a pass of a list can be.
func states() []string {
	return []string{state(pass.OK), state(pass.RateLimited), string(pass.NotYetValid), string(pass.Spent), string(pass.Expired), string(pass.Revoked), string(pass.Unavailable)}
}

// page walks the index until the page is full, the list ends, or enough was
// looked at.
func (m *Manager) page(ctx context.Context, s search, now pass.NumericDate) (*Page, error) {
	l, err := m.listing(ctx, s)
	if err != nil {
		return nil, err
	}
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
				page.Cursor = s.cursor(l.Before)
				return page, nil
			}
		}
		if len(places) < l.Limit {
			return page, nil
		}
	}
	page.Cursor = s.cursor(l.Before)
	return page, nil
}

// listing is the list that a search walks through. What no index sorts by is
// looked at in each pass.
func (m *Manager) listing(ctx context.Context, s search) (l pass.Listing, err error) {
	l = pass.Listing{Index: pass.ByTime, Before: s.after, From: second(s.IssuedFrom), Limit: chunk}
	if before := second(s.IssuedBefore); before > 0 && (l.Before == pass.Place{}) {
		l.Before = pass.Place{IssuedAt: before}
	}
	switch {
	case s.Scope != "":
		l.Index, l.Value = pass.ByScope, s.Scope
	case s.Subject != "":
		l.Index = pass.ByHolder
		l.Value, err = m.Digests.Subject(ctx, s.Subject)
	case s.Email != "":
		l.Index = pass.ByHolder
		l.Value, err = m.Digests.Email(ctx, s.Email)
	case s.IssuedBy != "":
		l.Index = pass.ByIssuer
		l.Value, err = m.Digests.Issuer(ctx, s.IssuedBy)
	}
	return l, err
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
	from, before := second(s.ExpiresFrom), second(s.ExpiresBefore)
	if p.ExpiresAt < from || before > 0 && p.ExpiresAt >= before {
		return false
	}
	return s.State == "" || s.State == state(decision(p, now))
}

// second returns the second of a time in a filter, from which on "from" and
// before which "before" holds: one that has begun has not ended.
func second(t time.Time) pass.NumericDate {
	if t.IsZero() {
		return 0
	}
	s := pass.At(t)
	if t.Nanosecond() > 0 {
		s++
	}
	return max(s, 1) // no pass is older
}

func listed(p *pass.Pass, now pass.NumericDate) Listed {
	l := Listed{ID: p.ID, State: state(decision(p, now)), Mode: p.Mode, Format: p.Format, Scope: p.Scope, Subject: printable(p.Subject),
		IssuedAt: p.IssuedAt.String(), IssuedBy: printable(p.IssuedBy), ExpiresAt: p.ExpiresAt.String(),
		Uses: len(p.Uses), MaxUses: p.MaxUses, RevokedAt: p.RevokedAt.String()}
	if p.Visitor != nil {
		l.Email = printable(p.Visitor.Email)
	}
	return l
}
