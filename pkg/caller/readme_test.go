package caller_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmesLinesStandInTheExample: which is compiled and run.
func TestReadmesLinesStandInTheExample(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)<!-- caller -->\n```go\n(.*?)```").FindStringSubmatch(string(readme))
	if block == nil {
		t.Fatal("README.md shows no lines of Go below <!-- caller -->")
	}
	for line := range strings.Lines(block[1]) {
		if !strings.Contains(string(example), "\n\t"+line) {
			t.Errorf("README.md: %sis no line of the example", line)
		}
	}
}
