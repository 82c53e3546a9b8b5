package storetest

import (
	"errors"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// changeNotePromises are about what is noted of a change, and of changes at once.
func changeNotePromises() []promise {
	return []promise{
		{"without a key what was last done stays", changesSilently},
		{"what was done is noted with every operation, once", changesNoted},
		{"a session that is not there is no change", changesNoSession},
		{"uses that race a total are counted up to it", changesRaced},
		{"changes, uses, reissues and revocations at once lose nothing of each other", changesStorm},
	}
}

func changesSilently(k kit) {
	p := k.changed(k.created(whole()), pass.Amendment{Scope: "report:67", Change: did(1, pass.Changing)})
	k.changed(p, pass.Amendment{Scope: "report:68"})
	k.same("last change", *k.read(p.ID).LastChange, did(1, pass.Changing))
}

func changesNoted(k kit) {
	p, open := visited(k)
	for i, made := range []struct {
		operation string
		call      func(pass.Change) (*pass.Pass, error)
	}{
		{pass.Ending, func(c pass.Change) (*pass.Pass, error) { return k.EndSession(k.ctx, p.ID, open[0].Key(), c) }},
		{pass.Ending, func(c pass.Change) (*pass.Pass, error) { return k.EndSessions(k.ctx, p.ID, c) }},
		{pass.Revoking, func(c pass.Change) (*pass.Pass, error) { return k.Revoke(k.ctx, p.ID, c) }},
		{pass.Restoring, func(c pass.Change) (*pass.Pass, error) { return k.Restore(k.ctx, p.ID, c) }},
		{pass.Changing, func(c pass.Change) (*pass.Pass, error) {
			return k.Change(k.ctx, p.ID, pass.Amendment{Scope: "report:67", Change: c})
		}},
	} {
		after, err := made.call(did(i, made.operation))
		k.must(err)
		c := did(i, made.operation)
		k.same(made.operation, after.LastChange, &c)
		k.same("item", k.rawPass(p.ID), record.FromPass(after))
		unchanged := k.unchanged(p.ID)
		again, err := made.call(did(i+50, made.operation))
		k.must(err)
		k.same(made.operation+" again", again, after)
		unchanged()
	}
	after, err := k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(3), At: now + 6, By: "Otto", TokenExpiresAt: now + day})
	k.must(err)
	k.same("reissue", after.LastChange, &pass.Change{Key: secret(3).Key(), At: now + 6, Operation: pass.Reissuing, By: "Otto"})
	k.same("end of its token", after.TokenExpiresAt, now+day)
	k.same("item", k.rawPass(p.ID), record.FromPass(after))
}

func changesNoSession(k kit) {
	p, _ := visited(k)
	unchanged := k.unchanged(p.ID)
	for _, none := range []pass.Key{key(99), ""} {
		k.becomes(p)(k.EndSession(k.ctx, p.ID, none, did(1, pass.Ending)))
	}
	unchanged()
}

// patiently asks again while a store is unavailable.
func patiently(call func() (*pass.Pass, error)) (o outcome) {
	for range patience {
		if o.pass, o.err = call(); !errors.Is(o.err, pass.ErrUnavailable) {
			break
		}
	}
	return o
}

// changesRaced lowers the total of ten, or raises it, amid sixty who ask.
func changesRaced(k kit) {
	for _, total := range []int{4, 14} {
		p := k.created(counted())
		all := storm(61, func(i int) outcome {
			if i != 30 {
				return k.useOf(k, p, key(i))
			}
			return patiently(func() (*pass.Pass, error) {
				return k.Change(k.ctx, p.ID, pass.Amendment{MaxUses: total, Change: did(1, pass.Changing)})
			})
		})
		k.must(all[30].err)
		for i := range 14 { // whoever is left takes what is left
			k.useOf(k, p, key(100+i))
		}
		after := k.read(p.ID)
		k.same("total", after.MaxUses, total)
		k.same("uses", len(after.Uses), max(total, len(all[30].pass.Uses)))
		for i, o := range all {
			if i != 30 && o.reason == pass.OK != after.Counted(key(i)) {
				k.Errorf("use %d is %s, in the record: %t", i, o.reason, after.Counted(key(i)))
			}
		}
	}
}

// changesStorm makes every change there is of one pass at once, each of another
// part of it.
func changesStorm(k kit) {
	p := k.created(whole())
	amended := []pass.Amendment{{ExpiresAt: now + 9*day, PurgeAt: now + 10*day}, {MaxUses: 50}, {Scope: p.Scope, Data: []byte(`{"b":2}`)}, {Target: "/other"}}
	all := storm(40, func(i int) outcome {
		if i < len(amended) {
			a := amended[i]
			a.Change = did(i, pass.Changing)
			return patiently(func() (*pass.Pass, error) { return k.Change(k.ctx, p.ID, a) })
		}
		switch i {
		case 10:
			return patiently(func() (*pass.Pass, error) {
				return k.Reissue(k.ctx, p.ID, pass.Renewal{Secret: secret(1), KeepOld: now + hour, At: now})
			})
		case 11:
			return patiently(func() (*pass.Pass, error) { return k.Revoke(k.ctx, p.ID, did(20, pass.Revoking)) })
		}
		return k.useOf(k, p, key(i))
	})
	after := k.read(p.ID)
	for i, a := range amended {
		k.must(all[i].err)
		if !after.Amended(a) {
			k.Errorf("change %d was lost", i)
		}
	}
	k.same("purge_at", after.PurgeAt, now+10*day)
	k.same("revoked", after.RevokedBy, "Olga")
	_, reissued := all[10].pass.Secrets[secret(1)]
	k.same("secrets, as the reissue was answered", len(after.Secrets), map[bool]int{true: 2, false: 1}[reissued])
	for i := 12; i < len(all); i++ {
		if all[i].reason == pass.OK != after.Counted(key(i)) {
			k.Errorf("use %d is %s, in the record: %t", i, all[i].reason, after.Counted(key(i)))
		}
	}
}
