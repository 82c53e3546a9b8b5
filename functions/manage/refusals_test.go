package main

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// one is a store that has one pass.
type one struct{ manage.Store }

func (one) History(_ context.Context, id string) (*pass.History, error) {
	return &pass.History{Pass: &pass.Pass{V: pass.Version, ID: id, Mode: pass.None}, Opens: &pass.Opens{V: pass.Version}}, nil
}

// managerOf returns the manager of a stack.
func managerOf(t *testing.T, stack string) *manage.Manager {
	t.Helper()
	m, err := manage.New(manage.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com"}, Stack: stack}, one{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What describe shows is what the stack saves, of the log groups that it makes.
func TestRefusalsAreFoundByTheQueryThatTheStackSaves(t *testing.T) {
	const id = "7Gm2kQpX4sVbN9aT"
	m := managerOf(t, "gatepass-dev")
	d, err := m.Describe(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	template := configtest.ReadTemplate(t, "../../template.yaml")
	saved := func(path ...string) any { return template.At(append([]string{"Resources"}, path...)...) }
	query, _ := saved("QueryPass", "Properties", "QueryString").(string)
	want := &manage.Refusals{Query: strings.ReplaceAll(strings.ReplaceAll(query, "\n", " "), "PUT THE PASS ID HERE", id)}
	groups, _ := saved("QueryPass", "Properties", "LogGroupNames").([]any)
	for _, g := range groups {
		name, _ := g.(map[string]any)["Ref"].(string)
		sub, _ := saved(name, "Properties", "LogGroupName").(map[string]any)
		text, _ := sub["Fn::Sub"].(string)
		want.LogGroups = append(want.LogGroups, strings.ReplaceAll(text, "${AWS::StackName}", "gatepass-dev"))
	}
	if diff := cmp.Diff(want, d.Refusals); diff != "" || !strings.Contains(query, "PUT THE PASS ID HERE") {
		t.Errorf("refusals (-saved +described):\n%s", diff)
	}
}

// The README shows them, for a stack called gatepass.
func TestReadmeShowsTheRefusalsQuery(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "<!-- output: refusals -->\n```json\n")
	shown, _, _ := strings.Cut(rest, "```\n")
	id := regexp.MustCompile(`pass_id = '(\w{16})'`).FindStringSubmatch(shown)
	if id == nil {
		t.Fatalf("README.md shows no query: %q", shown)
	}
	m := managerOf(t, "gatepass")
	out, err := m.Handle(t.Context(), []byte(`{"describe": {"pass": "`+id[1]+`"}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, described, _ := strings.Cut(string(out), `"refusals": `)
	described = strings.TrimSuffix(strings.ReplaceAll(described, "\n  ", "\n"), "}\n")
	if diff := cmp.Diff(shown, described); diff != "" {
		t.Errorf("README.md (-README +described):\n%s", diff)
	}
}
