package page_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

func link(t *testing.T, l page.Link) string {
	t.Helper()
	var b strings.Builder
	if err := page.WriteLink(&b, l); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestButtonOfAPublicLinkGoesToItsTarget: a form of method GET replaces the
// target's query by its fields, so the query must be among them.
func TestButtonOfAPublicLinkGoesToItsTarget(t *testing.T) {
	for target, want := range map[string][]string{
		"/a?x=1&y=%26#f":    {`action="/a"`, `name="x" value="1"`, `name="y" value="&amp;"`},
		"/a#f?q=1":          {`action="/a"`},
		"https://b.example": {`action="https://b.example"`},
		"/a?x=1&x=2":        {`name="x" value="1"`, `name="x" value="2"`},
		"/a?=1":             {`action="/a"`},
	} {
		got := link(t, page.Link{Pass: &pass.Pass{Mode: pass.None}, Action: target, Token: "gp_t", Query: "token"})
		for _, part := range append(want, `method="get"`, `name="token" value="gp_t"`) {
			if !strings.Contains(got, part) {
				t.Errorf("%s: the page lacks %s: %s", target, part, got)
			}
		}
		if strings.Contains(got, `name="q"`) {
			t.Errorf("%s: a fragment became a query", target)
		}
	}
}

func TestLinkWithoutATargetHasNoButton(t *testing.T) {
	if got := link(t, page.Link{Pass: &pass.Pass{Mode: pass.None}, Token: "gp_t", Query: "token"}); strings.Contains(got, "<form") || strings.Contains(got, "gp_t") {
		t.Errorf("the page is %s", got)
	}
}

func TestTargetThatIsAScriptIsNotFollowed(t *testing.T) {
	if got := link(t, page.Link{Pass: &pass.Pass{Mode: pass.None}, Action: "javascript:alert(1)", Token: "t", Query: "token"}); strings.Contains(got, "javascript:") {
		t.Errorf("the page is %s", got)
	}
}

func TestEveryRefusalHasWordsAndNoPageHasAScript(t *testing.T) {
	for _, reason := range pass.Reasons() {
		var b strings.Builder
		if err := page.WriteRefused(&b, page.Refused{Reason: reason, Reference: "SampleEventsPass"}); err != nil {
			t.Fatal(err)
		}
		got := b.String()
		if !strings.Contains(got, "<h1>This link ") && !strings.Contains(got, "<h1>Somebody ") && !strings.Contains(got, "<h1>This request ") {
			t.Errorf("%s: %s", reason, got)
		}
		if strings.Contains(got, "<script") || !strings.Contains(got, "Reference SampleEventsPass") {
			t.Errorf("%s: %s", reason, got)
		}
	}
	if p := page.Policy(); strings.Contains(p, "script-src") || strings.Contains(p, "unsafe") || !strings.HasPrefix(p, "default-src 'none'") {
		t.Errorf("the policy is %s", p)
	}
}
