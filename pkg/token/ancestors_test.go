package token_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/token"
)

// TestTokensOfTheAncestorsAreForeign: strings that the four Django projects made
// are somebody else's here, and none reads as a token of ours.
func TestTokensOfTheAncestorsAreForeign(t *testing.T) {
	for name, s := range map[string]string{
		"a JWT of django-request-token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtYXgiOjEwLCJzdWIiOiJmb28iLCJtb2QiOiJuIiwianRpIjoiNyIsImlhdCI6MTcwMDAwMDAwMH0.oxf1y5JCCFoY7ZLDPninTA9TRbxBOmZux9S79QV2F6U",
		"the UUID of a visitor pass":    "123e4567-e89b-12d3-a456-426614174000",
		"that UUID without dashes":      "123E4567E89B12D3A456426614174000",
		"that UUID as a URN":            "urn:uuid:123e4567-e89b-12d3-a456-426614174000",
		"sesame's second format":        "AAAAAZvanL531Edos5Q",
		"sesame's second with a time":   "AAAAAQdIEADuz8bx0ZqgpL5H",
		"sesame's first format":         "AAAAASy_mbjLPW_HHnsjK7rIayE:e3SknlPlIxen5SEwffVNobYtPA8",
		"sesame's first with a time":    "AAAAASy_mbjLPW_HHnsjK7rIayE:1r31eq:bBNH_5QTF7vstXUjx8aPmKa5FmA",
		"symbols as long as a token":    strings.Repeat("#", 47),
	} {
		if got := token.KindOf(s); got != token.Foreign {
			t.Errorf("%s is of kind %d", name, got)
		}
		if _, ok := token.ParseShort(s); ok {
			t.Errorf("%s was read", name)
		}
	}
}

// TestClaimsAreTextAndWholeSeconds looks at the JSON of a JWT, not at what this
// package makes of it.
func TestClaimsAreTextAndWholeSeconds(t *testing.T) {
	c := good()
	c.NotBefore = now - 50
	parts := strings.Split(sign(t, c), ".")
	var claims map[string]json.RawMessage
	if err := json.Unmarshal(unb64(parts[1]), &claims); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"aud": `"gatepass"`, "jti": `"` + id + `"`, "sub": `"ginger"`, "iat": "1799999900", "nbf": "1799999950", "exp": "1800000100",
	} {
		if got := string(claims[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
