package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// deskPromises are about what visitors ask of the host: the limiter, and the
// requests for a new link. pass.LinkRequest.After says what each of these adds.
func deskPromises() []promise {
	return []promise{
		{"a window has room for its limit and no more, and is cleared when it is over", limitReached},
		{"windows and buckets have nothing to do with each other", limitApart},
		{"a limit of nothing has no room", limitNone},
		{"200 at once on a limit of ten take ten", limitStorm},
		{"attributes of a newer version stay in a window", limitUnknown},
		{"a window of another version, or that cannot be decoded, is unavailable", limitStrange},
		{"a request for a new link is noted, and not again within its time", linkNoted},
		{"a request for a new link after a reissue is noted at once", linkReissued},
		{"a request for a new link counts for its limit where it is noted, and only then", linkLimited},
		{"a request for a new link whose limit cannot be read is not noted", linkUnsure},
		{"requests for a new link leave the pass as it is, and are cleared with it", linkBeside},
		{"of twenty requests for a new link at once one is noted", linkStorm},
		{"attributes of a newer version stay in a request for a new link", linkUnknown},
		{"a request for a new link of another version, or that cannot be decoded, is unavailable", linkStrange},
	}
}

const limiterWindow = hour

func (k kit) rawWindow(bucket string, from pass.NumericDate) record.Item {
	k.Helper()
	return k.raw(record.LimiterPK(bucket, from), record.LimiterSK)
}

// took takes one of a window of an hour, and wants an answer.
func (k kit) took(bucket string, limit int, from pass.NumericDate, want bool) {
	k.Helper()
	got, err := k.Take(k.ctx, bucket, limit, from, from+limiterWindow)
	k.must(err)
	k.same("took", got, want)
}

func limitReached(k kit) {
	bucket := newID()
	for i := range 5 {
		k.took(bucket, 3, now, i < 3)
		k.same("window", k.rawWindow(bucket, now), record.FromTaken(bucket, now, now+limiterWindow, int64(min(i+1, 3))))
	}
	k.took(bucket, 4, now, true) // a limit that was raised
	k.took(bucket, 3, now, false)
	k.same("window", k.rawWindow(bucket, now), record.FromTaken(bucket, now, now+limiterWindow, 4))
}

func limitApart(k kit) {
	bucket, other := newID(), newID()
	k.took(bucket, 1, now, true)
	k.took(bucket, 1, now, false)
	k.took(bucket, 1, now+limiterWindow, true)
	k.took(bucket, 1, now-limiterWindow, true)
	k.took(other, 1, now, true)
	for _, from := range []pass.NumericDate{now - limiterWindow, now, now + limiterWindow} {
		k.same("window", k.rawWindow(bucket, from), record.FromTaken(bucket, from, from+limiterWindow, 1))
	}
}

func limitNone(k kit) {
	for _, limit := range []int{0, -1} {
		bucket := newID()
		k.took(bucket, limit, now, false)
		k.same("window", k.rawWindow(bucket, now), record.Item(nil))
	}
}

func limitStorm(k kit) {
	bucket := newID()
	type answer struct {
		took bool
		err  error
	}
	took := 0
	for _, a := range storm(200, func(int) (a answer) {
		a.took, a.err = k.Take(k.ctx, bucket, 10, now, now+limiterWindow)
		return a
	}) {
		k.must(a.err)
		if a.took {
			took++
		}
	}
	k.same("taken", took, 10)
	k.same("window", k.rawWindow(bucket, now), record.FromTaken(bucket, now, now+limiterWindow, 10))
}

func limitUnknown(k kit) {
	bucket := newID()
	k.plant(with(record.FromTaken(bucket, now, now+limiterWindow, 1), later()))
	k.took(bucket, 2, now, true)
	k.took(bucket, 2, now, false)
	k.same("window", k.rawWindow(bucket, now), with(record.FromTaken(bucket, now, now+limiterWindow, 2), later()))
}

