package rule_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// set makes a Set of routes whose scope is any.
func set(t testing.TB, routes ...string) *rule.Set {
	t.Helper()
	var d rule.Declaration
	for _, r := range routes {
		d.Rules = append(d.Rules, rule.Rule{Route: r, Scope: "*"})
	}
	s, err := rule.NewSet(map[string]rule.Declaration{"stack/Rules": d})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMatchTakesTheVeryKey(t *testing.T) {
	s := set(t, "GET /reports/{id}", "ANY /x", "$default", "$connect", "GET /")
	for _, row := range []struct {
		name, key string
		want      bool
	}{
		{"a route", "GET /reports/{id}", true},
		{"the root", "GET /", true},
		{"every method", "ANY /x", true},
		{"the catch-all", "$default", true},
		{"a WebSocket", "$connect", true},
		{"the path instead of the route", "GET /reports/66", false},
		{"another name of the parameter", "GET /reports/{ID}", false},
		{"another method", "POST /reports/{id}", false},
		{"a method that ANY would take", "GET /x", false},
		{"another case", "get /reports/{id}", false},
		{"a slash at the end", "GET /reports/{id}/", false},
		{"what the catch-all would take", "GET /other", false},
		{"nothing", "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, ok := s.Match(row.key)
			if ok != row.want || (r != nil) != row.want || ok && r.Route != row.key {
				t.Errorf("%v, %v", r, ok)
			}
		})
	}
}

