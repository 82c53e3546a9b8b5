package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// The visitors' page of the sample, and what an HTTP API says instead of it.
const (
	granted   = `"access":"granted"`
	forbidden = `{"message":"Forbidden"}`
)

// in demands that a page is the protected one.
func in(t *testing.T, when string, s shown, want ...string) {
	t.Helper()
	for _, w := range append(want, granted) {
		if s.Status != 200 || !strings.Contains(s.Text, w) {
			t.Errorf("%s: want %s, got %+v", when, w, s)
		}
	}
}

// out demands that a page is the refusal of a protected one.
func out(t *testing.T, when string, s shown) {
	t.Helper()
	if s.Status != 403 || !strings.Contains(s.Text, forbidden) {
		t.Errorf("%s: want %s, got %+v", when, forbidden, s)
	}
}

// says demands the status and the words of one of Gatepass's own pages.
func says(t *testing.T, when string, s shown, status int64, head string, words ...string) {
	t.Helper()
	if s.Status != status || s.Head != head {
		t.Errorf("%s: want %d %q, got %+v", when, status, head, s)
	}
	for _, w := range words {
		if !strings.Contains(s.Text, w) {
			t.Errorf("%s: it does not say %q: %s", when, w, s.Text)
		}
	}
}

// Issue, open, click, the protected page, reload, back, click again, a second tab.
func TestAVisitInABrowser(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, nil)
	d := s.device(t, wish{})

	says(t, "opened", d.open(a.Link), 200, "Fred invites you", "A look around", "Come in!", "Ginger (g…@example.com)")
	if opens := s.stands(t, "opened", a.ID, 0, 0).Opens; opens.Gets != 1 || opens.Heads+opens.RefusedPosts != 0 {
		t.Errorf("opened once, counted as %+v", *opens)
	}
	says(t, "reloaded before the click", d.reload(), 200, "Fred invites you")
	s.stands(t, "reloaded before the click", a.ID, 0, 0)
	in(t, "clicked", d.click("button"), `"mode":"visitor"`, `"email":"ginger@example.com"`)
	session := s.stands(t, "clicked", a.ID, 1, 1).Sessions.Each[0]
	in(t, "reloaded", d.reload(), string(session.ID))
	says(t, "back", d.back(), 200, "Fred invites you", "You have opened this link in this browser already.")
	in(t, "clicked again", d.click("button"), string(session.ID))
	s.stands(t, "clicked again", a.ID, 1, 1)

	second := d.another()
	says(t, "in a second tab", second.open(a.Link), 200, "Fred invites you", "You have opened this link in this browser already.")
	in(t, "clicked in the second tab", second.click("button"), string(session.ID))
	in(t, "the page itself in a third", d.another().open(s.base+"/visitors"), string(session.ID))
	s.stands(t, "in three tabs", a.ID, 1, 1)
}

func TestAVisitByKeyboardAlone(t *testing.T) {
	s := newSite(t, "-brand-name", "Example", "-brand-links", "Privacy https://127.0.0.1:1/privacy")
	a := s.visit(t, nil)
	d := s.device(t, wish{})
	d.open(a.Link)
	for _, want := range []focused{{"BUTTON", "Continue", true}, {"A", "Privacy", true}} {
		d.touch(kb.Tab)
		if got := script[focused](d.tab, focusScript); got != want {
			t.Errorf("after Tab: %+v, want %+v", got, want)
		}
	}
	d.open(a.Link)
	d.touch(kb.Tab)
	in(t, "Tab and Enter", d.press(kb.Enter))
	s.stands(t, "Tab and Enter", a.ID, 1, 1)
}

func TestASecondDevice(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, request{"max_uses": 2})
	first, second, third := s.device(t, wish{}), s.device(t, wish{width: 360}), s.device(t, wish{})
	for i, d := range []*device{first, second} {
		says(t, "opened", d.open(a.Link), 200, "Fred invites you")
		in(t, "clicked", d.click("button"))
		s.stands(t, "clicked", a.ID, i+1, i+1)
	}
	in(t, "the first goes on", first.reload())
	says(t, "a third", third.open(a.Link), 403, "This link has been used already", "It was used on ", " UTC, on a computer (Linux).",
		"What it opened is still open there: go on in that browser.", "Send me a new link", a.ID)
	out(t, "the third at the page itself", third.open(s.base+"/visitors"))
	s.stands(t, "a third", a.ID, 2, 2)
}

// Two devices had the page open, and one was first.
func TestASecondDevicesClickIsTooLate(t *testing.T) {
	s := newSite(t)
	a := s.visit(t, nil)
	first, second := s.device(t, wish{}), s.device(t, wish{})
	first.open(a.Link)
	second.open(a.Link)
	in(t, "the first click", first.click("button"))
	says(t, "the second", second.click("button"), 403, "This link has been used already", "It was used on ")
	s.stands(t, "both", a.ID, 1, 1)
}

func TestCookiesThatABrowserDrops(t *testing.T) {
	s := newSite(t)
	t.Run("between the page and the click: one use all the same", func(t *testing.T) {
		a, d := s.visit(t, nil), s.device(t, wish{})
		d.open(a.Link)
		d.forget()
		in(t, "clicked", d.click("button"))
		s.stands(t, "clicked", a.ID, 1, 1)
	})
	t.Run("after the click, with uses left: another use", func(t *testing.T) {
		a, d := s.visit(t, request{"max_uses": 2}), s.device(t, wish{})
		d.open(a.Link)
		in(t, "clicked", d.click("button"))
		d.forget()
		out(t, "reloaded without the cookie", d.reload())
		says(t, "opened again", d.open(a.Link), 200, "Fred invites you")
		in(t, "clicked again", d.click("button"))
		s.stands(t, "clicked again", a.ID, 2, 2)
	})
	t.Run("after the click, with no use left: it says when it was used", func(t *testing.T) {
		a, d := s.visit(t, nil), s.device(t, wish{})
		d.open(a.Link)
		in(t, "clicked", d.click("button"))
		d.forget()
		says(t, "opened again", d.open(a.Link), 403, "This link has been used already", "It was used on ", "on a computer (Linux)")
		s.stands(t, "opened again", a.ID, 1, 1)
	})
}
