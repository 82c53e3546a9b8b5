package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

// What no schema can say: a document that the schema takes, and the one field for
// which the function refuses it.
func TestRulesThatNoSchemaCanSay(t *testing.T) {
	p := launch(t, t.TempDir())
	schemas := schematest.NewDocuments(t)
	at := func(d time.Duration) string { return p.now().Add(d).UTC().Format(time.RFC3339) }
	manage := func(operation, members string) string {
		return fmt.Sprintf(`{%q:{"pass":"0aZ9bY8cX7dW6eV5",%s}}`, operation, members)
	}
	const gp = "gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"
	for name, tt := range map[string]struct{ function, doc, field string }{
		"a name is there once":                                 {"issue", `{"scope":"a","scope":"a"}`, "scope"},
		"whole numbers are written in digits alone":            {"issue", `{"scope":"a","max_uses":5.0}`, "max_uses"},
		"lengths are counted in bytes":                         {"issue", `{"scope":"a","issued_by":"` + strings.Repeat("é", 128) + `"}`, "issued_by"},
		"an end is in the future":                              {"issue", `{"scope":"a","expires_at":"` + at(-time.Hour) + `"}`, "expires_at"},
		"an end is within 400 days":                            {"issue", `{"scope":"a","expires_at":"` + at(401*24*time.Hour) + `"}`, "expires_at"},
		"a reissued pass ends in the future":                   {"issue", `{"reissue":"0aZ9bY8cX7dW6eV5","expires_at":"` + at(-time.Hour) + `"}`, "expires_at"},
		"a link that signs in lives ten minutes":               {"issue", `{"mode":"session","subject":"u","expires_at":"` + at(time.Hour) + `"}`, "expires_at"},
		"a start is before the end":                            {"issue", `{"scope":"a","expires_in":60,"not_before":"` + at(time.Hour) + `"}`, "not_before"},
		"data is bounded as compact JSON in ASCII":             {"issue", `{"scope":"a","data":{"x":"` + strings.Repeat("x", 4096) + `"}}`, "data"},
		"data of a stateless token is bounded closer":          {"issue", `{"scope":"a","format":"stateless","data":{"x":"` + strings.Repeat("x", 1024) + `"}}`, "data"},
		"each name in data is there once":                      {"issue", `{"scope":"a","data":{"x":1,"x":1}}`, "data"},
		"a target leads to this host or to https":              {"issue", `{"scope":"a","target":"http://example.com/"}`, "target"},
		"a visitor's target is on this host":                   {"issue", `{"scope":"a","visitor":{"email":"a@example.com"},"target":"https://example.com/"}`, "target"},
		"a target has not the credential's own name":           {"issue", `{"scope":"a","target":"/x?token=1"}`, "target"},
		"a target fits on the link's page":                     {"issue", `{"scope":"a","target":"/x?` + strings.Repeat("a&", 200) + `"}`, "target"},
		"credentials move in only where the stack lets them":   {"issue", `{"scope":"a","credential":"` + strings.Repeat("a", 22) + `"}`, "credential"},
		"a pass is named by an id, a token or a link":          {"manage", `{"describe":{"pass":"x"}}`, "pass"},
		"a text names one pass":                                {"manage", `{"describe":{"pass":"` + gp + ` gp_zzzzzzzzzzzzzzzz7n42DGM5Tflk9n8mt7Fhc72Jqlpf"}}`, "pass"},
		"who asks is no token":                                 {"manage", manage("revoke", `"by":"`+gp+`"`), "by"},
		"why holds no token":                                   {"manage", manage("revoke", `"by":"a","why":"`+gp+`"`), "why"},
		"a changed end is in the future":                       {"manage", manage("change", `"by":"a","expires_at":"`+at(-time.Hour)+`"`), "expires_at"},
		"a changed target leads to this host or to https":      {"manage", manage("change", `"by":"a","target":"http://example.com/"`), "target"},
		"changed data is bounded as compact JSON in ASCII":     {"manage", manage("change", `"by":"a","data":{"x":"`+strings.Repeat("x", 4096)+`"}`), "data"},
		"a cursor is one that was answered":                    {"manage", `{"list":{"cursor":"x"}}`, "cursor"},
		"what was issued from is before what was issued until": {"manage", `{"list":{"issued_from":"2026-02-01T00:00:00Z","issued_before":"2026-01-01T00:00:00Z"}}`, "issued_before"},
		"what ends from is before what ends until":             {"manage", `{"list":{"expires_from":"2026-02-01T00:00:00Z","expires_before":"2026-01-01T00:00:00Z"}}`, "expires_before"},
		"who revokes many is no token":                         {"recall", `{"revoke":{"scope":"a","by":"` + gp + `"}}`, "by"},
		"a recall goes on from a cursor that was answered":     {"recall", `{"forget":{"subject":"u","by":"a","cursor":"x"}}`, "cursor"},
		"a document is bounded":                                {"manage", `{"describe":{"pass":"0aZ9bY8cX7dW6eV5"}` + strings.Repeat(" ", 32768) + `}`, "document"},
		"each name of a check is there once":                   {"authorizer", `{"check":{"credential":"x","scope":"a","scope":"a"}}`, "scope"},
	} {
		t.Run(name, func(t *testing.T) {
			schema := map[string]string{"authorizer": "check.request.json"}[tt.function]
			if schema == "" {
				schema = tt.function + ".request.json"
			}
			if err := schemas.Check(schema, []byte(tt.doc)); err != nil {
				t.Errorf("the schema can say it: %v", err)
			}
			if wrong := p.judged(t, schemas, tt.function, tt.doc); !slices.Equal(wrong, []string{tt.field}) {
				t.Errorf("the function refuses it for %v, want %s", wrong, tt.field)
			}
		})
	}
}

