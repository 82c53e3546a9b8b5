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

var everyMode = []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}

// one returns a declaration of a rule with these members.
func one(members string) string { return `{"rules":[{` + members + `}]}` }

func TestParseReadsWhatADeclarationSays(t *testing.T) {
	got, err := rule.Parse([]byte(`{"rules": [
		{"route": "GET /reports/{id}", "scope": "report:{id}", "accept": ["request", "visitor"], "max_age": 600},
		{"route": "ANY /files/{path+}", "scope": "files", "optional": true, "forward_refused": true},
		{"route": "$default", "scope": "*", "accept": ["none", "request", "session", "visitor", "host"], "optional": false},
		{"route": "$connect", "scope": "chat"},
		{"route": "GET /", "scope": "*", "max_age": 34560000}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := rule.Declaration{Rules: []rule.Rule{
		{Route: "GET /reports/{id}", Scope: "report:{id}", Accept: []pass.Mode{pass.Request, pass.VisitorMode}, MaxAge: 600},
		{Route: "ANY /files/{path+}", Scope: "files", Accept: everyMode, Optional: true, ForwardRefused: true},
		{Route: "$default", Scope: "*", Accept: append(everyMode[:4:4], pass.Host)},
		{Route: "$connect", Scope: "chat", Accept: everyMode},
		{Route: "GET /", Scope: "*", Accept: everyMode, MaxAge: pass.MaxLifetime},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseReadsWhatItReturnedAfterJSON(t *testing.T) {
	first, err := rule.Parse([]byte(one(`"route":"GET /a/{b}","scope":"a:{b}","optional":true,"forward_refused":true,"max_age":5`)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	again, err := rule.Parse(b)
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Errorf("%v (-first +again):\n%s", err, diff)
	}
}

func TestParseRefusesRoutes(t *testing.T) {
	for _, row := range []struct {
		name, route string
		says        string // part of the problem; empty: accepted
	}{
		{"the root", "GET /", ""},
		{"every method", "ANY /x", ""},
		{"PUT", "PUT /x", ""}, {"POST", "POST /x", ""}, {"PATCH", "PATCH /x", ""}, {"DELETE", "DELETE /x", ""}, {"HEAD", "HEAD /x", ""}, {"OPTIONS", "OPTIONS /x", ""},
		{"a parameter", "GET /a/{b}/c/{d}", ""},
		{"a parameter with all its characters", "GET /{a.b_c-9}", ""},
		{"a greedy parameter last", "GET /a/{b+}", ""},
		{"literals with all their characters", "GET /aZ9-._~!$&'()*+,;=:@", ""},
		{"512 bytes", "GET /" + strings.Repeat("a", 507), ""},
		{"the catch-all of an HTTP API", "$default", ""},
		{"the opening of a WebSocket", "$connect", ""},
		{"nothing", "", "missing"},
		{"513 bytes", "GET /" + strings.Repeat("a", 508), "512"},
		{"the closing of a WebSocket", "$disconnect", "authorizer"},
		{"a message of a WebSocket", "sendmessage", "method"},
		{"no method", "/a", "method"},
		{"a method in small letters", "get /a", "capitals"},
		{"a method that API Gateway has not", "TRACE /a", "method"},
		{"the method alone", "GET", "method"},
		{"a space before", " GET /a", "method"},
		{"two spaces", "GET  /a", "begin with /"},
		{"a tab", "GET\t/a", "method"},
		{"no slash", "GET a", "begin with /"},
		{"an address", "GET https://x/a", "begin with /"},
		{"the path alone missing", "GET ", "begin with /"},
		{"a slash at the end", "GET /a/", "empty segment"},
		{"an empty segment", "GET /a//b", "empty segment"},
		{"a space within", "GET /a b", "segment"},
		{"a space after", "GET /a ", "segment"},
		{"a query", "GET /a?b=c", "segment"},
		{"a fragment", "GET /a#b", "segment"},
		{"percent-encoding", "GET /a%20b", "segment"},
		{"letters beyond ASCII", "GET /café", "segment"},
		{"half a parameter", "GET /{a", "segment"},
		{"the other half", "GET /a}", "segment"},
		{"a parameter within a segment", "GET /a-{b}", "segment"},
		{"two parameters in a segment", "GET /{a}{b}", "parameter named"},
		{"a parameter without name", "GET /{}", "parameter named"},
		{"a greedy parameter without name", "GET /{+}", "parameter named"},
		{"a parameter greedy twice", "GET /{a++}", "parameter named"},
		{"a parameter with a space", "GET /{a b}", "parameter named"},
		{"a parameter of 65 bytes", "GET /{" + strings.Repeat("a", 65) + "}", "parameter named"},
		{"a parameter twice", "GET /{a}/{a}", "twice"},
		{"a parameter again as greedy", "GET /{a}/{a+}", "twice"},
		{"a greedy parameter that is not last", "GET /{a+}/b", "last"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, _ := json.Marshal(map[string]any{"rules": []any{map[string]any{"route": row.route, "scope": "*"}}})
			_, err := rule.Parse(b)
			expect(t, err, "rules[0].route", row.says)
		})
	}
}

// expect holds err against one fault of field whose problem says something, or
// against none if that is empty.
func expect(t *testing.T, err error, field, says string) {
	t.Helper()
	var faults rule.Faults
	switch {
	case says == "" && err != nil:
		t.Fatalf("refused: %v", err)
	case says == "":
		return
	case !errors.As(err, &faults):
		t.Fatalf("error %v, want Faults", err)
	case len(faults) != 1 || faults[0].Field != field || !strings.Contains(faults[0].Problem, says):
		t.Fatalf("faults %q, want one of %s that says %q", faults, field, says)
	}
}

func TestParseRefusesScopes(t *testing.T) {
	const route = "GET /{a}/{b}/{rest+}"
	for _, row := range []struct {
		name, scope string
		says        string
	}{
		{"any", "*", ""},
		{"text alone", "report:66/x_y~z-1.2", ""},
		{"a parameter alone", "{a}", ""},
		{"a parameter between text", "x-{a}-y", ""},
		{"two parameters with a colon between", "{a}:{b}", ""},
		{"two parameters with a slash and more between", "{a}-/-{b}", ""},
		{"a parameter twice", "{a}:{a}", ""},
		{"128 bytes", strings.Repeat("s", 128), ""},
		{"126 bytes and two parameters are just met", strings.Repeat("s", 125) + "{a}:{b}", ""},
		{"nothing", "", "missing"},
		{"129 bytes", strings.Repeat("s", 129), "never"},
		{"127 bytes and two parameters can never be met", strings.Repeat("s", 126) + "{a}:{b}", "never"},
		{"over 256 bytes", strings.Repeat("s", 257), "256"},
		{"any within", "report:*", `"*"`},
		{"a space", "report 66", `" 66"`},
		{"letters beyond ASCII", "café", `"é"`},
		{"a percent sign", "a%20", `"%20"`},
		{"adjacent parameters", "{a}{b}", "share a scope"},
		{"parameters with a hyphen between, which values may hold", "{a}-{b}", "share a scope"},
		{"parameters with letters between, which values may hold", "x:{a}and{b}:y", "share a scope"},
		{"half a parameter", "report:{a", "without its }"},
		{"the other half", "report:a}", `"}"`},
		{"a parameter within a parameter", "{a{b}}", `"}"`},
		{"a parameter without name", "report:{}", "no parameter of the route"},
		{"a parameter that the route has not", "report:{c}", "{a}, {b}"},
		{"a parameter in another case", "report:{A}", "no parameter"},
		{"a greedy parameter", "report:{rest}", "greedy"},
		{"a greedy parameter with its plus", "report:{rest+}", "greedy"},
		{"a parameter made greedy", "report:{a+}", "no parameter"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, _ := json.Marshal(map[string]any{"rules": []any{map[string]any{"route": route, "scope": row.scope}}})
			_, err := rule.Parse(b)
			expect(t, err, "rules[0].scope", row.says)
		})
	}
	for _, route := range []string{"$default", "$connect", "GET /", "GET /a/{rest+}"} {
		_, err := rule.Parse([]byte(one(`"route":"` + route + `","scope":"report:{a}"`)))
		expect(t, err, "rules[0].scope", "no parameters to take")
	}
}

func TestParseRefusesOtherMembers(t *testing.T) {
	const start = `"route":"GET /a","scope":"*",`
	for _, row := range []struct{ name, members, field, says string }{
		{"no route", `"scope":"*"`, "route", "missing"},
		{"no scope", `"route":"GET /a"`, "scope", "missing"},
		{"route that is null", `"route":null,"scope":"*"`, "route", "not text"},
		{"scope that is a number", `"route":"GET /a","scope":66`, "scope", "not text"},
		{"optional that is text", start + `"optional":"true"`, "optional", "true or false"},
		{"optional that is null", start + `"optional":null`, "optional", "true or false"},
		{"forward_refused that is 1", start + `"forward_refused":1`, "forward_refused", "true or false"},
		{"max_age of zero", start + `"max_age":0`, "max_age", "leave it out"},
		{"max_age below zero", start + `"max_age":-1`, "max_age", "out of bounds"},
		{"max_age over 400 days", start + `"max_age":34560001`, "max_age", "out of bounds"},
		{"max_age with a fraction", start + `"max_age":1.5`, "max_age", "whole number"},
		{"max_age that is text", start + `"max_age":"60"`, "max_age", "whole number"},
		{"max_age beyond 64 bits", start + `"max_age":99999999999999999999`, "max_age", "whole number"},
		{"accept that is text", start + `"accept":"request"`, "accept", "list of modes"},
		{"accept that is null", start + `"accept":null`, "accept", "list of modes"},
		{"accept that is empty", start + `"accept":[]`, "accept", "leave it out"},
		{"accept of a mode that is none", start + `"accept":["admin"]`, "accept", `"admin"`},
		{"accept of a mode in another case", start + `"accept":["Request"]`, "accept", `"Request"`},
		{"accept of a mode twice", start + `"accept":["request","none","request"]`, "accept", "twice"},
		{"accept of a number", start + `"accept":[1]`, "accept", "list of modes"},
		{"a member that is unknown", start + `"methods":["GET"]`, "methods", "there is route"},
		{"a member in another case", start + `"Optional":true`, "Optional", "write it optional"},
		{"a member in another style", start + `"forwardRefused":true`, "forwardRefused", "write it forward_refused"},
		{"a member twice", start + `"optional":true,"optional":true`, "optional", "twice"},
		{"a member twice, once with an escape", start + `"optional":true,"option\u0061l":false`, "optional", "twice"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := rule.Parse([]byte(one(row.members)))
			expect(t, err, "rules[0]."+row.field, row.says)
		})
	}
}

func TestParseRefusesDocuments(t *testing.T) {
	for _, row := range []struct{ name, body, field, says string }{
		{"nothing", ``, "", "empty"},
		{"spaces", "  ", "", "empty"},
		{"half a document", `{"rules":[`, "", "no JSON"},
		{"no JSON", `{"rules":[{"route": GET /}]}`, "", "at byte 20"},
		{"no UTF-8", "{\"rules\":\"\xff\"}", "", "at byte"},
		{"two documents", `{"rules":[]} {}`, "", "something after"},
		{"a list", `[]`, "", "no object"},
		{"null", `null`, "", "no object"},
		{"no rules", `{}`, "rules", "missing"},
		{"rules that are an object", `{"rules":{}}`, "rules", "no list"},
		{"rules that are null", `{"rules":null}`, "rules", "no list"},
		{"no rule at all", `{"rules":[]}`, "rules", "empty"},
		{"rules twice", `{"rules":[{"route":"GET /a","scope":"*"}],"rules":[]}`, "rules", "twice"},
		{"rules in another case", `{"rules":[{"route":"GET /a","scope":"*"}],"Rules":[]}`, "Rules", "write it rules"},
		{"another member", `{"rules":[{"route":"GET /a","scope":"*"}],"version":1}`, "version", "there is rules"},
		{"a rule that is text", `{"rules":["GET /a"]}`, "rules[0]", "no object"},
		{"301 rules", many(301), "rules", "300"},
		{"more bytes than are read", many(1) + strings.Repeat(" ", rule.MaxBody), "", "262144"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := rule.Parse([]byte(row.body))
			expect(t, err, row.field, row.says)
		})
	}
	if d, err := rule.Parse([]byte(many(300))); err != nil || len(d.Rules) != 300 {
		t.Errorf("300 rules: %v", err)
	}
	if _, err := rule.Parse([]byte(many(1) + strings.Repeat(" ", rule.MaxBody-len(many(1))))); err != nil {
		t.Errorf("as many bytes as are read: %v", err)
	}
}

func many(n int) string {
	rules := make([]string, n)
	for i := range rules {
		rules[i] = fmt.Sprintf(`{"route":"GET /%d","scope":"*"}`, i)
	}
	return `{"rules":[` + strings.Join(rules, ",") + `]}`
}

func TestParseNamesEveryFaultOnceInOrder(t *testing.T) {
	_, err := rule.Parse([]byte(`{"extra":1,"rules":[
		{"route":"GET /a","scope":"*"},
		{"route":"get /b","scope":7,"accept":["admin","none","none"],"max_age":-1},
		"GET /c",
		{"route":5,"scope":"x:{id}","Scope":"*"},
		{"scope":"x:{id}"},
		{"route":"GET /d/{id}","scope":"x:{ID}{id}","optional":"yes"},
		{"route":"GET /a","scope":"*"}
	]}`))
	var faults rule.Faults
	if !errors.As(err, &faults) {
		t.Fatal(err)
	}
	var got []string
	for _, f := range faults {
		got = append(got, f.Field)
	}
	want := []string{"extra", "rules[1].scope", "rules[1].route", "rules[1].accept", "rules[1].accept", "rules[1].max_age", "rules[2]",
		"rules[3].route", "rules[3].Scope", "rules[4].route", "rules[5].optional", "rules[5].scope", "rules[6].route"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, err)
	}
	for _, f := range faults {
		if !strings.Contains(err.Error(), f.Field+": "+f.Problem) {
			t.Errorf("the error leaves out %v", f)
		}
	}
	if last := faults[len(faults)-1]; !strings.Contains(last.Problem, "rules[0]") {
		t.Errorf("the second rule of a route does not name the first: %v", last)
	}
}

func TestTheErrorOfManyFaultsStaysReadable(t *testing.T) {
	_, err := rule.Parse([]byte(`{"rules":[` + strings.Repeat(`1,`, 299) + `1]}`))
	var faults rule.Faults
	if !errors.As(err, &faults) || len(faults) != 300 {
		t.Fatalf("%d faults, want 300", len(faults))
	}
	if s := err.Error(); strings.Count(s, "\n") != 51 || !strings.HasSuffix(s, "and 250 more") {
		t.Errorf("%d lines", strings.Count(s, "\n"))
	}
	long, err := rule.Parse([]byte(one(`"route":"GET /` + strings.Repeat("€", 169) + `","scope":"*"`)))
	if err == nil || len(long.Rules) != 0 || !strings.Contains(err.Error(), `has "`+strings.Repeat("€", 21)+`"… in a segment`) {
		t.Errorf("a long route is not quoted up to its 64th byte: %v", err)
	}
}
