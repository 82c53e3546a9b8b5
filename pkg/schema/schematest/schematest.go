// Package schematest holds documents to the schemas of package schema, in tests.
package schematest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/gatepass/gatepass/pkg/schema"
)

// Events are the schemas of events, by type.
type Events map[string]*jsonschema.Schema

// NewEvents reads all of them. Formats are held as well, which by the standard are
// for information alone.
func NewEvents(t testing.TB) Events {
	t.Helper()
	files, err := fs.Glob(schema.Files(), "events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are %d schemas of events (%v)", len(files), err)
	}
	out := Events{}
	for _, file := range files {
		b, err := fs.ReadFile(schema.Files(), file)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		if err := c.AddResource(file, doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if out[strings.TrimSuffix(path.Base(file), ".json")], err = c.Compile(file); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	return out
}

// Check returns what is wrong with an event, which is held to the schema of the
// type that it says it is of.
func (e Events) Check(event []byte) error {
	var is struct{ Type string }
	if err := json.Unmarshal(event, &is); err != nil {
		return err
	}
	s, ok := e[is.Type]
	if !ok {
		return fmt.Errorf("there is no schema of the type %q", is.Type)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(event))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}
