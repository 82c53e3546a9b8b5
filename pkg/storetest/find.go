package storetest

import (
	"fmt"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func findPromises() []promise {
	return []promise{
		{"a pass is listed by its time, scope, holder and issuer, newest first", listsByAll},
		{"a pass without holder and issuer is in neither of their lists", listsSparsely},
		{"a scope that begins with another is not in its list", listsWholeValues},
		{"pages go on where the last one ended, and each pass is on one", listsInPages},
		{"a list ends with what was issued from its second on", listsFrom},
		{"a list without an id begins before its second", listsBefore},
		{"a pass that is used or revoked stays in its place", listsTheChanged},
		{"a registration is listed apart from passes, and leaves its list with its item", listsRegistrations},
		{"a pass that is gone is in no list", listsNotTheGone},
		{"a listing that is not valid is unavailable", listsValidly},
	}
}

// listed is a pass of a scope, a holder and an issuer of its test's own.
func (k kit) listed(of string, at pass.NumericDate) *pass.Pass {
	k.Helper()
	p := visitor()
	p.Scope, p.Holder, p.Issuer, p.IssuedAt = "scope-"+of, "holder-"+of, "issuer-"+of, at
	return k.created(p)
}

func place(p *pass.Pass) pass.Place { return pass.Place{IssuedAt: p.IssuedAt, ID: p.ID} }

func (k kit) found(l pass.Listing) []pass.Place {
	k.Helper()
	if l.Limit == 0 {
		l.Limit = pass.MaxPlaces
	}
	places, err := k.Find(k.ctx, l)
	k.must(err)
	return places
}

func listsByAll(k kit) {
	of := newID()
	a, b := k.listed(of, now+1), k.listed(of, now+2)
	k.listed(newID(), now+3)
	want := []pass.Place{place(b), place(a)}
	k.same("by scope", k.found(pass.Listing{Index: pass.ByScope, Value: a.Scope}), want)
	k.same("by holder", k.found(pass.Listing{Index: pass.ByHolder, Value: a.Holder}), want)
	k.same("by issuer", k.found(pass.Listing{Index: pass.ByIssuer, Value: a.Issuer}), want)
	all := k.found(pass.Listing{Index: pass.ByTime})
	if !slices.IsSortedFunc(all, pass.NewestFirst) || !slices.Contains(all, place(a)) || !slices.Contains(all, place(b)) {
		k.Errorf("by time: %v, without %v or %v, or in another order", all, place(a), place(b))
	}
	k.same("holder and issuer as read", [2]string{k.read(a.ID).Holder, k.read(a.ID).Issuer}, [2]string{a.Holder, a.Issuer})
}

func listsSparsely(k kit) {
	p := counted()
	p.Scope, p.Holder, p.Issuer = "scope-"+newID(), "", ""
	k.created(p)
	it := k.rawPass(p.ID)
	for _, name := range []string{record.ByHolder, record.ByIssuer} {
		if v, ok := it[name]; ok {
			k.Errorf("%s is %q", name, v)
		}
	}
	k.same("by scope", k.found(pass.Listing{Index: pass.ByScope, Value: p.Scope}), []pass.Place{place(p)})
}

func listsWholeValues(k kit) {
	of := newID()
	a, b := k.listed(of, now), k.listed(of+"-b", now)
	for _, p := range []*pass.Pass{a, b} {
		k.same(p.Scope, k.found(pass.Listing{Index: pass.ByScope, Value: p.Scope}), []pass.Place{place(p)})
		k.same(p.Holder, k.found(pass.Listing{Index: pass.ByHolder, Value: p.Holder}), []pass.Place{place(p)})
	}
}

func listsInPages(k kit) {
	of := newID()
	var want []pass.Place
	for n := range 23 {
		want = append(want, place(k.listed(of, now+pass.NumericDate(n/5))))
	}
	slices.SortFunc(want, pass.NewestFirst)
	for index, value := range map[pass.Index]string{pass.ByScope: "scope-" + of, pass.ByHolder: "holder-" + of, pass.ByIssuer: "issuer-" + of} {
		l := pass.Listing{Index: index, Value: value, Limit: 4}
		var got []pass.Place
		for page := k.found(l); len(page) > 0; page = k.found(l) {
			got = append(got, page...)
			l.Before = page[len(page)-1]
			if len(page) < l.Limit {
				break
			}
		}
		k.same(fmt.Sprintf("pages by %s", index), got, want)
	}
}

func listsFrom(k kit) {
	of := newID()
	k.listed(of, now-1)
	a := k.listed(of, now)
	k.same("from its second on", k.found(pass.Listing{Index: pass.ByHolder, Value: a.Holder, From: now}), []pass.Place{place(a)})
}

func listsBefore(k kit) {
	of := newID()
	a := k.listed(of, now-1)
	k.listed(of, now)
	k.same("before its second", k.found(pass.Listing{Index: pass.ByScope, Value: a.Scope, Before: pass.Place{IssuedAt: now}}), []pass.Place{place(a)})
}

func listsTheChanged(k kit) {
	p := counted()
	p.Scope = "scope-" + newID()
	k.created(p)
	k.used(p.ID, ask(p, key(1)), now, pass.OK)
	_, err := k.Revoke(k.ctx, p.ID, pass.Change{At: now, By: "Olga"})
	k.must(err)
	k.same("by scope", k.found(pass.Listing{Index: pass.ByScope, Value: p.Scope}), []pass.Place{place(p)})
}

func listsRegistrations(k kit) {
	r := &pass.Registration{V: pass.Version, ID: newID(), Form: "f", Holder: "holder-" + newID(), At: now, PurgeAt: now + day}
	k.must(k.Register(k.ctx, r))
	l := pass.Listing{Index: pass.ByForm, Value: r.Holder}
	k.same("by form", k.found(l), []pass.Place{{IssuedAt: now, ID: r.ID}})
	k.same("among passes", k.found(pass.Listing{Index: pass.ByHolder, Value: r.Holder}), []pass.Place(nil))
	if all := k.found(pass.Listing{Index: pass.ByTime, From: now}); slices.Contains(all, pass.Place{IssuedAt: now, ID: r.ID}) {
		k.Error("a registration is listed among passes")
	}
	k.must(k.Clear(k.ctx, r.ID))
	k.same("by form, cleared", k.found(l), []pass.Place(nil))
}

func listsNotTheGone(k kit) {
	p := k.listed(newID(), now)
	k.must(k.Put(record.Item{record.PK: record.PassPK(p.ID), record.SK: record.PassSK, record.V: int64(pass.Version)}))
	for index, value := range map[pass.Index]string{pass.ByScope: p.Scope, pass.ByHolder: p.Holder, pass.ByIssuer: p.Issuer} {
		k.same(string(index), k.found(pass.Listing{Index: index, Value: value}), []pass.Place(nil))
	}
}

func listsValidly(k kit) {
	for what, l := range map[string]pass.Listing{
		"no index":                {Limit: 1},
		"no value":                {Index: pass.ByScope, Limit: 1},
		"a value of time":         {Index: pass.ByTime, Value: "x", Limit: 1},
		"no limit":                {Index: pass.ByTime},
		"more than a page":        {Index: pass.ByTime, Limit: pass.MaxPlaces + 1},
		"before the first second": {Index: pass.ByTime, Limit: 1, Before: pass.Place{IssuedAt: -1}},
		"from before that, too":   {Index: pass.ByTime, Limit: 1, From: -1},
	} {
		_, err := k.Find(k.ctx, l)
		k.kind(what, err, pass.ErrUnavailable)
	}
}
