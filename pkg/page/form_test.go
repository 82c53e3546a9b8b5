package page_test

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

// wrong is a form with a fault of each kind, and one field that is right.
func wrong() page.Form {
	return page.Form{Name: "reference", Nonce: "NONCE", Values: pass.Visitor{FirstName: `<b onclick="x">Fred`, LastName: "O'Neill \"Bo\" & Co", Email: "fred@"},
		Faults: desk.Faults{FirstName: desk.NoName, Email: desk.NoAddress}}
}

func form(t testing.TB, lang string, f page.Form) string {
	t.Helper()
	return printed(t, func(w io.Writer) error { return page.New(page.Brand{}).Form(w, lang, f) })
}

// forms returns every page there is about forms in one language, by name.
func forms(t testing.TB, p *page.Pages, lang string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, f := range map[string]page.Form{"empty": {Name: "reference", Nonce: "NONCE"}, "wrong": wrong(),
		"missing": {Name: "reference", Nonce: "NONCE", Values: pass.Visitor{LastName: "too long"}, Faults: desk.Faults{FirstName: desk.Required, LastName: desk.TooLong, Email: desk.Required}}} {
		out["form-"+name] = printed(t, func(w io.Writer) error { return p.Form(w, lang, f) })
	}
	for name, a := range map[string]page.FormAnswer{"sent": page.FormSent, "too-many": page.FormTooMany, "elsewhere": page.FormElsewhere, "later": page.FormLater} {
		out["form-"+name] = printed(t, func(w io.Writer) error { return p.FormAnswer(w, lang, a, "reference") })
	}
	return out
}

// TestEveryFieldIsLabelledAndSaysWhatIsWrongWithIt to who cannot see where the
// words stand: WCAG 2.2, 1.3.1, 1.3.5, 3.3.1 and 3.3.2.
func TestEveryFieldIsLabelledAndSaysWhatIsWrongWithIt(t *testing.T) {
	for _, lang := range languages() {
		got := form(t, lang, wrong())
		for name, want := range map[string]struct {
			complete, kind string
			wrong          bool
		}{"first_name": {"given-name", "text", true}, "last_name": {"family-name", "text", false}, "email": {"email", "email", true}} {
			input := regexp.MustCompile(`<input id="` + name + `" name="` + name + `" type="` + want.kind + `" autocomplete="` + want.complete + `"[^>]* required[^>]*>`).FindString(got)
			if input == "" || !regexp.MustCompile(`<label for="`+name+`">[^<]+</label>`).MatchString(got) {
				t.Errorf("%s: %s has no label, or is no field that a browser can fill in: %s", lang, name, got)
			}
			described := strings.Contains(input, `aria-invalid="true" aria-describedby="`+name+`-wrong"`)
			says := regexp.MustCompile(`<span class="wrong" id="` + name + `-wrong">([^<]+)</span>`).FindStringSubmatch(got)
			listed := regexp.MustCompile(`(?s)role="alert">.*<li><a href="#` + name + `">`).MatchString(got)
			if described != want.wrong || (says != nil) != want.wrong || listed != want.wrong {
				t.Errorf("%s: %s is said to be wrong: %v, %v, %v, want %v", lang, name, described, says, listed, want.wrong)
			}
		}
		if title := regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(got)[1]; title == regexp.MustCompile(`<title>(.*)</title>`).FindStringSubmatch(form(t, lang, page.Form{Name: "reference"}))[1] {
			t.Errorf("%s: the title %q is that of a form without a fault", lang, title)
		}
	}
}

func TestWhatWasTypedIsKeptAndEscaped(t *testing.T) {
	got := form(t, "en", wrong())
	for _, value := range []string{`value="&lt;b onclick=&#34;x&#34;&gt;Fred"`, `value="O&#39;Neill &#34;Bo&#34; &amp; Co"`, `value="fred@"`} {
		if !strings.Contains(got, value) {
			t.Errorf("the form lacks %s: %s", value, got)
		}
	}
	if strings.Contains(got, "<b onclick") {
		t.Error("a value became markup")
	}
}

// TestFormsAreSmall, however much was typed, and even where it is cut in the
// middle of a character.
func TestFormsAreSmall(t *testing.T) {
	for _, much := range []string{strings.Repeat("&", 1<<20), strings.Repeat("x", 399) + strings.Repeat("ü", 1<<19), strings.Repeat("\xff", 1<<20)} {
		f := wrong()
		f.Values = pass.Visitor{FirstName: much, LastName: much, Email: much}
		for _, lang := range languages() {
			got := form(t, lang, f)
			if len(got) >= 15_000 || strings.ToValidUTF8(got, "") != got {
				t.Errorf("the form in %s has %d bytes", lang, len(got))
			}
		}
	}
}

// TestAFormIsPostedToItsOwnAddress, whatever lies before it: relative to the
// page's own address its name is all there is to say.
func TestAFormIsPostedToItsOwnAddress(t *testing.T) {
	if got := form(t, "en", wrong()); strings.Count(got, ` action="`) != 1 || !strings.Contains(got, `<form method="post" action="reference">`) || !strings.Contains(got, `<input type="hidden" name="nonce" value="NONCE">`) {
		t.Error(got)
	}
}
