package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
)

func readme(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// section returns what stands from one heading to the next of its kind.
func section(t *testing.T, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(readme(t), "\n## "+heading+"\n")
	text, _, ends := strings.Cut(rest, "\n## ")
	if !found || !ends {
		t.Fatalf("README.md has no section %q", heading)
	}
	return text
}

// The README shows a stack as it is tested and deployed.
func TestReadmeShowsTheStack(t *testing.T) {
	shown := regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n```yaml\n(.*?)```\n").FindAllStringSubmatch(readme(t), -1)
	if len(shown) != 1 {
		t.Fatalf("README.md shows %d stacks, want 1", len(shown))
	}
	b, err := os.ReadFile("../../" + shown[0][1])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), shown[0][2]); diff != "" {
		t.Errorf("README.md shows %s otherwise (-file +README):\n%s", shown[0][1], diff)
	}
}

func TestReadmeLinksEveryStack(t *testing.T) {
	_, rest, _ := strings.Cut(section(t, "Attach it to your API"), "<!-- stacks -->")
	table, _, _ := strings.Cut(rest, "<!-- /stacks -->")
	var linked []string
	for _, m := range regexp.MustCompile(`(?m)^\| \[([a-z0-9.-]+)\]\(functions/attach/testdata/([a-z0-9.-]+)\.yaml\) \| .+ \| .+ \|$`).FindAllStringSubmatch(table, -1) {
		if m[1] != m[2] {
			t.Errorf("%s leads to %s", m[1], m[2])
		}
		linked = append(linked, m[2])
	}
	slices.Sort(linked)
	if diff := cmp.Diff(names(t), linked); diff != "" {
		t.Errorf("README.md, stacks (-files +README):\n%s", diff)
	}
}

// TestReadmesParametersAndOutputsExist: what the README says to set and to read is
// in the template; and it tells of every output.
func TestReadmesParametersAndOutputsExist(t *testing.T) {
	template := configtest.ReadTemplate(t, "../../template.yaml")
	parameter := func(name string) bool { return template.At("Parameters", name) != nil }
	met := 0
	for _, m := range regexp.MustCompile("--parameter-overrides ([^`\n]+)").FindAllStringSubmatch(readme(t), -1) {
		for word := range strings.FieldsSeq(m[1]) {
			if name, _, given := strings.Cut(word, "="); given {
				met++
				if !parameter(name) {
					t.Errorf("README.md: %s: there is no parameter %s", m[0], name)
				}
			}
		}
	}
	samconfig, err := os.ReadFile("../../samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`[" ]([A-Z][A-Za-z]+)=`).FindAllStringSubmatch(string(samconfig), -1) {
		if !parameter(m[1]) {
			t.Errorf("samconfig.toml: there is no parameter %s", m[1])
		}
	}
	told := map[string]bool{}
	// What is no parameter or output: properties of other resources.
	others := []string{"ANY", "ServiceToken", "DependsOn", "AddDefaultAuthorizerToCorsPreflight", "EnableSimpleResponses"}
	for _, m := range regexp.MustCompile("`(?:<stack>-)?([A-Z][A-Za-z]+)`").FindAllStringSubmatch(section(t, "Deploy")+section(t, "Attach it to your API"), -1) {
		met, told[m[1]] = met+1, true
		if !parameter(m[1]) && template.At("Outputs", m[1]) == nil && !slices.Contains(others, m[1]) {
			t.Errorf("README.md: %s is no parameter and no output of template.yaml", m[1])
		}
	}
	outputs, _ := template.At("Outputs").(map[string]any)
	for name, v := range outputs {
		if !told[name] {
			t.Errorf("README.md, Deploy: the output %s is not told of", name)
		}
		if _, exported := v.(map[string]any)["Export"]; exported != (name != "DeadBatches") {
			t.Errorf("%s: exported: %v, and README.md says otherwise", name, exported)
		}
	}
	if met < 20 {
		t.Errorf("%d names were met", met)
	}
}
