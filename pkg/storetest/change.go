package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func changePromises() []promise {
	return append([]promise{
		{"each thing that may be changed is, and nothing else", changesEach},
		{"all of them are changed by one write", changesAll},
		{"what is so already is left as it is", changesNothing},
		{"an amendment that says nothing changes nothing", changesNone},
		{"a pass that is revoked, expired or spent is changed, and is so still where nothing was said of it", changesOver},
		{"a total below the uses so far leaves it spent, and one above lets them go on", changesTotal},
		{"a counted pass becomes unlimited and counted again, with its uses", changesCounting},
		{"a new end judges sessions too, and lengthens none", changesSessions},
		{"a new scope is that of sessions and of the list", changesScope},
	}, changeNotePromises()...)
}

// did is the nth thing that was done to a pass.
func did(n int, operation string) pass.Change {
	return pass.Change{Key: key(700 + n), At: now + pass.NumericDate(n), Operation: operation, By: "Olga", Why: "asked by phone"}
}

// changed changes p, and wants the store's answer and record to be what package
// pass makes of it.
func (k kit) changed(p *pass.Pass, a pass.Amendment) *pass.Pass {
	k.Helper()
	p.Amend(a)
	k.becomes(p)(k.Change(k.ctx, p.ID, a))
	k.same("item", k.rawPass(p.ID), record.FromPass(p))
	return p
}

// amendments say one thing each.
func amendments() map[string]pass.Amendment {
	return map[string]pass.Amendment{
		"end":         {ExpiresAt: now + 9*day, PurgeAt: now + 10*day},
		"end alone":   {ExpiresAt: now + 9*day},
		"earlier end": {ExpiresAt: now + 1, PurgeAt: now + day},
		"more uses":   {MaxUses: pass.MaxUses},
		"one use":     {MaxUses: 1},
		"unlimited":   {Unlimited: true},
		"scope":       {Scope: "report:67"},
		"data":        {Data: []byte(`{"b":2}`)},
		"target":      {Target: "https://example.com/other"},
		"two":         {Unlimited: true, Scope: "report:68"},
	}
}

// whole is a pass that has something of everything.
func whole() *pass.Pass {
	p := counted()
	p.Invitation, p.Data, p.Target = &pass.Invitation{From: "Fred"}, []byte(`{"a":1}`), "https://example.com/reports/66"
	p.Uses[key(1)], p.LastUse = now, &pass.Use{Key: key(1), At: now, Route: "GET /x"}
	return p
}

func changesEach(k kit) {
	for name, a := range amendments() {
		a.Change = did(1, pass.Changing)
		p := k.created(whole())
		if p.Amended(a) {
			k.Errorf("%s: nothing is to change", name)
		}
		k.changed(p, a)
		k.changed(k.created(counted()), a) // which has neither data nor target yet
	}
}

func changesAll(k kit) {
	p := k.created(whole())
	k.changed(p, pass.Amendment{ExpiresAt: now + 9*day, PurgeAt: now + 10*day, MaxUses: 20, Scope: "report:67",
		Data: []byte(`{"b":2}`), Target: "/other", Change: did(1, pass.Changing)})
	k.used(p.ID, ask(p, key(2)), now+9*day-1, pass.OK)
	k.used(p.ID, ask(p, key(3)), now+9*day, pass.Expired)
	a := ask(p, key(4))
	a.Scope = "report:66"
	k.used(p.ID, a, now, pass.WrongScope)
}

func changesNothing(k kit) {
	for name, a := range amendments() {
		a.Change = did(1, pass.Changing)
		p := k.changed(k.created(whole()), a)
		unchanged := k.unchanged(p.ID)
		a.Change = did(2, pass.Changing)
		a.PurgeAt = now + 11*day // goes with an end that is another, and not by itself
		got, err := k.Change(k.ctx, p.ID, a)
		k.must(err)
		k.same(name+" again", got, p)
		unchanged()
	}
}

func changesNone(k kit) {
	p := k.created(whole())
	unchanged := k.unchanged(p.ID)
	k.becomes(p)(k.Change(k.ctx, p.ID, pass.Amendment{Change: did(1, pass.Changing), PurgeAt: now + day}))
	unchanged()
}

