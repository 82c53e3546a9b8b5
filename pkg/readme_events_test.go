package pkg_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmesEventsAreThoseOfTheSchemas: each type has its row, with the fields that
// its schema has beside those of all.
func TestReadmesEventsAreThoseOfTheSchemas(t *testing.T) {
	got := map[string][]string{}
	for _, row := range table(t, "events") {
		var fields []string
		for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			fields = append(fields, strings.Fields(m[1])...)
		}
		got[strings.Trim(row[0], "`")] = fields
	}
	files, err := filepath.Glob(root + "/pkg/schema/events/*.json")
	if err != nil {
		t.Fatal(err)
	}
	common, want := []string{"version", "id", "type", "pass_id", "at"}, map[string][]string{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		var s struct{ Properties map[string]json.RawMessage }
		if err := json.Unmarshal([]byte(read(t, "pkg/schema/events/"+name+".json")), &s); err != nil {
			t.Fatal(err)
		}
		want[name] = nil
		for field := range s.Properties {
			if !slices.Contains(common, field) {
				want[name] = append(want[name], field)
			}
		}
		slices.Sort(want[name])
		slices.Sort(got[name])
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("README.md, events (-schemas +README):\n%s", diff)
	}
}