func TestMatchPathFindsTheRouteAPIGatewayRuns(t *testing.T) {
	type values = map[string]string
	for _, row := range []struct {
		name   string
		routes []string
		method string
		path   string
		want   string // route; empty: none
		params values
	}{
		{"the root", []string{"GET /", "GET /{a}"}, "GET", "/", "GET /", values{}},
		{"a parameter", []string{"GET /reports/{id}"}, "GET", "/reports/66", "GET /reports/{id}", values{"id": "66"}},
		{"two parameters", []string{"GET /{a}/x/{b}"}, "GET", "/1/x/2", "GET /{a}/x/{b}", values{"a": "1", "b": "2"}},
		{"text beats a parameter", []string{"GET /reports/{id}", "GET /reports/new"}, "GET", "/reports/new", "GET /reports/new", values{}},
		{"text beats a parameter, declared first", []string{"GET /reports/new", "GET /reports/{id}"}, "GET", "/reports/new", "GET /reports/new", values{}},
		{"a parameter beats a greedy one", []string{"GET /{p+}", "GET /{id}"}, "GET", "/66", "GET /{id}", values{"id": "66"}},
		{"a greedy parameter takes one segment", []string{"ANY /files/{p+}"}, "GET", "/files/a", "ANY /files/{p+}", values{"p": "a"}},
		{"a greedy parameter takes many", []string{"ANY /files/{p+}"}, "GET", "/files/a/b/c", "ANY /files/{p+}", values{"p": "a/b/c"}},
		{"a longer greedy route beats a shorter one", []string{"GET /{p+}", "GET /a/{p+}"}, "GET", "/a/b/c", "GET /a/{p+}", values{"p": "b/c"}},
		{"a greedy route takes what the better one cannot", []string{"GET /{p+}", "GET /a/{b}"}, "GET", "/a/b/c", "GET /{p+}", values{"p": "a/b/c"}},
		{"a greedy parameter does not take nothing", []string{"GET /a/{p+}"}, "GET", "/a", "", nil},
		{"the method beats ANY", []string{"ANY /a", "GET /a"}, "GET", "/a", "GET /a", values{}},
		{"ANY takes the other methods", []string{"ANY /a", "GET /a"}, "POST", "/a", "ANY /a", values{}},
		{"the path goes before the method", []string{"ANY /a/b", "GET /a/{x}"}, "GET", "/a/b", "ANY /a/b", values{}},
		{"another method", []string{"GET /a"}, "POST", "/a", "", nil},
		{"a better path without this method hides the worse one", []string{"GET /a/b", "ANY /a/{x}"}, "POST", "/a/b", "", nil},
		{"another path", []string{"GET /a"}, "GET", "/b", "", nil},
		{"another case", []string{"GET /a"}, "GET", "/A", "", nil},
		{"a path too short", []string{"GET /a/{b}"}, "GET", "/a", "", nil},
		{"a path too long", []string{"GET /a/{b}"}, "GET", "/a/b/c", "", nil},
		{"routes of which each is better somewhere", []string{"GET /a/{x}", "GET /{y}/b"}, "GET", "/a/b", "", nil},
		{"the same, decided by a third", []string{"GET /a/{x}", "GET /{y}/b", "GET /a/b"}, "GET", "/a/b", "GET /a/b", values{}},
		{"the same with a greedy one", []string{"GET /a/{p+}", "GET /{y}/b"}, "GET", "/a/b", "", nil},
		{"routes that differ in names alone", []string{"GET /{x}", "GET /{y}"}, "GET", "/a", "", nil},
		{"names alone differ, and one has the method", []string{"ANY /{x}", "GET /{y}"}, "GET", "/a", "GET /{y}", values{"y": "a"}},
		{"names alone differ, and both take every method", []string{"ANY /{x}", "ANY /{y}"}, "GET", "/a", "", nil},
		{"names alone differ, twice for the method and once for all", []string{"GET /{x}", "GET /{y}", "ANY /{z}"}, "GET", "/a", "", nil},
		{"the catch-all is not a path", []string{"$default"}, "GET", "/a", "", nil},
		{"a WebSocket is not a path", []string{"$connect"}, "GET", "/$connect", "", nil},
		{"no slash before", []string{"GET /a"}, "GET", "a", "", nil},
		{"no path", []string{"GET /"}, "GET", "", "", nil},
		{"a slash at the end", []string{"GET /a", "GET /{p+}"}, "GET", "/a/", "", nil},
		{"two slashes", []string{"GET /a/b", "GET /{p+}"}, "GET", "/a//b", "", nil},
		{"two slashes before", []string{"GET /a", "GET /{p+}"}, "GET", "//a", "", nil},
		{"a dot segment", []string{"GET /a/b", "GET /{p+}"}, "GET", "/a/./b", "", nil},
		{"two dots", []string{"GET /b", "GET /{p+}"}, "GET", "/a/../b", "", nil},
		{"two dots encoded", []string{"GET /b", "GET /{p+}"}, "GET", "/a/%2e%2E/b", "", nil},
		{"encoding that leads to the same rule", []string{"GET /files/{name}", "GET /files/list"}, "GET", "/files/My%20Doc", "GET /files/{name}", values{"name": "My%20Doc"}},
		{"encoding that hides a better route", []string{"GET /files/{name}", "GET /files/list"}, "GET", "/files/l%69st", "", nil},
		{"encoding that hides a slash", []string{"GET /{a}", "GET /{a}/{b}"}, "GET", "/x%2Fy", "", nil},
		{"a slash encoded under a greedy route is the same route", []string{"GET /{p+}"}, "GET", "/x%2Fy", "GET /{p+}", values{"p": "x%2Fy"}},
		{"encoding that is none", []string{"GET /{a}"}, "GET", "/x%zz", "", nil},
		{"2048 bytes", []string{"GET /{p+}"}, "GET", "/" + strings.Repeat("a", 2047), "GET /{p+}", values{"p": strings.Repeat("a", 2047)}},
		{"2049 bytes", []string{"GET /{p+}"}, "GET", "/" + strings.Repeat("a", 2048), "", nil},
		{"no method", []string{"ANY /a"}, "", "/a", "ANY /a", values{}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, params, ok := set(t, row.routes...).MatchPath(row.method, row.path)
			if ok != (row.want != "") || (r != nil) != ok || ok && r.Route != row.want {
				t.Fatalf("%v, %v, want %q", r, ok, row.want)
			}
			if diff := cmp.Diff(row.params, params); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewSetRefusesARouteDeclaredTwice(t *testing.T) {
	declare := func(routes ...string) (d rule.Declaration) {
		for _, r := range routes {
			d.Rules = append(d.Rules, rule.Rule{Route: r, Scope: "*"})
		}
		return d
	}
	_, err := rule.NewSet(map[string]rule.Declaration{
		"b/Rules": declare("GET /b", "GET /a"), "a/Rules": declare("GET /a", "GET /x"), "c/Rules": declare("GET /c", "GET /c"),
	})
	var faults rule.Faults
	if !errors.As(err, &faults) || len(faults) != 2 {
		t.Fatalf("%v, want two faults", err)
	}
	if f := faults[0]; f.Field != "b/Rules: rules[1].route" || !strings.Contains(f.Problem, "a/Rules") || !strings.Contains(f.Problem, "GET /a") {
		t.Errorf("the fault does not name the route and both declarations: %v", f)
	}
	if f := faults[1]; f.Field != "c/Rules: rules[1].route" || !strings.Contains(f.Problem, "rules[0]") {
		t.Errorf("the fault does not name both rules: %v", f)
	}
}

func TestNewSetChecksWhatDidNotComeFromParse(t *testing.T) {
	good := rule.Rule{Route: "GET /a/{b}", Scope: "a:{b}"}
	for name, change := range map[string]func(*rule.Rule){
		"route":   func(r *rule.Rule) { r.Route = "GET a" },
		"scope":   func(r *rule.Rule) { r.Scope = "a:{c}" },
		"accept":  func(r *rule.Rule) { r.Accept = []pass.Mode{"admin"} },
		"max_age": func(r *rule.Rule) { r.MaxAge = -1 },
	} {
		r := good
		change(&r)
		s, err := rule.NewSet(map[string]rule.Declaration{"d": {Rules: []rule.Rule{r}}})
		var faults rule.Faults
		if s != nil || !errors.As(err, &faults) || len(faults) != 1 || faults[0].Field != "d: rules[0]."+name {
			t.Errorf("%s: %v", name, err)
		}
	}
	var d rule.Declaration
	for i := range rule.MaxRules + 1 {
		d.Rules = append(d.Rules, rule.Rule{Route: fmt.Sprintf("GET /%d", i), Scope: "*"})
	}
	if _, err := rule.NewSet(map[string]rule.Declaration{"d": d}); err == nil {
		t.Error("301 rules were accepted")
	}
}

func TestASetSharesNothingWithItsDeclarations(t *testing.T) {
	d := rule.Declaration{Rules: []rule.Rule{{Route: "GET /a", Scope: "a", Accept: []pass.Mode{pass.None}}, {Route: "GET /b", Scope: "b"}}}
	s, err := rule.NewSet(map[string]rule.Declaration{"d": d})
	if err != nil {
		t.Fatal(err)
	}
	d.Rules[0].Scope, d.Rules[0].Accept[0] = "*", pass.Request
	r, _ := s.Match("GET /a")
	if diff := cmp.Diff(&rule.Rule{Route: "GET /a", Scope: "a", Accept: []pass.Mode{pass.None}}, r); diff != "" {
		t.Errorf("a later change came through (-want +got):\n%s", diff)
	}
	if r, _ := s.Match("GET /b"); !cmp.Equal(r.Accept, everyMode) {
		t.Errorf("a rule that does not say accepts %v", r.Accept)
	}
	if d.Rules[1].Accept != nil {
		t.Error("the declaration was changed")
	}
}

func TestASetOfNothingMatchesNothing(t *testing.T) {
	s, err := rule.NewSet(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Match("$default"); ok {
		t.Error("a route matched")
	}
	if _, _, ok := s.MatchPath("GET", "/"); ok {
		t.Error("a path matched")
	}
}
