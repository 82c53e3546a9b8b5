package schema_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/schema"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

const root = "../.."

// Every schema is one, names itself, and every object of a request takes what is
// named and no more.
func TestDocumentsAreNamedAndRequestsAreClosed(t *testing.T) {
	schematest.NewDocuments(t) // compiles them
	files, err := fs.Glob(schema.Files(), "documents/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := fs.ReadFile(schema.Files(), file)
		if err != nil {
			t.Fatal(err)
		}
		var s map[string]any
		if err := json.Unmarshal(b, &s); err != nil {
			t.Fatal(err)
		}
		name := path.Base(file)
		if s["$schema"] != "https://json-schema.org/draft/2020-12/schema" || !strings.HasSuffix(s["$id"].(string), "/documents/v1/"+name) || s["title"] == "" {
			t.Errorf("%s: $schema %v, $id %v, title %v", file, s["$schema"], s["$id"], s["title"])
		}
		walk(s, file, func(at string, o map[string]any) {
			_, props := o["properties"]
			room, said := o["additionalProperties"]
			if request := strings.Contains(name, ".request."); o["type"] == "object" && props && (said && room == false) != request {
				t.Errorf("%s: additionalProperties is %v, in %s", at, room, name)
			}
		})
	}
	for _, function := range []string{"issue", "check", "manage", "recall"} {
		for _, kind := range []string{"request", "answer"} {
			if !slices.Contains(files, "documents/"+function+"."+kind+".json") {
				t.Errorf("there is no schema of %s's %s", function, kind)
			}
		}
	}
}

func walk(v any, at string, visit func(string, map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(at, v)
		for k, m := range v {
			walk(m, at+"/"+k, visit)
		}
	case []any:
		for _, m := range v {
			walk(m, at, visit)
		}
	}
}

// What people copy from is right by the schemas, but for the one that is wrong on
// purpose.
func TestSampleEventsAreDocuments(t *testing.T) {
	documents := schematest.NewDocuments(t)
	found, err := filepath.Glob(filepath.Join(root, "events", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range found {
		name := filepath.Base(file)
		function, what, _ := strings.Cut(strings.TrimSuffix(name, ".json"), "-")
		request := map[string]string{"issue": "issue.request.json", "manage": "manage.request.json", "recall": "recall.request.json"}[function]
		if name == "authorizer-check.json" {
			request = "check.request.json"
		}
		if request == "" {
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		if err := documents.Check(request, b); (err != nil) != (what == "wrong") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if checked < 12 {
		t.Errorf("only %d sample events were checked", checked)
	}
}

// outputs says what each output is that the README shows as JSON: the schema of its
// document, or of the part that it is. One that ends in / is of some members of that
// object; none is of what has no schema here.
func outputs() map[string]string {
	const description = "manage.answer.json#/$defs/description/properties/"
	return map[string]string{
		"issue": "issue.answer.json", "many": "issue.answer.json", "registration": "issue.answer.json",
		"clicked": description, "changes": description, "refusals": description + "refusals",
		"recall revoke": "recall.answer.json", "recall forget": "recall.answer.json",
		"registered": "", // an event, which has a schema of its own
		"rules":      "", // of functions/local: they are compared with what it declares
	}
}

// Every answer that the README shows is right by the schemas.
func TestAnswersInTheREADMEAreDocuments(t *testing.T) {
	documents := schematest.NewDocuments(t)
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := outputs()
	for _, m := range regexp.MustCompile("(?s)<!-- output: ([^\n]+) -->\n```json\n(.*?)```\n").FindAllStringSubmatch(string(b), -1) {
		name, known := shown[m[1]]
		if !known {
			t.Errorf("README.md, output: %s: nobody knows what document it is", m[1])
		}
		delete(shown, m[1])
		for name, doc := range documentsIn(t, name, m[2]) {
			if err := documents.Check(name, doc); err != nil {
				t.Errorf("README.md, output: %s: %v", m[1], err)
			}
		}
	}
	for name := range shown {
		t.Errorf("README.md has no JSON below <!-- output: %s -->", name)
	}
}

// documentsIn returns what of an output is to be checked, by the schema's name.
func documentsIn(t *testing.T, name, text string) map[string][]byte {
	t.Helper()
	if name == "" {
		return nil
	}
	if !strings.HasSuffix(name, "/") {
		return map[string][]byte{name: []byte(text)}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for member, doc := range members {
		parts[name+member] = doc
	}
	return parts
}