// strange are the ways in which an item cannot be relied on.
func strange() []record.Item {
	out := []record.Item{{record.V: "1"}, {record.Taken: "three", record.At: "now"}}
	for _, v := range strangeVersions() {
		out = append(out, record.Item{record.V: int64(v)})
	}
	return out
}

func limitStrange(k kit) {
	for _, change := range strange() {
		bucket := newID()
		it := with(with(record.FromTaken(bucket, now, now+limiterWindow, 1), change), later())
		k.plant(it)
		took, err := k.Take(k.ctx, bucket, 10, now, now+limiterWindow)
		k.kind("take", err, pass.ErrUnavailable)
		k.same("took", took, false)
		k.same("window", k.rawWindow(bucket, now), it)
	}
}

func (k kit) rawLinkRequest(id string) record.Item {
	k.Helper()
	return k.raw(record.PassPK(id), record.LinkRequestSK)
}

// wishing is a wish of a pass whose secret is the first, at most every ten minutes.
func wishing(at, purgeAt pass.NumericDate) pass.Wish {
	return pass.Wish{At: at, Secret: key(1), Every: 10 * minute, PurgeAt: purgeAt}
}

// room is a window of a bucket of its own, which is named.
func room(bucket string, limit int) pass.Window {
	return pass.Window{Bucket: bucket, Limit: limit, From: now, Until: now + limiterWindow}
}

// asked makes a wish where there is room, and wants an answer.
func (k kit) asked(id string, w pass.Wish, want pass.Wished) {
	k.Helper()
	k.wished(id, w, room(newID(), 1), want)
}

func (k kit) wished(id string, w pass.Wish, r pass.Window, want pass.Wished) {
	k.Helper()
	got, err := k.RequestLink(k.ctx, id, w, r)
	k.must(err)
	k.same("wish", got, want)
}

func linkNoted(k kit) {
	p := k.created(visitor())
	is := pass.LinkRequest{V: pass.Version, At: now, Count: 1, Secret: key(1), PurgeAt: p.PurgeAt}
	noted := func() {
		k.Helper()
		k.same("item", k.rawLinkRequest(p.ID), record.FromLinkRequest(p.ID, is))
	}
	k.asked(p.ID, wishing(now, p.PurgeAt), pass.WishNoted)
	noted()
	for _, at := range []pass.NumericDate{now, now + 1, now + 10*minute - 1, now - hour} {
		k.asked(p.ID, wishing(at, p.PurgeAt+1), pass.WishRepeated)
		noted()
	}
	k.asked(p.ID, wishing(now+10*minute, p.PurgeAt+day), pass.WishNoted)
	is.At, is.Count, is.PurgeAt = now+10*minute, 2, p.PurgeAt+day
	noted()
	k.asked(p.ID, wishing(now+day, 0), pass.WishNoted)
	is.At, is.Count = now+day, 3
	noted()
}

// linkReissued: also one that was noted before secrets were kept is another's.
func linkReissued(k kit) {
	p := k.created(visitor())
	was := pass.LinkRequest{V: pass.Version, At: now, Count: 1, PurgeAt: p.PurgeAt}
	k.plant(record.FromLinkRequest(p.ID, was))
	for i, secret := range []pass.Key{key(1), key(2), key(3)} {
		w := wishing(now+1, p.PurgeAt)
		w.Secret = secret
		k.asked(p.ID, w, pass.WishNoted)
		k.asked(p.ID, w, pass.WishRepeated)
		k.same("item", k.rawLinkRequest(p.ID), record.FromLinkRequest(p.ID, pass.LinkRequest{V: pass.Version, At: now + 1, Count: int64(i) + 2, Secret: secret, PurgeAt: p.PurgeAt}))
	}
	_, err := k.RequestLink(k.ctx, p.ID, pass.Wish{At: now + day, Every: 1}, room(newID(), 1))
	k.kind("a wish without a secret", err, pass.ErrUnavailable)
}

