package template_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// TestOutputsOfANestedStackAreImports: the stack itself is not read.
func TestOutputsOfANestedStackAreImports(t *testing.T) {
	const text = head + `
  Nested: { Type: AWS::Serverless::Application, Properties: { Location: nested.yaml, Parameters: { A: b } } }
  App: { Type: AWS::Serverless::Function, Properties: { Environment: { Variables: { A: !GetAtt Nested.Outputs.Name, B: !Sub "${Nested.Outputs.Name}!" } } } }
`
	s := read(t, text, nil, map[string]string{"Nested.Outputs.Name": "given"})
	if env := s.Functions["App"].Env; env["A"] != "given" || env["B"] != "given!" {
		t.Errorf("read as %v", env)
	}
	for name, c := range map[string]struct{ text, want string }{
		"an output that was not given":     {text, `"Nested.Outputs.Name" was not given`},
		"something else of it":             {strings.ReplaceAll(text, "Nested.Outputs.Name", "Nested.Arn"), `has no attribute "Arn"`},
		"a property that it does not have": {strings.Replace(text, "Location:", "Place:", 1), "Place"},
	} {
		if _, err := template.Read([]byte(c.text), nil, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
