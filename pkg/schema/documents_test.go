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

// Every answer that the README shows is right by the schemas.
func TestAnswersInTheREADMEAreDocuments(t *testing.T) {
	documents := schematest.NewDocuments(t)
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile("(?s)<!-- output: ([\\w -]+) -->\n```json\n(.*?)```\n").FindAllStringSubmatch(string(b), -1)
	answers := map[string]string{"issue": "issue.answer.json", "registration": "issue.answer.json", "check": "check.answer.json", "describe": "manage.answer.json", "list": "manage.answer.json"}
	checked := 0
	for _, m := range shown {
		if name, ok := answers[m[1]]; ok {
			checked++
			if err := documents.Check(name, []byte(m[2])); err != nil {
				t.Errorf("README.md, output: %s: %v", m[1], err)
			}
		}
	}
	if checked < 2 {
		t.Errorf("only %d answers of the README were checked", checked)
	}
}
