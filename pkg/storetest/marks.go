package storetest

import (
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// markPromises are about the mark of the digest key, of which a table has one.
func markPromises() []promise {
	return []promise{
		{"a table without a digest mark has none until it is put", marksOnce},
		{"of twenty digest marks at once one is put, and all get it", marksStorm},
		{"a digest mark that cannot be read is unavailable, and left as it is", marksUnreadable},
	}
}

// marked wants a mark in the table, by the store and past it.
func (k kit) marked(want string) {
	k.Helper()
	got, err := k.DigestMark(k.ctx)
	k.must(err)
	k.same("mark", got, want)
	var item record.Item
	if want != "" {
		item = record.FromDigestMark(want)
	}
	k.same("item", k.raw(record.DigestPK, record.DigestSK), item)
}

func marksOnce(k kit) {
	k.marked("")
	for _, mark := range []string{"first", "second"} {
		stands, err := k.PutDigestMark(k.ctx, mark)
		k.must(err)
		k.same("stands", stands, "first")
		k.marked("first")
	}
}

func marksStorm(k kit) {
	type answer struct {
		mark string
		err  error
	}
	var first string
	for i, a := range storm(20, func(n int) (a answer) {
		a.mark, a.err = k.PutDigestMark(k.ctx, string(key(n)))
		return a
	}) {
		k.must(a.err)
		if i == 0 {
			first = a.mark
		}
		k.same("stands", a.mark, first)
	}
	k.marked(first)
}

func marksUnreadable(k kit) {
	changes := []record.Item{{"mark": int64(1)}, {"mark": ""}, {record.V: "1"}}
	for _, v := range strangeVersions() {
		changes = append(changes, record.Item{record.V: int64(v)})
	}
	for _, change := range changes {
		it := with(record.FromDigestMark("mark"), change)
		k.plant(it)
		_, err := k.DigestMark(k.ctx)
		k.kind("read", err, pass.ErrUnavailable)
		_, err = k.PutDigestMark(k.ctx, "other")
		k.kind("put", err, pass.ErrUnavailable)
		k.same("item", k.raw(record.DigestPK, record.DigestSK), it)
	}
}
