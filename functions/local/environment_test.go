package main

import (
	"io"
	"maps"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestABinaryGetsWhatItsTemplateSets, and what only a deployment knows in place of
// it; nothing else, or a variable that the template forgets would not be missed.
func TestABinaryGetsWhatItsTemplateSets(t *testing.T) {
	o, err := parse([]string{"-dynamodb", "http://127.0.0.1:8000", "-binaries", "build", "-table", "passes", "-retention", "45s", "-brand-name", "Example", "-moved-in", "rt,vuid",
		"-template", filepath.Join(root, "template.yaml")}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	stack, err := deployed(o)
	if err != nil {
		t.Fatal(err)
	}
	here := map[string]string{"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:8000",
		"AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_EVENTBRIDGE": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_API_GATEWAY": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_APIGATEWAYV2": "http://127.0.0.1:1"}
	for _, name := range deployedNames() {
		f := stack.Functions[title(name)+"Function"]
		if f == nil {
			t.Errorf("the template has no function %s", name)
			continue
		}
		want := maps.Clone(f.Env)
		for variable, v := range map[string]string{"TABLE": "passes", "PUBLIC_URL": "http://localhost:8080"} {
			if _, set := want[variable]; set {
				want[variable] = v
			}
		}
		if want == nil {
			want = map[string]string{}
		}
		maps.Copy(want, here)
		if diff := cmp.Diff(want, o.environment("http://localhost:8080", "http://127.0.0.1:1", f)); diff != "" {
			t.Errorf("%s (-template +its environment):\n%s", name, diff)
		}
	}
	visit := stack.Functions["VisitFunction"].Env
	if visit["RETENTION"] != "45" || visit["BRAND_NAME"] != "Example" || visit["MOVED_IN"] != "rt,vuid" || stack.Functions["IssueFunction"].Env["ALLOW_SESSION_TOKENS"] != "true" {
		t.Errorf("the flags do not reach the functions: %v", visit)
	}
}
