package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func opens() pass.Opens {
	return pass.Opens{V: 1, Heads: 1, Gets: 2, Refused: 3, FirstAt: 4, LastAt: 5, PurgeAt: 6}
}

// The keys and names are in tables: changing one loses what was counted.
func TestOpensLieUnderTheirNames(t *testing.T) {
	got := record.FromOpens("token00000000001", opens())
	want := record.Item{"pk": "P#token00000000001", "sk": "O", "v": int64(1), "heads": int64(1), "gets": int64(2), "refused_posts": int64(3),
		"first_at": int64(4), "last_at": int64(5), "purge_at": int64(6)}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for touch, want := range map[pass.Touch]string{pass.Head: "heads", pass.Get: "gets", pass.RefusedPost: "refused_posts", "glance": ""} {
		if got, ok := record.Count(touch); got != want || ok != (want != "") {
			t.Errorf("%s is counted by %q, want %q", touch, got, want)
		}
	}
	if record.IsSession(record.OpensSK) || record.IsUse(record.OpensSK) {
		t.Error("opens are taken for something else")
	}
}

func TestOpensRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := func(name string) int64 { return rapid.Int64().Draw(t, name) }
		want := pass.Opens{V: pass.Version, Heads: n("heads"), Gets: n("gets"), Refused: n("refused"),
			FirstAt: pass.NumericDate(n("first")), LastAt: pass.NumericDate(n("last")), PurgeAt: pass.NumericDate(n("purge"))}
		got, err := record.ToOpens(throughJSON(t, record.FromOpens("x", want)))
		if err != nil || got != want {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
	})
}

func TestOpensThatCannotBeReadAreNotGuessedAt(t *testing.T) {
	good := record.FromOpens("x", pass.Opens{V: 2, Gets: 7})
	if got, err := record.ToOpens(good); err != nil || got != (pass.Opens{V: 2}) {
		t.Errorf("of another version: %+v, %v, want its version alone", got, err)
	}
	for name, it := range map[string]record.Item{
		"a count that is text": {"pk": "P#x", "sk": "O", "v": int64(1), "gets": "7"},
		"a time that is text":  {"pk": "P#x", "sk": "O", "v": int64(1), "last_at": "today"},
		"a marker":             record.Marker("x", 5),
		"rules":                {"pk": "R#x", "sk": "O", "v": int64(1)},
	} {
		if o, err := record.ToOpens(it); err == nil {
			t.Errorf("%s is read as %+v", name, o)
		}
	}
}
