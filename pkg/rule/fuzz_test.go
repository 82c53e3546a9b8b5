package rule_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

func FuzzParse(f *testing.F) {
	for _, body := range []string{
		many(2), `{}`, `{"rules":[]}`, `null`, ``, `{"rules":[1,"a",null,{}]}`,
		one(`"route":"GET /a/{b}","scope":"a:{b}","accept":["request"],"optional":true,"forward_refused":true,"max_age":5`),
		one(`"route":"ANY /{p+}","scope":"*"`), one(`"route":"$default","scope":"x"`),
		one(`"route":"GET /{a}/{b}","scope":"{a}{b}"`), one(`"route":"GET /{a}/{b}","scope":"{a}:{b}"`),
		one(`"Route":"GET /","scope":"*","scope":1`),
		`{"forms":{"a":{"scope":"s","target":"/"}}}`, `{"rules":[],"forms":{"A":1,"a":{"Scope":"*"}}}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := rule.Parse(body)
		var faults rule.Faults
		if err != nil {
			if !errors.As(err, &faults) || len(faults) == 0 || d.Rules != nil || d.Forms != nil {
				t.Fatalf("refused without a fault, or with rules: %v", err)
			}
			_ = err.Error()
			return
		}
		if _, err := rule.NewSet(map[string]rule.Declaration{"d": d}); err != nil {
			t.Fatalf("accepted, but no Set takes it: %v", err)
		}
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := rule.Parse(b)
		if diff := cmp.Diff(d, again); err != nil || diff != "" {
			t.Fatalf("%v (-first +again):\n%s", err, diff)
		}
	})
}

func FuzzScopeFor(f *testing.F) {
	f.Add("report:{a}", "66", "x")
	f.Add("{a}:{b}", "..", "%2e")
	f.Add("*", "", "*")
	f.Add("{a}{b}", "{b}", "}")
	f.Add("{{a}}", "a", "{a")
	f.Fuzz(func(t *testing.T, pattern, a, b string) {
		params := map[string]string{"a": a, "b": b}
		r := rule.Rule{Route: "GET /{a}/{b}", Scope: pattern}
		scope, ok := r.ScopeFor(params)
		if !ok {
			if scope != "" {
				t.Fatalf("refused with %q", scope)
			}
			return
		}
		if scope == pass.AnyScope && pattern != pass.AnyScope {
			t.Fatalf("%q with %q became any", pattern, params)
		}
		if scope != pass.AnyScope && !pass.ValidScope(scope) {
			t.Fatalf("%q is no scope", scope)
		}
		if want := strings.NewReplacer("{a}", a, "{b}", b).Replace(pattern); scope != want {
			t.Fatalf("%q, want %q", scope, want)
		}
	})
}

func FuzzMatchPath(f *testing.F) {
	routes := []string{"GET /", "GET /a", "ANY /a", "GET /a/{b}", "POST /a/{b}/c", "ANY /{x}/{y}", "GET /f/{p+}", "ANY /f/g/{q+}", "GET /f/g/h", "$default", "$connect"}
	for _, path := range []string{"/", "/a", "/a/b", "/a/b/c", "/x/y", "/f/1/2", "/f/g/h", "/f/g/%68", "/f//g", "/f/../a", "/%61", "", "a", "/a%", "/a/%2e%2e"} {
		f.Add("GET", path)
		f.Add("PUT", path)
	}
	s := set(f, routes...)
	f.Fuzz(func(t *testing.T, method, path string) {
		r, params, ok := s.MatchPath(method, path)
		if !ok {
			if r != nil || params != nil {
				t.Fatal("refused with a rule")
			}
			return
		}
		declared, pattern, _ := strings.Cut(r.Route, " ")
		if declared != method && declared != "ANY" {
			t.Fatalf("%s %q took the rule of %q", method, path, r.Route)
		}
		for name, value := range params {
			pattern = strings.NewReplacer("{"+name+"}", value, "{"+name+"+}", value).Replace(pattern)
		}
		if pattern != path && !strings.Contains(path, "{") {
			t.Fatalf("%q took the rule of %q with %q", path, r.Route, params)
		}
		decoded, err := url.PathUnescape(path)
		if err != nil {
			t.Fatalf("%q matched", path)
		}
		if again, _, ok := s.MatchPath(method, decoded); !strings.Contains(decoded, "%") && (!ok || again != r) {
			t.Fatalf("%q and %q are different rules", path, decoded)
		}
	})
}
