package record_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func TestPassesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := passes().Draw(t, "pass")
		for name, it := range map[string]record.Item{"the item": record.FromPass(want), "its JSON": throughJSON(t, record.FromPass(want))} {
			got, err := record.ToPass(it)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if d := cmp.Diff(want, got, same()); d != "" {
				t.Fatalf("%s (-want +got):\n%s", name, d)
			}
		}
	})
}

func TestChangesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := change().Draw(t, "change")
		for name, it := range map[string]record.Item{"last_change": record.FromChange(want), "audit item": record.ChangeItem("token00000000001", want, 5)} {
			got, err := record.ToChange(throughJSON(t, it))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s (-want +got):\n%s", name, d)
			}
		}
	})
}

// Changes lie apart from all else beside a pass, in the order of time.
func TestChangesLieInOrder(t *testing.T) {
	first, second, late := record.ChangeSK(999_999_999, "z"), record.ChangeSK(1_000_000_000, "a"), record.ChangeSK(12_345_678_901, "a")
	if first >= second || second >= late || late != "C#12345678901#a" {
		t.Errorf("%s, %s, %s", first, second, late)
	}
	for _, sk := range []string{record.PassSK, record.MarkerSK, record.UseSK(1, "k"), record.OpensSK, record.RegistrationSK, record.LinkRequestSK} {
		if record.IsChange(sk) || !record.IsChange(first) {
			t.Errorf("%s is taken for a change, or %s is not", sk, first)
		}
	}
}

func TestSessionsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := sessions().Draw(t, "session")
		got, err := record.ToSession(throughJSON(t, record.FromSession(want)))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, same()); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}

func TestUsesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := use().Draw(t, "use")
		for name, it := range map[string]record.Item{"last_use": record.FromUse(want), "audit item": record.UseItem("token00000000001", want, 5)} {
			got, err := record.ToUse(throughJSON(t, it))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s (-want +got):\n%s", name, d)
			}
		}
	})
}

