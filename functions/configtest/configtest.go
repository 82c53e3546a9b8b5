// Package configtest compares what a function reads from its environment with
// what the template sets there: a variable that is set and not read misleads,
// and one that is read and not set is a default nobody chose.
package configtest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/config"
)

// Compare wires a function with an environment that has what it requires, and
// compares the variables it asked for with those of a resource of template.yaml,
// two folders up. Those of Lambda itself (AWS_...) are left out.
func Compare(t *testing.T, resource string, wire func(*config.Reader) error) {
	t.Helper()
	r := config.NewReader(func(name string) (string, bool) {
		v, ok := map[string]string{"TABLE": "t", "PUBLIC_URL": "https://pass.example.com", "ISSUER": "i", "AUDIENCE": "a", "KMS_KEY_ID": "k", "DIGEST_KEY_ID": "d", "AUTHORIZER_ARN": "arn:aws:lambda:eu-central-1:123456789012:function:a",
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}[name]
		return v, ok
	})
	if err := wire(r); err != nil {
		t.Fatal(err)
	}
	read := slices.DeleteFunc(r.Names(), func(name string) bool { return strings.HasPrefix(name, "AWS_") })
	if diff := cmp.Diff(set(t, resource), read); diff != "" {
		t.Errorf("what the template sets for %s is not what it reads (-set +read):\n%s", resource, diff)
	}
}

// set returns the variables that the template sets for a function: its own, and
// those of all functions.
func set(t *testing.T, resource string) []string {
	t.Helper()
	b, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	blocks := between(string(b), "\nGlobals:\n", `(?m)^[A-Z]`) + between(string(b), "\n  "+resource+":\n", `(?m)^ {0,2}[A-Z]`)
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^ +([A-Z][A-Z_]+): `).FindAllStringSubmatch(blocks, -1) {
		names = append(names, m[1])
	}
	if len(names) == 0 {
		t.Fatalf("template.yaml sets nothing for %s: has its layout changed?", resource)
	}
	slices.Sort(names)
	return names
}

// between returns what stands from a heading to the next line that matches end.
func between(text, heading, end string) string {
	_, rest, _ := strings.Cut(text, heading)
	if at := regexp.MustCompile(end).FindStringIndex(rest); at != nil {
		rest = rest[:at[0]]
	}
	return rest
}
