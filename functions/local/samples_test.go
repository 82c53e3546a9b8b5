package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/rule"
)

// TestTheStacksSampleAsksForWhatTheLocalOneDoes: whoever tried "make run" finds
// the same behind the same routes of a stack with Sample.
func TestTheStacksSampleAsksForWhatTheLocalOneDoes(t *testing.T) {
	properties := configtest.ReadTemplate(t, root+"/template.yaml").At("Resources", "SampleRules", "Properties")
	text, err := json.Marshal(properties)
	if err != nil {
		t.Fatal(err)
	}
	// Names in JSON fit whatever their case; of those used here one has two words.
	var stack rule.Declaration
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "ForwardRefused", "forward_refused")), &stack); err != nil {
		t.Fatal(err)
	}
	here := map[string]rule.Rule{}
	for _, r := range declaration(false).Rules {
		here[r.Route] = r
	}
	for _, r := range stack.Rules {
		if diff := cmp.Diff(here[r.Route], r); diff != "" {
			t.Errorf("%s (-here +stack):\n%s", r.Route, diff)
		}
	}
	if diff := cmp.Diff(declaration(false).Forms, stack.Forms); diff != "" || len(stack.Rules) == 0 {
		t.Errorf("%d rules, forms (-here +stack):\n%s", len(stack.Rules), diff)
	}
}
