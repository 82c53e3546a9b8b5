package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

// The schemas of requests are held to the functions by documents drawn at random:
// what a schema refuses the function refuses as wrong, and what the function
// refuses the schema does too, but for the fields whose rules no schema can say,
// which are listed.

// moved is a credential of before, which stands in no other field.
func moved(n int) string { return strings.ReplaceAll(long(n), "a", "z") }

// fresh stands in drawn documents where each is to have another text.
const fresh = "@00000000"

func issueValues(now time.Time) values {
	in := func(d time.Duration) string { return `"` + now.Add(d).UTC().Format(time.RFC3339) + `"` }
	names := []string{`"Fred"`, `""`, `"Zoë"`, long(150), long(151), "\"a\u00a0b\"", `"a\nb"`, `"a\u202eb"`, `"a\u007fb"`}
	texts := []string{`"Come in!"`, `""`, long(500), long(501), `"a\nb"`, `"a\tb"`, `"a\u2028b"`}
	emails := []string{`"a@b.c"`, `"ginger@example.com"`, `"a.b+c@x-y.example"`, `"ginger@localhost"`, `"a@b"`, `"@b.c"`, `"a@b.1"`, `"a@b.1-1"`, `"a@b.1a"`, `"a..b@example.com"`, `"a@-b.com"`, `"a@b-.com"`,
		`"a b@example.com"`, `"gïnger@example.com"`, `"a@b@c.de"`, `"` + strings.Repeat("a", 64) + `@example.com"`, `"` + strings.Repeat("a", 65) + `@example.com"`,
		`"a@` + strings.Repeat("b", 63) + `.com"`, `"a@` + strings.Repeat("b", 64) + `.com"`, `"a@x.` + strings.Repeat("b", 63) + `"`, `"a@x.` + strings.Repeat("b", 64) + `"`}
	object := func(v values) []string {
		var out []string
		for i := range 40 {
			out = append(out, rapid.Custom(func(t *rapid.T) string { return v.object(t, "email") }).Example(i))
		}
		return out
	}
	return values{
		"mode":               {`"none"`, `"request"`, `"session"`, `"visitor"`, `"host"`, `"None"`},
		"scope":              {`"report:66"`, `"a/b~c_d.e-f"`, long(128), long(129), `"a b"`, `"a*"`, `"ä"`},
		"subject":            {`"user-42"`, `"a b"`, `" a"`, `"a "`, `"-"`, `"--"`, `"ä"`, long(255), long(256), `"~"`, `"!"`},
		"visitor":            object(values{"email": emails, "first_name": names, "last_name": names}),
		"invitation":         object(values{"from": names, "purpose": texts, "message": texts}),
		"data":               {`{"report":66}`, `{"a":{"b":[null]}}`},
		"target":             {`"/reports/66"`, `"/"`, `"/a\\b"`, `"/a b"`, `"/ä"`, `"a"`, `"https://example.com/x?y=1#z"`, `"/` + strings.Repeat("a", 2047) + `"`, `"/` + strings.Repeat("a", 2048) + `"`},
		"max_uses":           {`1`, `100`, `0`, `101`, `-5`, `50`, `99999999999999999999`},
		"unlimited":          {`true`, `false`},
		"expires_in":         {`1`, `600`, `601`, `34560000`, `34560001`, `0`},
		"expires_at":         {in(time.Hour), in(time.Minute), `"2027-01-31"`, `"2027-01-31T12:00:00"`, `"2027-13-31T12:00:00Z"`, `"2027-02-30T12:00:00Z"`, `"soon"`},
		"not_before":         {in(-time.Hour), in(time.Second), `"2027-01-31 12:00:00Z"`, `"2027-01-31T12:00:00,5Z"`},
		"session_expires_in": {`1`, `34560000`, `34560001`, `0`},
		"format":             {`"short"`, `"jwt"`, `"stateless"`, `"JWT"`},
		"issued_by":          {`"fred"`, `"Zoë & co"`, `"a\nb"`, long(255), long(256)},
		"idempotency_key":    {`"` + fresh + `"`, `"order ` + fresh + `"`, `"` + fresh + `ä"`, `"` + fresh + long(255 - len(fresh))[1:], `"` + fresh + long(256 - len(fresh))[1:]},
		"credential":         {moved(22), moved(21), moved(1024), moved(1025), `"aaaaaaaaaaaaaaaaaaaaaaa."`, `"aaaaaaaaaaaaaa:aaaaaaaaaaaaa.aaaa"`, `"aaaaaaaaaaaaaaaaaaaaaaaaa aaa"`},
	}
}

