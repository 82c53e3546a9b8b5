package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"regexp"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

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
		l := of(&pass.Pass{Mode: pass.None})
		l.Action = target
		got := link(t, "en", l)
		for _, part := range append(want, `method="get"`, `name="token" value="gp_token"`) {
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
	l := of(&pass.Pass{Mode: pass.None})
	l.Action = ""
	if got := link(t, "en", l); strings.Contains(got, "<form") || strings.Contains(got, "gp_") {
		t.Errorf("the page is %s", got)
	}
}

func TestTargetThatIsAScriptIsNotFollowed(t *testing.T) {
	l := of(&pass.Pass{Mode: pass.None})
	l.Action = "javascript:alert(1)"
	if got := link(t, "en", l); strings.Contains(got, "javascript:") {
		t.Errorf("the page is %s", got)
	}
}

// TestEveryPageCanBeRead by whoever reads with ears or keys: what an automated
// check can see of it, in every language, with a brand and without.
func TestEveryPageCanBeRead(t *testing.T) {
	for _, pages := range []*page.Pages{page.New(brand(t)), page.New(page.Brand{})} {
		for _, lang := range languages() {
			for name, got := range every(t, pages, lang) {
				for what, n := range map[string]int{"<h1>": 1, "</h1>": 1, "<main>": 1, "</main>": 1, "<title>": 1, `<html lang="` + lang + `">`: 1,
					`<meta name="viewport" content="width=device-width,initial-scale=1">`: 1, "<script": 0, "<form": strings.Count(got, "<button"), "tabindex": 0, "autofocus": 0, "user-scalable": 0} {
					if strings.Count(got, what) != n {
						t.Errorf("%s in %s has %d of %s, want %d", name, lang, strings.Count(got, what), what, n)
					}
				}
				if empty := regexp.MustCompile(`<(h1|button[^>]*|title|a [^>]*|dt|dd|p)>\s*</`).FindString(got); empty != "" {
					t.Errorf("%s in %s has an empty %s", name, lang, empty)
				}
				if strings.Contains(got, "{}") || strings.Contains(got, "ZgotmplZ") || regexp.MustCompile(`<img [^>]*>`).MatchString(got) && !strings.Contains(got, ` alt=""`) {
					t.Errorf("%s in %s: %s", name, lang, got)
				}
			}
		}
	}
}

// TestNoPageHasTheTokenInItsHead, where a title is kept in a history and shown
// to whoever looks at the screen; a page of one that redeems has it in its
// form's address alone.
func TestNoPageHasTheTokenInItsHead(t *testing.T) {
	for name, got := range every(t, page.New(page.Brand{}), "en") {
		head, body, _ := strings.Cut(got, "</head>")
		if strings.Contains(head, "gp_") || strings.Contains(head, "NONCE") {
			t.Errorf("%s: %s", name, head)
		}
		if n := strings.Count(body, "gp_token"); n > 1 || n == 1 && name == "link-program" {
			t.Errorf("%s has the token %d times", name, n)
		}
	}
}

// TestEveryWordOfALanguageIsThere: no page of one language reads as that of
// another, so nothing was left untranslated.
func TestEveryWordOfALanguageIsThere(t *testing.T) {
	pages := page.New(page.Brand{})
	heads := regexp.MustCompile(`(?s)<h1>(.*?)</h1>`)
	for name, got := range every(t, pages, "en") {
		seen := map[string]string{}
		for _, lang := range languages() {
			got := got
			if lang != "en" {
				got = every(t, pages, lang)[name]
			}
			h1 := heads.FindString(got)
			if was, again := seen[h1]; again {
				t.Errorf("%s: %s and %s both say %s", name, was, lang, h1)
			}
			seen[h1] = lang
		}
	}
	// Where a sentence is for one thing, it must have the place to put it.
	for _, lang := range languages() {
		for reason, n := range map[pass.Reason]int{pass.Expired: 1, pass.Spent: 1, pass.Revoked: 1, pass.NotYetValid: 2} {
			r := told(reason)
			r.Action = ""
			if got := refused(t, lang, r); strings.Count(got, "<time ") != n || (reason != pass.NotYetValid) != strings.Contains(got, "<bdi>Ginger &lt;b&gt;</bdi>") {
				t.Errorf("%s in %s: %s", reason, lang, text(got))
			}
		}
		if got := link(t, lang, of(visitor())); !strings.Contains(got, "<bdi>Ginger &lt;b&gt;</bdi>") {
			t.Errorf("the link page in %s does not say who invites: %s", lang, text(got))
		}
	}
}

// TestThePolicyFitsThePage: the style is the one that the policy names, and an
// image is from where the policy allows one.
func TestThePolicyFitsThePage(t *testing.T) {
	for name, b := range map[string]page.Brand{"a host without a brand": {}, "a host with one": brand(t)} {
		pages := page.New(b)
		policy := pages.Policy()
		got := every(t, pages, "en")["link-visitor"]
		style := regexp.MustCompile(`(?s)<style>(.*)</style>`).FindStringSubmatch(got)
		if style == nil {
			t.Fatal("no style")
		}
		sum := sha256.Sum256([]byte(style[1]))
		if !strings.Contains(policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("%s: the policy %s is of another style", name, policy)
		}
		if strings.Contains(policy, "script-src") || strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: the policy is %s", name, policy)
		}
		if has, may := strings.Contains(got, "<img "), strings.Contains(policy, "; img-src https://static.example.com;"); has != may || has != (name == "a host with one") {
			t.Errorf("%s: the page has an image: %v; the policy is %s", name, has, policy)
		}
	}
}

// TestPagesAreSmall: under 15 KB, however much an invitation says, in whatever
// it says it.
func TestPagesAreSmall(t *testing.T) {
	for _, most := range []string{strings.Repeat("x", pass.MaxInvitation), strings.Repeat("ü", pass.MaxInvitation/2), strings.Repeat("<", pass.MaxInvitation)} {
		p := visitor()
		p.Invitation = &pass.Invitation{From: most, Purpose: most, Message: most}
		p.Visitor.FirstName, p.Visitor.Email = strings.Repeat("&", pass.MaxName), "a@"+strings.Repeat("b", pass.MaxEmail-2)
		for _, lang := range languages() {
			if n := len(link(t, lang, of(p))); n >= 15_000 {
				t.Errorf("the page in %s has %d bytes", lang, n)
			}
		}
	}
	p := &pass.Pass{Mode: pass.None}
	l := page.Link{Holder: &gate.Holder{Pass: p, Now: now}, Token: "gp_token", Query: "token", Action: "/?x=" + strings.Repeat("y", pass.MaxTarget-4)}
	if n := len(link(t, "en", l)); n >= 15_000 {
		t.Errorf("the page of the longest target has %d bytes", n)
	}
}
