package issue_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// manyOf is a request for many under a key.
func manyOf(key string, docs ...string) string {
	return `{"passes":[` + strings.Join(docs, ",") + `],"idempotency_key":"` + key + `"}`
}

// mixed are eight requests of every kind, of which the fourth is wrong and the
// sixth has no record.
func mixed() []string {
	return []string{
		`{"scope":"report:66","target":"/reports/66","max_uses":3}`,
		`{"mode":"request","subject":"fred","scope":"report:66","format":"jwt","issued_by":"reports"}`,
		`{"visitor":{"email":"ginger@example.com"},"scope":"visit","target":"/visitors"}`,
		`{"mode":"request","scope":"report:66","max_uses":0}`,
		`{"mode":"session","subject":"fred"}`,
		`{"scope":"file:1","format":"stateless","data":{"a":1}}`,
		`{"scope":"report:66","format":"jwt"}`,
		`{"scope":"report:66"}`,
	}
}

func TestManyAreAnsweredEachByItself(t *testing.T) {
	store := storetest.Record(bolt(t))
	k := newAgain(t, store)
	a := k.ask(manyOf("k1", mixed()...))
	k.counts(a, 7, 1, 0)
	for n, one := range a.Passes {
		switch n {
		case 3:
			if d := cmp.Diff([]string{"max_uses", "subject"}, slices.Sorted(maps.Keys(one.Error.Fields))); d != "" || one.Error.Code != issue.InvalidRequest || one.ID != "" {
				t.Errorf("the wrong one: %s %s", mustJSON(t, one), d)
			}
		case 5:
			if one.Form != pass.Stateless || k.pass(one.ID) != nil {
				t.Errorf("the stateless one: %s", mustJSON(t, one))
			}
		default:
			if p := k.pass(one.ID); p == nil || p.Mode != one.Mode || p.IssuedAt != far || p.Format != one.Form {
				t.Errorf("request %d: %s is %+v", n, mustJSON(t, one), p)
			}
		}
	}
	if p := k.pass(a.Passes[1].ID); p.Holder == "" || p.Issuer == "" || p.IssuedBy != "reports" {
		t.Errorf("the pass is in no list: %+v", p)
	}
	var out struct {
		Passes                []json.RawMessage
		Issued, Refused, Left *int
	}
	if err := json.Unmarshal([]byte(mustJSON(t, a)), &out); err != nil || len(out.Passes) != 8 || out.Issued == nil || out.Refused == nil || out.Left == nil {
		t.Errorf("the answer is %s", mustJSON(t, a))
	}
}

// What each says by itself is what it would be told if it came alone.
func TestOneOfManyIsAsOneAlone(t *testing.T) {
	k := newAgain(t, bolt(t))
	a := k.ask(manyOf("k1", mixed()...))
	for n, doc := range mixed() {
		alone, one := k.ask(doc), a.Passes[n]
		blank := func(a *issue.Answer) string {
			b := *a
			b.ID, b.Token, b.Link, b.URL, b.Parameters = "", "", "", "", nil
			return mustJSON(t, &b)
		}
		if d := cmp.Diff(blank(alone), blank(one)); d != "" {
			t.Errorf("%s (-alone +in many):\n%s", doc, d)
		}
	}
}

