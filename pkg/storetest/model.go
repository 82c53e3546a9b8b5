package storetest

import (
	"context"
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"github.com/gatepass/gatepass/pkg/pass"
)

// action is a verb that a history is made of.
type action string

const (
	use     action = "use"
	redeem  action = "redeem"
	revoke  action = "revoke"
	restore action = "restore"
	end     action = "end"
	look    action = "look"
)

// request is what a client asks: an action, and for those that have one, the
// number of the use or session.
type request struct {
	action action
	n      int
}

// answer is what it is told. lost is an error: it may or may not be done, or be
// done later.
type answer struct {
	lost   bool
	reason pass.Reason
	state  state // as the returned pass has it
	blind  bool  // no pass was returned that is of that very moment
}

// state is a pass in the model, one bit for each use and session.
type state struct {
	revoked            bool
	uses, live, opened uint64 // opened ones keep their record when they are ended
}

// model is a pass that is used or redeemed by one client after another.
type model struct {
	pass    *pass.Pass
	present action
}

func newModel(present action) *model {
	m := &model{counted(), present}
	if m.pass.MaxUses = 6; present == redeem {
		m.pass.Mode = pass.VisitorMode
	}
	return m
}

// ask asks the store, all at one second.
func (m *model) ask(s Store, in request) answer {
	ctx, id := context.Background(), m.pass.ID
	var p *pass.Pass
	var r pass.Reason
	var err error
	switch in.action {
	case use:
		p, r, err = s.Use(ctx, id, ask(m.pass, key(in.n)), pass.Use{Key: key(in.n), At: now})
	case redeem:
		// A store may read the pass it returns after the transaction.
		se := session(m.pass, in.n, now)
		_, _, r, err = s.Redeem(ctx, m.pass, sessionAsk(m.pass, se), se)
		return answer{lost: err != nil, reason: r, blind: true}
	case revoke:
		p, err = s.Revoke(ctx, id, pass.Change{At: now, By: "Olga"})
	case restore:
		p, err = s.Restore(ctx, id, pass.Change{})
	case end:
		p, err = s.EndSession(ctx, id, key(in.n), pass.Change{})
	case look:
		var found []pass.Entry
		if found, err = s.Read(ctx, []pass.Ref{{ID: id}}); err == nil {
			p = found[0].Pass
		}
	}
	if err != nil {
		return answer{lost: true}
	}
	return answer{reason: r, state: stateOf(p)}
}

// stateOf returns what a pass shows of the state.
func stateOf(p *pass.Pass) state {
	s := state{revoked: p.RevokedAt != 0}
	for n := range clients * steps {
		if p.Counted(key(n)) {
			s.uses |= 1 << n
		}
		if _, ok := p.Sessions[key(n)]; ok {
			s.live |= 1 << n
		}
	}
	return s
}

// next returns the state after a request and the reason it is answered with,
// both by the rules of package pass.
func (m *model) next(s state, in request) (state, pass.Reason) {
	bit := uint64(1) << in.n
	switch in.action {
	case use:
		r := pass.Admit(m.in(s), ask(m.pass, key(in.n)), now)
		if r == pass.OK {
			s.uses |= bit
		}
		return s, r
	case redeem:
		se := session(m.pass, in.n, now)
		first := se
		if s.opened&bit == 0 {
			first = nil
		}
		r := pass.AdmitRedeem(m.in(s), first, sessionAsk(m.pass, se), now)
		if r == pass.OK && first == nil {
			s.uses, s.live, s.opened = s.uses|bit, s.live|bit, s.opened|bit
		}
		return s, r
	case revoke:
		s.revoked, s.live = true, 0
	case restore:
		s.revoked = false
	case end:
		s.live &^= bit
	}
	return s, ""
}

// in returns the pass as it is in a state.
func (m *model) in(s state) *pass.Pass {
	p := *m.pass
	p.Uses, p.Sessions = map[pass.Key]pass.NumericDate{}, map[pass.Key]pass.NumericDate{}
	for n := range clients * steps {
		if s.uses>>n&1 == 1 {
			p.Uses[key(n)] = now
		}
		if s.live>>n&1 == 1 {
			p.Sessions[key(n)] = p.ExpiresAt
		}
	}
	if s.revoked {
		p.RevokedAt = now
	}
	return &p
}

func (m *model) porcupine() porcupine.Model {
	nm := porcupine.NondeterministicModel{
		Init: func() []any { return []any{state{}} },
		Step: func(s, in, out any) []any { return m.step(s.(state), in.(request), out.(answer)) },
	}
	return nm.ToModel()
}

// step returns the states that a request with this answer can lead to.
func (m *model) step(s state, in request, out answer) []any {
	after, reason := m.next(s, in)
	if out.lost {
		return []any{s, after}
	}
	shown := after
	shown.opened = 0
	if reason != out.reason || !out.blind && shown != out.state {
		return nil
	}
	return []any{after}
}

// told writes a history for people.
func told(ops []porcupine.Operation) string {
	var b strings.Builder
	for _, op := range ops {
		fmt.Fprintf(&b, "client %d [%d %d] %v -> %+v\n", op.ClientId, op.Call, op.Return, op.Input, op.Output)
	}
	return b.String()
}
