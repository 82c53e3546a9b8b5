package issue_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// events is where the sample requests lie that people invoke the function with.
const events = "../../events"

func readEvent(t testing.TB, name string) string {
	t.Helper()
	doc, err := os.ReadFile(filepath.Join(events, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func TestSampleRequests(t *testing.T) {
	for name, want := range map[string]struct {
		mode   pass.Mode
		format pass.Format
		label  string // what follows the token in the link
		url    string // what stands before the token
	}{
		"issue-none.json":      {pass.None, pass.Short, "/reports-66", "https://pass.example.com/reports/66?format=pdf&token="},
		"issue-request.json":   {pass.Request, pass.Short, "/reports-66", "https://pass.example.com/reports/66?token="},
		"issue-session.json":   {pass.SessionMode, pass.Short, "/account", ""},
		"issue-visitor.json":   {pass.VisitorMode, pass.Short, "/references-42", ""},
		"issue-jwt.json":       {pass.Request, pass.JWT, "/reports-66", "https://api.example.com/reports/66?token="},
		"issue-stateless.json": {pass.None, pass.Stateless, "", "https://files.example.com/annual-report.pdf?token="},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			a, _ := k.good(readEvent(t, name))
			if a.Mode != want.mode || a.Form != want.format {
				t.Errorf("mode %s, format %s", a.Mode, a.Form)
			}
			if want.format != pass.Stateless {
				if got, want := a.Link, "https://pass.example.com/p/"+k.short(a).String()+want.label; got != want {
					t.Errorf("link %s, want %s", got, want)
				}
			}
			if want.url != "" {
				want.url += a.Token
			}
			if a.URL != want.url {
				t.Errorf("url %s, want %s", a.URL, want.url)
			}
		})
	}
}

func TestEverySampleRequestIsTested(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(events, "issue-*.json"))
	if err != nil || len(names) != 10 {
		t.Errorf("%d sample requests, want the 6 of TestSampleRequests, issue-wrong.json, issue-reissue.json, issue-registration.json and issue-many.json: %v, %v", len(names), names, err)
	}
}

func TestSampleRequestForMany(t *testing.T) {
	k := newAgain(t, bolt(t))
	a := k.ask(readEvent(t, "issue-many.json"))
	k.counts(a, 3, 1, 0)
	for n, want := range []pass.Mode{pass.None, pass.VisitorMode, pass.Request} {
		if got := a.Passes[n]; got.Mode != want || k.pass(got.ID) == nil {
			t.Errorf("request %d became %s", n, mustJSON(t, got))
		}
	}
	k.same("repeated", k.ask(readEvent(t, "issue-many.json")), a)
}

func TestEveryWrongFieldIsNamed(t *testing.T) {
	newKit(t).refused(readEvent(t, "issue-wrong.json"), "Scope", "scope", "subject", "visitor", "visitor.email", "visitor.phone", "data",
		"target", "max_uses", "unlimited", "expires_in", "not_before", "session_expires_in", "format", "issued_by")
}
