// Package manage is what operators do with passes: describe one, revoke it,
// restore it, end its sessions.
//
// An operation is one JSON document with one key, its name:
//
//	{"describe": {"pass": "…"}}
//	{"revoke":   {"pass": "…", "by": "…", "why": "…"}}
//	{"restore":  {"pass": "…", "by": "…", "why": "…"}}
//	{"end":      {"pass": "…", "session": "…", "by": "…", "why": "…"}}
//
// The answer to each is a [Description]: how the pass stands now. Changes are
// answered from the one write they made, so they show the newest use in full
// and no ended sessions; describe shows all there is.
//
// # Rules
//
//   - pass is a pass id, a token, or any text that holds one, such as a link
//     pasted from a mail. Only the id is taken from it; a secret is neither
//     kept, logged nor answered. A token that was cut still has its id, and the
//     answer says that it was cut: that is why its holder is refused.
//   - session is a session's id from a description; without it end ends all.
//   - by says who does it (1 to [MaxBy] bytes) and is required for changes; why
//     is up to [MaxWhy] bytes. Both may be kept and logged, so a document that
//     has a token in either is refused.
//   - An id under which somebody filled in a form, and for which no pass was issued
//     yet, is described as registered: the form, when, and until when a pass may be
//     issued for it. There is nothing to change about it.
//   - Every change may be repeated: the second time nothing happens, and the
//     answer is the same.
//   - A wrong document is an ordinary answer, {"error": {code, message, fields}},
//     which names every wrong field; so is a pass that does not exist. Only what
//     is worth trying again is a Go error, and it matches pass.ErrUnavailable.
//   - The decision in an answer is package pass's own, for a good presentation
//     at this second; nothing here judges.
package manage

import (
	"context"
	"errors"
	"fmt"
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
	History(ctx context.Context, id string) (*pass.History, error)
	Revoke(ctx context.Context, id string, at pass.NumericDate, by, why string) (*pass.Pass, error)
	Restore(ctx context.Context, id string) (*pass.Pass, error)
	EndSession(ctx context.Context, id string, k pass.Key) (*pass.Pass, error)
	EndSessions(ctx context.Context, id string) (*pass.Pass, error)
}

// Manager carries out operations. It is safe for concurrent use.
type Manager struct {
	Store Store
	Now   func() time.Time // read once per operation; nil: time.Now
	Log   func(Entry)      // called once per operation, before it is answered; nil: not recorded
}

// Change asks for one change of a pass.
type Change struct {
	Pass    string   // a pass id, a token, or text that holds one
	Session pass.Key // of End alone: this session; empty: all of them
	By      string   // who, required
	Why     string
}

// The operations, as documents and log entries name them.
const (
	describe = "describe"
	revoke   = "revoke"
	restore  = "restore"
	end      = "end"
)

// Describe tells all there is about the pass that ref is, or holds: a pass id,
// a token, a pasted link. Its error is a *[Problem], or matches
// pass.ErrUnavailable; so are those of the three that follow.
func (m *Manager) Describe(ctx context.Context, ref string) (*Description, error) {
	return m.do(ctx, describe, Change{Pass: ref}, nil)
}

// Revoke withdraws a pass and ends its sessions, from the next check on. Of a
// pass that was revoked before, the first time, by and why stay.
func (m *Manager) Revoke(ctx context.Context, c Change) (*Description, error) {
	return m.do(ctx, revoke, c, nil)
}

// Restore takes a revocation back. It gives back the link, never the sessions
// that were ended, and no time: an expired pass stays expired.
func (m *Manager) Restore(ctx context.Context, c Change) (*Description, error) {
	return m.do(ctx, restore, c, nil)
}

// End ends one session of a pass, or all; the pass itself stays as it is. A
// session that is not there has ended already.
func (m *Manager) End(ctx context.Context, c Change) (*Description, error) {
	return m.do(ctx, end, c, nil)
}

// do is what every operation goes through: checked, carried out, recorded. f
// holds what was found wrong with the document so far.
func (m *Manager) do(ctx context.Context, op string, c Change, f faults) (*Description, error) {
	now := pass.At(m.now())
	e := Entry{Operation: op}
	d, err := m.attempt(ctx, op, c, f, now, &e)
	e.Outcome = outcome(err)
	m.log(e)
	return d, err
}

func (m *Manager) attempt(ctx context.Context, op string, c Change, f faults, now pass.NumericDate, e *Entry) (*Description, error) {
	f, where := c.check(op, f)
	if len(f) > 0 {
		return nil, f.problem(op)
	}
	e.PassID, e.By, e.Why = where.id, c.By, masked(c.Why)
	if where.stateless {
		return nil, &Problem{Code: Stateless, Message: "This token carries everything itself and has no record: it cannot be described, revoked or ended singly, and is good until it expires."}
	}
	h, err := m.carryOut(ctx, op, where.id, c, now)
	if err != nil {
		return nil, failed(op, where.id, err)
	}
	if h.Pass == nil {
		d, err := registered(h.Registration, now)
		if err != nil {
			return nil, failed(op, where.id, err)
		}
		return d, nil
	}
	return newDescription(h, where, now), nil
}

// carryOut makes the one store call of an operation.
func (m *Manager) carryOut(ctx context.Context, op, id string, c Change, now pass.NumericDate) (h *pass.History, err error) {
	var p *pass.Pass
	switch {
	case op == describe:
		h, err = m.Store.History(ctx, id)
	case op == revoke:
		p, err = m.Store.Revoke(ctx, id, now, c.By, c.Why)
	case op == restore:
		p, err = m.Store.Restore(ctx, id)
	case c.Session != "":
		p, err = m.Store.EndSession(ctx, id, c.Session)
	default:
		p, err = m.Store.EndSessions(ctx, id)
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
