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

// asked requests a new link at a second, at most every ten minutes, and wants an
// answer.
func (k kit) asked(id string, at, purgeAt pass.NumericDate, want bool) {
	k.Helper()
	got, err := k.RequestLink(k.ctx, id, at, 10*minute, purgeAt)
	k.must(err)
	k.same("noted", got, want)
}

func linkNoted(k kit) {
	p := k.created(visitor())
	is := pass.LinkRequest{V: pass.Version, At: now, Count: 1, PurgeAt: p.PurgeAt}
	noted := func() {
		k.Helper()
		k.same("item", k.rawLinkRequest(p.ID), record.FromLinkRequest(p.ID, is))
	}
	k.asked(p.ID, now, p.PurgeAt, true)
	noted()
	for _, at := range []pass.NumericDate{now, now + 1, now + 10*minute - 1, now - hour} {
		k.asked(p.ID, at, p.PurgeAt+1, false)
		noted()
	}
	k.asked(p.ID, now+10*minute, p.PurgeAt+day, true)
	is.At, is.Count, is.PurgeAt = now+10*minute, 2, p.PurgeAt+day
	noted()
	k.asked(p.ID, now+day, 0, true)
	is.At, is.Count = now+day, 3
	noted()
}

func linkBeside(k kit) {
	p := k.created(visitor())
	unchanged := k.unchanged(p.ID)
	k.asked(p.ID, now, p.PurgeAt, true)
	unchanged()
	h, err := k.History(k.ctx, p.ID)
	k.must(err)
	k.same("history", h, &pass.History{Pass: p, Opens: &pass.Opens{V: pass.Version}})
	near := newID()
	k.asked(near, now, 0, true)
	k.same("a pass", k.rawPass(near), record.Item(nil))
	k.must(k.Clear(k.ctx, near))
	k.same("cleared", k.rawLinkRequest(near), record.Item(nil))
}

func linkStorm(k kit) {
	p := k.created(visitor())
	type answer struct {
		noted bool
		err   error
	}
	noted := 0
	for i, a := range storm(20, func(i int) (a answer) {
		a.noted, a.err = k.RequestLink(k.ctx, p.ID, now+pass.NumericDate(i), 10*minute, p.PurgeAt)
		return a
	}) {
		k.must(a.err)
		if a.noted {
			noted++
			k.same("item", k.rawLinkRequest(p.ID), record.FromLinkRequest(p.ID, pass.LinkRequest{V: pass.Version, At: now + pass.NumericDate(i), Count: 1, PurgeAt: p.PurgeAt}))
		}
	}
	k.same("noted", noted, 1)
}

func linkUnknown(k kit) {
	p := k.created(visitor())
	was := pass.LinkRequest{V: pass.Version, At: now - day, Count: 3, PurgeAt: p.PurgeAt}
	k.plant(with(record.FromLinkRequest(p.ID, was), later()))
	k.asked(p.ID, now, p.PurgeAt, true)
	is, _ := was.After(now, 10*minute, p.PurgeAt)
	k.same("item", k.rawLinkRequest(p.ID), with(record.FromLinkRequest(p.ID, is), later()))
}

func linkStrange(k kit) {
	for _, change := range strange() {
		id := newID()
		it := with(with(record.FromLinkRequest(id, pass.LinkRequest{V: pass.Version, At: now - day, Count: 3}), change), later())
		k.plant(it)
		noted, err := k.RequestLink(k.ctx, id, now, 10*minute, 0)
		k.kind("request", err, pass.ErrUnavailable)
		k.same("noted", noted, false)
		k.same("item", k.rawLinkRequest(id), it)
	}
}
