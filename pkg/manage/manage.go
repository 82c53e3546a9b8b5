// Package manage is what operators do with passes: list them, describe one, change
// it, revoke it, restore it, end its sessions.
//
// An operation is one JSON document with one key, its name:
//
//	{"describe": {"pass": "…"}}
//	{"change":   {"pass": "…", "by": "…", "why": "…", "expires_in": 86400, …}}
//	{"revoke":   {"pass": "…", "by": "…", "why": "…"}}
//	{"complete": {"pass": "…", "by": "…", "why": "…"}}
//	{"restore":  {"pass": "…", "by": "…", "why": "…"}}
//	{"end":      {"pass": "…", "session": "…", "by": "…", "why": "…"}}
//	{"list":     {"scope": "…", "state": "live", "limit": 20, "cursor": "…", …}}
//
// The answer to list is a [Page], to each other a [Description]: how the pass
// stands now. Changes are answered from the one write they made, so they show the
// newest use in full and no ended sessions; describe shows all there is.
//
// # Rules
//
//   - pass is a pass id, a token, or any text that holds one, such as a link
//     pasted from a mail or a line of a log. Only the id is taken from it; a secret
//     is neither kept, logged nor answered. A token that was cut still has its id,
//     and the answer says that it was cut: that is why its holder is refused. Where
//     credentials of another system moved in, one of those is found as well: by
//     itself, in a link, or as the UUID in an ancestor's path.
//   - session is a session's id from a description; without it end ends all. One
//     that has ended stays so; one that the pass never had is a fault.
//   - by says who does it (1 to [MaxBy] bytes) and is required for changes; why
//     is up to [MaxWhy] bytes. by is logged; why is kept with the pass only. Either
//     may be read by many, so a document that has a token in one is refused. So is
//     one that has the credential which this pass moved in by there, or in what a
//     change would keep.
//   - An id under which somebody filled in a form, and for which no pass was issued
//     yet, is described as registered: the form, when, and until when a pass may be
//     issued for it. There is nothing to change about it.
//   - complete is revoke for a pass of which all is done, so every rule is that of a
//     revocation, but its holder, hosts and operators are told so: it is completed. A
//     pass that was revoked before stays revoked, one that was completed so too.
//   - A change says another end, number of uses, scope, data or target, within the
//     bounds of issuing the pass now, and takes effect at the next check, for its
//     sessions too. Whatever is not said stays: a revoked pass is so still, uses are
//     uses, and a session lives as long as it was opened for, if its pass does.
//   - max_uses of a change is in all, with those so far: fewer than there were leave
//     the pass spent. Of an unlimited pass nothing was counted.
//   - A list goes by an index, which may be a moment behind; each pass in it is told
//     as it is. It is read page by page, each with a cursor that leads on until the
//     last, and a page looks through a thousand passes at most: one of a state that is
//     rare may be short, or empty.
//   - Nothing here signs. A signed token goes by its own end, whatever its pass is
//     changed to; a description says so where the pass lives longer.
//   - Every change may be repeated: the second time nothing happens, and the
//     answer says so. Seconds from now are reckoned each time.
//   - What was done is kept with the pass, in the write that did it: when, by whom,
//     why. describe shows all of it as long as the pass is there.
//   - A wrong document is an ordinary answer, {"error": {code, message, fields}},
//     which names every wrong field; so is a pass that does not exist. Only what
//     is worth trying again is a Go error, and it matches pass.ErrUnavailable.
//   - The decision in an answer is package pass's own, for a good presentation
//     at this second; nothing here judges.
package manage

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// Bounds of what says who did something and why, in bytes of UTF-8.
const (
	MaxBy  = 150
	MaxWhy = 500
)

