package pass_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// used makes a pass one of max uses that was used n times.
func used(n, max int) func(*pass.Pass) {
	return func(p *pass.Pass) {
		p.MaxUses, p.Uses = max, map[pass.Key]pass.NumericDate{}
		for i := range n {
			p.Uses[pass.KeyOf([8]byte{byte(i)})] = 1
		}
	}
}

func TestAdmitReissue(t *testing.T) {
	const now = pass.NumericDate(1000)
	alive := func(edit func(*pass.Pass)) *pass.Pass {
		p := &pass.Pass{V: pass.Version, ExpiresAt: now + 1}
		edit(p)
		return p
	}
	as := func(*pass.Pass) {}
	for _, row := range []struct {
		name string
		pass *pass.Pass
		end  pass.NumericDate
		uses int
		want pass.Reason
	}{
		{"a pass in its last second keeps its end", alive(as), 0, 0, pass.OK},
		{"a pass gets a later end", alive(as), now + 2, 0, pass.OK},
		{"a pass gets an end in the next second", alive(func(p *pass.Pass) { p.ExpiresAt = now + 9 }), now + 1, 0, pass.OK},
		{"no pass is unknown", nil, now + 1, 0, pass.Unknown},
		{"a pass of another version is unavailable", alive(func(p *pass.Pass) { p.V++ }), 0, 0, pass.Unavailable},
		{"a revoked pass is revoked", alive(func(p *pass.Pass) { p.RevokedAt = 1 }), 0, 0, pass.Revoked},
		{"a revoked and expired pass is revoked", alive(func(p *pass.Pass) { p.RevokedAt, p.ExpiresAt = 1, 1 }), 0, 0, pass.Revoked},
		{"a pass in the second of its end is expired", alive(func(p *pass.Pass) { p.ExpiresAt = now }), 0, 0, pass.Expired},
		{"an expired pass gets a new end", alive(func(p *pass.Pass) { p.ExpiresAt = 1 }), now + 1, 0, pass.OK},
		{"an end that is now has passed", alive(as), now, 0, pass.Expired},
		{"an expired and spent pass is expired", alive(func(p *pass.Pass) { p.ExpiresAt = 1; used(1, 1)(p) }), 0, 0, pass.Expired},
		{"a pass with its last use left is reissued", alive(used(1, 2)), 0, 0, pass.OK},
		{"a pass without uses left is spent", alive(used(2, 2)), 0, 0, pass.Spent},
		{"a spent pass with a new end is spent", alive(used(2, 2)), now + 9, 0, pass.Spent},
		{"a spent pass gets uses", alive(used(2, 2)), 0, 1, pass.OK},
		{"a pass gets uses up to a hundred in all", alive(used(2, 2)), 0, 98, pass.OK},
		{"a pass does not get more than a hundred uses in all", alive(used(2, 2)), 0, 99, pass.Spent},
		{"a pass that was used a hundred times gets no more", alive(used(100, 100)), 0, 1, pass.Spent},
		{"an unlimited pass is not counted", alive(as), 0, 101, pass.OK},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := pass.AdmitReissue(row.pass, pass.Renewal{ExpiresAt: row.end, Uses: row.uses, At: now}); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

func TestReissue(t *testing.T) {
	const now = pass.NumericDate(1000)
	first, second, third := pass.DigestOf([]byte("1")), pass.DigestOf([]byte("2")), pass.DigestOf([]byte("3"))
	type secrets = map[pass.Digest]pass.NumericDate
	for _, row := range []struct {
		name         string
		old          secrets
		keep, end    pass.NumericDate
		want         secrets
		wantE, wantP pass.NumericDate
	}{
		{"the old secret goes", secrets{first: 0}, 0, 0, secrets{third: 0}, 2000, 3000},
		{"the old secret stays for a while", secrets{first: 0}, now + 1, 0, secrets{third: 0, first: now + 1}, 2000, 3000},
		{"the old secret stays until now", secrets{first: 0}, now, 0, secrets{third: 0}, 2000, 3000},
		{"an older one is dropped", secrets{second: 0, first: now + 500}, now + 9, 0, secrets{third: 0, second: now + 9}, 2000, 3000},
		{"the same secret is not its own old one", secrets{third: 0}, now + 9, 0, secrets{third: 0}, 2000, 3000},
		{"a new end is written with its purge_at", secrets{first: 0}, 0, 4000, secrets{third: 0}, 4000, 5000},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := &pass.Pass{Secrets: row.old, ExpiresAt: 2000, PurgeAt: 3000, Scope: "s"}
			purge := pass.NumericDate(0)
			if row.end != 0 {
				purge = row.end + 1000
			}
			p.Reissue(pass.Renewal{Secret: third, KeepOld: row.keep, ExpiresAt: row.end, PurgeAt: purge, At: now})
			if diff := cmp.Diff(&pass.Pass{Secrets: row.want, ExpiresAt: row.wantE, PurgeAt: row.wantP, Scope: "s",
				LastChange: &pass.Change{Key: third.Key(), At: now, Operation: pass.Reissuing}}, p); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReissueGivesUses(t *testing.T) {
	for _, row := range []struct {
		name             string
		used, max, given int
		want             int
	}{
		{"none given leaves the total", 3, 10, 0, 10},
		{"they are counted from those of before on", 3, 10, 5, 8},
		{"there may be more of them than there were", 3, 10, 50, 53},
		{"there may be fewer of them than were left", 3, 10, 1, 4},
		{"a spent pass gets some", 1, 1, 1, 2},
		{"an unlimited pass stays unlimited", 0, 0, 5, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := &pass.Pass{}
			used(row.used, row.max)(p)
			for range 2 { // the same again gives no more
				if p.Reissue(pass.Renewal{Uses: row.given}); p.MaxUses != row.want || len(p.Uses) != row.used {
					t.Errorf("%d of %d uses, want %d of %d", len(p.Uses), p.MaxUses, row.used, row.want)
				}
			}
		})
	}
}
