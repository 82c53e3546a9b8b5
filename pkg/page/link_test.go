package page_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// TestTheLinkPageSaysWhoInvitesWhom, to what and until when, with the account
// masked.
func TestTheLinkPageSaysWhoInvitesWhom(t *testing.T) {
	got := link(t, "en", of(visitor()))
	for _, part := range []string{"Ginger <b> invites you", "A look around", "Come in! It is open.", "For Fred F. (f…@example.com)", "Valid until 18 January 2027, 08:00 UTC"} {
		if !strings.Contains(text(got), part) {
			t.Errorf("the page lacks %q: %s", part, text(got))
		}
	}
	for _, part := range []string{"fred@", "Flintstone", "Ginger <b>"} {
		if strings.Contains(got, part) {
			t.Errorf("the page says %q", part)
		}
	}
	if !strings.Contains(got, `<time datetime="2027-01-18T08:00:59Z">`) || !strings.Contains(got, `<form method="post" action="/p/gp_token"><input type="hidden" name="nonce" value="NONCE"><button type="submit">Continue</button></form>`) {
		t.Errorf("the page is %s", got)
	}
}

func TestAccountsAreMasked(t *testing.T) {
	for subject, want := range map[string]string{
		"user-42": "u…2", "fred@example.com": "f…@example.com", "a@b.example": "…@b.example", "@b.example": "…@b.example", "abc": "a…", "a": "…",
		`"odd@name"@example.com`: `"…@example.com`, "Ünal-17": "Ü…7",
	} {
		p := login()
		p.Subject = subject
		if got := text(link(t, "en", of(p))); !strings.Contains(strings.ReplaceAll(got, "&#34;", `"`), "For "+want+" Valid") {
			t.Errorf("%s is shown in %s, want %s", subject, got, want)
		}
	}
	p := visitor()
	p.Visitor = &pass.Visitor{Email: "fred@example.com"}
	if got := text(link(t, "en", of(p))); !strings.Contains(got, "For f…@example.com Valid") {
		t.Errorf("a visitor without a name: %s", got)
	}
}

// TestSomebodyElseIsAskedAbout: the page says who is signed in, and only its
// button says that this login is to end.
func TestSomebodyElseIsAskedAbout(t *testing.T) {
	l := of(login())
	if got := link(t, "en", l); strings.Contains(got, "switch") {
		t.Errorf("nobody is signed in, and the page asks: %s", got)
	}
	l.Holder.SignedIn = "fred@example.com"
	got := link(t, "en", l)
	for _, part := range []string{`<input type="hidden" name="switch" value="yes">`, `<input type="hidden" name="nonce" value="NONCE">`, "You are signed in here as <bdi>f…@example.com</bdi>.", "This link is for <bdi>g…r</bdi>.", "Sign out and continue"} {
		if !strings.Contains(got, part) {
			t.Errorf("the page lacks %s: %s", part, got)
		}
	}
	l.Holder.Here = true
	if got := link(t, "en", l); strings.Contains(got, "switch") || strings.Contains(got, "Valid until") || !strings.Contains(got, "opened this link in this browser already") {
		t.Errorf("with a session of this very link the page is %s", got)
	}
}

// TestDatesAreTheReadersOwn.
func TestDatesAreTheReadersOwn(t *testing.T) {
	p := visitor()
	p.ExpiresAt = 1_803_859_500 // 1 March 2027, 00:05
	for lang, want := range map[string]string{"en": "1 March 2027, 00:05 UTC", "de": "1. März 2027, 00:05 UTC", "fr": "1er mars 2027 à 00:05 UTC", "es": "1 de marzo de 2027, 00:05 UTC", "xx": "1 March 2027"} {
		if got := text(link(t, lang, of(p))); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", lang, got, want)
		}
	}
}
