package storetest

import (
	"context"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func failurePromises() []promise {
	return []promise{
		{"a call whose context was cancelled is unavailable and changes nothing", contextCancelled},
		{"a call whose deadline has passed is unavailable and changes nothing", contextLate},
		{"a pass that cannot be decoded is unavailable, and never admitted", corruptPass},
		{"a session that cannot be decoded is unavailable", corruptSession},
	}
}

func contextCancelled(k kit) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	endedContext(k, ctx)
}

func contextLate(k kit) {
	ctx, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancel()
	endedContext(k, ctx)
}

// endedContext makes every call of the interface with a context that has ended.
func endedContext(k kit, ctx context.Context) {
	p := k.created(visitor())
	s := session(p, 2, now)
	k.redeemed(s, pass.OK)
	k.must(k.PutRules(k.ctx, p.ID, "a/R", []byte(`{}`)))
	gone := newID()
	k.must(k.PutMarker(k.ctx, gone, now))

	pub, sealed := pair(1)
	fresh, begun := counted(), k.ordered(order(newID()))
	for name, call := range map[string]func() error{
		"Create":        func() error { return k.Create(ctx, fresh) },
		"Read":          func() error { _, err := k.Read(ctx, []pass.Ref{{ID: p.ID}}); return err },
		"History":       func() error { _, err := k.History(ctx, p.ID); return err },
		"PublicKeys":    func() error { _, err := k.PublicKeys(ctx); return err },
		"SealedKeys":    func() error { _, err := k.SealedKeys(ctx); return err },
		"PutKey":        func() error { return k.PutKey(ctx, pub, sealed, now) },
		"DigestMark":    func() error { _, err := k.DigestMark(ctx); return err },
		"Rules":         func() error { _, err := k.Rules(ctx, p.ID); return err },
		"PutRules":      func() error { return k.PutRules(ctx, p.ID, "a/R", []byte(`{"new":1}`)) },
		"DeleteRules":   func() error { return k.DeleteRules(ctx, p.ID, "a/R") },
		"PutMarker":     func() error { return k.PutMarker(ctx, p.ID, now) },
		"PutUse":        func() error { return k.PutUse(ctx, p.ID, pass.Use{Key: key(1), At: now}, now) },
		"PutChange":     func() error { return k.PutChange(ctx, p.ID, pass.Change{Key: key(1), At: now}, now) },
		"Keep":          func() error { return k.Keep(ctx, p.ID, p.PurgeAt+1) },
		"Clear":         func() error { return k.Clear(ctx, gone) },
		"Erase":         func() error { return k.Erase(ctx, p.ID) },
		"Seen":          func() error { _, err := k.Seen(ctx, p.ID, sighted(1, 1, p.PurgeAt)); return err },
		"Seen nobody":   func() error { _, err := k.Seen(ctx, p.ID, pass.Visit{Key: key(1)}); return err },
		"Opened":        func() error { return k.Opened(ctx, p.ID, pass.Look{Touch: pass.Get, At: now}) },
		"Take":          func() error { _, err := k.Take(ctx, p.ID, 10, now, now+hour); return err },
		"Find":          func() error { _, err := k.Find(ctx, pass.Listing{Index: pass.ByTime, Limit: 1}); return err },
		"Take none":     func() error { _, err := k.Take(ctx, p.ID, 0, now, now+hour); return err },
		"Register":      func() error { return k.Register(ctx, &pass.Registration{V: pass.Version, ID: p.ID}) },
		"Order":         func() error { _, err := k.Order(ctx, p.ID); return err },
		"PutOrder":      func() error { _, err := k.PutOrder(ctx, order(p.ID)); return err },
		"FinishOrder":   func() error { return k.FinishOrder(ctx, begun) },
		"Registered":    func() error { _, _, err := k.Registered(ctx, p.ID); return err },
		"PutDigestMark": func() error { _, err := k.PutDigestMark(ctx, "mark"); return err },
		"EraseRemains":  func() error { return k.EraseRemains(ctx) },
		"RequestLink": func() error {
			_, err := k.RequestLink(ctx, p.ID, wishing(now, p.PurgeAt), pass.Window{Bucket: p.ID, Limit: 10, From: now, Until: now + hour})
			return err
		},
		"Use": func() error {
			_, r, err := k.Use(ctx, p.ID, ask(p, key(1)), pass.Use{Key: key(1), At: now})
			k.same("reason of Use", r, pass.Unavailable)
			return err
		},
		"Redeem": func() error {
			s := session(p, 3, now)
			_, opened, r, err := k.Redeem(ctx, p, sessionAsk(p, s), s)
			k.same("reason of Redeem", r, pass.Unavailable)
			k.same("session of Redeem", opened, (*pass.Session)(nil))
			return err
		},
	} {
		k.kind(name, call(), pass.ErrUnavailable)
	}
	unchanged := k.unchanged(p.ID)
	for _, m := range managings() {
		_, err := m.call(ctx, k.Store, p.ID)
		k.kind(m.name, err, pass.ErrUnavailable)
	}
	unchanged()
	k.redeemed(s, pass.OK)
	k.same("created", k.rawPass(fresh.ID), record.Item(nil))
	k.same("redeemed", k.rawSession(session(p, 3, now)), record.Item(nil))
	k.same("key", k.raw(record.PublicPK, record.SequenceSK(1)), record.Item(nil))
	k.same("mark", k.raw(record.DigestPK, record.DigestSK), record.Item(nil))
	k.same("marker", k.raw(record.PassPK(p.ID), record.MarkerSK), record.Item(nil))
	k.same("audit", k.raw(record.PassPK(p.ID), record.UseSK(now, key(1))), record.Item(nil))
	k.same("change", k.raw(record.PassPK(p.ID), record.ChangeSK(now, key(1))), record.Item(nil))
	k.same("opens", k.raw(record.PassPK(p.ID), record.OpensSK), record.Item(nil))
	k.same("clients", k.raw(record.PassPK(p.ID), record.ClientsSK), record.Item(nil))
	k.same("window", k.raw(record.LimiterPK(p.ID, now), record.LimiterSK), record.Item(nil))
	k.same("registration", k.rawRegistration(p.ID), record.Item(nil))
	k.same("order", k.rawOrder(p.ID), record.Item(nil))
	k.same("order not finished", k.rawOrder(begun.Key), record.FromOrder(begun))
	k.same("request for a link", k.raw(record.PassPK(p.ID), record.LinkRequestSK), record.Item(nil))
	k.same("not cleared", k.raw(record.PassPK(gone), record.MarkerSK), record.Marker(gone, now))
	k.rules(p.ID, map[string][]byte{"a/R": []byte(`{}`)})
}