func TestWrongRequestsForMany(t *testing.T) {
	store := storetest.Record(bolt(t))
	k := newAgain(t, store)
	good := `{"scope":"s"}`
	for name, row := range map[string]struct{ doc, fields, says string }{
		"no key":                     {`{"passes":[` + good + `]}`, "idempotency_key", "nobody holds"},
		"an empty key":               {manyOf("", good), "idempotency_key", "1 to 255"},
		"a long key":                 {manyOf(strings.Repeat("k", 256), good), "idempotency_key", "1 to 255"},
		"a key that is not ASCII":    {manyOf("é", good), "idempotency_key", "printable ASCII"},
		"a key that is a number":     {`{"passes":[` + good + `],"idempotency_key":1}`, "idempotency_key", "string"},
		"no passes":                  {manyOf("k"), "passes", "1 to 1000"},
		"passes that are one":        {`{"passes":` + good + `,"idempotency_key":"k"}`, "passes", "list"},
		"passes that are null":       {`{"passes":null,"idempotency_key":"k"}`, "passes", "null"},
		"too many":                   {manyOf("k", slices.Repeat([]string{good}, 1001)...), "passes", "it has 1001"},
		"a field that is of one":     {`{"passes":[` + good + `],"idempotency_key":"k","scope":"s"}`, "scope", "no such field"},
		"a field in other letters":   {`{"Passes":[` + good + `],"idempotency_key":"k"}`, "Passes passes", "did you mean passes?"},
		"passes twice":               {`{"passes":[` + good + `],"passes":[` + good + `],"idempotency_key":"k"}`, "passes", "twice"},
		"all of it":                  {`{"passes":[],"x":1}`, "idempotency_key passes x", ""},
		"a reissue beside them":      {`{"reissue":"0123456789abcdef","passes":[` + good + `]}`, "passes", "no such field"},
		"a registration beside them": {`{"registration":"0123456789abcdef","passes":[` + good + `],"scope":"s"}`, "passes", "no such field"},
	} {
		a := k.ask(row.doc)
		if a.Error == nil || a.Error.Code != issue.InvalidRequest || a.Many != nil {
			t.Errorf("%s: answered %.300s", name, mustJSON(t, a))
			continue
		}
		if d := cmp.Diff(strings.Fields(row.fields), slices.Sorted(maps.Keys(a.Error.Fields))); d != "" {
			t.Errorf("%s: the wrong fields (-want +got):\n%s", name, d)
		}
		if !strings.Contains(fmt.Sprint(a.Error.Fields), row.says) {
			t.Errorf("%s: %v does not say %q", name, a.Error.Fields, row.says)
		}
	}
	if calls := store.Calls(); calls["Create"]+calls["PutOrder"] != 0 {
		t.Errorf("something was written: %v", calls)
	}
}

func TestWhatIsNotIssuedInMany(t *testing.T) {
	k := newAgain(t, bolt(t))
	a := k.ask(manyOf("k1", `{"scope":"s"}`, `{"reissue":"0123456789abcdef"}`, `{"registration":"0123456789abcdef","scope":"s"}`, `{"scope":"s","idempotency_key":"k2"}`,
		`{"passes":[],"scope":"s"}`, `[]`, `"x"`, `{"scope":"s","scope":"t"}`))
	k.counts(a, 1, 7, 0)
	for n, want := range map[int]string{1: "reissue", 2: "registration", 3: "idempotency_key", 4: "passes", 7: "scope"} {
		if a.Passes[n].Error.Fields[want] == "" || strings.Contains(a.Passes[n].Error.Fields[want], "the fields are") {
			t.Errorf("%d: %s is not refused by name: %s", n, want, mustJSON(t, a.Passes[n]))
		}
	}
	for _, n := range []int{5, 6} {
		if !strings.Contains(a.Passes[n].Error.Message, "one JSON object") {
			t.Errorf("%d: %s", n, mustJSON(t, a.Passes[n]))
		}
	}
}

// What is idempotent by an id of its own takes no key.
func TestKeyIsRefusedWhereThereIsAnID(t *testing.T) {
	k := newAgain(t, bolt(t))
	for _, doc := range []string{`{"reissue":"0123456789abcdef","idempotency_key":"k"}`, `{"registration":"0123456789abcdef","idempotency_key":"k"}`} {
		if why := k.code(doc, issue.InvalidRequest).Fields["idempotency_key"]; !strings.Contains(why, "leave it out") {
			t.Errorf("%s: %q", doc, why)
		}
	}
}