// Of what moves in nothing but a digest is kept, so it stands in no other field.
func TestWhatMovesInStandsInNoOtherField(t *testing.T) {
	p := launch(t, t.TempDir(), "-moved-in", "rt")
	schemas := schematest.NewDocuments(t)
	for field, more := range map[string]string{"issued_by": `"issued_by":"%s"`, "target": `"target":"/x?rt=1"`} {
		doc := fmt.Sprintf(`{"scope":"a","credential":"%[1]s",`+strings.ReplaceAll(more, "%s", "%[1]s")+`}`, strings.Repeat("z", 22))
		if err := schemas.Check("issue.request.json", []byte(doc)); err != nil {
			t.Errorf("the schema can say it: %v", err)
		}
		if wrong := p.judged(t, schemas, "issue", doc); !slices.Equal(wrong, []string{field}) {
			t.Errorf("%s is refused for %v, want %s", doc, wrong, field)
		}
	}
}

// The answers to a run over all operations are documents, with nothing in them that
// the schemas do not name.
func TestAnswersOfARunAreDocuments(t *testing.T) {
	p := launch(t, t.TempDir())
	schemas := schematest.NewDocuments(t)
	takes := func(function, doc string) {
		t.Helper()
		if wrong := p.judged(t, schemas, function, doc); wrong != nil {
			t.Errorf("%s: %s is refused for %v", function, doc, wrong)
		}
	}
	for _, more := range []string{``, `,"mode":"request","subject":"u"`, `,"format":"jwt"`, `,"format":"stateless","data":{"a":1}`, `,"visitor":{"email":"a@example.com"},"max_uses":1`, `,"mode":"session","subject":"u"`} {
		doc := `{"scope":"report:66","target":"/reports/66"` + more + `}`
		takes("issue", doc)
		a := p.mint(doc)
		takes("authorizer", `{"check":{"credential":"`+a.Token+`","scope":"report:66"}}`)
		takes("authorizer", `{"check":{"credential":"`+a.Token+`","scope":"other"}}`)
		if a.Link == "" { // a stateless token has no record
			takes("manage", `{"describe":{"pass":"`+a.Token+`"}}`)
			continue
		}
		p.do("GET", a.Link, "")
		p.do("POST", a.Link, "")
		p.tick()
		id := fmt.Sprintf(`"pass":%q`, a.ID)
		for _, doc := range []string{`{"describe":{` + id + `}}`, `{"change":{` + id + `,"by":"a","expires_in":500}}`, `{"revoke":{` + id + `,"by":"a","why":"b"}}`, `{"describe":{` + id + `}}`,
			`{"restore":{` + id + `,"by":"a"}}`, `{"end":{` + id + `,"by":"a"}}`, `{"describe":{` + id + `}}`} {
			takes("manage", doc)
			p.tick()
		}
		takes("issue", `{"reissue":"`+a.ID+`","expires_in":60,"max_uses":2}`)
	}
	takes("issue", `{"idempotency_key":"k","passes":[{"scope":"a"},{"scope":"b","visitor":{"email":"a@example.com"}},{"no":1}]}`)
	takes("issue", `{"registration":"0aZ9bY8cX7dW6eV5"}`)
	takes("manage", `{"describe":{"pass":"0aZ9bY8cX7dW6eV5"}}`)
	takes("manage", `{"list":{"limit":3}}`)
	takes("manage", `{"list":{"email":"a@example.com"}}`)
	p.move(10 * time.Minute)
	takes("manage", `{"list":{"state":"expired"}}`)
	takes("recall", `{"revoke":{"scope":"report:66","by":"a","why":"b"}}`)
	takes("recall", `{"forget":{"email":"a@example.com","by":"a"}}`)
	takes("recall", `{"revoke":{"all":true,"by":"a"}}`)
}
