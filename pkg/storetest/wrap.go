package storetest

import (
	"context"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// around is put about every method of a store. It is told the method's name and
// given the call itself, which it makes once, or not, or more often.
type around func(ctx context.Context, method string, call func(context.Context) error) error

// wrapper is a Store whose every method goes through do.
type wrapper struct {
	store Store
	do    around
}

// one makes a call that has one result, which an error takes away.
func one[T any](ctx context.Context, w wrapper, method string, f func(context.Context) (T, error)) (T, error) {
	var v, none T
	err := w.do(ctx, method, func(ctx context.Context) (err error) { v, err = f(ctx); return err })
	if err != nil {
		return none, err
	}
	return v, nil
}

func (w wrapper) Create(ctx context.Context, p *pass.Pass) error {
	return w.do(ctx, "Create", func(ctx context.Context) error { return w.store.Create(ctx, p) })
}

func (w wrapper) Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error) {
	return one(ctx, w, "Read", func(ctx context.Context) ([]pass.Entry, error) { return w.store.Read(ctx, refs) })
}

func (w wrapper) Use(ctx context.Context, id string, a pass.Ask, u pass.Use) (*pass.Pass, pass.Reason, error) {
	reason := pass.Unavailable
	p, err := one(ctx, w, "Use", func(ctx context.Context) (p *pass.Pass, err error) {
		p, reason, err = w.store.Use(ctx, id, a, u)
		return p, err
	})
	if err != nil {
		return nil, pass.Unavailable, err
	}
	return p, reason, nil
}

func (w wrapper) Redeem(ctx context.Context, p *pass.Pass, a pass.Ask, s *pass.Session) (*pass.Pass, *pass.Session, pass.Reason, error) {
	reason := pass.Unavailable
	var opened *pass.Session
	now, err := one(ctx, w, "Redeem", func(ctx context.Context) (now *pass.Pass, err error) {
		now, opened, reason, err = w.store.Redeem(ctx, p, a, s)
		return now, err
	})
	if err != nil {
		return nil, nil, pass.Unavailable, err
	}
	return now, opened, reason, nil
}

func (w wrapper) Opened(ctx context.Context, id string, look pass.Look) error {
	return w.do(ctx, "Opened", func(ctx context.Context) error { return w.store.Opened(ctx, id, look) })
}

func (w wrapper) Take(ctx context.Context, bucket string, limit int, from, until pass.NumericDate) (bool, error) {
	return one(ctx, w, "Take", func(ctx context.Context) (bool, error) { return w.store.Take(ctx, bucket, limit, from, until) })
}

func (w wrapper) RequestLink(ctx context.Context, id string, wish pass.Wish, room pass.Window) (pass.Wished, error) {
	return one(ctx, w, "RequestLink", func(ctx context.Context) (pass.Wished, error) { return w.store.RequestLink(ctx, id, wish, room) })
}

func (w wrapper) Register(ctx context.Context, r *pass.Registration) error {
	return w.do(ctx, "Register", func(ctx context.Context) error { return w.store.Register(ctx, r) })
}

func (w wrapper) Registered(ctx context.Context, id string) (*pass.Registration, *pass.Pass, error) {
	var p *pass.Pass
	r, err := one(ctx, w, "Registered", func(ctx context.Context) (r *pass.Registration, err error) {
		r, p, err = w.store.Registered(ctx, id)
		return r, err
	})
	if err != nil {
		return nil, nil, err
	}
	return r, p, nil
}

func (w wrapper) Order(ctx context.Context, key string) (*pass.Order, error) {
	return one(ctx, w, "Order", func(ctx context.Context) (*pass.Order, error) { return w.store.Order(ctx, key) })
}

func (w wrapper) PutOrder(ctx context.Context, o *pass.Order) (*pass.Order, error) {
	return one(ctx, w, "PutOrder", func(ctx context.Context) (*pass.Order, error) { return w.store.PutOrder(ctx, o) })
}

func (w wrapper) FinishOrder(ctx context.Context, o *pass.Order) error {
	return w.do(ctx, "FinishOrder", func(ctx context.Context) error { return w.store.FinishOrder(ctx, o) })
}

func (w wrapper) Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return one(ctx, w, "Revoke", func(ctx context.Context) (*pass.Pass, error) { return w.store.Revoke(ctx, id, c) })
}

func (w wrapper) Restore(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return one(ctx, w, "Restore", func(ctx context.Context) (*pass.Pass, error) { return w.store.Restore(ctx, id, c) })
}

func (w wrapper) EndSession(ctx context.Context, id string, k pass.Key, c pass.Change) (*pass.Pass, error) {
	return one(ctx, w, "EndSession", func(ctx context.Context) (*pass.Pass, error) { return w.store.EndSession(ctx, id, k, c) })
}

