package storetest

import (
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// historyPromises are about what lies beside a pass: its sessions, the audit of
// its uses, its end marker.
func historyPromises() []promise {
	return []promise{
		{"a pass nobody used has an empty history", historyEmpty},
		{"sessions and uses come oldest first, ended ones too", historyOrder},
		{"a history of more than a megabyte comes whole, and is cleared whole", historyLong},
		{"an audit item that is put again is no other", auditAgain},
		{"uses of one second are told apart by their keys", auditSameSecond},
		{"a later end marker replaces the earlier", markerReplaced},
		{"changes come oldest first, and one that is put again is no other", changesKept},
		{"keep has everything beside a pass stay, but its end marker, and nothing go sooner", keepBeside},
		{"keep makes nothing of what is gone", keepGone},
		{"clear removes what is left of a pass that is gone, and nothing of others", clearGone},
		{"clear removes nothing while the pass is there", clearNothing},
	}
}

func historyEmpty(k kit) {
	p := k.created(counted())
	k.must(k.PutMarker(k.ctx, p.ID, p.ExpiresAt))
	k.must(k.PutUse(k.ctx, p.ID+"0", pass.Use{Key: key(1), At: now}, now))
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h, &pass.History{Pass: p, Opens: &pass.Opens{V: pass.Version}})
}

func historyOrder(k kit) {
	p := k.created(visitor())
	want := &pass.History{Opens: &pass.Opens{V: pass.Version}}
	for i := range 12 {
		s := session(p, 40-i, now+pass.NumericDate(i))
		k.redeemed(s, pass.OK)
		want.Sessions = append(want.Sessions, *s)
	}
	for i := range 12 {
		at := now + pass.NumericDate(i)
		want.Uses = append(want.Uses, pass.Use{Key: key(40 - i), At: at, Route: "GET /x", IP: "192.0.2.1", UserAgent: "curl/8.9"})
	}
	for i := range want.Uses {
		k.must(k.PutUse(k.ctx, p.ID, want.Uses[(i+5)%12], p.PurgeAt))
	}
	_, err := k.EndSession(k.ctx, p.ID, want.Sessions[3].Key(), pass.Change{})
	k.must(err)
	want.Pass = k.read(p.ID)
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h, want)
}

// audited puts 80 uses of 16 KB under an id: more than DynamoDB answers at once.
func audited(k kit) string {
	k.Helper()
	id := newID()
	for i := range 80 {
		u := pass.Use{Key: key(i), At: now + pass.NumericDate(i), UserAgent: strings.Repeat("a", 16<<10)}
		k.must(k.PutUse(k.ctx, id, u, now+day))
	}
	return id
}

func historyLong(k kit) {
	p := counted()
	p.ID = audited(k)
	k.plant(record.FromPass(p))
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("uses", len(h.Uses), 80)

	gone := audited(k)
	k.must(k.Clear(k.ctx, gone))
	for i := range 80 {
		k.same("left", k.raw(record.PassPK(gone), record.UseSK(now+pass.NumericDate(i), key(i))), record.Item(nil))
	}
}

func auditAgain(k kit) {
	p := k.created(counted())
	u := useAt(ask(p, key(1)), now)
	for range 3 {
		k.must(k.PutUse(k.ctx, p.ID, u, p.PurgeAt))
	}
	k.same("item", k.raw(record.PassPK(p.ID), record.UseSK(now, key(1))), record.UseItem(p.ID, u, p.PurgeAt))
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("uses", h.Uses, []pass.Use{u})
}

func auditSameSecond(k kit) {
	p := k.created(counted())
	for i := range 3 {
		k.must(k.PutUse(k.ctx, p.ID, pass.Use{Key: key(i), At: now}, p.PurgeAt))
	}
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("uses", len(h.Uses), 3)
}

func markerReplaced(k kit) {
	id := newID()
	for _, at := range []pass.NumericDate{now, now + day, now + hour} {
		k.must(k.PutMarker(k.ctx, id, at))
		k.same("marker", k.raw(record.PassPK(id), record.MarkerSK), record.Marker(id, at))
	}
}

func changesKept(k kit) {
	p := k.created(counted())
	var want []pass.Change
	for i := range 12 {
		want = append(want, pass.Change{Key: key(40 - i), At: now + pass.NumericDate(i), Operation: pass.Restoring, By: "Olga", Why: "asked by phone"})
	}
	want[3].Was = pass.Was{ExpiresAt: now, MaxUses: 3, Scope: "a", Target: "/a", Data: true}
	want[5].Sequence = "400000000000000000000000017"
	want[4].Was = pass.Was{Unlimited: true}
	for range 2 {
		for i := range want {
			k.must(k.PutChange(k.ctx, p.ID, want[(i+5)%12], p.PurgeAt))
		}
	}
	k.must(k.PutChange(k.ctx, p.ID+"0", want[0], p.PurgeAt))
	k.same("item", k.raw(record.PassPK(p.ID), record.ChangeSK(now, key(40))), record.ChangeItem(p.ID, want[0], p.PurgeAt))
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h, &pass.History{Pass: p, Changes: want, Opens: &pass.Opens{V: pass.Version}})
}

// beside plants what lies beside a pass, and returns where.
func beside(k kit, p *pass.Pass) []string {
	k.Helper()
	u := pass.Use{Key: key(1), At: now}
	items := []record.Item{record.Marker(p.ID, now), record.UseItem(p.ID, u, now+day), record.ChangeItem(p.ID, did(1, pass.Ending), now+day), record.FromOpens(p.ID, pass.Opens{V: pass.Version, Gets: 1}),
		record.FromClients(p.ID, pass.Clients{V: pass.Version, Each: []pass.Key{key(1)}, Brought: []pass.Key{key(1)}})}
	for i := range 30 {
		items = append(items, record.FromSession(session(p, i, now)))
	}
	items = append(items, with(record.Marker(p.ID, now), record.Item{record.SK: "Z#later", record.V: int64(2)}))
	var sks []string
	for _, it := range items {
		k.plant(it)
		sks = append(sks, it[record.SK].(string))
	}
	return sks
}

func clearGone(k kit) {
	p, near := visitor(), visitor()
	near.ID = p.ID + "0"
	sks := beside(k, p)
	beside(k, near)
	for range 2 {
		k.must(k.Clear(k.ctx, p.ID))
		for _, sk := range sks {
			k.same(sk, k.raw(record.PassPK(p.ID), sk), record.Item(nil))
			if k.raw(record.PassPK(near.ID), sk) == nil {
				k.Errorf("%s of a pass whose id begins alike is gone", sk)
			}
		}
	}
}

func clearNothing(k kit) {
	for _, v := range []int{pass.Version, pass.Version + 1} {
		p := visitor()
		sks := beside(k, p)
		p.V = v
		k.plant(record.FromPass(p))
		k.must(k.Clear(k.ctx, p.ID))
		for _, sk := range sks {
			if k.raw(record.PassPK(p.ID), sk) == nil {
				k.Errorf("version %d: %s is gone", v, sk)
			}
		}
	}
}
