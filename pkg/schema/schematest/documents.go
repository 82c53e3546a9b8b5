package schematest

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatepass/gatepass/pkg/schema"
)

// Documents are the schemas of documents, by file name, such as issue.request.json,
// and of their parts and the members of these, such as issue.request.json#/$defs/inMany
// and manage.answer.json#/$defs/description/properties/uses. They are the published ones
// but for the room that answers leave for new members: what is not named is refused.
type Documents map[string]*jsonschema.Schema

// NewDocuments reads all of them.
func NewDocuments(t testing.TB) Documents {
	t.Helper()
	files, err := fs.Glob(schema.Files(), "documents/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are %d schemas of documents (%v)", len(files), err)
	}
	c, ids := jsonschema.NewCompiler(), map[string]string{}
	c.AssertFormat()
	for _, file := range files {
		b, err := fs.ReadFile(schema.Files(), file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		id, _ := doc.(map[string]any)["$id"].(string)
		ids[path.Base(file)] = id
		parts, _ := doc.(map[string]any)["$defs"].(map[string]any)
		for part, s := range parts {
			ids[path.Base(file)+"#/$defs/"+part] = id + "#/$defs/" + part
			members, _ := s.(map[string]any)["properties"].(map[string]any)
			for member := range members {
				ids[path.Base(file)+"#/$defs/"+part+"/properties/"+member] = id + "#/$defs/" + part + "/properties/" + member
			}
		}
		if err := c.AddResource(id, closed(doc)); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	out := Documents{}
	for name, id := range ids {
		if out[name], err = c.Compile(id); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return out
}

// closed takes away the room for members that a schema does not name.
func closed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, m := range v {
			v[k] = closed(m)
		}
		_, named := v["properties"].(map[string]any)
		if _, said := v["additionalProperties"]; named && !said && v["type"] == "object" {
			v["additionalProperties"] = false
		}
	case []any:
		for i := range v {
			v[i] = closed(v[i])
		}
	}
	return v
}

// Check returns what is wrong with a document by the schema of that name.
func (d Documents) Check(name string, doc []byte) error {
	s, ok := d[name]
	if !ok {
		return fmt.Errorf("there is no schema %s", name)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
	if err != nil {
		return err
	}
	return s.Validate(v)
}
