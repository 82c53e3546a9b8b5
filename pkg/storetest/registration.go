package storetest

import (
	"errors"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// registrationPromises are about what somebody said on a form.
func registrationPromises() []promise {
	return []promise{
		{"a registration comes back with every field, and there is no pass beside it", registered},
		{"nothing is registered under an id that nobody registered", registeredNobody},
		{"an id that is registered is refused and its record left as it is", registeredTaken},
		{"of many who register one id one is let in", registeredStorm},
		{"a registration and its pass come in one read, and neither touches the other", registeredBeside},
		{"a history has the registration, also where there is no pass", registeredHistory},
		{"an overdue registration that is still there comes back", registeredOverdue},
		{"a registration is cleared with its pass, and not before", registeredCleared},
		{"a registration of another version comes with its id and version alone, and its id is taken", registeredVersion},
		{"a registration that cannot be decoded, or whose pass cannot, is unavailable", registeredCorrupt},
	}
}

func registration() *pass.Registration {
	return &pass.Registration{V: pass.Version, ID: newID(), Form: "reference", Scope: "visit", Target: "/visitors",
		Visitor: pass.Visitor{Email: "vera@example.com", FirstName: "Věra", LastName: "O'Neill"}, Holder: "holder", At: now, PurgeAt: now + pass.RegistrationLife}
}

func (k kit) rawRegistration(id string) record.Item {
	k.Helper()
	return k.raw(record.PassPK(id), record.RegistrationSK)
}

// comes wants what is registered under an id, and its pass.
func (k kit) comes(id string, r *pass.Registration, p *pass.Pass) {
	k.Helper()
	gotR, gotP, err := k.Registered(k.ctx, id)
	k.must(err)
	k.same("registration", gotR, r)
	k.same("pass", gotP, p)
}

func registered(k kit) {
	r := registration()
	filled(k, *r)
	k.must(k.Register(k.ctx, r))
	k.same("item", k.rawRegistration(r.ID), record.FromRegistration(r))
	k.comes(r.ID, r, nil)
	k.same("pass", k.rawPass(r.ID), record.Item(nil))
}

func registeredNobody(k kit) { k.comes(newID(), nil, nil) }

func registeredHistory(k kit) {
	r := registration()
	k.must(k.Register(k.ctx, r))
	history := func(want *pass.History) {
		k.Helper()
		h, err := k.History(k.ctx, r.ID)
		k.must(err)
		k.same("history", h, want)
	}
	history(&pass.History{Registration: r, Opens: &pass.Opens{V: pass.Version}})
	p := visitor()
	p.ID = r.ID
	k.created(p)
	history(&pass.History{Pass: p, Registration: r, Opens: &pass.Opens{V: pass.Version}})

	late := newID()
	k.plant(with(record.FromRegistration(&pass.Registration{V: pass.Version, ID: late}), record.Item{record.V: int64(2)}))
	h, err := k.History(k.ctx, late)
	k.must(err)
	k.same("of another version", h.Registration, &pass.Registration{V: 2, ID: late})
	_, err = k.Revoke(k.ctx, late, pass.Change{At: now})
	k.kind("revoke", err, pass.ErrNotFound)
}

func registeredTaken(k kit) {
	r := registration()
	k.must(k.Register(k.ctx, r))
	again := registration()
	again.ID, again.Email = r.ID, "other@example.com"
	k.kind("register", k.Register(k.ctx, again), pass.ErrExists)
	k.comes(r.ID, r, nil)
}

func registeredStorm(k kit) {
	id := newID()
	n := 0
	for _, err := range storm(12, func(i int) error {
		r := registration()
		r.ID = id
		return k.Register(k.ctx, r)
	}) {
		if err == nil {
			n++
		} else if !errors.Is(err, pass.ErrUnavailable) { // a store may be unavailable to some of them
			k.kind("register", err, pass.ErrExists)
		}
	}
	if n > 1 {
		k.Errorf("%d registered one id", n)
	}
}

func registeredBeside(k kit) {
	r := registration()
	k.must(k.Register(k.ctx, r))
	p := visitor()
	p.ID = r.ID
	k.created(p)
	k.comes(r.ID, r, p)
	other := k.created(visitor())
	unchanged := k.unchanged(other.ID)
	late := registration()
	late.ID = other.ID
	k.must(k.Register(k.ctx, late))
	unchanged()
	k.comes(other.ID, late, other)
}

func registeredOverdue(k kit) {
	r := registration()
	r.PurgeAt = now - 2*day
	k.must(k.Register(k.ctx, r))
	k.comes(r.ID, r, nil)
}

func registeredCleared(k kit) {
	r := registration()
	k.must(k.Register(k.ctx, r))
	p := visitor()
	p.ID = r.ID
	k.created(p)
	k.must(k.Clear(k.ctx, r.ID))
	k.comes(r.ID, r, p)
	alone := registration()
	k.must(k.Register(k.ctx, alone))
	k.must(k.Clear(k.ctx, alone.ID))
	k.comes(alone.ID, nil, nil)
}

func registeredVersion(k kit) {
	for _, v := range strangeVersions() {
		r := registration()
		r.V = v
		it := with(record.FromRegistration(r), later())
		if v == 0 {
			delete(it, record.V)
		}
		k.plant(it)
		k.comes(r.ID, &pass.Registration{V: v, ID: r.ID}, nil)
		k.kind("register", k.Register(k.ctx, r), pass.ErrExists)
		k.same("item", k.rawRegistration(r.ID), it)
	}
}

func registeredCorrupt(k kit) {
	r := registration()
	k.plant(with(record.FromRegistration(r), record.Item{record.At: "today"}))
	_, _, err := k.Registered(k.ctx, r.ID)
	k.kind("registration", err, pass.ErrUnavailable)
	p := visitor()
	k.must(k.Register(k.ctx, &pass.Registration{V: pass.Version, ID: p.ID}))
	k.plant(with(record.FromPass(p), record.Item{record.ExpiresAt: "tomorrow"}))
	_, _, err = k.Registered(k.ctx, p.ID)
	k.kind("pass", err, pass.ErrUnavailable)
}