func changesOver(k kit) {
	for reason, edit := range map[pass.Reason]func(*pass.Pass){
		pass.Revoked: func(p *pass.Pass) { p.RevokedAt, p.RevokedBy = now, "Olga" },
		pass.Expired: func(p *pass.Pass) { p.ExpiresAt = now },
		pass.Spent:   func(p *pass.Pass) { p.MaxUses = 1 },
	} {
		p := whole()
		edit(p)
		k.changed(k.created(p), pass.Amendment{Scope: "report:67", Data: []byte(`{}`), Change: did(1, pass.Changing)})
		k.used(p.ID, ask(p, key(2)), now, reason)
		k.changed(p, pass.Amendment{ExpiresAt: now + day, PurgeAt: now + 2*day, MaxUses: 5, Change: did(2, pass.Changing)})
		want := pass.OK
		if reason == pass.Revoked {
			want = reason
		}
		k.used(p.ID, ask(p, key(2)), now, want)
	}
}

func changesTotal(k kit) {
	p := k.created(counted())
	for i := range 3 {
		p = k.used(p.ID, ask(p, key(i)), now, pass.OK)
	}
	k.changed(p, pass.Amendment{MaxUses: 2})
	k.used(p.ID, ask(p, key(9)), now, pass.Spent)
	k.used(p.ID, ask(p, key(1)), now, pass.OK) // it is that one again
	k.changed(p, pass.Amendment{MaxUses: 3})
	k.used(p.ID, ask(p, key(9)), now, pass.Spent)
	k.changed(p, pass.Amendment{MaxUses: 4})
	k.used(p.ID, ask(p, key(9)), now, pass.OK)
	k.used(p.ID, ask(p, key(10)), now, pass.Spent)
}

func changesCounting(k kit) {
	p := whole()
	p.MaxUses = 1
	k.created(p)
	k.used(p.ID, ask(p, key(2)), now, pass.Spent)
	k.changed(p, pass.Amendment{Unlimited: true})
	k.used(p.ID, ask(p, key(2)), now, pass.OK)
	k.same("uses", len(k.read(p.ID).Uses), 1)
	k.changed(p, pass.Amendment{MaxUses: 2})
	k.used(p.ID, ask(p, key(3)), now, pass.OK)
	k.used(p.ID, ask(p, key(4)), now, pass.Spent)

	v := k.created(visitor()) // a redemption knows the pass as it was read
	read := k.read(v.ID)
	k.changed(v, pass.Amendment{MaxUses: 1})
	s := session(v, 1, now)
	_, _, r, err := k.Redeem(k.ctx, read, sessionAsk(v, s), s)
	k.reason("redeemed as if unlimited", r, err, pass.OK)
	k.same("uses", len(k.read(v.ID).Uses), 1)
	k.redeemed(session(v, 2, now), pass.Spent)
}

func changesSessions(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	s.ExpiresAt = now + hour
	k.redeemed(s, pass.OK)
	p = k.read(p.ID)
	k.changed(p, pass.Amendment{ExpiresAt: now + minute, PurgeAt: now + day})
	k.lives(s, now+minute-1, pass.OK)
	k.lives(s, now+minute, pass.SessionEnded)
	k.changed(p, pass.Amendment{ExpiresAt: now + 9*day, PurgeAt: now + 10*day})
	k.lives(s, now+minute, pass.OK) // what the pass's end had cut off goes on with it
	k.lives(s, now+hour, pass.SessionEnded)
}

func changesScope(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	k.redeemed(s, pass.OK)
	p = k.read(p.ID)
	a := sessionAsk(p, s)
	k.changed(p, pass.Amendment{Scope: "moved:" + p.ID})
	e := k.entry(pass.Ref{ID: p.ID, Session: &s.Secret})
	for scope, want := range map[string]pass.Reason{"report:66": pass.WrongScope, p.Scope: pass.OK} {
		a.Scope = scope
		k.same("a session at a route for "+scope, pass.AdmitSession(e.Pass, e.Session, a, now), want)
	}
	places, err := k.Find(k.ctx, pass.Listing{Index: pass.ByScope, Value: p.Scope, Limit: 10})
	k.must(err)
	k.same("places", places, []pass.Place{{IssuedAt: p.IssuedAt, ID: p.ID}})
}
