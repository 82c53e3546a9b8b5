package handler_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// columns are the README's names of the dialects.
func columns() map[string][]string {
	return map[string][]string{"REST TOKEN": {"rest-token"}, "REST REQUEST": {"rest-request"}, "HTTP 1.0": {"http-1.0"},
		"HTTP 2.0": {"http-2.0", "http-2.0 simple"}, "WebSocket": {"websocket"}, "check": {"check"}}
}

func cells(line string) []string {
	return strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
}

// TestReadmesReasonsAreThoseOfEachDialect compares the README's table with the
// reasons that the decision table was seen to have in each dialect.
func TestReadmesReasonsAreThoseOfEachDialect(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- reasons -->\n")
	body, _, ok := strings.Cut(rest, "\n<!-- /reasons -->")
	lines := strings.Split(body, "\n")
	if !ok || len(lines) != 2+len(pass.Reasons()) {
		t.Fatalf("the table of reasons has %d lines", len(lines))
	}
	head, met := cells(lines[0]), 0
	for _, line := range lines[2:] {
		row := cells(line)
		reason := pass.Reason(strings.Trim(row[0], "`"))
		for i, name := range head[2:] {
			said := row[i+2]
			if said != "no" && said != "yes" && !strings.HasPrefix(said, "yes (") {
				t.Errorf("%s in %s: %q, want yes or no", reason, name, said)
			}
			for _, dialect := range columns()[name] {
				met++
				if does := slices.Contains(can()[dialect], reason); does != (said != "no") {
					t.Errorf("%s in %s: the README says %s, but it occurs: %v", reason, dialect, said, does)
				}
			}
		}
	}
	if met != len(can())*len(pass.Reasons()) {
		t.Errorf("%d cells were compared, want %d: each reason in each of %d dialects", met, len(can())*len(pass.Reasons()), len(can()))
	}
}
