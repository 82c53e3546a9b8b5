package manage_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// readmeTable returns the cells of a table of the README.
func readmeTable(t *testing.T, name string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- "+name+" -->\n")
	body, _, ended := strings.Cut(rest, "<!-- /"+name+" -->\n")
	lines := strings.Split(strings.TrimSpace(body), "\n")
	if !ended || len(lines) < 3 {
		t.Fatalf("README.md has no table between <!-- %s --> and <!-- /%s -->", name, name)
	}
	for _, line := range lines[2:] {
		rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
	}
	return rows
}

var word = regexp.MustCompile("`([a-z_]+)`")

func words(cell string) (out []string) {
	for _, m := range word.FindAllStringSubmatch(cell, -1) {
		out = append(out, m[1])
	}
	return out
}

// wrongOf is what is said of a field.
func (k *kit) wrongOf(doc, field string) string {
	k.t.Helper()
	p, _ := k.answer(doc)["error"].(map[string]any)
	fields, _ := p["fields"].(map[string]any)
	why, _ := fields[field].(string)
	return why
}

func TestTheReadmeNamesEveryOperationAndItsFields(t *testing.T) {
	k, want, got := newKit(t), map[string][]string{}, map[string][]string{}
	_, list, _ := strings.Cut(k.wrongOf(`{"x": {}}`, "x"), "there are ")
	list, _, _ = strings.Cut(list, ", in lower case")
	for name := range strings.SplitSeq(strings.ReplaceAll(list, " and ", ", "), ", ") {
		_, fields, _ := strings.Cut(k.wrongOf(`{"`+name+`": {"x": 1}}`, name+".x"), "which has ")
		want[name] = strings.Split(fields, ", ")
	}
	for _, row := range readmeTable(t, "operations") {
		got[words(row[0])[0]] = words(row[1])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md, operations (-manage +README):\n%s", diff)
	}
	var fields []string
	for _, row := range readmeTable(t, "change") {
		fields = append(fields, words(row[0])[0])
	}
	if diff := cmp.Diff(want["change"][3:], fields); diff != "" {
		t.Errorf("README.md, change (-manage +README):\n%s", diff)
	}
}

var bound = regexp.MustCompile(`(?:(\w+): )?(\d+) to (\d+)`)

// valued returns a value of a field that has size n and nothing else wrong with it.
func valued(field string, n int) any {
	x := strings.Repeat("x", max(n, 0))
	switch field {
	case "expires_at":
		return (t0 + pass.NumericDate(n)).String()
	case "scope":
		return x
	case "target":
		return strings.Replace(x, "x", "/", 1)
	case "data":
		if n > 8 {
			return map[string]string{"a": x[8:]}
		}
		return map[string]string{}
	}
	return n
}

// Each bound of the README is good, and what is beyond it is refused by name.
func TestTheReadmesBoundsOfAChange(t *testing.T) {
	tried := 0
	for mode, edit := range map[string]func(*pass.Pass){"": nil, "session": login} {
		k := newKit(t)
		k.issue(edit)
		good := func(field string, n int) bool {
			v, err := json.Marshal(valued(field, n))
			if err != nil {
				t.Fatal(err)
			}
			return k.wrongOf(change(`, "`+field+`": `+string(v)), "change."+field) == ""
		}
		for _, row := range readmeTable(t, "change") {
			field, limits := words(row[0])[0], map[string][]string{}
			for _, m := range bound.FindAllStringSubmatch(row[2], -1) {
				limits[m[1]] = m[2:]
			}
			of := limits[mode]
			if of == nil && mode != "" {
				of = limits[""]
			}
			if of == nil {
				continue
			}
			low, _ := strconv.Atoi(of[0])
			high, _ := strconv.Atoi(of[1])
			tried++
			if !good(field, low) || !good(field, high) || good(field, high+1) || field != "data" && good(field, low-1) {
				t.Errorf("%s of a pass of mode %q is not bounded by %d to %d", field, mode, low, high)
			}
		}
	}
	if tried != 12 {
		t.Errorf("%d bounds in the table", tried)
	}
}

func TestTheReadmesTypesOfAChange(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	samples := map[string]string{"integer": `1`, "string": `"x"`, "boolean": `true`, "object": `{}`}
	for _, row := range readmeTable(t, "change") {
		field, kind := words(row[0])[0], strings.FieldsFunc(row[1], func(r rune) bool { return r == ',' })[0]
		for _, other := range slices.Sorted(maps.Keys(samples)) {
			why := k.wrongOf(change(`, "`+field+`": `+samples[other]), "change."+field)
			if typed := why == "it must be a string" || why == "it must be true or false" || why == "it must be a JSON object" || strings.HasPrefix(why, "it must be a whole") || strings.HasPrefix(why, "it must be a time"); typed != (other != kind) && field != "expires_at" {
				t.Errorf("%s, of type %s, as %s: %q", field, kind, other, why)
			}
		}
	}
}
