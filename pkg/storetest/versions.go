package storetest

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func versionPromises() []promise {
	return []promise{
		{"a pass of another version is read with its keys alone", versionRead},
		{"a pass of another version is refused by every writer and left as it is", versionWrite},
		{"a session of another version makes its retry unavailable", versionSession},
		{"attributes of a newer version stay whoever writes", versionUnknown},
	}
}

// strangeVersions are the next one, a far one, and that of an item without one.
func strangeVersions() []int { return []int{pass.Version + 1, 1 << 30, 0} }

// foreign plants a pass of a version, with attributes of that version.
func foreign(k kit, v int) *pass.Pass {
	k.Helper()
	p := visitor()
	p.V, p.MaxUses = v, 3
	p.Sessions[key(2)] = now + hour
	it := with(record.FromPass(p), later())
	if v == 0 {
		delete(it, record.V)
	}
	k.plant(it)
	return p
}

func versionRead(k kit) {
	for _, v := range strangeVersions() {
		p := foreign(k, v)
		s := session(p, 2, now)
		s.V = v
		k.plant(record.FromSession(s))
		want := pass.Entry{Pass: &pass.Pass{V: v, ID: p.ID}, Session: &pass.Session{V: v, PassID: p.ID, Secret: s.Secret}}
		k.same("entry", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}), want)
		_, err := k.History(k.ctx, p.ID)
		k.kind("history", err, pass.ErrUnavailable)
	}
}

func versionWrite(k kit) {
	for _, v := range strangeVersions() {
		p := foreign(k, v)
		unchanged := k.unchanged(p.ID)
		k.used(p.ID, ask(p, key(1)), now, pass.Unavailable)
		s := session(p, 1, now)
		_, _, r, err := k.Redeem(k.ctx, p, sessionAsk(p, s), s)
		k.reason("redeem", r, err, pass.Unavailable)
		k.same("session", k.rawSession(s), record.Item(nil))
		for _, m := range managings() {
			_, err := m.call(k.ctx, k.Store, p.ID)
			k.kind(fmt.Sprintf("%s at version %d", m.name, v), err, pass.ErrUnavailable)
		}
		k.kind("create", k.Create(k.ctx, p), pass.ErrExists)
		k.must(k.Clear(k.ctx, p.ID))
		unchanged()
	}
}

func versionSession(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	k.redeemed(s, pass.OK)
	k.plant(with(k.rawSession(s), record.Item{record.V: int64(pass.Version + 1)}))
	unchanged := k.unchanged(p.ID)
	k.redeemed(s, pass.Unavailable)
	unchanged()
}

func versionUnknown(k kit) {
	p := visitor()
	p.MaxUses = 5
	k.plant(with(record.FromPass(p), later()))
	kept := func(what string) {
		k.Helper()
		k.same(what, k.rawPass(p.ID), with(record.FromPass(k.read(p.ID)), later()))
	}
	k.used(p.ID, ask(p, key(1)), now, pass.OK)
	kept("use")
	k.redeemed(session(p, 2, now), pass.OK)
	kept("redeem")
	for _, m := range managings() {
		_, err := m.call(k.ctx, k.Store, p.ID)
		k.kind(m.name, err, nil)
		kept(m.name)
	}
	k.same("revocation", k.read(p.ID).RevokedAt, pass.NumericDate(0))
}
