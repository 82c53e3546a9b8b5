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

// TestAVisitOfAnotherPassIsAskedAbout: whose it is, masked, and that going on ends
// it.
func TestAVisitOfAnotherPassIsAskedAbout(t *testing.T) {
	l := of(visitor())
	l.Holder.Visiting = &pass.Visitor{Email: "robin@example.com", FirstName: "Robin"}
	got := link(t, "en", l)
	for _, part := range []string{`<input type="hidden" name="switch" value="yes">`, `<input type="hidden" name="nonce" value="NONCE">`, "A visit of <bdi>Robin (r…@example.com)</bdi> is open in this browser.",
		"This link is for <bdi>Fred F. (f…@example.com)</bdi>.", "If you go on, that visit ends.", "End it and continue"} {
		if !strings.Contains(got, part) {
			t.Errorf("the page lacks %s: %s", part, got)
		}
	}
	if strings.Contains(got, "robin@") {
		t.Error("the page shows the other visitor whole")
	}
}

// TestALinkThatSomebodyElsesLoginRefusesSaysSo, and its button signs out instead
// of leading to the refusal. Without a target there is nothing to lead to.
func TestALinkThatSomebodyElsesLoginRefusesSaysSo(t *testing.T) {
	l := of(&pass.Pass{Mode: pass.Request, Subject: "ginger", ExpiresAt: now + 60})
	l.Action, l.Holder.SignedIn = "/reports/66", "fred@example.com"
	got := link(t, "en", l)
	for _, part := range []string{"You are signed in here as <bdi>f…@example.com</bdi>.", "This link is for <bdi>g…r</bdi>.", "It will not work in this browser before you sign out.",
		`<form method="post" action="/p/gp_token"><input type="hidden" name="wish" value="sign_out"><button type="submit">Sign out</button></form>`} {
		if !strings.Contains(got, part) {
			t.Errorf("the page lacks %s: %s", part, got)
		}
	}
	if strings.Count(got, "<form") != 1 || strings.Contains(got, `name="token"`) {
		t.Errorf("the page leads to the refusal: %s", got)
	}
	l.Action = ""
	if got := link(t, "en", l); strings.Contains(got, "<form") || !strings.Contains(got, "not for a page") {
		t.Errorf("for a program it says %s", got)
	}
}

// TestTwoAccountsAreToldApart where their masks are alike, and neither is shown
// whole.
func TestTwoAccountsAreToldApart(t *testing.T) {
	for _, c := range []struct{ mine, theirs, whose, other string }{
		{"user-42", "robin", "r…n", "as u…2."},
		{"user-42", "user-02", "us…02", "as us…42."},
		{"user-142", "user-242", "u…2", "with another account."},
		{"u-1", "u-2", "u…", "with another account."},
		{"fred", "ford", "f…d", "with another account."},
		{"fred@example.com", "fred@example.net", "f…@example.net", "as f…@example.com."},
		{"fred@example.com", "frank@example.com", "f…@example.com", "with another account."},
		{"fred.astaire@example.com", "fred.flintstone@example.com", "fr…ne@example.com", "as fr…re@example.com."},
		{"flintstone.fred@example.com", "fred.flintstone@example.com", "fr…ne@example.com", "as fl…ed@example.com."},
	} {
		l := of(login())
		l.Holder.SignedIn, l.Holder.Pass.Subject = c.mine, c.theirs
		got := text(link(t, "en", l))
		if !strings.Contains(got, "signed in here "+c.other) || !strings.Contains(got, "This link is for "+c.whose+".") || !strings.Contains(got, "For "+c.whose+" Valid") || strings.Contains(got, c.mine) || strings.Contains(got, c.theirs) {
			t.Errorf("%s and %s: %s", c.mine, c.theirs, got)
		}
	}
	for _, c := range []struct{ mine, want string }{
		{"frank@example.com", "Another visit is open"},
		{"fred@example.com", "A visit of Fred F. (f…@example.com) is open"},
		{"fitzgerald@example.com", "A visit of Fred F. (fi…ld@example.com) is open"},
	} {
		l := of(visitor())
		l.Holder.Visiting = &pass.Visitor{Email: c.mine, FirstName: "Fred", LastName: "Firefly"}
		if got := text(link(t, "en", l)); !strings.Contains(got, c.want) || !strings.Contains(got, "This link is for Fred F. (f…@example.com).") || strings.Contains(got, c.mine) {
			t.Errorf("a visit of %s: %s", c.mine, got)
		}
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
