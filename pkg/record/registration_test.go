package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// The keys and names are in tables: changing one loses who had registered.
func TestARegistrationLiesUnderItsNames(t *testing.T) {
	got := record.FromRegistration(&pass.Registration{V: 1, ID: "token00000000001", Form: "reference", Scope: "visit", Target: "/visitors",
		Visitor: pass.Visitor{Email: "a@b.c", FirstName: "Fred", LastName: "Flint"}, Holder: "holder", At: 4, PurgeAt: 6})
	want := record.Item{"pk": "P#token00000000001", "sk": "F", "v": int64(1), "form": "reference", "scope": "visit", "target": "/visitors",
		"email": "a@b.c", "first_name": "Fred", "last_name": "Flint", "at": int64(4), "purge_at": int64(6),
		"by_holder": "F#holder", "listed_at": "00000000004#token00000000001"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if record.IsSession(record.RegistrationSK) || record.IsUse(record.RegistrationSK) {
		t.Error("a registration is taken for something else")
	}
}

func TestRegistrationsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := &pass.Registration{V: pass.Version, ID: id().Draw(t, "id"), Form: text().Draw(t, "form"), Scope: text().Draw(t, "scope"), Target: text().Draw(t, "target"),
			Visitor: pass.Visitor{Email: text().Draw(t, "email"), FirstName: text().Draw(t, "first"), LastName: text().Draw(t, "last")},
			Holder:  text().Draw(t, "holder"), At: second().Draw(t, "at"), PurgeAt: second().Draw(t, "purge")}
		got, err := record.ToRegistration(throughJSON(t, record.FromRegistration(want)))
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Fatalf("%v (-want +got):\n%s", err, d)
		}
	})
}

func TestARegistrationThatCannotBeReadIsNotGuessedAt(t *testing.T) {
	other := record.FromRegistration(&pass.Registration{V: 2, ID: "x", Form: "reference", Visitor: pass.Visitor{Email: "a@b.c"}})
	if got, err := record.ToRegistration(other); err != nil || *got != (pass.Registration{V: 2, ID: "x"}) {
		t.Errorf("of another version: %+v, %v, want its id and version alone", got, err)
	}
	for name, it := range map[string]record.Item{
		"an address that is a number": {"pk": "P#x", "sk": "F", "v": int64(1), "email": int64(7)},
		"a time that is text":         {"pk": "P#x", "sk": "F", "v": int64(1), "at": "today"},
		"a marker":                    record.Marker("x", 5),
		"rules":                       {"pk": "R#x", "sk": "F", "v": int64(1)},
	} {
		if r, err := record.ToRegistration(it); err == nil {
			t.Errorf("%s is read as %+v", name, r)
		}
	}
}
