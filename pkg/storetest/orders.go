package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// orderPromises are about requests to issue that may be repeated.
func orderPromises() []promise {
	return []promise{
		{"an order comes back with every field", orderKept},
		{"nothing lies under a key that nobody used", orderNone},
		{"an order that stands is left as it is, and returned", orderStands},
		{"an order that is over comes back, and gives way to the next one", orderOver},
		{"of twenty orders under one key at once one is put, and all get it", orderStorm},
		{"an order whose answer was lost is itself when it is put again", orderLost},
		{"finishing makes an order done and changes nothing else", orderFinished},
		{"what is not there, or another order, is not finished", orderOther},
		{"attributes of a newer version stay in an order that is finished", orderUnknown},
		{"an order of another version comes with its key and version alone, and is in the way", orderVersion},
		{"an order that cannot be decoded is unavailable", orderCorrupt},
	}
}

// order returns the first order under a key. Its salt is its own.
func order(key string) *pass.Order {
	return &pass.Order{V: pass.Version, Key: key, Request: "request", Answer: "answer", Salt: pass.DigestOf([]byte(newID())), KID: "kid", At: now, PurgeAt: now + pass.OrderLife}
}

func (k kit) rawOrder(key string) record.Item {
	k.Helper()
	return k.raw(record.OrderPK(key), record.OrderSK)
}

// ordered puts an order through the store, where it is the first.
func (k kit) ordered(o *pass.Order) *pass.Order {
	k.Helper()
	k.put(o, o)
	return o
}

// put puts an order, and wants another or this one to lie there then.
func (k kit) put(o, want *pass.Order) {
	k.Helper()
	got, err := k.PutOrder(k.ctx, o)
	k.must(err)
	k.same("order that was put", got, want)
	k.lies(o.Key, want)
}

// lies wants an order under a key, by the store and past it.
func (k kit) lies(key string, want *pass.Order) {
	k.Helper()
	got, err := k.Order(k.ctx, key)
	k.must(err)
	k.same("order", got, want)
	if want != nil && want.V == pass.Version {
		k.same("item", k.rawOrder(key), record.FromOrder(want))
	}
}

func orderKept(k kit) {
	o := order(newID())
	o.Done = true
	filled(k, *o)
	k.ordered(o)
	k.ordered(order(newID())) // one that is not done, too
}

func orderNone(k kit) { k.lies(newID(), nil) }

func orderStands(k kit) {
	o := k.ordered(order(newID()))
	for _, at := range []pass.NumericDate{now, now + 1, o.PurgeAt - 1, now - day} {
		again := order(o.Key)
		again.Request, again.At, again.PurgeAt = "another", at, at+pass.OrderLife
		k.put(again, o)
	}
	k.must(k.FinishOrder(k.ctx, o))
	o.Done = true
	k.put(order(o.Key), o)
}

func orderOver(k kit) {
	o := order(newID())
	o.Done = true
	k.ordered(o)
	next := order(o.Key)
	next.At, next.PurgeAt = o.PurgeAt, o.PurgeAt+pass.OrderLife
	k.put(next, next)
	k.put(o, next)
}

func orderStorm(k kit) {
	key := newID()
	type answer struct {
		lies *pass.Order
		err  error
	}
	all := storm(20, func(int) (a answer) {
		a.lies, a.err = k.PutOrder(k.ctx, order(key))
		return a
	})
	for _, a := range all {
		k.must(a.err)
		k.lies(key, a.lies)
	}
}

func orderLost(k kit) {
	o := order(newID())
	got, err := Faulty(k, Always(Twice, "PutOrder")).PutOrder(k.ctx, o)
	k.must(err)
	k.same("order", got, o)
	k.must(Faulty(k, Always(Twice, "FinishOrder")).FinishOrder(k.ctx, o))
	o.Done = true
	k.lies(o.Key, o)
}

func orderFinished(k kit) {
	o := k.ordered(order(newID()))
	for range 2 {
		k.must(k.FinishOrder(k.ctx, o))
		done := *o
		done.Done = true
		k.lies(o.Key, &done)
	}
}

func orderOther(k kit) {
	gone := order(newID())
	k.kind("nothing", k.FinishOrder(k.ctx, gone), pass.ErrNotFound)
	k.same("item", k.rawOrder(gone.Key), record.Item(nil))
	o := k.ordered(order(newID()))
	k.kind("another", k.FinishOrder(k.ctx, order(o.Key)), pass.ErrNotFound)
	k.lies(o.Key, o)
}

func orderUnknown(k kit) {
	o := order(newID())
	k.plant(with(record.FromOrder(o), later()))
	k.must(k.FinishOrder(k.ctx, o))
	o.Done = true
	k.same("item", k.rawOrder(o.Key), with(record.FromOrder(o), later()))
}

func orderVersion(k kit) {
	for _, v := range strangeVersions() {
		o := order(newID())
		o.V = v
		it := with(record.FromOrder(o), later())
		if v == 0 {
			delete(it, record.V)
		}
		k.plant(it)
		k.lies(o.Key, &pass.Order{V: v, Key: o.Key})
		next := order(o.Key)
		next.At, next.PurgeAt = o.PurgeAt, o.PurgeAt+pass.OrderLife
		for _, put := range []*pass.Order{order(o.Key), next} {
			_, err := k.PutOrder(k.ctx, put)
			k.kind("put", err, pass.ErrUnavailable)
		}
		k.kind("finish", k.FinishOrder(k.ctx, o), pass.ErrUnavailable)
		k.same("item", k.rawOrder(o.Key), it)
	}
}

func orderCorrupt(k kit) {
	for name, v := range map[string]any{record.At: "today", record.Salt: []byte{1}, record.Done: "yes"} {
		o := order(newID())
		it := with(record.FromOrder(o), record.Item{name: v})
		k.plant(it)
		_, err := k.Order(k.ctx, o.Key)
		k.kind("read with wrong "+name, err, pass.ErrUnavailable)
		_, err = k.PutOrder(k.ctx, order(o.Key))
		k.kind("put on wrong "+name, err, pass.ErrUnavailable)
		if name == record.Salt { // the others are not asked for
			k.kind("finish with wrong "+name, k.FinishOrder(k.ctx, o), pass.ErrUnavailable)
			k.same("item", k.rawOrder(o.Key), it)
		}
	}
}
