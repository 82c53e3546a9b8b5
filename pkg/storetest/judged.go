package storetest

import (
	"maps"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// judgedUse makes one use of a planted pass, nil for none, and holds the answer
// and the item after it to pass.Admit. It returns the reason.
func (k kit) judgedUse(id string, planted record.Item, a pass.Ask, u pass.Use) pass.Reason {
	k.Helper()
	was := decoded(k, planted)
	want := pass.Admit(was, a, u.At)
	p, got, err := k.Use(k.ctx, id, a, u)
	k.reason("use", got, err, want)

	item := planted
	if want == pass.OK && was.MaxUses > 0 && !was.Counted(a.Key) {
		uses := with(planted[record.Uses].(record.Item), record.Item{string(u.Key): int64(u.At)})
		item = with(planted, record.Item{record.Uses: uses, record.LastUse: record.FromUse(u)})
	}
	k.same("item after "+string(want), k.rawPass(id), item)
	if want != pass.Unavailable {
		k.same("answer of "+string(want), p, decoded(k, item))
	}
	return want
}

// redemption is a redeem call and what was planted before it.
type redemption struct {
	pass, session record.Item // nil: not there
	read          *pass.Pass  // what the caller believes of the pass
	ask           pass.Ask
	opens         *pass.Session
}

// judgedRedeem makes one redemption and holds the answer and the items after it
// to pass.AdmitRedeem. It returns the reason.
func (k kit) judgedRedeem(r redemption) pass.Reason {
	k.Helper()
	was, first := decoded(k, r.pass), decodedSession(k, r.session)
	want := pass.AdmitRedeem(was, first, r.ask, r.opens.At)
	p, opened, got, err := k.Redeem(k.ctx, r.read, r.ask, r.opens)
	k.reason("redeem", got, err, want)

	item, visit := r.pass, r.session
	if want == pass.OK && first == nil {
		item, visit = k.opened(r, was), record.FromSession(r.opens)
	}
	k.same("pass after "+string(want), k.rawPass(r.opens.PassID), item)
	k.same("session after "+string(want), k.rawSession(r.opens), visit)
	if want == pass.OK {
		k.same("opened session", opened, decodedSession(k, visit))
	} else if opened != nil {
		k.Errorf("redeem: %s with a session", want)
	}
	if want != pass.Unavailable {
		k.same("answer of "+string(want), p, decoded(k, item))
	}
	return want
}

// opened returns the item that a pass must have after a redemption. Which dead
// sessions went is up to the store, so those that stayed are taken from what it
// has; the bound must hold.
func (k kit) opened(r redemption, was *pass.Pass) record.Item {
	k.Helper()
	sessions := record.Item{string(r.ask.Key): int64(r.opens.ExpiresAt)}
	have, _ := k.rawPass(was.ID)[record.Sessions].(record.Item)
	for key, end := range was.Sessions {
		if _, stayed := have[string(key)]; key != r.ask.Key && (stayed || r.opens.At < end) {
			sessions[string(key)] = int64(end)
		}
	}
	if len(sessions) > pass.MaxSessions {
		k.Errorf("%d entries in sessions", len(sessions))
	}
	item := with(r.pass, record.Item{record.Sessions: sessions})
	if was.MaxUses > 0 {
		item[record.Uses] = with(item[record.Uses].(record.Item), record.Item{string(r.ask.Key): int64(r.opens.At)})
		item[record.LastUse] = record.FromUse(r.opens.Use())
	}
	return item
}

func decoded(k kit, it record.Item) *pass.Pass {
	k.Helper()
	if it == nil {
		return nil
	}
	p, err := record.ToPass(it)
	k.must(err)
	return p
}

func decodedSession(k kit, it record.Item) *pass.Session {
	k.Helper()
	if it == nil {
		return nil
	}
	s, err := record.ToSession(it)
	k.must(err)
	return s
}

// unchanged returns a check that the item of a pass is as it is now.
func (k kit) unchanged(id string) func() {
	k.Helper()
	was := maps.Clone(k.rawPass(id))
	return func() {
		k.Helper()
		k.same("item", k.rawPass(id), was)
	}
}
