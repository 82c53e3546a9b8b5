package pass_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// admitted is one of the three rules, asked about a row.
type admitted struct {
	rule  string
	rows  int // how many rows must lie wholly in it, or the kit has lost some
	of    func(decisions.Row) (decisions.Case, bool)
	admit func(decisions.Case) pass.Reason
}

func rules() []admitted {
	return []admitted{
		{"Admit", 150, decisions.Row.Admit, func(c decisions.Case) pass.Reason { return pass.Admit(c.Pass, c.Ask, decisions.Now) }},
		{"AdmitSession", 35, decisions.Row.AdmitSession, func(c decisions.Case) pass.Reason {
			return pass.AdmitSession(c.Pass, c.Session, c.Ask, decisions.Now)
		}},
		{"AdmitRedeem", 25, decisions.Row.AdmitRedeem, func(c decisions.Case) pass.Reason {
			return pass.AdmitRedeem(c.Pass, c.Session, c.Ask, decisions.Now)
		}},
	}
}

func TestDecisions(t *testing.T) {
	rows := load(t)
	for _, rule := range rules() {
		applied := 0
		for _, row := range rows {
			c, ok := rule.of(row)
			if !ok {
				continue
			}
			applied++
			t.Run(rule.rule+"/"+row.Name, func(t *testing.T) {
				if got := rule.admit(c); got != c.Want {
					t.Errorf("line %d: %s, want %s", row.Line, got, c.Want)
				}
			})
		}
		if applied < rule.rows {
			t.Errorf("%s: %d rows, want at least %d", rule.rule, applied, rule.rows)
		}
	}
}

// A decision changes nothing: stores hand their copies to it and write what is
// in them afterwards.
func TestDecidingChangesNothing(t *testing.T) {
	was := load(t)
	for i, row := range load(t) {
		for _, rule := range rules() {
			if c, ok := rule.of(row); ok {
				rule.admit(c)
			}
		}
		if d := cmp.Diff(was[i].Passes(), row.Passes()); d != "" {
			t.Errorf("line %d: the passes changed (-was +is):\n%s", row.Line, d)
		}
		if d := cmp.Diff(was[i].Sessions(), row.Sessions()); d != "" {
			t.Errorf("line %d: the sessions changed (-was +is):\n%s", row.Line, d)
		}
	}
}

func TestEveryReasonHasARow(t *testing.T) {
	seen := map[pass.Reason]string{}
	for _, row := range load(t) {
		seen[row.Want.Reason] = row.Name
	}
	for _, r := range pass.Reasons() {
		if seen[r] == "" {
			t.Errorf("no row ends in %s", r)
		}
		delete(seen, r)
	}
	for r, name := range seen {
		t.Errorf("%q ends in %q, which Reasons does not list", name, r)
	}
}

func TestReasonsAreDistinctWords(t *testing.T) {
	seen := map[pass.Reason]bool{}
	for _, r := range pass.Reasons() {
		for _, c := range string(r) {
			if c != '_' && (c < 'a' || c > 'z') {
				t.Errorf("%q: a reason is lower case letters and underlines, as metric dimensions are", r)
			}
		}
		if r == "" || seen[r] {
			t.Errorf("%q is empty or listed twice", r)
		}
		seen[r] = true
	}
	if len(seen) != 19 {
		t.Errorf("%d reasons, want the 19 of the design", len(seen))
	}
}

func load(t *testing.T) []decisions.Row {
	t.Helper()
	rows, err := decisions.Load()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
