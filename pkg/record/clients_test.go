package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func clients() pass.Clients {
	return pass.Clients{V: 1, Each: []pass.Key{"c1", "c2"}, Brought: []pass.Key{"s1", "u2"}, PurgeAt: 6}
}

// The keys and names are in tables: changing one tells every client anew.
func TestClientsLieUnderTheirNames(t *testing.T) {
	want := record.Item{"pk": "P#token00000000001", "sk": "K", "v": int64(1), "clients": []any{"c1", "c2"}, "brought_by": []any{"s1", "u2"}, "purge_at": int64(6)}
	if d := cmp.Diff(want, record.FromClients("token00000000001", clients())); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if record.IsSession(record.ClientsSK) || record.IsUse(record.ClientsSK) {
		t.Error("clients are taken for something else")
	}
}

func TestClientsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := pass.Clients{V: pass.Version, PurgeAt: pass.NumericDate(rapid.Int64().Draw(t, "purge"))}
		for range rapid.IntRange(0, 5).Draw(t, "clients") {
			want.Each, want.Brought = append(want.Each, pass.Key(rapid.String().Draw(t, "client"))), append(want.Brought, pass.Key(rapid.String().Draw(t, "visit")))
		}
		got, err := record.ToClients(throughJSON(t, record.FromClients("x", want)))
		if err != nil || !cmp.Equal(got, want, cmpopts.EquateEmpty()) {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
	})
}

func TestClientsThatCannotBeReadAreNotGuessedAt(t *testing.T) {
	newer := clients()
	newer.V = 2
	if got, err := record.ToClients(record.FromClients("x", newer)); err != nil || !cmp.Equal(got, pass.Clients{V: 2}) {
		t.Errorf("of another version: %+v, %v, want its version alone", got, err)
	}
	item := func(name string, v any) record.Item {
		it := record.FromClients("x", clients())
		if it[name] = v; v == nil {
			delete(it, name)
		}
		return it
	}
	for name, it := range map[string]record.Item{
		"clients that are text":           item("clients", "c1"),
		"no clients":                      item("clients", nil),
		"no list of what brought them":    item("brought_by", nil),
		"a client that is a number":       item("clients", []any{"c1", int64(2)}),
		"a client that nothing brought":   item("brought_by", []any{"s1"}),
		"a time that is text":             item("purge_at", "today"),
		"a marker":                        record.Marker("x", 5),
		"clients that belong to no pass":  item("pk", "R#x"),
		"a version that is not a number":  item("v", "1"),
		"clients under another sort key":  item("sk", "O"),
		"visits of which one is a number": item("brought_by", []any{"s1", int64(2)}),
	} {
		if c, err := record.ToClients(it); err == nil {
			t.Errorf("%s is read as %+v", name, c)
		}
	}
}
