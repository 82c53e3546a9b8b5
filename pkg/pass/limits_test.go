package pass_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestValidScope(t *testing.T) {
	for _, row := range []struct {
		name  string
		scope string
		want  bool
	}{
		{"an empty scope is none", "", false},
		{"one character is enough", "x", true},
		{"every allowed character is allowed", "AZaz09._~-:/", true},
		{"128 characters are allowed", strings.Repeat("x", 128), true},
		{"129 characters are too many", strings.Repeat("x", 129), false},
		{"a star is not a scope", "*", false},
		{"a parameter is not a scope", "report:{id}", false},
		{"a space is not allowed", "report 66", false},
		{"a percent sign is not allowed", "report%3A66", false},
		{"a line end is not allowed", "report:66\n", false},
		{"a letter outside ASCII is not allowed", "bücher", false},
		{"a zero byte is not allowed", "report\x00", false},
		{"bytes that are no text are not allowed", "report\xff", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := pass.ValidScope(row.scope); got != row.want {
				t.Errorf("%q: %v, want %v", row.scope, got, row.want)
			}
		})
	}
	grammar := regexp.MustCompile(`\A[A-Za-z0-9._~:/-]{1,128}\z`)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,130}`), rapid.StringMatching(`[A-Za-z0-9._~:/-]{0,130}`)).Draw(t, "scope")
		if got := pass.ValidScope(s); got != grammar.MatchString(s) {
			t.Fatalf("%q: %v", s, got)
		}
	})
}

// Every single byte, so that no range is off by one.
func TestValidScopeByBytes(t *testing.T) {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-:/"
	for c := range 256 {
		s := string([]byte{byte(c)})
		if got := pass.ValidScope(s); got != strings.Contains(allowed, s) {
			t.Errorf("%q: %v", s, got)
		}
	}
}