// Store is what operators need of a store, and all that their function's role
// may do. Each method is as storetest.Store says: a pass that is not there is
// pass.ErrNotFound, and changing twice is changing once.
type Store interface {
	Index
	History(ctx context.Context, id string) (*pass.History, error)
	Change(ctx context.Context, id string, a pass.Amendment) (*pass.Pass, error)
	Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
	Restore(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
	EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error)
	EndSessions(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
}

// Manager carries out operations. It is safe for concurrent use; its fields are set
// before it is used.
type Manager struct {
	Store   Store
	Digests Digests          // for lists of one person's or one issuer's passes
	Now     func() time.Time // read once per operation; nil: time.Now
	Log     func(Entry)      // called once per operation, before it is answered; nil: not recorded
	Rand    io.Reader        // tells changes of one second apart; nil: crypto/rand

	cfg  Config
	site terms.Site
}

// New returns a manager of a stack, or everything that is wrong with its Config.
func New(cfg Config, store Store, digests Digests) (*Manager, error) {
	cfg.Settings = cfg.WithDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	site, err := terms.NewSite(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	return &Manager{Store: store, Digests: digests, cfg: cfg, site: site}, nil
}

// Change asks for one change of a pass.
type Change struct {
	Pass    string   // a pass id, a token, or text that holds one
	Session pass.Key // of End alone: this session; empty: all of them
	By      string   // who, required
	Why     string
}

// Describe tells all there is about the pass that ref is, or holds: a pass id,
// a token, a pasted link. Its error is a *[Problem], or matches
// pass.ErrUnavailable; so are those of the three that follow.
func (m *Manager) Describe(ctx context.Context, ref string) (*Description, error) {
	return m.describe(ctx, &request{op: describe, Change: Change{Pass: ref}})
}

// Revoke withdraws a pass and ends its sessions, from the next check on. Of a
// pass that was revoked before, the first time, by and why stay.
func (m *Manager) Revoke(ctx context.Context, c Change) (*Description, error) {
	return m.write(ctx, &request{op: revoke, Change: c}, (*Manager).revoke)
}

// Restore takes a revocation back. It gives back the link, never the sessions
// that were ended, and no time: an expired pass stays expired.
func (m *Manager) Restore(ctx context.Context, c Change) (*Description, error) {
	return m.write(ctx, &request{op: restore, Change: c}, (*Manager).restore)
}

// End ends one session of a pass, or all; the pass itself stays as it is.
func (m *Manager) End(ctx context.Context, c Change) (*Description, error) {
	return m.write(ctx, &request{op: end, Change: c}, (*Manager).end)
}

// write is the one store call of a change, and what it needs to read before. done is
// what the history is to hold of it.
type write func(m *Manager, ctx context.Context, r *request, id string, done pass.Change) (*pass.Pass, error)

func (m *Manager) revoke(ctx context.Context, _ *request, id string, done pass.Change) (*pass.Pass, error) {
	return m.Store.Revoke(ctx, id, done)
}

func (m *Manager) restore(ctx context.Context, _ *request, id string, done pass.Change) (*pass.Pass, error) {
	return m.Store.Restore(ctx, id, done)
}

// end looks for a session that was not live: one that has ended stays so, and one
// that the pass never had is a fault.
func (m *Manager) end(ctx context.Context, r *request, id string, done pass.Change) (*pass.Pass, error) {
	if r.Session == "" {
		return m.Store.EndSessions(ctx, id, done)
	}
	p, err := m.Store.EndSession(ctx, id, r.Session, done)
	if err != nil || p == nil || p.V != pass.Version || did(p, done) {
		return p, err
	}
	h, err := m.Store.History(ctx, id)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(h.Sessions, func(s pass.Session) bool { return s.Key() == r.Session }) {
		r.faults.add("session", fmt.Sprintf("is no session of pass %s; describe shows those that it has", id))
		return nil, r.faults.problem(r.op)
	}
	return p, nil
}

// did reports whether a change made p what it is, or p was so already.
func did(p *pass.Pass, done pass.Change) bool {
	return p.LastChange != nil && p.LastChange.Key == done.Key
}

// describe tells of one pass, and changes nothing.
func (m *Manager) describe(ctx context.Context, r *request) (*Description, error) {
	return recorded(m, r, func(now pass.NumericDate, e *Entry) (*Description, error) {
		where, err := m.found(r, e)
		if err != nil {
			return nil, err
		}
		h, err := m.Store.History(ctx, where.id)
		if err != nil || h == nil {
			return nil, failed(r.op, where.id, cmp.Or(err, errNothing))
		}
		if h.Pass == nil && h.Registration != nil {
			d, err := registered(h.Registration, now)
			if err != nil {
				return nil, failed(r.op, where.id, err)
			}
			return d, nil
		}
		if err := readable(h.Pass); err != nil {
			return nil, failed(r.op, where.id, err)
		}
		d := newDescription(h, where, now)
		d.Refusals = refusals(m.cfg.Stack, where.id)
		return d, nil
	})
}

// write carries out a change of one pass.
func (m *Manager) write(ctx context.Context, r *request, do write) (*Description, error) {
	return recorded(m, r, func(now pass.NumericDate, e *Entry) (*Description, error) {
		r.faults.attributed(r.By, r.Why, m.cfg.MovedIn)
		if r.op == change {
			r.terms.form(m, now, &r.faults)
		}
		where, err := m.found(r, e)
		if err != nil {
			return nil, err
		}
		done, err := m.done(r, now)
		if err != nil {
			return nil, failed(r.op, where.id, err)
		}
		p, err := do(m, ctx, r, where.id, done)
		if err == nil {
			err = readable(p)
		}
		if err != nil {
			return nil, failed(r.op, where.id, err)
		}
		d := newDescription(&pass.History{Pass: p}, where, now)
		if !did(p, done) {
			e.Unchanged, d.Unchanged = true, true
			d.Hints = append([]string{already(r, p)}, d.Hints...)
		}
		return d, nil
	})
}

// recorded is what every operation goes through: its second is read once, and what
// became of it is logged. do fills in the entry.
func recorded[A any](m *Manager, r *request, do func(now pass.NumericDate, e *Entry) (A, error)) (A, error) {
	e := Entry{Operation: r.op}
	a, err := do(pass.At(m.now()), &e)
	m.log(e, err)
	return a, err
}

// found ends the checks of a request about one pass, and says which.
func (m *Manager) found(r *request, e *Entry) (found, error) {
	where := r.check(m.cfg.MovedIn)
	r.holdsNothingOf(where.id)
	if len(r.faults) > 0 {
		return where, r.faults.problem(r.op)
	}
	e.PassID, e.By = where.id, r.By
	if where.stateless {
		return where, &Problem{Code: Stateless, Message: "This token carries everything itself and has no record: it cannot be described, changed, revoked or ended singly, and is good until it expires."}
	}
	return where, nil
}

var errNothing = errors.New("the store answered nothing")

// readable returns why nothing can be said of a pass, or nil.
func readable(p *pass.Pass) error {
	switch {
	case p == nil:
		return errNothing
	case p.V != pass.Version:
		return fmt.Errorf("a record of version %d", p.V)
	}
	return nil
}

// done returns what the history of a pass is to hold of a request. Its key is drawn
// once, and is the same whenever the store has to ask again.
func (m *Manager) done(r *request, now pass.NumericDate) (pass.Change, error) {
	random := m.Rand
	if random == nil {
		random = rand.Reader
	}
	var key [8]byte
	if _, err := io.ReadFull(random, key[:]); err != nil {
		return pass.Change{}, fmt.Errorf("draw a key: %w", err)
	}
	return pass.Change{Key: pass.KeyOf(key), At: now, Operation: r.op, By: r.By, Why: r.Why}, nil
}

// failed translates a store's error: what is absent is a problem to answer,
// everything else is to be tried again.
func failed(op, id string, err error) error {
	var said *Problem
	switch {
	case errors.As(err, &said):
		return said
	case errors.Is(err, pass.ErrNotFound):
		return &Problem{Code: NotFound, Message: fmt.Sprintf("There is no pass %s. Records are cleared away some time after their pass has ended; if the id is that of a form that was filled in, issue {\"registration\": %q} first.", id, id)}
	case errors.Is(err, pass.ErrUnavailable):
		return fmt.Errorf("manage: %s %s: %w", op, id, err)
	}
	return fmt.Errorf("manage: %s %s: %w: %w", op, id, pass.ErrUnavailable, err)
}

func (m *Manager) now() time.Time {
	now := m.Now
	if now == nil {
		now = time.Now
	}
	return now()
}
