// Package manage is what operators do with passes: list them, describe one, change
// it, revoke it, restore it, end its sessions.
//
// An operation is one JSON document with one key, its name:
//
//	{"describe": {"pass": "…"}}
//	{"change":   {"pass": "…", "by": "…", "why": "…", "expires_in": 86400, …}}
//	{"revoke":   {"pass": "…", "by": "…", "why": "…"}}
//	{"restore":  {"pass": "…", "by": "…", "why": "…"}}
//	{"end":      {"pass": "…", "session": "…", "by": "…", "why": "…"}}
//	{"list":     {"scope": "…", "state": "live", "limit": 20, "cursor": "…", …}}
//
// The answer to list is a [Page], to each other a [Description]: how the pass
// stands now. Changes are
// answered from the one write they made, so they show the newest use in full
// and no ended sessions; describe shows all there is.
//
// # Rules
//
//   - pass is a pass id, a token, or any text that holds one, such as a link
//     pasted from a mail. Only the id is taken from it; a secret is neither
//     kept, logged nor answered. A token that was cut still has its id, and the
//     answer says that it was cut: that is why its holder is refused.
//     Where credentials of another system moved in, one of those is found as well: by
//     itself, in a link, or as the UUID in an ancestor's path.
//   - session is a session's id from a description; without it end ends all.
//   - by says who does it (1 to [MaxBy] bytes) and is required for changes; why
//     is up to [MaxWhy] bytes. Both may be kept and logged, so a document that
//     has a token in either is refused. So is one that has the credential which this
//     pass moved in by there, or in what a change would keep.
//   - An id under which somebody filled in a form, and for which no pass was issued
//     yet, is described as registered: the form, when, and until when a pass may be
//     issued for it. There is nothing to change about it.
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
//     answer is the same. Seconds from now are reckoned each time.
//   - What was done is kept with the pass, in the write that did it: when, by whom,
//     why. describe shows all of it until the pass would have been cleared away when it
//     was done: an extension does not keep what came before it any longer.
//   - A wrong document is an ordinary answer, {"error": {code, message, fields}},
//     which names every wrong field; so is a pass that does not exist. Only what
//     is worth trying again is a Go error, and it matches pass.ErrUnavailable.
//   - The decision in an answer is package pass's own, for a good presentation
//     at this second; nothing here judges.
package manage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
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

// Manager carries out operations. It is safe for concurrent use.
type Manager struct {
	Store   Store
	Config  Config
	Digests Digests          // for lists of one person's or one issuer's passes
	MovedIn []string         // the query parameters that credentials which moved in come in; empty: none did
	Now     func() time.Time // read once per operation; nil: time.Now
	Log     func(Entry)      // called once per operation, before it is answered; nil: not recorded
	Rand    io.Reader        // tells changes of one second apart; nil: crypto/rand
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
	return m.do(ctx, &request{op: describe, Change: Change{Pass: ref}})
}

// Revoke withdraws a pass and ends its sessions, from the next check on. Of a
// pass that was revoked before, the first time, by and why stay.
func (m *Manager) Revoke(ctx context.Context, c Change) (*Description, error) {
	return m.do(ctx, &request{op: revoke, Change: c})
}

// Restore takes a revocation back. It gives back the link, never the sessions
// that were ended, and no time: an expired pass stays expired.
func (m *Manager) Restore(ctx context.Context, c Change) (*Description, error) {
	return m.do(ctx, &request{op: restore, Change: c})
}

// End ends one session of a pass, or all; the pass itself stays as it is. A
// session that is not there has ended already.
func (m *Manager) End(ctx context.Context, c Change) (*Description, error) {
	return m.do(ctx, &request{op: end, Change: c})
}

// do carries out an operation on one pass.
func (m *Manager) do(ctx context.Context, r *request) (*Description, error) {
	return recorded(m, r.op, func(now pass.NumericDate, e *Entry) (*Description, error) { return m.attempt(ctx, r, now, e) })
}

// recorded is what every operation goes through: its second is read once, and what
// became of it is logged. do fills in the entry.
func recorded[A any](m *Manager, op string, do func(now pass.NumericDate, e *Entry) (A, error)) (A, error) {
	e := Entry{Operation: op}
	a, err := do(pass.At(m.now()), &e)
	e.Outcome = outcome(err)
	m.log(e)
	return a, err
}

func (m *Manager) attempt(ctx context.Context, r *request, now pass.NumericDate, e *Entry) (*Description, error) {
	where := r.check(m.MovedIn)
	if r.op == change {
		if err := r.terms.check(m.config(), now, &r.faults); err != nil {
			return nil, failed(r.op, where.id, err)
		}
	}
	r.holdsNothingOf(where.id)
	if len(r.faults) > 0 {
		return nil, r.faults.problem(r.op)
	}
	e.PassID, e.By, e.Why = where.id, r.By, masked(r.Why)
	if where.stateless {
		return nil, &Problem{Code: Stateless, Message: "This token carries everything itself and has no record: it cannot be described, changed, revoked or ended singly, and is good until it expires."}
	}
	h, err := m.carryOut(ctx, r, where.id, now)
	if err != nil {
		return nil, failed(r.op, where.id, err)
	}
	if h.Pass == nil {
		d, err := registered(h.Registration, now)
		if err != nil {
			return nil, failed(r.op, where.id, err)
		}
		return d, nil
	}
	d := newDescription(h, where, now)
	if r.op == describe {
		d.Refusals = refusals(m.Config.Stack, where.id)
	}
	return d, nil
}

// carryOut makes the one store call of an operation, and a read before a change.
func (m *Manager) carryOut(ctx context.Context, r *request, id string, now pass.NumericDate) (h *pass.History, err error) {
	var p *pass.Pass
	done, op := pass.Change{}, r.op
	if op != describe {
		if done, err = m.done(r, now); err != nil {
			return nil, err
		}
	}
	switch {
	case op == describe:
		h, err = m.Store.History(ctx, id)
	case op == change:
		p, err = m.change(ctx, r, id, done)
	case op == revoke:
		p, err = m.Store.Revoke(ctx, id, done)
	case op == restore:
		p, err = m.Store.Restore(ctx, id, done)
	case r.Session != "":
		p, err = m.Store.EndSession(ctx, id, r.Session, done)
	default:
		p, err = m.Store.EndSessions(ctx, id, done)
	}
	if op != describe {
		h = &pass.History{Pass: p}
	}
	switch {
	case err != nil:
		return nil, err
	case op == describe && h != nil && h.Pass == nil && h.Registration != nil:
		return h, nil
	case h == nil || h.Pass == nil:
		return nil, errors.New("the store answered nothing")
	case h.Pass.V != pass.Version:
		return nil, fmt.Errorf("a record of version %d", h.Pass.V)
	}
	return h, nil
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
