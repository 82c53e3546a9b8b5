package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// overduePromises are about time and removal: nothing waits for TTL, and TTL
// takes nothing that somebody still needs.
func overduePromises() []promise {
	return []promise{
		{"an overdue pass that is still there is expired, not unknown", overduePass},
		{"an overdue pass whose time is not over is admitted", overdueAlive},
		{"an overdue id is still taken", overdueTaken},
		{"an overdue session that is still there is judged by its pass", overdueSession},
		{"an overdue end marker decides nothing", overdueMarker},
		{"a login pass stays until after the last session it can have opened", loginStays},
		{"a session whose pass was removed is ended", passRemoved},
	}
}

// overdue returns a pass whose purge_at has long come at now.
func overdue(p *pass.Pass) *pass.Pass {
	p.PurgeAt = now - 2*day
	return p
}

func overduePass(k kit) {
	p := overdue(visitor())
	p.MaxUses, p.ExpiresAt = 3, now-3*day
	k.created(p)
	unchanged := k.unchanged(p.ID)
	k.used(p.ID, ask(p, key(1)), now, pass.Expired)
	k.redeemed(session(p, 1, now), pass.Expired)
	unchanged()
	k.same("pass", k.read(p.ID), p)
}

func overdueAlive(k kit) {
	p := k.created(overdue(counted()))
	k.used(p.ID, ask(p, key(1)), now, pass.OK)
	k.same("uses", k.read(p.ID).Uses, map[pass.Key]pass.NumericDate{key(1): now})
}

func overdueTaken(k kit) {
	p := k.created(overdue(counted()))
	again := counted()
	again.ID = p.ID
	k.kind("create", k.Create(k.ctx, again), pass.ErrExists)
	k.same("pass", k.read(p.ID), p)
}

func overdueSession(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	s.PurgeAt = now - day
	k.redeemed(s, pass.OK)
	k.lives(s, now+1, pass.OK)
	k.lives(s, s.ExpiresAt, pass.SessionEnded)
	_, opened := k.redeemed(s, pass.OK)
	k.same("retry", opened, s)
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h.Sessions, []pass.Session{*s})
}

func overdueMarker(k kit) {
	p := k.created(counted())
	k.must(k.PutMarker(k.ctx, p.ID, now-day))
	k.used(p.ID, ask(p, key(1)), now, pass.OK)
	k.must(k.Clear(k.ctx, p.ID))
	k.same("marker", k.raw(record.PassPK(p.ID), record.MarkerSK), record.Marker(p.ID, now-day))
}

// loginStays is about purge_at as it lies in the table, which is all that TTL
// looks at.
func loginStays(k kit) {
	p := k.created(login())
	s := session(p, 1, p.ExpiresAt-1)
	k.redeemed(s, pass.OK)
	for _, it := range []record.Item{k.rawPass(p.ID), k.rawSession(s)} {
		if at, _ := it[record.PurgeAt].(int64); pass.NumericDate(at) <= s.ExpiresAt {
			k.Errorf("%s is purged at %d, before its session's end at %d", it[record.SK], at, s.ExpiresAt)
		}
	}
	k.lives(s, s.ExpiresAt-1, pass.OK)
}

func passRemoved(k kit) {
	p := login()
	s := session(p, 1, now)
	k.plant(record.FromSession(s))
	k.same("entry", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}), pass.Entry{Session: s})
	k.lives(s, now, pass.SessionEnded)
	k.redeemed(s, pass.Unknown)
}
