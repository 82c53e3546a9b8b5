package record_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// FuzzItem reads any bytes as an item and the item as every record. Nothing may
// panic, and what was read can be written and read again as the same.
func FuzzItem(f *testing.F) {
	p, s := whole(), wholeSession()
	for _, it := range []record.Item{record.FromPass(p), record.FromSession(s), record.UseItem(p.ID, *p.LastUse, 9), record.ChangeItem(p.ID, *p.LastChange, 9), record.Marker(p.ID, 9), record.FromOpens(p.ID, opens()), record.FromOrder(wholeOrder())} {
		b, err := json.Marshal(it)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, s := range []string{"", "null", "{}", "[]", `{"a":null}`, `{"a":{}}`, `{"a":{"S":null}}`, `{"a":{"M":null}}`, `{"a":{"L":[null]}}`, `{"a":{"L":[{"NULL":true}]}}`,
		`{"a":{"N":"1e5"}}`, `{"a":{"N":"NaN"}}`, `{"a":{"B":"AP8="}}`, `{"pk":{"S":"P#x"},"sk":{"S":"P"},"v":{"N":"2"}}`, `{"pk":{"S":"P#x"},"sk":{"S":"P"},"v":{"S":"1"}}`,
		`{"pk":{"S":"P#"},"sk":{"S":"S#"},"v":{"N":"1"}}`, `{"pk":{"S":"P#x"},"sk":{"S":"P"},"v":{"N":"1"},"secrets":{"M":{"x":{"N":"0"}}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var it record.Item
		if json.Unmarshal(in, &it) != nil {
			return
		}
		if d := cmp.Diff(it, throughJSON(t, it), same()); d != "" {
			t.Fatalf("written and read again (-was +is):\n%s", d)
		}
		readAll(t, it)
	})
}

// readAll reads an item as each record; what is read without an error must be
// that record again when written.
func readAll(t *testing.T, it record.Item) {
	t.Helper()
	if p, err := record.ToPass(it); err == nil {
		again, err := record.ToPass(record.FromPass(p))
		if d := cmp.Diff(p, again, same()); err != nil || d != "" {
			t.Fatalf("pass: %v (-was +is):\n%s", err, d)
		}
	}
	if s, err := record.ToSession(it); err == nil {
		again, err := record.ToSession(record.FromSession(s))
		if d := cmp.Diff(s, again); err != nil || d != "" {
			t.Fatalf("session: %v (-was +is):\n%s", err, d)
		}
	}
	if o, err := record.ToOpens(it); err == nil {
		again, err := record.ToOpens(record.FromOpens("x", o))
		if d := cmp.Diff(o, again); err != nil || d != "" {
			t.Fatalf("opens: %v (-was +is):\n%s", err, d)
		}
	}
	if o, err := record.ToOrder(it); err == nil {
		again, err := record.ToOrder(record.FromOrder(o))
		if o.V == pass.Version && (err != nil || cmp.Diff(o, again) != "") {
			t.Fatalf("order: %v (-was +is):\n%s", err, cmp.Diff(o, again))
		}
	}
	if c, err := record.ToChange(it); err == nil {
		again, err := record.ToChange(record.FromChange(c))
		if d := cmp.Diff(c, again); err != nil || d != "" {
			t.Fatalf("change: %v (-was +is):\n%s", err, d)
		}
	}
	if u, err := record.ToUse(it); err == nil {
		again, err := record.ToUse(record.FromUse(u))
		if d := cmp.Diff(u, again); err != nil || d != "" {
			t.Fatalf("use: %v (-was +is):\n%s", err, d)
		}
	}
}
