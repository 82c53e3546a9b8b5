package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/config"
)

func env(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

func TestEveryFaultIsInOneError(t *testing.T) {
	r := config.NewReader(env(map[string]string{"B": "yes", "S": "1m", "L": "a,,b", "T": "99"}))
	r.Required("TABLE")
	r.Bool("B", true)
	r.Seconds("S", 60, 5, 3600)
	r.Seconds("T", 60, 5, 98)
	r.List("L", "a")
	err := r.Err()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"TABLE is not set", `B is "yes"; it must be true or false`, `S is "1m"; it must be a whole number (seconds), 5 to 3600`, `T is "99"`, "L has an empty value"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestWhatIsNotSetHasItsDefault(t *testing.T) {
	r := config.NewReader(env(map[string]string{"EMPTY": ""}))
	if got := r.Seconds("EMPTY", 60, 5, 3600); got != 60 {
		t.Errorf("seconds: %d", got)
	}
	if got := r.Bool("EMPTY", true); !got {
		t.Error("bool: false")
	}
	if diff := cmp.Diff([]string{"token", "vuid"}, r.List("EMPTY", "token, vuid")); diff != "" {
		t.Error(diff)
	}
	if got := r.Text("EMPTY", "x"); got != "x" {
		t.Errorf("text: %q", got)
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
}

// TestFunctionsNameEveryVariableTheyLack: a function that is deployed without
// its variables says so once, and not one of them at a time.
func TestFunctionsNameEveryVariableTheyLack(t *testing.T) {
	r := config.NewReader(env(nil))
	r.Store()
	r.Keys()
	r.Gate(r.Cookies())
	r.Issue()
	for _, name := range []string{"TABLE", "PUBLIC_URL", "ISSUER", "AUDIENCE"} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), name+" is not set") {
			t.Errorf("%v does not name %s", err, name)
		}
	}
}

func TestOriginIsThatOfABrowser(t *testing.T) {
	for raw, want := range map[string]string{
		"https://api.example.com/base/path": "https://api.example.com",
		"http://localhost:8080":             "http://localhost:8080",
		"no url":                            "",
		"/path":                             "",
		"":                                  "",
	} {
		if got := config.Origin(raw); got != want {
			t.Errorf("origin of %q is %q, want %q", raw, got, want)
		}
	}
}