func (w wrapper) Change(ctx context.Context, id string, a pass.Amendment) (*pass.Pass, error) {
	return one(ctx, w, "Change", func(ctx context.Context) (*pass.Pass, error) { return w.store.Change(ctx, id, a) })
}

func (w wrapper) EndSessions(ctx context.Context, id string, c pass.Change) (*pass.Pass, error) {
	return one(ctx, w, "EndSessions", func(ctx context.Context) (*pass.Pass, error) { return w.store.EndSessions(ctx, id, c) })
}

func (w wrapper) Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error) {
	return one(ctx, w, "Reissue", func(ctx context.Context) (*pass.Pass, error) { return w.store.Reissue(ctx, id, r) })
}

func (w wrapper) History(ctx context.Context, id string) (*pass.History, error) {
	return one(ctx, w, "History", func(ctx context.Context) (*pass.History, error) { return w.store.History(ctx, id) })
}

func (w wrapper) PublicKeys(ctx context.Context) ([]keys.Public, error) {
	return one(ctx, w, "PublicKeys", func(ctx context.Context) ([]keys.Public, error) { return w.store.PublicKeys(ctx) })
}

func (w wrapper) SealedKeys(ctx context.Context) ([]keys.Sealed, error) {
	return one(ctx, w, "SealedKeys", func(ctx context.Context) ([]keys.Sealed, error) { return w.store.SealedKeys(ctx) })
}

func (w wrapper) PutKey(ctx context.Context, pub keys.Public, sealed keys.Sealed, retires pass.NumericDate) error {
	return w.do(ctx, "PutKey", func(ctx context.Context) error { return w.store.PutKey(ctx, pub, sealed, retires) })
}

func (w wrapper) DigestMark(ctx context.Context) (string, error) {
	return one(ctx, w, "DigestMark", func(ctx context.Context) (string, error) { return w.store.DigestMark(ctx) })
}

func (w wrapper) PutDigestMark(ctx context.Context, mark string) (string, error) {
	return one(ctx, w, "PutDigestMark", func(ctx context.Context) (string, error) { return w.store.PutDigestMark(ctx, mark) })
}

func (w wrapper) Rules(ctx context.Context, api string) (map[string][]byte, error) {
	return one(ctx, w, "Rules", func(ctx context.Context) (map[string][]byte, error) { return w.store.Rules(ctx, api) })
}

func (w wrapper) PutRules(ctx context.Context, api, name string, body []byte) error {
	return w.do(ctx, "PutRules", func(ctx context.Context) error { return w.store.PutRules(ctx, api, name, body) })
}

func (w wrapper) DeleteRules(ctx context.Context, api, name string) error {
	return w.do(ctx, "DeleteRules", func(ctx context.Context) error { return w.store.DeleteRules(ctx, api, name) })
}

func (w wrapper) Find(ctx context.Context, l pass.Listing) ([]pass.Place, error) {
	return one(ctx, w, "Find", func(ctx context.Context) ([]pass.Place, error) { return w.store.Find(ctx, l) })
}

func (w wrapper) PutMarker(ctx context.Context, id string, expiresAt pass.NumericDate) error {
	return w.do(ctx, "PutMarker", func(ctx context.Context) error { return w.store.PutMarker(ctx, id, expiresAt) })
}

func (w wrapper) PutUse(ctx context.Context, id string, u pass.Use, purgeAt pass.NumericDate) error {
	return w.do(ctx, "PutUse", func(ctx context.Context) error { return w.store.PutUse(ctx, id, u, purgeAt) })
}

func (w wrapper) PutChange(ctx context.Context, id string, c pass.Change, purgeAt pass.NumericDate) error {
	return w.do(ctx, "PutChange", func(ctx context.Context) error { return w.store.PutChange(ctx, id, c, purgeAt) })
}

func (w wrapper) Seen(ctx context.Context, id string, v pass.Visit) (int, error) {
	return one(ctx, w, "Seen", func(ctx context.Context) (int, error) { return w.store.Seen(ctx, id, v) })
}

func (w wrapper) Erase(ctx context.Context, id string) error {
	return w.do(ctx, "Erase", func(ctx context.Context) error { return w.store.Erase(ctx, id) })
}

func (w wrapper) EraseRemains(ctx context.Context) error {
	return w.do(ctx, "EraseRemains", func(ctx context.Context) error { return w.store.EraseRemains(ctx) })
}

func (w wrapper) Keep(ctx context.Context, id string, purgeAt pass.NumericDate) error {
	return w.do(ctx, "Keep", func(ctx context.Context) error { return w.store.Keep(ctx, id, purgeAt) })
}

func (w wrapper) Clear(ctx context.Context, id string) error {
	return w.do(ctx, "Clear", func(ctx context.Context) error { return w.store.Clear(ctx, id) })
}