func only(v values, names ...string) values {
	out := values{}
	for _, name := range names {
		out[name] = v[name]
	}
	return out
}

func without(v values, names ...string) values {
	out := values{}
	for name, list := range v {
		if !slices.Contains(names, name) {
			out[name] = list
		}
	}
	return out
}

// What is wrong with one of many is said of that one.
func TestSchemasRefuseWhatIsRefusedOfMany(t *testing.T) {
	p := launch(t, t.TempDir())
	schemas, v := schematest.NewDocuments(t), without(issueValues(p.now()), "idempotency_key", "credential")
	n, taken := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		docs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return v.object(t, "scope") }), 1, 20).Draw(t, "passes")
		n++
		var a struct {
			Passes []struct {
				Error *struct{ Fields map[string]string }
			}
		}
		doc := fmt.Sprintf(`{"idempotency_key":"%d","passes":[%s]}`, n, strings.Join(docs, ","))
		if err := schemas.Check("issue.request.json", []byte(doc)); err != nil {
			t.Fatal(err)
		}
		if wrong := p.judged(t, schemas, "issue", doc); wrong != nil {
			t.Fatalf("all of %s are refused for %v", doc, wrong)
		}
		p.invoke("issue", doc, &a) // the same again, by its key
		for i, one := range a.Passes {
			byTheSchema := schemas.Check("issue.request.json#/$defs/inMany", []byte(docs[i]))
			if one.Error == nil {
				taken++
			} else if byTheSchema == nil {
				for _, field := range []string{"expires_at", "not_before", "target", "data"} { // no schema can say these
					delete(one.Error.Fields, field)
				}
				if len(one.Error.Fields) == 0 {
					continue
				}
			}
			if (one.Error == nil) != (byTheSchema == nil) {
				t.Fatalf("%s: the function says %v, the schema %v", docs[i], one.Error, byTheSchema)
			}
		}
	})
	if taken == 0 {
		t.Error("not one was taken: what was drawn shows little")
	}
}

// drawn is a request to a function, and the fields whose rules no schema can say.
type drawn struct {
	function, schema string
	draw             func(*rapid.T) string
	unsaid           []string
}

