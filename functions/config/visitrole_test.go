package config_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestVisitMayReadNoHistories: what a link page tells of a pass is in the pass,
// so a stolen role reads pass by pass, and no audit.
func TestVisitMayReadNoHistories(t *testing.T) {
	b, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, visit, _ := strings.Cut(string(b), "\n  VisitRole:\n")
	visit, _, _ = strings.Cut(visit, "\n  VisitLogs:\n")
	queries := regexp.MustCompile(`Action: .*dynamodb:Query.*\n.*\n +Condition:\n +ForAllValues:String\w+: { "dynamodb:LeadingKeys": \[(.*)\] }\n`).FindAllStringSubmatch(visit, -1)
	if len(queries) == 0 || len(queries) != strings.Count(visit, "dynamodb:Query") {
		t.Fatalf("%d statements let visit query by leading key, of %d that let it query", len(queries), strings.Count(visit, "dynamodb:Query"))
	}
	forms := false
	for _, q := range queries {
		forms = forms || strings.Contains(q[1], `"R#*"`)
		if strings.Contains(q[1], "P#") {
			t.Errorf("visit may query %s", q[1])
		}
	}
	if !forms {
		t.Error("visit may not read which forms are declared")
	}
}
