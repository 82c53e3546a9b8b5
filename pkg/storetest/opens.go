package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// opensPromises are about the looks at a pass's link page. pass.Opens.After says
// what each adds.
func opensPromises() []promise {
	return []promise{
		{"each look is counted by its touch, with the first time and the last", opensCounted},
		{"looks leave the pass as it is, and are counted without one", opensBeside},
		{"looks at once are all counted", opensStorm},
		{"attributes of a newer version stay in opens", opensUnknown},
		{"opens of another version are left as they are", opensVersion},
		{"a look that is no touch is not counted", opensNoTouch},
		{"opens that cannot be decoded are unavailable", opensCorrupt},
	}
}

func (k kit) rawOpens(id string) record.Item {
	k.Helper()
	return k.raw(record.PassPK(id), record.OpensSK)
}

// looks reads the opens of a pass as an operator does.
func (k kit) looks(id string) pass.Opens {
	k.Helper()
	h, err := k.History(k.ctx, id)
	k.must(err)
	if h.Opens == nil {
		k.Fatal("a history without opens")
	}
	return *h.Opens
}

func opensCounted(k kit) {
	p := k.created(visitor())
	want := pass.Opens{V: pass.Version}
	k.same("before the first look", k.looks(p.ID), want)
	for i, touch := range []pass.Touch{pass.Head, pass.Get, pass.Get, pass.RefusedPost, pass.Get, pass.Head} {
		look := pass.Look{Touch: touch, At: now + pass.NumericDate(i), PurgeAt: p.PurgeAt}
		if i == 4 {
			look.PurgeAt = p.PurgeAt + day // the pass was given more time
		}
		if i == 5 {
			look.PurgeAt = 0
		}
		k.must(k.Opened(k.ctx, p.ID, look))
		want, _ = want.After(look)
		k.same("item", k.rawOpens(p.ID), record.FromOpens(p.ID, want))
		k.same("history", k.looks(p.ID), want)
	}
	k.same("at the end", want, pass.Opens{V: pass.Version, Heads: 2, Gets: 3, Refused: 1, FirstAt: now, LastAt: now + 5, PurgeAt: p.PurgeAt + day})
}

func opensBeside(k kit) {
	p := k.created(visitor())
	unchanged := k.unchanged(p.ID)
	k.must(k.Opened(k.ctx, p.ID, pass.Look{Touch: pass.Get, At: now}))
	unchanged()
	near := newID()
	k.must(k.Opened(k.ctx, near, pass.Look{Touch: pass.Get, At: now}))
	k.same("a pass", k.rawPass(near), record.Item(nil))
	k.same("opens without a pass", k.rawOpens(near), record.FromOpens(near, pass.Opens{V: pass.Version, Gets: 1, FirstAt: now, LastAt: now}))
	k.must(k.Clear(k.ctx, near))
	k.same("cleared", k.rawOpens(near), record.Item(nil))
}

func opensStorm(k kit) {
	p := k.created(visitor())
	for _, err := range storm(8, func(client int) (err error) {
		for range 5 {
			touch := []pass.Touch{pass.Head, pass.Get}[client%2]
			if err = k.Opened(k.ctx, p.ID, pass.Look{Touch: touch, At: now}); err != nil {
				return err
			}
		}
		return nil
	}) {
		k.must(err)
	}
	k.same("opens", k.looks(p.ID), pass.Opens{V: pass.Version, Heads: 20, Gets: 20, FirstAt: now, LastAt: now})
}

func opensUnknown(k kit) {
	p := k.created(visitor())
	was := pass.Opens{V: pass.Version, Gets: 3, FirstAt: now - day, LastAt: now - day}
	k.plant(with(record.FromOpens(p.ID, was), later()))
	look := pass.Look{Touch: pass.Get, At: now}
	k.must(k.Opened(k.ctx, p.ID, look))
	is, _ := was.After(look)
	k.same("item", k.rawOpens(p.ID), with(record.FromOpens(p.ID, is), later()))
}

func opensVersion(k kit) {
	for _, v := range strangeVersions() {
		p := k.created(visitor())
		it := with(record.FromOpens(p.ID, pass.Opens{V: v, Gets: 3}), later())
		if v == 0 {
			delete(it, record.V)
		}
		k.plant(it)
		k.kind("opened", k.Opened(k.ctx, p.ID, pass.Look{Touch: pass.Get, At: now}), pass.ErrUnavailable)
		k.same("item", k.rawOpens(p.ID), it)
		k.same("history", k.looks(p.ID), pass.Opens{V: v})
	}
}

func opensNoTouch(k kit) {
	p := k.created(visitor())
	for _, touch := range []pass.Touch{"", "glance", "gets"} {
		k.kind("opened", k.Opened(k.ctx, p.ID, pass.Look{Touch: touch, At: now}), pass.ErrUnavailable)
	}
	k.same("item", k.rawOpens(p.ID), record.Item(nil))
}

func opensCorrupt(k kit) {
	p := k.created(visitor())
	it := with(record.FromOpens(p.ID, pass.Opens{V: pass.Version}), record.Item{record.Gets: "three"})
	k.plant(it)
	k.kind("opened", k.Opened(k.ctx, p.ID, pass.Look{Touch: pass.Get, At: now}), pass.ErrUnavailable)
	k.same("item", k.rawOpens(p.ID), it)
	_, err := k.History(k.ctx, p.ID)
	k.kind("history", err, pass.ErrUnavailable)
}