func linkLimited(k kit) {
	bucket, first, second := newID(), newID(), newID()
	taken := func(n int64) {
		k.Helper()
		k.same("window", k.rawWindow(bucket, now), record.FromTaken(bucket, now, now+limiterWindow, n))
	}
	k.wished(first, wishing(now, 0), room(bucket, 1), pass.WishNoted)
	taken(1)
	k.wished(first, wishing(now, 0), room(bucket, 2), pass.WishRepeated)
	k.wished(first, wishing(now, 0), room(bucket, 1), pass.WishRepeated)
	k.wished(second, wishing(now, 0), room(bucket, 1), pass.WishRefused)
	taken(1)
	k.same("nothing noted", k.rawLinkRequest(second), record.Item(nil))
	k.wished(second, wishing(now, 0), room(bucket, 2), pass.WishNoted)
	taken(2)
	k.took(bucket, 2, now, false) // it is one window
}

// linkUnsure: a window that cannot be read leaves the wish unmade.
func linkUnsure(k kit) {
	for _, change := range strange() {
		id, bucket := newID(), newID()
		it := with(record.FromTaken(bucket, now, now+limiterWindow, 1), change)
		k.plant(it)
		_, err := k.RequestLink(k.ctx, id, wishing(now, 0), room(bucket, 10))
		k.kind("request", err, pass.ErrUnavailable)
		k.same("window", k.rawWindow(bucket, now), it)
		k.same("nothing noted", k.rawLinkRequest(id), record.Item(nil))
	}
}

func linkBeside(k kit) {
	p := k.created(visitor())
	unchanged := k.unchanged(p.ID)
	k.asked(p.ID, wishing(now, p.PurgeAt), pass.WishNoted)
	unchanged()
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h, &pass.History{Pass: p, Opens: &pass.Opens{V: pass.Version}})
	near := newID()
	k.asked(near, wishing(now, 0), pass.WishNoted)
	k.same("a pass", k.rawPass(near), record.Item(nil))
	k.must(k.Clear(k.ctx, near))
	k.same("cleared", k.rawLinkRequest(near), record.Item(nil))
}

func linkStorm(k kit) {
	p, bucket := k.created(visitor()), newID()
	type answer struct {
		became pass.Wished
		err    error
	}
	noted := 0
	for i, a := range storm(20, func(i int) (a answer) {
		a.became, a.err = k.RequestLink(k.ctx, p.ID, wishing(now+pass.NumericDate(i), p.PurgeAt), room(bucket, 20))
		return a
	}) {
		k.must(a.err)
		if a.became == pass.WishNoted {
			noted++
			k.same("item", k.rawLinkRequest(p.ID), record.FromLinkRequest(p.ID, pass.LinkRequest{V: pass.Version, At: now + pass.NumericDate(i), Count: 1, Secret: key(1), PurgeAt: p.PurgeAt}))
		}
	}
	k.same("noted", noted, 1)
	k.same("window", k.rawWindow(bucket, now), record.FromTaken(bucket, now, now+limiterWindow, 1))
}

func linkUnknown(k kit) {
	p := k.created(visitor())
	was := pass.LinkRequest{V: pass.Version, At: now - day, Count: 3, PurgeAt: p.PurgeAt}
	k.plant(with(record.FromLinkRequest(p.ID, was), later()))
	k.asked(p.ID, wishing(now, p.PurgeAt), pass.WishNoted)
	is, _ := was.After(wishing(now, p.PurgeAt))
	k.same("item", k.rawLinkRequest(p.ID), with(record.FromLinkRequest(p.ID, is), later()))
}

func linkStrange(k kit) {
	for _, change := range strange() {
		id := newID()
		it := with(with(record.FromLinkRequest(id, pass.LinkRequest{V: pass.Version, At: now - day, Count: 3}), change), later())
		k.plant(it)
		bucket := newID()
		_, err := k.RequestLink(k.ctx, id, wishing(now, 0), room(bucket, 10))
		k.kind("request", err, pass.ErrUnavailable)
		k.same("window", k.rawWindow(bucket, now), record.Item(nil))
		k.same("item", k.rawLinkRequest(id), it)
	}
}
