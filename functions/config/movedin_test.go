package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/config"
)

func TestWhatMayHaveMovedInIsNamed(t *testing.T) {
	for text, want := range map[string][]string{
		"":                            nil,
		"rt":                          {"rt"},
		"rt,vuid,sesame":              {"rt", "vuid", "sesame"},
		"rt, vuid":                    {"rt", "vuid"},
		"a.b_c~d-9":                   {"a.b_c~d-9"},
		strings.Repeat("n", 32):       {strings.Repeat("n", 32)},
		"1,2,3,4,5,6,7,8":             {"1", "2", "3", "4", "5", "6", "7", "8"},
		"a,,b":                        nil,
		"a,":                          nil,
		" ":                           nil,
		"a b":                         nil,
		"é":                           nil,
		strings.Repeat("n", 33):       nil,
		strings.Repeat("n,", 8) + "n": nil,
	} {
		r := config.NewReader(env(map[string]string{"MOVED_IN": text}))
		got := r.MovedIn()
		if err := r.Err(); (err != nil) != (want == nil && text != "") || err != nil && !strings.Contains(err.Error(), "MOVED_IN") {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// TestWhatMayHaveMovedInIsToldToEachFunction that reads credentials: one that is
// not told would refuse what another let in.
func TestWhatMayHaveMovedInIsToldToEachFunction(t *testing.T) {
	moved := env(map[string]string{"MOVED_IN": "rt,vuid", "PUBLIC_URL": "https://pass.example.com", "ISSUER": "i", "AUDIENCE": "a"})
	r := config.NewReader(moved)
	for name, got := range map[string][]string{"gate": r.Gate(r.Cookies()).MovedIn, "issue": r.Issue().MovedIn} {
		if diff := cmp.Diff([]string{"rt", "vuid"}, got); diff != "" || r.Err() != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, r.Err(), diff)
		}
	}
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(template), "          MOVED_IN: !Ref MovedIn\n"); n != 5 || !strings.Contains(string(template), "\n  MovedIn:\n    Type: String\n    Default: \"\"\n") {
		t.Errorf("template.yaml tells %d functions of it, want issue, authorizer, visit, manage and recall, from an optional parameter", n)
	}
}
