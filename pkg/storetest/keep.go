package storetest

import (
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// keepBeside keeps what lies beside a pass longer, and then not so long: each item
// is as it was but for its purge_at, those that may not be touched are as they were.
func keepBeside(k kit) {
	p, near := visitor(), visitor()
	near.ID = p.ID + "0"
	k.plant(record.FromPass(p))
	sks, never := beside(k, p), []string{record.PassSK, record.MarkerSK, "Z#later", record.OpensSK, record.ClientsSK}
	beside(k, near)
	long := pass.Use{Key: key(70), At: now}
	k.plant(record.UseItem(p.ID, long, now+9*day))
	for _, until := range []pass.NumericDate{now + 5*day, now + 3*day, now + 5*day} {
		was := map[string]record.Item{}
		for _, sk := range append(sks, record.PassSK) {
			was[sk] = k.raw(record.PassPK(p.ID), sk)
		}
		k.must(k.Keep(k.ctx, p.ID, until))
		for sk, it := range was {
			if goes, _ := it[record.PurgeAt].(int64); !slices.Contains(never, sk) && goes < int64(now+5*day) {
				it = with(it, record.Item{record.PurgeAt: int64(now + 12*day)})
			}
			k.same(sk, k.raw(record.PassPK(p.ID), sk), it)
		}
	}
	k.same("what stays longer anyway", k.raw(record.PassPK(p.ID), record.UseSK(now, key(70))), record.UseItem(p.ID, long, now+9*day))
	k.same("another's", k.raw(record.PassPK(near.ID), record.UseSK(now, key(1))), record.UseItem(near.ID, pass.Use{Key: key(1), At: now}, now+day))
}

func keepGone(k kit) {
	gone := newID()
	k.must(k.Keep(k.ctx, gone, now+day))
	for _, sk := range []string{record.PassSK, record.MarkerSK, record.OpensSK, record.ClientsSK} {
		k.same(sk, k.raw(record.PassPK(gone), sk), record.Item(nil))
	}
}
