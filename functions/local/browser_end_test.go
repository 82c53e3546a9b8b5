package main

import (
	"testing"
	"time"
)

func TestASessionEndsInABrowser(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, nil)
	d := s.device(t, wish{})
	d.open(a.Link)
	in(t, "clicked", d.click("button"))
	says(t, "whoami", d.open(s.base+"/whoami"), 200, "You are let in", "ginger@example.com")
	says(t, "signed out", d.click("button"), 200, "Signed out")
	s.stands(t, "signed out", a.ID, 1, 0)
	says(t, "back to whoami", d.back(), 200, "Nobody is signed in")
	out(t, "back to the protected page", d.back())
	out(t, "reloaded", d.reload())
	says(t, "the link again", d.open(a.Link), 403, "This link has been used already", "What it opened is over.")
	s.stands(t, "at the end", a.ID, 1, 0)
}

func TestAPassExpiresInABrowser(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, request{"expires_in": 60, "max_uses": 2})
	early, late := s.device(t, wish{}), s.device(t, wish{})
	early.open(a.Link)
	in(t, "in time", early.click("button"))
	late.open(a.Link)
	s.move(61 * time.Second)
	says(t, "a click on the page that was open", late.click("button"), 403, "This link has expired", "It was valid until ", "Send me a new link")
	says(t, "the link again", late.open(a.Link), 403, "This link has expired")
	out(t, "the session that was open", early.reload())
	s.stands(t, "after its end", a.ID, 1, 0)
}

func TestAPassIsRevokedInTheMiddle(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, request{"max_uses": 2})
	early, late := s.device(t, wish{}), s.device(t, wish{})
	early.open(a.Link)
	in(t, "before", early.click("button"))
	late.open(a.Link)
	s.manage(t, "revoke", a.ID)
	says(t, "a click on the page that was open", late.click("button"), 403, "This link has been withdrawn", "That was on ")
	out(t, "the session that was open", early.reload())
	s.stands(t, "withdrawn", a.ID, 1, 0)
	s.manage(t, "restore", a.ID)
	out(t, "the old session after the pass was restored", early.reload())
	says(t, "the link after it was restored", late.open(a.Link), 200, "Fred invites you")
	in(t, "clicked", late.click("button"))
	s.stands(t, "restored", a.ID, 2, 1)
}

func TestSomebodyElseIsSignedIn(t *testing.T) {
	s := newSite(t)
	mine, yours := s.login(t, "user-42"), s.login(t, "robin-7")
	d := s.device(t, wish{})
	before := d.another()
	says(t, "before anybody is signed in", before.open(yours.Link), 200, "Sign in", "r…7")
	says(t, "my link", d.open(mine.Link), 200, "Sign in", "u…2")
	in(t, "my click", d.click("button"), `"subject":"user-42"`)
	s.stands(t, "signed in", mine.ID, 1, 1)

	asks := []string{"You are signed in here as u…2.", "This link is for r…7.", "To stay signed in as you are, close this page."}
	says(t, "the other link", d.open(yours.Link), 200, "Sign in", asks...)
	says(t, "a click on the page that was open before", before.click("button"), 403, "Sign in", asks...)
	s.stands(t, "asked", yours.ID, 0, 0)
	s.stands(t, "asked", mine.ID, 1, 1)
	in(t, "still me", d.another().open(s.base+"/account"), `"subject":"user-42"`)

	in(t, "switched", before.click("button"), `"subject":"robin-7"`)
	s.stands(t, "switched", yours.ID, 1, 1)
	s.stands(t, "switched", mine.ID, 1, 0)
	in(t, "in every tab", d.open(s.base+"/account"), `"subject":"robin-7"`)
}

// The buttons of public links carry the credential to the target.
func TestThePublicButtonsInABrowser(t *testing.T) {
	s := newSite(t)
	for mode, more := range map[string]request{"none": {}, "request": {"subject": "user-42"}} {
		t.Run(mode, func(t *testing.T) {
			r := request{"mode": mode, "scope": "report:66", "target": "/reports/66?a=1&b=%C3%A4+%26", "expires_in": 60, "max_uses": 3}
			for field, v := range more {
				r[field] = v
			}
			a, d := s.issue(t, r), s.device(t, wish{})
			says(t, "opened", d.open(a.Link), 200, "Open your link")
			s.stands(t, "opened", a.ID, 0, 0)
			got := d.click("button")
			in(t, "clicked", got, `"mode":"`+mode+`"`)
			if want := s.base + "/reports/66?a=1&b=%C3%A4+%26&token=" + a.Token; got.URL != want {
				t.Errorf("the button led to %s, want %s", got.URL, want)
			}
			s.stands(t, "clicked", a.ID, 1, 0)
			in(t, "reloaded", d.reload())
			s.stands(t, "reloaded, which is another request", a.ID, 2, 0)
			d.back()
			in(t, "clicked again", d.click("button"))
			out := d.reload()
			if out.Status != 403 {
				t.Errorf("past the last use: %+v", out)
			}
			says(t, "the link past its last use", d.open(a.Link), 403, "This link has been used already", "It was used on ")
			s.stands(t, "past the last use", a.ID, 3, 0)
		})
	}
}

// A page speaks the language that the browser asks for.
func TestLanguagesInABrowser(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, request{"max_uses": 4})
	for language, want := range map[string]struct{ lang, link, used string }{
		"en-GB":         {"en", "Fred invites you", "This link has been used already"},
		"de-AT,de,en":   {"de", "Fred lädt Sie ein", "Dieser Link wurde schon benutzt"},
		"fr,en":         {"fr", "Fred vous invite", "Ce lien a déjà été utilisé"},
		"es-419,es,en":  {"es", "Invitación de Fred", "Este enlace ya se ha usado"},
		"ja,pt-BR;q=.5": {"en", "Fred invites you", "This link has been used already"},
	} {
		t.Run(language, func(t *testing.T) {
			d := s.device(t, wish{language: language})
			link, used := d.open(a.Link), d.open(s.base+"/refused?reason=spent")
			if link.Lang != want.lang || link.Head != want.link || used.Lang != want.lang || used.Head != want.used {
				t.Errorf("the link page is %q %q, the refusal %q %q", link.Lang, link.Head, used.Lang, used.Head)
			}
		})
	}
}
