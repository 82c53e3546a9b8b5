package configtest_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
)

// runbook returns what the README says of alarms.
func runbook(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(b), "\n### When an alarm goes off\n")
	text, _, ends := strings.Cut(rest, "\n## ")
	if !found || !ends {
		t.Fatal("README.md does not say what to do when an alarm goes off")
	}
	return text
}

// Whoever is woken by an alarm finds a row of its name, and each row is of one that
// there is.
func TestReadmeSaysWhatToDoAboutEveryAlarm(t *testing.T) {
	_, rest, _ := strings.Cut(runbook(t), "<!-- alarms -->")
	table, _, _ := strings.Cut(rest, "<!-- /alarms -->")
	var told []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]+`) \\| [^|]{9,} \\| [^|]{9,} \\| [^|]{9,} \\|$").FindAllStringSubmatch(table, -1) {
		told = append(told, strings.Fields(strings.ReplaceAll(row[1], "`", ""))...)
	}
	slices.Sort(told)
	alarms := configtest.ReadTemplate(t, template).Of("AWS::CloudWatch::Alarm")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(alarms)), told); diff != "" {
		t.Errorf("README.md, alarms (-template.yaml +README):\n%s", diff)
	}
}

func TestReadmeNamesEverySavedQueryAndWidget(t *testing.T) {
	stack := configtest.ReadTemplate(t, template)
	var saved []string
	for _, p := range stack.Of("AWS::Logs::QueryDefinition") {
		name, _ := p["Name"].(map[string]any)["Fn::Sub"].(string)
		saved = append(saved, strings.ReplaceAll(name, "${AWS::StackName}", "gatepass"))
	}
	var named []string
	for _, m := range regexp.MustCompile(`(?m)^- "(gatepass/[^"]+)": `).FindAllStringSubmatch(runbook(t), -1) {
		named = append(named, m[1])
	}
	slices.Sort(saved)
	slices.Sort(named)
	if diff := cmp.Diff(saved, named); diff != "" {
		t.Errorf("README.md, saved queries (-template.yaml +README):\n%s", diff)
	}
	body, _ := stack.At("Resources", "Dashboard", "Properties", "DashboardBody", "Fn::Sub").(string)
	widgets := regexp.MustCompile(`the dashboard, "([^"]+)"`).FindAllStringSubmatch(runbook(t), -1)
	for _, m := range widgets {
		if !strings.Contains(body, `"title":"`+m[1]+`"`) {
			t.Errorf("README.md: the dashboard shows no %q", m[1])
		}
	}
	if len(widgets) < 2 {
		t.Errorf("README.md names %d of the dashboard's widgets", len(widgets))
	}
}

// TestQueriesAskForWhatLogLinesHave: CloudWatch shows an empty column for a field
// that there is not.
func TestQueriesAskForWhatLogLinesHave(t *testing.T) {
	b, err := os.ReadFile("../handler/log.go")
	if err != nil {
		t.Fatal(err)
	}
	has := map[string]bool{"@timestamp": true, "batch.failed_at": true, "batch.malformed.0": true}
	for _, m := range regexp.MustCompile("`json:\"([a-z_]+)").FindAllStringSubmatch(string(b), -1) {
		has[m[1]] = true
	}
	stack := configtest.ReadTemplate(t, template)
	body, _ := stack.At("Resources", "Dashboard", "Properties", "DashboardBody", "Fn::Sub").(string)
	texts := []string{body}
	for _, p := range stack.Of("AWS::Logs::QueryDefinition") {
		texts = append(texts, p["QueryString"].(string))
	}
	asked := 0
	for _, text := range texts {
		for _, m := range regexp.MustCompile(`(?:fields|by) ([a-z_@.0-9, ]+)`).FindAllStringSubmatch(text, -1) {
			for name := range strings.SplitSeq(m[1], ",") {
				if asked++; !has[strings.TrimSpace(name)] {
					t.Errorf("%q asks for %s, which no log line has", m[0], name)
				}
			}
		}
	}
	if asked < 20 {
		t.Errorf("%d fields were met", asked)
	}
}
