package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func erasePromises() []promise {
	return []promise{
		{"a pass is erased with everything beside it, and nothing of others", erases},
		{"what was erased opens nothing, nor do its sessions", erasesAccess},
		{"what was erased is in no list", erasesFromLists},
		{"a registration is erased, with and without its pass", erasesRegistrations},
		{"what is not there is erased already", erasesNothing},
		{"what cannot be read is erased", erasesUnreadable},
		{"what is put beside an erased pass is cleared", erasesAndClears},
		{"revoking what cannot be read is told apart from a store that does not answer", revokesUnreadable},
	}
}

// gone wants none of these items of an id.
func (k kit) gone(id string, sks ...string) {
	k.Helper()
	for _, sk := range sks {
		k.same(sk, k.raw(record.PassPK(id), sk), record.Item(nil))
	}
}

func erases(k kit) {
	p, near := visitor(), visitor()
	near.ID = p.ID + "0"
	sks := append(beside(k, p), record.PassSK)
	k.created(p)
	k.created(near)
	beside(k, near)
	unchanged := k.unchanged(near.ID)
	for range 2 {
		k.must(k.Erase(k.ctx, p.ID))
		k.gone(p.ID, sks...)
	}
	unchanged()
	for _, sk := range sks {
		if k.raw(record.PassPK(near.ID), sk) == nil {
			k.Errorf("%s of a pass whose id begins alike is gone", sk)
		}
	}
}

func erasesAccess(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	k.redeemed(s, pass.OK)
	k.must(k.Erase(k.ctx, p.ID))
	k.same("read", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}), pass.Entry{})
	k.redeemed(session(p, 2, now), pass.Unknown)
	k.redeemed(s, pass.Unknown)
	k.used(p.ID, ask(p, key(3)), now, pass.Unknown)
	_, err := k.Revoke(k.ctx, p.ID, pass.Change{Key: key(1), At: now})
	k.kind("revoke", err, pass.ErrNotFound)
	_, err = k.History(k.ctx, p.ID)
	k.kind("history", err, pass.ErrNotFound)
	k.gone(p.ID, record.PassSK)
}

func erasesFromLists(k kit) {
	of := newID()
	p, other := k.listed(of, now), k.listed(of, now)
	k.must(k.Erase(k.ctx, p.ID))
	for index, value := range map[pass.Index]string{pass.ByScope: p.Scope, pass.ByHolder: p.Holder, pass.ByIssuer: p.Issuer} {
		k.same(string(index), k.found(pass.Listing{Index: index, Value: value}), []pass.Place{place(other)})
	}
}

func erasesRegistrations(k kit) {
	r := registration()
	r.Holder = "holder-" + newID()
	k.must(k.Register(k.ctx, r))
	k.must(k.Erase(k.ctx, r.ID))
	k.comes(r.ID, nil, nil)
	k.same("by holder", k.found(pass.Listing{Index: pass.ByHolder, Value: r.Holder}), []pass.Place(nil))

	k.must(k.Register(k.ctx, r))
	p := visitor()
	p.ID, p.Holder = r.ID, r.Holder
	k.created(p)
	k.must(k.Erase(k.ctx, r.ID))
	k.comes(r.ID, nil, nil)
	k.same("by holder, both", k.found(pass.Listing{Index: pass.ByHolder, Value: r.Holder}), []pass.Place(nil))
}

func erasesNothing(k kit) { k.must(k.Erase(k.ctx, newID())) }

func erasesUnreadable(k kit) {
	for name, v := range map[string]any{record.V: int64(2), record.ExpiresAt: "tomorrow"} {
		p := visitor()
		sks := beside(k, p)
		k.plant(with(record.FromPass(p), record.Item{name: v}))
		k.must(k.Erase(k.ctx, p.ID))
		k.gone(p.ID, append(sks, record.PassSK)...)
	}
}

// erasesAndClears is what the stream's reader may do: it is told of a use after the
// pass was erased, and then that the pass is gone.
func erasesAndClears(k kit) {
	p := k.created(counted())
	k.must(k.Erase(k.ctx, p.ID))
	k.must(k.PutUse(k.ctx, p.ID, pass.Use{Key: key(1), At: now, IP: "192.0.2.1"}, now+day))
	k.must(k.PutChange(k.ctx, p.ID, pass.Change{Key: key(2), At: now, By: "Olga"}, now+day))
	k.must(k.PutMarker(k.ctx, p.ID, now))
	k.must(k.Clear(k.ctx, p.ID))
	k.gone(p.ID, record.UseSK(now, key(1)), record.ChangeSK(now, key(2)), record.MarkerSK)
}

func revokesUnreadable(k kit) {
	late, corrupt := counted(), counted()
	k.plant(with(record.FromPass(late), record.Item{record.V: int64(2)}), with(record.FromPass(corrupt), record.Item{record.ExpiresAt: "tomorrow"}))
	for what, p := range map[string]*pass.Pass{"another version": late, "another type": corrupt} {
		_, err := k.Revoke(k.ctx, p.ID, pass.Change{Key: key(1), At: now})
		k.kind(what, err, pass.ErrUnreadable)
		k.kind(what, err, pass.ErrUnavailable)
	}
}