// What a newer writer of this version adds is not in the way.
func TestUnknownAttributesAreIgnored(t *testing.T) {
	for name, v := range map[string]any{"a text": "x", "a number": int64(1), "a fraction": json.Number("1.5"), "a flag": true,
		"bytes": []byte("x"), "a map": record.Item{"x": "y"}, "a list": []any{"x"}} {
		it := record.FromPass(whole())
		it["newer"] = v
		got, err := record.ToPass(throughJSON(t, it))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(whole(), got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		it = record.FromSession(wholeSession())
		it["newer"] = v
		if got, err := record.ToSession(throughJSON(t, it)); err != nil || *got != *wholeSession() {
			t.Errorf("session, %s: %+v, %v", name, got, err)
		}
	}
}

// An attribute of a wrong type is an error that names it, never its zero: a
// revoked_at that cannot be read is not "not revoked".
func TestWrongTypesAreNamed(t *testing.T) {
	check := func(name string, it record.Item, read func(record.Item) error) {
		for attribute := range it {
			if attribute == record.PK || attribute == record.SK {
				continue
			}
			broken := maps.Clone(it)
			broken[attribute] = []any{}
			if err := read(broken); err == nil || !strings.Contains(err.Error(), `"`+attribute+`"`) {
				t.Errorf("%s: %s as a list: %v, want an error that names it", name, attribute, err)
			}
			if n, ok := it[attribute].(int64); ok && n != 0 {
				broken[attribute] = json.Number("1.5")
				if err := read(broken); err == nil || !strings.Contains(err.Error(), `"`+attribute+`"`) {
					t.Errorf("%s: %s as a fraction: %v, want an error that names it", name, attribute, err)
				}
			}
			delete(broken, attribute)
			if err := read(broken); err != nil {
				t.Errorf("%s: without %s: %v", name, attribute, err)
			}
		}
	}
	check("pass", record.FromPass(whole()), func(it record.Item) error { _, err := record.ToPass(it); return err })
	check("session", record.FromSession(wholeSession()), func(it record.Item) error { _, err := record.ToSession(it); return err })
	check("change", record.FromChange(*whole().LastChange), func(it record.Item) error { _, err := record.ToChange(it); return err })
	check("use", record.FromUse(*whole().LastUse), func(it record.Item) error { _, err := record.ToUse(it); return err })
}

// The same within the maps of a pass.
func TestWrongTypesWithinMapsAreNamed(t *testing.T) {
	for _, attribute := range []string{record.Uses, record.Sessions, record.Secrets, record.Visitor, record.Invitation, record.LastUse, record.LastChange} {
		for entry := range record.FromPass(whole())[attribute].(record.Item) {
			it := record.FromPass(whole())
			it[attribute].(record.Item)[entry] = true
			if _, err := record.ToPass(it); err == nil || !strings.Contains(err.Error(), `"`+entry+`"`) {
				t.Errorf("%s.%s as a flag: %v, want an error that names it", attribute, entry, err)
			}
		}
	}
	it := record.FromPass(whole())
	it[record.Secrets] = record.Item{"no digest": int64(0)}
	if _, err := record.ToPass(it); err == nil || !strings.Contains(err.Error(), `"secrets"`) {
		t.Errorf("a secret that is no digest: %v, want an error that names secrets", err)
	}
}

// whole has every attribute there is, so that the two tests above miss none.
func TestWholeIsWhole(t *testing.T) {
	names := []string{"by_holder", "by_issuer", "by_scope", "by_time", "completed", "data", "expires_at", "format", "invitation", "issued_at", "issued_by", "last_change", "last_use", "listed_at", "max_uses", "mode", "not_before", "pk", "purge_at",
		"revoked_at", "revoked_by", "revoked_why", "scope", "secrets", "session_expires_in", "sessions", "sk", "subject", "target", "token_expires_at", "uses", "v", "visitor"}
	if d := cmp.Diff(names, slices.Sorted(maps.Keys(record.FromPass(whole())))); d != "" {
		t.Errorf("attributes of a pass (-want +got):\n%s", d)
	}
	names = []string{"at", "expires_at", "ip", "origin", "pk", "purge_at", "sk", "user_agent", "v"}
	if d := cmp.Diff(names, slices.Sorted(maps.Keys(record.FromSession(wholeSession())))); d != "" {
		t.Errorf("attributes of a session (-want +got):\n%s", d)
	}
}

// Of another version only id and v may be believed, whatever else lies there.
func TestOtherVersionsAreNotBelieved(t *testing.T) {
	for _, v := range []int64{0, 2, 99, -1} {
		it := record.FromPass(whole())
		it[record.V], it[record.ExpiresAt] = v, []any{"of another shape"}
		got, err := record.ToPass(it)
		if err != nil {
			t.Errorf("v %d: %v", v, err)
		}
		if d := cmp.Diff(&pass.Pass{V: int(v), ID: whole().ID}, got); d != "" {
			t.Errorf("pass of v %d (-want +got):\n%s", v, d)
		}
		it = record.FromSession(wholeSession())
		it[record.V], it[record.ExpiresAt] = v, []any{"of another shape"}
		s, err := record.ToSession(it)
		if want := (pass.Session{V: int(v), PassID: wholeSession().PassID, Secret: wholeSession().Secret}); err != nil || *s != want {
			t.Errorf("session of v %d: %+v, %v", v, s, err)
		}
	}
	it := record.FromPass(whole())
	delete(it, record.V)
	if got, err := record.ToPass(it); err != nil || got.V == pass.Version {
		t.Errorf("without v: %+v, %v", got, err)
	}
}

// An item is read as what its keys say it is, and as nothing else.
func TestItemsAreNotTakenForOthers(t *testing.T) {
	p, s := record.FromPass(whole()), record.FromSession(wholeSession())
	u, x := record.UseItem("token00000000001", *whole().LastUse, 1), record.Marker("token00000000001", 1)
	for name, it := range map[string]record.Item{"a session": s, "a use": u, "a marker": x, "nothing": {}, "rules": {record.PK: record.RulesPK("api"), record.SK: record.PassSK},
		"a pass whose key is a number": {record.PK: int64(1), record.SK: record.PassSK, record.V: int64(1)}} {
		if got, err := record.ToPass(it); err == nil {
			t.Errorf("%s is read as the pass %+v", name, got)
		}
	}
	short := maps.Clone(s)
	short[record.SK] = s[record.SK].(string)[:20]
	for name, it := range map[string]record.Item{"a pass": p, "a use": u, "a marker": x, "nothing": {}, "a session of a cut digest": short} {
		if got, err := record.ToSession(it); err == nil {
			t.Errorf("%s is read as the session %+v", name, got)
		}
	}
}

// What conditions measure is there from the start: size() of an absent
// attribute is an error.
func TestMeasuredMapsAreThere(t *testing.T) {
	it := record.FromPass(&pass.Pass{V: pass.Version, ID: "token00000000001"})
	want := record.Item{"pk": "P#token00000000001", "sk": "P", "v": int64(1), "uses": record.Item{}, "sessions": record.Item{}, "secrets": record.Item{},
		"by_time": "T#4", "by_scope": "S#4#", "listed_at": "00000000000#token00000000001"}
	if d := cmp.Diff(want, it); d != "" {
		t.Errorf("the item of an empty pass (-want +got):\n%s", d)
	}
	got, err := record.ToPass(it)
	if err != nil || got.Uses == nil || got.Sessions == nil || got.Secrets == nil {
		t.Errorf("%+v, %v: want maps that can be written to", got, err)
	}
}

// Changing a pass does not change the item made from it, nor the other way.
func TestItemsShareNothingWithTheirPass(t *testing.T) {
	p := whole()
	it := record.FromPass(p)
	clear(p.Uses)
	clear(p.Sessions)
	clear(p.Secrets)
	*p.Visitor, *p.Invitation, *p.LastUse, *p.LastChange, p.Data[1] = pass.Visitor{}, pass.Invitation{}, pass.Use{}, pass.Change{}, 'x'
	got, err := record.ToPass(it)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(whole(), got); d != "" {
		t.Errorf("the item changed with its pass (-was +is):\n%s", d)
	}
	clear(got.Uses)
	got.Data[1] = 'x'
	if d := cmp.Diff(record.FromPass(whole()), it); d != "" {
		t.Errorf("the item changed with what was read from it (-was +is):\n%s", d)
	}
}
