package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

// judged asks a function, and holds what it answers to the schema. It returns the
// fields that it refused the document for, without the name of the operation; nil:
// it did not refuse it as wrong.
func (p *process) judged(t rapid.TB, schemas schematest.Documents, function, doc string) (wrong []string) {
	t.Helper()
	name := function
	if function == "authorizer" {
		name = "check"
	}
	status, header, body := p.do("POST", p.base+"/2015-03-31/functions/"+function+"/invocations", doc)
	if status != 200 || header.Get("X-Amz-Function-Error") != "" {
		t.Fatalf("%s %s: %d %s", function, doc, status, body)
	}
	if err := schemas.Check(name+".answer.json", []byte(body)); err != nil {
		t.Fatalf("%s %s answered %s, which is no answer: %v", function, doc, body, err)
	}
	var a struct {
		Error *struct {
			Code   string
			Fields map[string]string
		}
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	if a.Error == nil || a.Error.Code != "invalid_request" && a.Error.Code != "spent" {
		return nil
	}
	wrong = []string{}
	for _, field := range slices.Sorted(maps.Keys(a.Error.Fields)) {
		for _, operation := range []string{"describe.", "revoke.", "restore.", "end.", "change.", "list.", "forget.", "check."} {
			field = strings.TrimPrefix(field, operation)
		}
		wrong = append(wrong, field)
	}
	return wrong
}

// values are what a field is drawn from, as JSON: a right one, which is first and
// drawn more often, some at its bounds, some wrong.
type values map[string][]string

// common wrongs are of no type that a field could have, or of one that few have.
func wrongs() []string {
	return []string{`null`, `true`, `7`, `-1`, `1.5`, `""`, `"x"`, `[]`, `{}`, `{"x":1}`, `["none"]`}
}

func long(n int) string { return `"` + strings.Repeat("a", n) + `"` }

// object draws an object of a few fields, most of them right, with now and then a
// field that there is not, or one in other letters.
func (v values) object(t *rapid.T, must ...string) string {
	names := slices.Sorted(maps.Keys(v))
	chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 6, rapid.ID[string]).Draw(t, "fields")
	for _, name := range must {
		if !slices.Contains(chosen, name) && rapid.IntRange(0, 9).Draw(t, "must") > 0 {
			chosen = append(chosen, name)
		}
	}
	var members []string
	for _, name := range chosen {
		list := v[name]
		switch n := rapid.IntRange(0, 15).Draw(t, "which"); {
		case n < 8:
			list = list[:1]
		case n == 15:
			list = wrongs()
		}
		value := rapid.SampledFrom(list).Draw(t, name)
		switch rapid.IntRange(0, 40).Draw(t, "name") {
		case 0:
			name = strings.ToUpper(name[:1]) + name[1:]
		case 1:
			name += "s"
		}
		members = append(members, fmt.Sprintf("%q:%s", name, value))
	}
	return "{" + strings.Join(members, ",") + "}"
}
