package storetest

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// clientsPromises are about the clients that a pass was used from. What each visit
// adds, pass.Clients.After says, and what it brought, BroughtBy.
func clientsPromises() []promise {
	return []promise{
		{"each client is noted once, in order, with the visit that brought it", clientsOnce},
		{"a visit that is told again brings what it brought", clientsAgain},
		{"clients leave the pass and its history as they are, and are cleared with it", clientsBeside},
		{"of visits at once each client has one that brought it", clientsStorm},
		{"a pass has at most so many clients", clientsFull},
		{"attributes of a newer version stay in clients", clientsUnknown},
		{"clients of another version, or that cannot be decoded, are left as they are and nobody's", clientsStrange},
	}
}

// sighted is a visit of the nth client.
func sighted(client, n int, purgeAt pass.NumericDate) pass.Visit {
	return pass.Visit{Client: key(500 + client), Key: key(n), PurgeAt: purgeAt}
}

func (k kit) rawClients(id string) record.Item {
	k.Helper()
	return k.raw(record.PassPK(id), record.ClientsSK)
}

// seen notes a visit, and wants which client it brought.
func (k kit) seen(id string, v pass.Visit, want int) {
	k.Helper()
	got, err := k.Seen(k.ctx, id, v)
	k.must(err)
	k.same("which client", got, want)
}

func clientsOnce(k kit) {
	p := k.created(visitor())
	is := pass.Clients{V: pass.Version}
	for i, client := range []int{1, 1, 2, 0, 1, 3, 2} {
		v := sighted(client, i, p.PurgeAt+pass.NumericDate(i))
		if client == 0 {
			v.Client = ""
		}
		if i == 5 {
			v.PurgeAt = 0
		}
		is, _ = is.After(v)
		k.seen(p.ID, v, is.BroughtBy(v))
		k.same("item", k.rawClients(p.ID), record.FromClients(p.ID, is))
	}
	k.same("at the end", is, pass.Clients{V: pass.Version, Each: []pass.Key{key(501), key(502), key(503)}, Brought: []pass.Key{key(0), key(2), key(5)}, PurgeAt: p.PurgeAt + 2})
}

func clientsAgain(k kit) {
	id := newID()
	for range 3 {
		for n := range 4 {
			k.seen(id, sighted(n, n, now), n+1)
			k.seen(id, sighted(n, 100+n, now), 0)
		}
	}
}

func clientsBeside(k kit) {
	p := k.created(visitor())
	unchanged := k.unchanged(p.ID)
	k.seen(p.ID, sighted(1, 1, p.PurgeAt), 1)
	unchanged()
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h, &pass.History{Pass: p, Opens: &pass.Opens{V: pass.Version}})
	near := newID()
	k.seen(near, sighted(1, 1, 0), 1)
	k.same("a pass", k.rawPass(near), record.Item(nil))
	k.must(k.Clear(k.ctx, near))
	k.same("cleared", k.rawClients(near), record.Item(nil))
}

func clientsStorm(k kit) {
	type answer struct {
		which int
		err   error
	}
	id, brought := newID(), map[int]int{}
	for _, a := range storm(12, func(n int) (a answer) {
		a.which, a.err = k.Seen(k.ctx, id, sighted(n%3, n, now))
		return a
	}) {
		k.must(a.err)
		brought[a.which]++
	}
	k.same("brought", brought, map[int]int{0: 9, 1: 1, 2: 1, 3: 1})
	is, err := record.ToClients(k.rawClients(id))
	k.must(err)
	k.same("clients", len(is.Each), 3)
}

func clientsFull(k kit) {
	id := newID()
	is := pass.Clients{V: pass.Version}
	for n := range pass.MaxClients - 1 {
		is, _ = is.After(sighted(n, n, now))
	}
	k.plant(record.FromClients(id, is))
	k.seen(id, sighted(600, 200, now), pass.MaxClients)
	full := k.rawClients(id)
	k.seen(id, sighted(601, 201, now), 0)
	k.seen(id, sighted(600, 200, now), pass.MaxClients)
	k.same("item", k.rawClients(id), full)
}

func clientsUnknown(k kit) {
	id := newID()
	was, _ := pass.Clients{V: pass.Version}.After(sighted(1, 1, now))
	k.plant(with(record.FromClients(id, was), later()))
	k.seen(id, sighted(2, 2, now), 2)
	is, _ := was.After(sighted(2, 2, now))
	k.same("item", k.rawClients(id), with(record.FromClients(id, is), later()))
}

func clientsStrange(k kit) {
	was, _ := pass.Clients{V: pass.Version}.After(sighted(1, 1, now))
	changes := []record.Item{{record.V: "1"}, {record.Clients: "t"}, {record.Clients: "text"}, {record.Clients: int64(3)}, {record.BroughtBy: record.Item{"a": "b"}}, {record.BroughtBy: []any{}}}
	for _, v := range strangeVersions() {
		changes = append(changes, record.Item{record.V: int64(v)})
	}
	for _, change := range changes {
		id := newID()
		it := with(with(record.FromClients(id, was), change), later())
		k.plant(it)
		for n := range 3 {
			got, err := k.Seen(k.ctx, id, sighted(n, n, now))
			k.kind(fmt.Sprintf("seen in %v", change), err, nil)
			k.same(fmt.Sprintf("which client in %v", change), got, 0)
		}
		k.same("item", k.rawClients(id), it)
	}
}
