package rule_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

func TestScopeForPutsPathValuesIn(t *testing.T) {
	long := strings.Repeat("v", 64)
	for _, row := range []struct {
		name   string
		scope  string
		params map[string]string
		want   string // empty: wrong_scope
	}{
		{"any stays any", "*", map[string]string{"id": "66"}, "*"},
		{"text needs no values", "login", nil, "login"},
		{"a value is put in", "report:{id}", map[string]string{"id": "66"}, "report:66"},
		{"all characters that a value may have", "report:{id}", map[string]string{"id": "aZ9._~-"}, "report:aZ9._~-"},
		{"text goes on after it", "{id}/x", map[string]string{"id": "66"}, "66/x"},
		{"two values", "{a}:{b}", map[string]string{"a": "1", "b": "2"}, "1:2"},
		{"a value twice", "{a}:{a}", map[string]string{"a": "1"}, "1:1"},
		{"values that are not asked for do not matter", "{a}", map[string]string{"a": "1", "b": "%"}, "1"},
		{"a value of 64 bytes", "{a}", map[string]string{"a": long}, long},
		{"a value of 65 bytes", "{a}", map[string]string{"a": long + "v"}, ""},
		{"a scope of 128 bytes", "{a}:{b}", map[string]string{"a": long, "b": long[:63]}, long + ":" + long[:63]},
		{"a scope of 129 bytes", "{a}:{b}", map[string]string{"a": long, "b": long}, ""},
		{"a value that is missing", "report:{id}", nil, ""},
		{"a value that is empty", "report:{id}", map[string]string{"id": ""}, ""},
		{"a value with a slash", "report:{id}", map[string]string{"id": "6/6"}, ""},
		{"a value with a colon", "report:{id}", map[string]string{"id": "6:6"}, ""},
		{"a value still percent-encoded", "report:{id}", map[string]string{"id": "6%36"}, ""},
		{"a value that is any", "{id}", map[string]string{"id": "*"}, ""},
		{"a value with a space", "report:{id}", map[string]string{"id": "6 6"}, ""},
		{"a value with a plus", "report:{id}", map[string]string{"id": "6+6"}, ""},
		{"a value with a line break", "report:{id}", map[string]string{"id": "66\n"}, ""},
		{"a value with a zero byte", "report:{id}", map[string]string{"id": "66\x00"}, ""},
		{"a value beyond ASCII", "report:{id}", map[string]string{"id": "６６"}, ""},
		{"a value that is a parameter", "report:{id}", map[string]string{"id": "{id}"}, ""},
		{"a rule that nobody checked, with half a parameter", "report:{id", map[string]string{"id": "66"}, ""},
		{"a rule that nobody checked, with another half", "report:}", nil, ""},
		{"a rule that nobody checked, without scope", "", nil, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := rule.Rule{Scope: row.scope}
			got, ok := r.ScopeFor(row.params)
			if got != row.want || ok != (row.want != "") {
				t.Errorf("%q, %v, want %q", got, ok, row.want)
			}
		})
	}
}

// patterns draws scopes over a route with the parameters a, b and c, of which many
// are none.
func patterns() *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{"{a}", "{b}", "{c}", ":", "/", "-", ".", "x", "xy:"})
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(part, 1, 8).Draw(t, "parts"), "")
	})
}

func TestTwoPathsNeverShareAScope(t *testing.T) {
	value := rapid.StringMatching(`[a-b.~_-]{1,3}|x|xy`)
	rapid.Check(t, func(t *rapid.T) {
		pattern := patterns().Draw(t, "scope")
		d, err := rule.Parse([]byte(one(`"route":"GET /{a}/{b}/{c}","scope":"` + pattern + `"`)))
		if err != nil {
			return // no scope
		}
		draw := func(name string) map[string]string {
			return map[string]string{"a": value.Draw(t, name+" a"), "b": value.Draw(t, name+" b"), "c": value.Draw(t, name+" c")}
		}
		one, other := draw("one"), draw("other")
		s1, ok1 := d.Rules[0].ScopeFor(one)
		s2, ok2 := d.Rules[0].ScopeFor(other)
		if !ok1 || !ok2 || !pass.ValidScope(s1) {
			t.Fatalf("%q, %q: no scopes", s1, s2)
		}
		for name := range one {
			if s1 == s2 && strings.Contains(pattern, "{"+name+"}") && one[name] != other[name] {
				t.Fatalf("%v and %v both need %q", one, other, s1)
			}
		}
	})
}

func TestAcceptsGoesByTheList(t *testing.T) {
	r := rule.Rule{Accept: []pass.Mode{pass.Request, pass.VisitorMode}}
	for mode, want := range map[pass.Mode]bool{pass.Request: true, pass.VisitorMode: true, pass.None: false, pass.SessionMode: false, pass.Host: false, "": false} {
		if got := r.Accepts(mode); got != want {
			t.Errorf("%q: %v", mode, got)
		}
	}
	if new(rule.Rule).Accepts(pass.None) {
		t.Error("a rule that nobody made accepts")
	}
}
