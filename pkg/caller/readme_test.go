package caller_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmesLinesStandInTheExample: which is compiled and run.
func TestReadmesLinesStandInTheExample(t *testing.T) {
	for line := range strings.Lines(block(t, "caller")) {
		if !strings.Contains(text(t, "example_test.go"), "\n\t"+line) {
			t.Errorf("README.md: %sis no line of the example", line)
		}
	}
}

// TestReadmesWiringIsTheOneThatRuns: over DynamoDB.
func TestReadmesWiringIsTheOneThatRuns(t *testing.T) {
	if shown := block(t, "caller over dynamodb"); !strings.Contains(text(t, "dynamo_test.go"), "\n"+shown+"\n") {
		t.Errorf("README.md shows another openGuard than dynamo_test.go:\n%s", shown)
	}
}

// block returns README's lines of Go below a mark.
func block(t *testing.T, mark string) string {
	t.Helper()
	found := regexp.MustCompile("(?s)<!-- " + mark + " -->\n```go\n(.*?)```").FindStringSubmatch(text(t, "../../README.md"))
	if found == nil {
		t.Fatalf("README.md shows no lines of Go below <!-- %s -->", mark)
	}
	return found[1]
}

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
