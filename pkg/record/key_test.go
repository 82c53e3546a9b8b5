package record_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The keys are in tables and in IAM conditions: changing one loses records.
func TestKeyShapes(t *testing.T) {
	const id = "token00000000001"
	d := pass.DigestOf([]byte("abc"))
	for _, row := range []struct{ name, got, want string }{
		{"everything of a pass is in one partition", record.PassPK(id), "P#token00000000001"},
		{"the pass itself", record.PassSK, "P"},
		{"a session lies under the digest of its secret", record.SessionSK(d), "S#ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"},
		{"a use lies under its second and key", record.UseSK(1_800_000_000, "AAAAAAAAAAA"), "U#1800000000#AAAAAAAAAAA"},
		{"an early use has as many digits", record.UseSK(7, "AAAAAAAAAAA"), "U#0000000007#AAAAAAAAAAA"},
		{"the end marker", record.MarkerSK, "X"},
		{"the digest mark", record.DigestPK, "DIGEST"},
		{"the public keys", record.PublicPK, "PUB"},
		{"the sealed keys are in another partition", record.SealedPK, "SEAL"},
		{"a signing key lies under its number", record.SequenceSK(42), "000000000042"},
		{"the rules of an API", record.RulesPK("a1b2c3"), "R#a1b2c3"},
		{"an order lies under the digest of its key", record.OrderPK("digest"), "I#digest"},
		{"and is alone there", record.OrderSK, "I"},
	} {
		if row.got != row.want {
			t.Errorf("%s: %q, want %q", row.name, row.got, row.want)
		}
	}
}

func TestItemsLieUnderTheirKeys(t *testing.T) {
	p, s := whole(), wholeSession()
	u := *p.LastUse
	for name, row := range map[string]struct {
		it     record.Item
		pk, sk string
	}{
		"a pass":    {record.FromPass(p), record.PassPK(p.ID), record.PassSK},
		"a session": {record.FromSession(s), record.PassPK(s.PassID), record.SessionSK(s.Secret)},
		"a use":     {record.UseItem(p.ID, u, 5), record.PassPK(p.ID), record.UseSK(u.At, u.Key)},
		"a marker":  {record.Marker(p.ID, 5), record.PassPK(p.ID), record.MarkerSK},
	} {
		if row.it[record.PK] != row.pk || row.it[record.SK] != row.sk || row.it[record.V] != int64(pass.Version) {
			t.Errorf("%s: %v %v v %v, want %q %q", name, row.it[record.PK], row.it[record.SK], row.it[record.V], row.pk, row.sk)
		}
	}
	want := record.Item{"pk": "P#" + p.ID, "sk": "X", "v": int64(1), "purge_at": int64(5)}
	if d := cmp.Diff(want, record.Marker(p.ID, 5)); d != "" {
		t.Errorf("marker (-want +got):\n%s", d)
	}
	if got := record.UseItem(p.ID, u, 5)[record.PurgeAt]; got != int64(5) {
		t.Errorf("a use is cleared away at %v, want 5", got)
	}
	if _, has := record.UseItem(p.ID, u, 0)[record.PurgeAt]; has {
		t.Error("a use without an end has one")
	}
}

// The kinds of sort key in one collection cannot be taken for one another.
func TestSortKeysTellKindsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		session := record.SessionSK(digest().Draw(t, "digest"))
		used := record.UseSK(pass.NumericDate(rapid.Int64Range(0, 9_999_999_999).Draw(t, "at")), key().Draw(t, "use"))
		for sk, want := range map[string][2]bool{session: {true, false}, used: {false, true}, record.PassSK: {}, record.MarkerSK: {}, "": {}} {
			if got := [2]bool{record.IsSession(sk), record.IsUse(sk)}; got != want {
				t.Fatalf("%q: session and use %v, want %v", sk, got, want)
			}
		}
	})
}

func TestPassIDOfPartitionKeys(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := id().Draw(t, "id")
		if got, ok := record.PassID(record.PassPK(want)); !ok || got != want {
			t.Fatalf("%q, %v, want %q", got, ok, want)
		}
	})
	for _, pk := range []string{"", "P", record.PublicPK, record.SealedPK, record.RulesPK("P#x"), record.OrderPK("P#x"), "p#x"} {
		if got, ok := record.PassID(pk); ok {
			t.Errorf("%q belongs to the pass %q", pk, got)
		}
	}
}

// Sort keys are compared as text; what they number must come in its order.
func TestSortKeysSortAsTheyCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64Range(0, 9_999_999_999).Draw(t, "a"), rapid.Int64Range(0, 9_999_999_999).Draw(t, "b")
		k := key().Draw(t, "key")
		for name, f := range map[string]func(int64) string{
			"uses": func(n int64) string { return record.UseSK(pass.NumericDate(n), k) },
			"keys": record.SequenceSK,
		} {
			if got, want := strings.Compare(f(a), f(b)), compare(a, b); got != want {
				t.Fatalf("%s %d and %d: %d, want %d", name, a, b, got, want)
			}
		}
	})
}

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
