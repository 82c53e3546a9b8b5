package main

import "testing"

// A visit of another pass is open in the browser: the second link's page says so
// in every tab, and its button ends that visit.
func TestAnotherVisitIsOpenInABrowser(t *testing.T) {
	s := newSite(t)
	mine, yours := s.visit(t, nil), s.visit(t, request{"visitor": request{"email": "robin@example.com", "first_name": "Robin"}})
	d := s.device(t, wish{})
	before := d.another()
	says(t, "before any visit", before.open(yours.Link), 200, "Fred invites you", "For")
	d.open(mine.Link)
	in(t, "my click", d.click("button"), "ginger@example.com")

	asks := []string{"A visit of Ginger (g…@example.com) is open in this browser.", "This link is for Robin (r…@example.com).", "If you go on, that visit ends."}
	says(t, "the other link", d.open(yours.Link), 200, "Fred invites you", asks...)
	says(t, "a click on the page that was open before", before.click("button"), 403, "Fred invites you", asks...)
	s.stands(t, "asked", yours.ID, 0, 0)
	s.stands(t, "asked", mine.ID, 1, 1)

	in(t, "switched", before.click("button"), "robin@example.com")
	s.stands(t, "switched", yours.ID, 1, 1)
	s.stands(t, "switched", mine.ID, 1, 0)
	in(t, "the other page's button, after that", d.click("button"), "robin@example.com")
	s.stands(t, "clicked in both tabs", yours.ID, 1, 1)
}

// A link that acts as its subject is opened where somebody else is signed in: its
// page says so and offers to sign out, and then it works.
func TestALinkForSomebodyElseThanIsSignedInInABrowser(t *testing.T) {
	s := newSite(t)
	mine := s.login(t, "user-42")
	a := s.issue(t, request{"mode": "request", "subject": "robin-7", "scope": "report:66", "target": "/reports/66", "max_uses": 1})
	d := s.device(t, wish{})
	d.open(mine.Link)
	in(t, "signed in", d.click("button"), `"subject":"user-42"`)
	says(t, "the link", d.open(a.Link), 200, "Open your link", "You are signed in here as u…2.", "This link is for r…7.", "It will not work in this browser before you sign out.")
	s.stands(t, "opened", mine.ID, 1, 1)
	signedOut := d.click("button")
	says(t, "signed out", signedOut, 200, "Open your link", "For")
	if signedOut.URL != a.Link {
		t.Errorf("signing out led to %s", signedOut.URL)
	}
	s.stands(t, "signed out", mine.ID, 1, 0)
	in(t, "clicked", d.click("button"), `"subject":"robin-7"`)
	s.stands(t, "clicked", a.ID, 1, 0)
}