func corruptPass(k kit) {
	for name, v := range map[string]any{
		record.ExpiresAt: "tomorrow", record.Secrets: record.Item{"short": int64(0)}, record.RevokedAt: "yes",
		record.Uses: []any{}, record.Scope: int64(1), record.V: "1",
	} {
		p := counted()
		k.plant(with(record.FromPass(p), record.Item{name: v}))
		_, err := k.Read(k.ctx, []pass.Ref{{ID: p.ID}})
		k.kind("read with wrong "+name, err, pass.ErrUnavailable)
		_, err = k.History(k.ctx, p.ID)
		k.kind("history with wrong "+name, err, pass.ErrUnavailable)
		if _, r, err := k.Use(k.ctx, p.ID, ask(p, key(1)), pass.Use{Key: key(1), At: now}); r != pass.Unavailable || err == nil {
			k.Errorf("use with wrong %s: %s (%v)", name, r, err)
		}
	}
}

func corruptSession(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	k.redeemed(s, pass.OK)
	k.plant(with(k.rawSession(s), record.Item{record.ExpiresAt: "tomorrow"}))
	_, err := k.Read(k.ctx, []pass.Ref{{ID: p.ID, Session: &s.Secret}})
	k.kind("read", err, pass.ErrUnavailable)
	_, err = k.History(k.ctx, p.ID)
	k.kind("history", err, pass.ErrUnavailable)
	k.redeemed(s, pass.Unavailable)
}
