package issue_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The tables of fields that this package is held to: where they are, and their
// heads.
const (
	fieldsFile    = "../../README.md"
	fieldsHeader  = "| field | type | bounds | default | modes |"
	reissueHeader = "| field | type | bounds | default |"
)

// row is one field of the table.
type row struct{ field, kind, bounds, standard, modes string }

// readTable reads the table of the fields of issue.
func readTable(t *testing.T) []row { return tableOf(t, "fields", fieldsHeader) }

// tableOf reads the table between <!-- name --> and <!-- /name -->.
func tableOf(t *testing.T, name, header string) []row {
	t.Helper()
	text, err := os.ReadFile(fieldsFile)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- "+name+" -->\n")
	table, _, ended := strings.Cut(rest, "<!-- /"+name+" -->\n")
	lines := strings.Split(strings.TrimSpace(table), "\n")
	if !ended || lines[0] != header || len(lines) < 3 {
		t.Fatalf("%s has no table %q between <!-- %s --> and <!-- /%s -->", fieldsFile, header, name, name)
	}
	var rows []row
	for _, line := range lines[2:] {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != strings.Count(header, " | ")+1 {
			t.Fatalf("%d cells in %s", len(cells), line)
		}
		for len(cells) < 5 {
			cells = append(cells, "all") // where the table has no column of modes
		}
		rows = append(rows, row{strings.Trim(cells[0], "`"), cells[1], cells[2], cells[3], cells[4]})
	}
	return rows
}

// modes are the columns of the rules: the four modes, and stateless tokens.
var modes = []string{"none", "request", "session", "visitor", "stateless"}

// base is the shortest request of a mode.
func base(mode string) map[string]any {
	return map[string]map[string]any{
		"none":      {"mode": "none", "scope": "s"},
		"request":   {"mode": "request", "scope": "s", "subject": "42"},
		"session":   {"mode": "session", "subject": "42"},
		"visitor":   {"mode": "visitor", "scope": "s", "visitor": map[string]any{"email": "a@b.c"}},
		"stateless": {"mode": "none", "scope": "s", "format": "stateless"},
	}[mode]
}

// with sets a field, by its full name.
func with(doc map[string]any, field string, v any) map[string]any {
	outer, inner, nested := strings.Cut(field, ".")
	if !nested {
		doc[outer] = v
		return doc
	}
	if doc[outer] == nil {
		doc[outer] = map[string]any{}
	}
	doc[outer].(map[string]any)[inner] = v
	return doc
}

// takes reports whether the table says that a mode takes the field.
func (r row) takes(t *testing.T, mode string) bool {
	switch r.modes {
	case "all":
		return true
	case "all but stateless":
		return mode != "stateless"
	}
	list := strings.Split(r.modes, ", ")
	for _, m := range list {
		if !slices.Contains(modes, m) {
			t.Fatalf("%s: there is no mode %q", r.field, m)
		}
	}
	return slices.Contains(list, mode)
}

var bounds = regexp.MustCompile(`(?:(\w+): )?(\d+) to (\d+)`)

// limits returns the numeric bounds in a mode, if the field has any.
func (r row) limits(mode string) (low, high int, ok bool) {
	for _, m := range bounds.FindAllStringSubmatch(r.bounds, -1) {
		if m[1] == mode || m[1] == "" {
			low, _ = strconv.Atoi(m[2])
			high, _ = strconv.Atoi(m[3])
			ok = true
		}
	}
	return low, high, ok
}

// kit returns where a field is tried: what goes by its value needs a store of its
// own.
func (r row) kit(t *testing.T, all *kit) *kit {
	if r.field == "idempotency_key" || r.field == "credential" {
		return newKit(t)
	}
	return all.on(t)
}

// sized returns a value of size n that has nothing else wrong with it.
func (r row) sized(n int) any {
	x := strings.Repeat("x", min(max(n, 0), 10_000))
	switch {
	case strings.HasPrefix(r.kind, "integer"):
		return n
	case r.field == "expires_at":
		return (start + pass.NumericDate(n)).String()
	case r.field == "visitor.email" && n >= 5:
		k := (n - 3) / 2
		return "a@" + strings.Repeat("b.", k) + x[:n-2-2*k]
	case r.field == "target" && n >= 1:
		return "/" + x[1:]
	case r.field == "data" && n == 2:
		return map[string]any{}
	case r.field == "data" && n > 8:
		return map[string]any{"a": x[8:]}
	}
	return x
}

// sample is a value that every mode which takes the field accepts.
func (r row) sample() any {
	if low, _, ok := r.limits(""); ok {
		return r.sized(low)
	}
	return map[string]any{
		"mode": "none", "format": "short", "unlimited": true,
		"visitor": map[string]any{"email": "a@b.c"}, "invitation": map[string]any{},
		"not_before": start.String(),
	}[r.field]
}

func TestTableNamesEveryField(t *testing.T) {
	var rows, known []string
	for _, r := range readTable(t) {
		rows = append(rows, r.field)
	}
	k := newKit(t)
	why := k.refused(`{"mode":"visitor","scope":"s","?":1,"visitor":{"email":"a@b.c","?":1},"invitation":{"?":1}}`, "?", "visitor.?", "invitation.?")
	for _, reason := range why {
		_, list, _ := strings.Cut(reason, "the fields are ")
		known = append(known, strings.Split(list, ", ")...)
	}
	slices.Sort(rows)
	slices.Sort(known)
	if diff := cmp.Diff(known, rows); diff != "" {
		t.Errorf("fields (-issue +table):\n%s", diff)
	}
}

