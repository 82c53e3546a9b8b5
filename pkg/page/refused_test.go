package page_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestRefusalsTellTheirHolderWhatHappened, when, and what to do.
func TestRefusalsTellTheirHolderWhatHappened(t *testing.T) {
	open, public := told(pass.Spent), told(pass.Spent)
	open.Holder.Pass.Sessions = map[pass.Key]pass.NumericDate{"k": now + 1}
	public.Holder.Pass.Mode = pass.None
	public.Holder.Pass.LastUse = &pass.Use{At: now - 60, UserAgent: "curl/8.9"}
	unknown := told(pass.Spent)
	unknown.Holder.Pass.LastUse, unknown.Holder.Pass.Uses = nil, map[pass.Key]pass.NumericDate{"a": now - 7200, "b": now - 3600}
	named, nameless := told(pass.Expired), told(pass.Expired)
	nameless.Holder.Pass.Invitation = nil
	named.Action, nameless.Action = "", ""
	for name, c := range map[string]struct {
		refused page.Refused
		want    []string
		not     []string
	}{
		"expired: since when, and whom to ask": {named, []string{"This link has expired", "valid until 18 January 2027, 08:00 UTC.", "Ask Ginger <b> for a new link."}, []string{"Send me"}},
		"expired: the button asks":             {told(pass.Expired), []string{"valid until 18 January 2027, 08:00 UTC.", "Send me a new link"}, []string{"Ask "}},
		"expired, of nobody's invitation":      {nameless, []string{"Ask for a new link where you got this one."}, nil},
		"spent: when, on what, and that it is over": {told(pass.Spent), []string{"This link has been used already", "It was used on 15 January 2027, 07:00 UTC, on a phone (iPhone).",
			"What it opened is over."}, []string{"still open"}},
		"spent, and still open":                            {open, []string{"What it opened is still open there"}, []string{"is over"}},
		"spent by a request: opened nothing":               {public, []string{"07:59 UTC, by a program."}, []string{"What it opened"}},
		"spent, by nobody knows what: newest use":          {unknown, []string{"It was used on 15 January 2027, 07:00 UTC."}, []string{"UTC,"}},
		"withdrawn: when":                                  {told(pass.Revoked), []string{"has been withdrawn", "15 January 2027, 07:59 UTC."}, nil},
		"completed: when, and nobody to ask":               {completed(), []string{"This is done", "It was completed on 15 January 2027, 07:59 UTC.", "nothing more to do"}, []string{"withdrawn", "Ask ", "Send me"}},
		"not yet valid: from when, not too early":          {told(pass.NotYetValid), []string{"It is valid from 15 January 2027, 08:02 UTC.", "until 18 January 2027, 08:00 UTC"}, nil},
		"too many sessions":                                {told(pass.RateLimited), []string{"Sign out somewhere"}, nil},
		"another site's request, of whom nothing is known": {page.Refused{Reason: pass.CrossSite}, []string{"came from another site", "Reference –"}, nil},
	} {
		got := text(refused(t, "en", c.refused))
		for _, part := range c.want {
			if !strings.Contains(got, part) {
				t.Errorf("%s: the page lacks %q: %s", name, part, got)
			}
		}
		for _, part := range c.not {
			if strings.Contains(got, part) {
				t.Errorf("%s: the page says %q: %s", name, part, got)
			}
		}
		if c.refused.Reference != "" && !strings.Contains(got, "Reference SampleEventsPass") {
			t.Errorf("%s: no reference: %s", name, got)
		}
	}
}

// TestTheButtonForANewLink is there for who holds a link that is over, where the
// host takes such wishes, and for nobody else.
func TestTheButtonForANewLink(t *testing.T) {
	const form = `<form method="post" action="/p/gp_token/visitors"><input type="hidden" name="wish" value="new_link"><button type="submit">`
	for lang, label := range map[string]string{"en": "Send me a new link", "de": "Neuen Link senden", "fr": "M’envoyer un nouveau lien", "es": "Enviarme un enlace nuevo"} {
		for _, reason := range pass.Reasons() {
			want := reason == pass.Expired || reason == pass.Spent
			got := refused(t, lang, told(reason))
			if strings.Contains(got, form+label+"</button></form>") != want || strings.Contains(got, "<form") != want {
				t.Errorf("%s in %s: the button is there, or is not: %s", reason, lang, got)
			}
			stranger, nobody := told(reason), told(reason)
			stranger.Holder, nobody.Action = nil, ""
			if strings.Contains(refused(t, lang, stranger)+refused(t, lang, nobody), "<form") {
				t.Errorf("%s in %s: who holds no secret, or where there is nobody to ask, has a button", reason, lang)
			}
		}
	}
}

// TestWhatIsNotToBeToldHasTheNeutralPage, whatever is known of the pass.
func TestWhatIsNotToBeToldHasTheNeutralPage(t *testing.T) {
	want := refused(t, "en", page.Refused{Reason: pass.Unknown, Reference: "SampleEventsPass"})
	neutral := 0
	for _, reason := range pass.Reasons() {
		got := refused(t, "en", told(reason))
		if (got == want) != page.Neutral(reason) {
			t.Errorf("%s: %s", reason, text(got))
		}
		if page.Neutral(reason) {
			neutral++
		}
	}
	if neutral != 9 {
		t.Errorf("%d reasons are neutral, want 9", neutral)
	}
}

// TestUserAgentsAreToldInOurOwnWords: whoever used the link wrote that header.
func TestUserAgentsAreToldInOurOwnWords(t *testing.T) {
	for agent, want := range map[string]string{
		iPhone:  "on a phone (iPhone)",
		windows: "on a computer (Windows)",
		"Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X)":                 "on a tablet (iPad)",
		"Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari/537.36": "on a phone (Android)",
		"Mozilla/5.0 (Linux; Android 14; SM-X200) Safari/537.36":        "on a tablet (Android)",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)":               "on a computer (Mac)",
		"Mozilla/5.0 (X11; Linux x86_64; rv:120.0)":                     "on a computer (Linux)",
		"python-requests/2.31":                                          "by a program",
		"<b>evil</b>":                                                   "by a program",
		"Mozilla/5.0 (<script>; evil)":                                  "",
		"":                                                              "",
	} {
		r := told(pass.Spent)
		r.Holder.Pass.LastUse.UserAgent = agent
		got := text(refused(t, "en", r))
		said := ", " + want + "."
		if want == "" {
			said = "UTC."
		}
		if !strings.Contains(got, said) || strings.Contains(got, "evil") {
			t.Errorf("%q is told as: %s", agent, got)
		}
	}
}