// The answer is measured before anything is written: Lambda would drop it whole.
func TestAnswerThatIsTooLargeWritesNothing(t *testing.T) {
	store := storetest.Record(bolt(t))
	k := newAgain(t, store)
	big := `{"scope":"s","mode":"request","subject":"` + strings.Repeat("x", 255) + `","format":"stateless","data":{"a":"` + strings.Repeat("y", 1000) + `"},"target":"https://api.example.com/` + strings.Repeat("z", 1900) + `"}`
	wrong := `{"` + strings.Repeat("w", 150) + `":1` + strings.Repeat(`,"`+strings.Repeat("v", 140)+`":1`, 60) + `}`
	for name, doc := range map[string]string{"passes": manyOf("k1", slices.Repeat([]string{big}, 800)...), "refusals": manyOf("k2", slices.Repeat([]string{faults(60)}, 1000)...), "small refusals": manyOf("k3", wrong)} {
		a := k.ask(doc)
		if name == "small refusals" {
			k.counts(a, 0, 1, 0)
			continue
		}
		if a.Error == nil || a.Error.Code != issue.TooLarge || !strings.Contains(a.Error.Fields["passes"], "split it into") {
			t.Errorf("%s are answered %.300s", name, mustJSON(t, a))
		}
	}
	if calls := store.Calls(); calls["Create"]+calls["PutOrder"] != 0 {
		t.Errorf("something was written: %v", calls)
	}
	a := k.ask(manyOf("k1", slices.Repeat([]string{big}, 100)...))
	k.counts(a, 100, 0, 0)
}

// faults is a request with many faults.
func faults(n int) string {
	var b strings.Builder
	b.WriteString(`{"scope":"s"`)
	for i := range n {
		fmt.Fprintf(&b, `,"%s%d":1`, strings.Repeat("w", 130), i)
	}
	return b.String() + "}"
}

// A thousand of the most common kind are one call, over either store.
func TestAThousandAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, store storetest.Store) {
		counted := storetest.Record(store)
		k := newAgain(t, counted)
		i := k.over(counted)
		k.askOf(i, `{"scope":"s","format":"jwt"}`) // the first key
		docs := make([]string, issue.MaxMany)
		for n := range docs {
			docs[n] = fmt.Sprintf(`{"mode":"request","subject":"user-%d","scope":"report:%d","target":"/reports/%d"}`, n, n, n)
		}
		counted.Reset()
		a := k.askOf(i, manyOf("a thousand", docs...))
		k.counts(a, len(docs), 0, 0)
		if d := cmp.Diff(map[string]int{"Order": 1, "PutOrder": 1, "Create": len(docs), "FinishOrder": 1}, counted.Calls()); d != "" {
			t.Errorf("the store's calls (-want +got):\n%s", d)
		}
		t.Logf("the answer has %d bytes", len(mustJSON(t, a)))
		ids := map[string]bool{}
		for n, one := range a.Passes {
			ids[one.ID] = true
			if n%97 == 0 {
				if p := k.pass(one.ID); p == nil || p.Subject != fmt.Sprint("user-", n) || p.Scope != fmt.Sprint("report:", n) {
					t.Errorf("request %d became %+v", n, p)
				}
			}
		}
		if len(ids) != len(docs) {
			t.Errorf("%d ids, want %d", len(ids), len(docs))
		}
		counted.Reset()
		k.same("repeated", k.askOf(i, manyOf("a thousand", docs...)), a)
		if d := cmp.Diff(map[string]int{"Order": 1}, counted.Calls()); d != "" {
			t.Errorf("the calls of repeating it (-want +got):\n%s", d)
		}
	})
}

// The README has every code that a request with a key may be answered with.
func TestTableOfCodes(t *testing.T) {
	var got []string
	for _, r := range tableOf(t, "many", "| `error.code` | means |") {
		got = append(got, r.field)
	}
	want := []string{issue.InvalidRequest, issue.TooLarge, issue.KeyReused, issue.SettingsChanged, issue.KeyGone, issue.Unavailable}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("codes (-issue +README):\n%s", d)
	}
}
