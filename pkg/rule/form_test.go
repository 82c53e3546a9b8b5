package rule_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

const visitors = `"scope":"visit","target":"/visitors"`

func TestParseReadsForms(t *testing.T) {
	name := strings.Repeat("a-9z", 10)
	got, err := rule.Parse([]byte(`{"forms": {"reference": {"scope": "reference:42", "target": "/visitors?from=form#top"}, "` + name + `": {` + visitors + `}}, "rules": [{"route": "GET /visitors", "scope": "visit"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := rule.Declaration{Rules: []rule.Rule{{Route: "GET /visitors", Scope: "visit", Accept: everyMode}},
		Forms: map[string]rule.Form{"reference": {Scope: "reference:42", Target: "/visitors?from=form#top"}, name: {Scope: "visit", Target: "/visitors"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	again, err := rule.Parse(b)
	if diff := cmp.Diff(got, again); err != nil || diff != "" {
		t.Errorf("%v (-first +again):\n%s", err, diff)
	}
}

// TestParseRefusesForms compares both ways: a row without a field is accepted.
func TestParseRefusesForms(t *testing.T) {
	forms := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"f%d":{%s}`, i, visitors))
		}
		return "{" + strings.Join(list, ",") + "}"
	}
	of := func(name, members string) string { return `{"` + name + `":{` + members + `}}` }
	long := strings.Repeat("a", rule.MaxFormName+1)
	for _, row := range []struct{ name, forms, field, says string }{
		{"twenty", forms(rule.MaxForms), "", ""},
		{"twenty-one", forms(rule.MaxForms + 1), "forms", "at most 20"},
		{"none", `{}`, "forms", "empty"},
		{"a list", `[]`, "forms", "no object"},
		{"null", `null`, "forms", "no object"},
		{"a form that is text", `{"a":"b"}`, "forms.a", "no object"},
		{"a form twice", `{"a":{` + visitors + `},"a":{` + visitors + `}}`, "forms.a", "given twice"},
		{"a name in capitals", of("Reference", visitors), `forms."Reference"`, "a-z 0-9 -"},
		{"a name with a slash", of("a/b", visitors), `forms."a/b"`, "a-z 0-9 -"},
		{"a name with a point", of("a.b", visitors), `forms."a.b"`, "a-z 0-9 -"},
		{"a name with a percent sign", of("a%2fb", visitors), `forms."a%2fb"`, "a-z 0-9 -"},
		{"a name that is empty", of("", visitors), `forms.""`, "a-z 0-9 -"},
		{"a name that is too long", of(long, visitors), `forms."` + long + `"`, "1 to 40"},
		{"no scope", of("a", `"target":"/x"`), "forms.a.scope", "missing"},
		{"a scope for any", of("a", `"scope":"*","target":"/x"`), "forms.a.scope", "no scope"},
		{"a scope with a parameter", of("a", `"scope":"report:{id}","target":"/x"`), "forms.a.scope", "no parameters"},
		{"a scope that is too long", of("a", `"scope":"`+strings.Repeat("s", pass.MaxScope+1)+`","target":"/x"`), "forms.a.scope", "1 to 128"},
		{"a scope that is a number", of("a", `"scope":1,"target":"/x"`), "forms.a.scope", "is not text"},
		{"no target", of("a", `"scope":"s"`), "forms.a.target", "missing"},
		{"a target on another host", of("a", `"scope":"s","target":"https://evil.example/"`), "forms.a.target", "stay on this host"},
		{"a target without a scheme on another host", of("a", `"scope":"s","target":"//evil.example/"`), "forms.a.target", "stay on this host"},
		{"a target with a backslash", of("a", `"scope":"s","target":"/\\evil.example/"`), "forms.a.target", "stay on this host"},
		{"a target that is a script", of("a", `"scope":"s","target":"javascript:alert(1)"`), "forms.a.target", "stay on this host"},
		{"a target with a line end", of("a", `"scope":"s","target":"/a\nSet-Cookie: x"`), "forms.a.target", "stay on this host"},
		{"a target that is too long", of("a", `"scope":"s","target":"/`+strings.Repeat("t", pass.MaxTarget)+`"`), "forms.a.target", "at most 2048"},
		{"a member that is unknown", of("a", visitors+`,"mode":"session"`), "forms.a.mode", "unknown; there is scope, target"},
		{"a member in another case", of("a", visitors+`,"Scope":"s"`), "forms.a.Scope", "write it scope"},
		{"a member twice", of("a", visitors+`,"scope":"s"`), "forms.a.scope", "given twice"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := rule.Parse([]byte(`{"forms":` + row.forms + `}`))
			var faults rule.Faults
			switch {
			case row.field == "" && err == nil:
			case row.field == "" || !errors.As(err, &faults) || len(faults) != 1:
				t.Errorf("%v, want one fault at %q", err, row.field)
			case faults[0].Field != row.field || !strings.Contains(faults[0].Problem, row.says):
				t.Errorf("%v, want %s: %s", faults[0], row.field, row.says)
			}
		})
	}
	if _, err := rule.Parse([]byte(`{"forms":{"a":{` + visitors + `}},"forms":{}}`)); err == nil || !strings.Contains(err.Error(), "forms: given twice") {
		t.Errorf("forms twice: %v", err)
	}
}

func TestNewSetTakesTheFormsOfAllDeclarations(t *testing.T) {
	form := func(scope string, names ...string) rule.Declaration {
		d := rule.Declaration{Forms: map[string]rule.Form{}}
		for _, name := range names {
			d.Forms[name] = rule.Form{Scope: scope, Target: "/"}
		}
		return d
	}
	s, err := rule.NewSet(map[string]rule.Declaration{"a": form("one", "x", "y"), "b": form("two", "z")})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"x": "one", "y": "one", "z": "two", "X": "", "": ""} {
		if f, ok := s.Form(name); f.Scope != want || ok != (want != "") {
			t.Errorf("%q: %+v, %v", name, f, ok)
		}
	}
	_, err = rule.NewSet(map[string]rule.Declaration{"a": form("one", "x"), "b": form("two", "x", "y")})
	var faults rule.Faults
	if !errors.As(err, &faults) || len(faults) != 1 || faults[0].Field != "b: forms.x" || !strings.Contains(faults[0].Problem, "is in a already") {
		t.Errorf("%v, want the form and both declarations named", err)
	}
	many := rule.Declaration{Forms: map[string]rule.Form{}}
	for i := range rule.MaxForms + 1 {
		many.Forms[fmt.Sprint(i)] = rule.Form{Scope: "s", Target: "/"}
	}
	for name, d := range map[string]rule.Declaration{"21 forms": many, "a scope": form("{a}", "x"), "a name": form("s", "x/y")} {
		if _, err := rule.NewSet(map[string]rule.Declaration{"d": d}); err == nil {
			t.Errorf("%s that did not come from Parse was accepted", name)
		}
	}
}