func TestTableOfModes(t *testing.T) {
	k := newKit(t)
	for _, r := range readTable(t) {
		if r.field == "mode" || r.field == "format" {
			continue // they choose the mode; see TestTableOfWords
		}
		for _, mode := range modes {
			doc := mustJSON(t, with(base(mode), r.field, r.sample()))
			a := r.kit(t, k).issue(doc)
			outer, _, _ := strings.Cut(r.field, ".")
			switch takes := r.takes(t, mode); {
			case takes && a.Error != nil:
				t.Errorf("%s in %s: %s: refused: %v", r.field, mode, doc, a.Error.Fields)
			case !takes && (a.Error == nil || a.Error.Fields[r.field] == "" && a.Error.Fields[outer] == ""):
				t.Errorf("%s in %s: %s: not refused by name: %s", r.field, mode, doc, mustJSON(t, a.Error))
			}
		}
	}
}

func TestTableOfBounds(t *testing.T) {
	all, tried := newKit(t), 0
	for _, r := range readTable(t) {
		for _, mode := range modes {
			low, high, ok := r.limits(mode)
			if !ok || !r.takes(t, mode) {
				continue
			}
			t.Run(r.field+" in "+mode, func(t *testing.T) {
				k := r.kit(t, all)
				doc := func(n int) string { return mustJSON(t, with(base(mode), r.field, r.sized(n))) }
				k.good(doc(low))
				k.good(doc(high))
				k.refused(doc(high+1), r.field)
				if low > 0 || strings.HasPrefix(r.kind, "integer") {
					k.refused(doc(low-1), r.field)
				}
			})
			tried++
		}
	}
	if tried < 50 {
		t.Errorf("only %d bounds in the table", tried)
	}
}

var words = regexp.MustCompile("`([a-z]+)`")

func TestTableOfWords(t *testing.T) {
	k := newKit(t)
	for _, r := range readTable(t) {
		if r.field != "mode" && r.field != "format" {
			continue
		}
		var allowed []string
		for _, m := range words.FindAllStringSubmatch(r.bounds, -1) {
			allowed = append(allowed, m[1])
		}
		for _, word := range append(slices.Clone(modes), "short", "jwt", "host", "", "None", "paper") {
			doc := base("none")
			if r.field == "mode" && slices.Contains(allowed, word) {
				doc = base(word)
			}
			a := k.issue(mustJSON(t, with(doc, r.field, word)))
			if want := slices.Contains(allowed, word); (a.Error == nil) != want {
				t.Errorf("%s %q: good is %t, want %t: %v", r.field, word, a.Error == nil, want, a)
			}
		}
		if len(allowed) < 3 {
			t.Errorf("%s: the table allows only %q", r.field, allowed)
		}
	}
}

// standardIn returns what the table says is decided in a mode, as it stands there.
func (r row) standardIn(mode string) string {
	for clause := range strings.SplitSeq(r.standard, "; ") {
		list, value, named := strings.Cut(clause, ": ")
		switch {
		case !named:
			return strings.TrimPrefix(clause, "else ")
		case slices.Contains(strings.Split(list, ", "), mode):
			return value
		}
	}
	return "none"
}

func TestTableOfDefaults(t *testing.T) {
	k := newKit(t)
	for _, mode := range modes {
		got := k.issue(mustJSON(t, base(mode))).Defaults
		want := map[string]any{}
		for _, r := range readTable(t) {
			if _, said := base(mode)[r.field]; r.field == "mode" || !r.takes(t, mode) || r.field == "format" && said {
				continue
			}
			switch standard := r.standardIn(mode); standard {
			case "none":
			case "required":
				doc := base(mode)
				if outer, inner, nested := strings.Cut(r.field, "."); nested {
					delete(doc[outer].(map[string]any), inner)
				} else {
					delete(doc, outer)
				}
				k.refused(mustJSON(t, doc), r.field)
			case "unlimited":
				want["unlimited"] = true
			case "as long as the pass":
				want[r.field] = got["expires_in"]
			default:
				want[r.field] = valueOf(standard)
			}
		}
		if diff := cmp.Diff(plain(t, want), plain(t, got)); diff != "" {
			t.Errorf("%s: defaults (-table +issue):\n%s", mode, diff)
		}
	}
}

// valueOf reads a default: a number, true, or a word in backticks.
func valueOf(s string) any {
	if word, ok := strings.CutPrefix(s, "`"); ok {
		return strings.TrimSuffix(word, "`")
	}
	return json.RawMessage(s)
}

func plain(t *testing.T, m map[string]any) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(mustJSON(t, m)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestModeByDefault(t *testing.T) {
	k := newKit(t)
	for mode, want := range map[string]string{"none": "none", "visitor": "visitor"} {
		doc := base(mode)
		delete(doc, "mode")
		if a, _ := k.good(mustJSON(t, doc)); string(a.Mode) != want || fmt.Sprint(a.Defaults["mode"]) != want {
			t.Errorf("%v becomes %s", slices.Sorted(maps.Keys(doc)), mustJSON(t, a))
		}
	}
}

// Every time in the past or future is either good or refused, to the second.
func TestBoundsOfExpiresAt(t *testing.T) {
	k := newKit(t)
	for seconds, good := range map[int64]bool{-1: false, 0: false, 1: true, pass.MaxLifetime: true, pass.MaxLifetime + 1: false} {
		at := start.Time().Add(time.Duration(seconds) * time.Second).Format(time.RFC3339)
		a := k.issue(`{"scope":"s","expires_at":"` + at + `"}`)
		if (a.Error == nil) != good {
			t.Errorf("%d seconds from now: good is %t, want %t", seconds, a.Error == nil, good)
		}
	}
}
