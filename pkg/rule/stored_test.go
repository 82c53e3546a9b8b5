package rule_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/rule"
)

// TestStoredDeclarationOfANewerVersion: an authorizer that is older than the
// attach function goes on deciding, unless what it does not know is part of a
// rule.
func TestStoredDeclarationOfANewerVersion(t *testing.T) {
	newer := `{"rules":[{"route":"GET /a","scope":"a"}],"origins":["https://a.example"]}`
	if d, err := rule.Stored([]byte(newer)); err != nil || len(d.Rules) != 1 || d.Rules[0].Scope != "a" {
		t.Errorf("read as %v, %v", d, err)
	}
	if _, err := rule.Parse([]byte(newer)); err == nil || !strings.Contains(err.Error(), "origins") {
		t.Errorf("who writes it is told %v", err)
	}
	for name, body := range map[string]string{
		"a member of a rule":     `{"rules":[{"route":"GET /a","scope":"a","only_from":["10.0.0.0/8"]}]}`,
		"a member of a form":     `{"forms":{"f":{"scope":"a","target":"/a","captcha":true}}}`,
		"nothing that it knows":  `{"origins":["https://a.example"]}`,
		"a rule that is no rule": `{"rules":[{"route":"GET /a"}],"origins":[]}`,
	} {
		if d, err := rule.Stored([]byte(body)); err == nil {
			t.Errorf("%s is read as %v", name, d)
		}
	}
}