func drawnRequests(now time.Time) map[string]drawn {
	issue := issueValues(now)
	other := without(issue, "idempotency_key", "credential")
	whose := []string{`"report:66"`, `"a b"`, `"ginger@example.com"`, long(300)}
	who := []string{`"robin"`, `"Zoë"`, `" "`, long(150), long(151), `"a\nb"`, `"a\u202eb"`, `"\u200d"`}
	why := []string{`"lost"`, `""`, long(500), long(501), `"a\tb"`}
	ref := []string{`"0aZ9bY8cX7dW6eV5"`, `"gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"`, `"http://localhost/p/gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"`}
	dates := []string{`"2026-01-31T12:00:00Z"`, `"2026-01-31T12:00:00+01:00"`, `"2026-01-31"`}
	attributed := values{"pass": ref, "by": who, "why": why}
	change := only(issue, "expires_in", "expires_at", "max_uses", "scope", "data", "target")
	change["pass"], change["by"], change["why"], change["unlimited"] = ref, who, why, []string{`true`, `false`}
	list := values{"scope": whose, "subject": whose, "email": whose, "issued_by": whose, "state": {`"live"`, `"full"`, `"spent"`, `"registered"`, `"ok"`}, "issued_from": dates, "issued_before": dates,
		"expires_from": dates, "expires_before": dates, "limit": {`1`, `0`, `100`, `101`}}
	whom := values{"email": {`"ginger@example.com"`, `"ginger"`, `""`}, "subject": {`"user-42"`, `""`}, "by": who, "why": why}
	recall := values{"scope": {`"drawn"`, `"a b"`}, "subject": whose, "email": whom["email"], "issued_by": whose, "all": {`false`}, "before": {`"2020-01-31T12:00:00Z"`, `"2020-01-31"`}, "by": who, "why": why}
	asked := func(function string, v values, must ...string) drawn {
		return drawn{function: function, schema: function + ".request.json", draw: func(t *rapid.T) string { return v.object(t, must...) }}
	}
	operation := func(function, name string, v values, unsaid []string, must ...string) drawn {
		return drawn{function, function + ".request.json", func(t *rapid.T) string {
			form := `{"` + name + `":%s}`
			if n := rapid.IntRange(0, 20).Draw(t, "form"); n < 3 {
				form = []string{`{"x":1,"` + name + `":%s}`, `[%s]`, `{"` + name + `":[%s]}`}[n]
			}
			return fmt.Sprintf(form, v.object(t, must...))
		}, unsaid}
	}
	one, registration, reissue := asked("issue", issue, "scope"), asked("issue", without(other, "mode", "visitor"), "registration"), asked("issue", values{}, "reissue")
	registration.draw = withID(without(other, "mode", "visitor"), "registration")
	reissue.draw = withID(values{"expires_in": issue["expires_in"], "expires_at": issue["expires_at"], "max_uses": issue["max_uses"], "keep_old_for": {`0`, `604800`, `604801`, `-1`}, "keep_link": {`true`, `false`, `1`}, "issued_by": issue["issued_by"]}, "reissue")
	one.unsaid, registration.unsaid, reissue.unsaid = []string{"expires_at", "not_before", "target", "data"}, []string{"expires_at", "not_before", "target", "data"}, []string{"expires_at"}
	check := drawn{"authorizer", "check.request.json", func(t *rapid.T) string {
		return `{"check":` + values{"credential": append(ref[:1:1], `"eyJ"`), "scope": {`"report:66"`, `"*"`, `"**"`, long(128), long(129)}, "accept": {`[]`, `["none","request"]`, `["host"]`, `["visitor"]`, `null`, `[null]`}, "count": {`true`, `false`, `null`}}.object(t, "credential", "scope") + `}`
	}, nil}
	return map[string]drawn{
		"one pass": one, "a registration": registration, "a reissue": reissue, "a check": check,
		"describe":    operation("manage", "describe", only(attributed, "pass"), []string{"pass"}, "pass"),
		"revoke":      operation("manage", "revoke", attributed, []string{"pass"}, "pass", "by"),
		"complete":    operation("manage", "complete", attributed, []string{"pass"}, "pass", "by"),
		"restore":     operation("manage", "restore", attributed, []string{"pass"}, "pass", "by"),
		"end":         operation("manage", "end", values{"pass": ref, "by": who, "why": why, "session": {`"S_USLzRFVMU"`, `"S_USLzRFVMV"`, `"short"`}}, []string{"pass"}, "pass", "by"),
		"change":      operation("manage", "change", change, []string{"pass", "expires_at", "target"}, "pass", "by", "expires_in"),
		"revoke many": operation("recall", "revoke", recall, nil, "by", "scope"),
		"forget":      operation("recall", "forget", whom, nil, "by", "email"),
		"list":        operation("manage", "list", list, []string{"issued_before", "expires_before"}),
	}
}

// withID draws an object that has a pass id under a name, or something else there.
func withID(v values, name string) func(*rapid.T) string {
	return func(t *rapid.T) string {
		id := rapid.SampledFrom([]string{`"0aZ9bY8cX7dW6eV5"`, `"0aZ9bY8cX7dW6eV5"`, `"0aZ9bY8cX7dW6eV"`, `7`, `null`}).Draw(t, name)
		return strings.Replace(strings.Replace(v.object(t), "{", `{"`+name+`":`+id+`,`, 1), ",}", "}", 1)
	}
}

func TestSchemasRefuseWhatTheFunctionsRefuse(t *testing.T) {
	p := launch(t, t.TempDir(), "-moved-in", "rt")
	schemas, n := schematest.NewDocuments(t), 0
	for name, d := range drawnRequests(p.now()) {
		t.Run(name, func(t *testing.T) {
			taken := 0
			rapid.Check(t, func(t *rapid.T) {
				n++
				doc := strings.ReplaceAll(d.draw(t), fresh, fmt.Sprintf("@%08d", n))
				byTheSchema := schemas.Check(d.schema, []byte(doc))
				wrong := p.judged(t, schemas, d.function, doc)
				unsaid := slices.DeleteFunc(slices.Clone(wrong), func(field string) bool { return slices.Contains(d.unsaid, field) })
				switch {
				case byTheSchema != nil && wrong == nil:
					t.Fatalf("the function takes %s, which the schema refuses: %v", doc, byTheSchema)
				case byTheSchema == nil && wrong != nil && (len(wrong) == 0 || len(unsaid) > 0):
					t.Fatalf("the schema takes %s, which the function refuses for %v", doc, wrong)
				case wrong == nil:
					taken++
				}
			})
			if taken == 0 {
				t.Error("not one document was taken: what was drawn shows little")
			}
		})
	}
}
