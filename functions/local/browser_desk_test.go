package main

import (
	"regexp"
	"testing"
	"time"
)

// A link that has expired leads to a new one: the holder asks, the host is told.
func TestANewLinkIsAskedForInABrowser(t *testing.T) {
	s := newSite(t)
	a, d := s.visit(t, request{"expires_in": 60}), s.device(t, wish{})
	s.move(61 * time.Second)
	says(t, "opened", d.open(a.Link), 403, "This link has expired", "Send me a new link")
	says(t, "asked", d.click("button"), 200, "You have asked for a new link")
	says(t, "asked again", d.reload(), 200, "You have asked for a new link")
	s.stands(t, "asked", a.ID, 0, 0)
	s.told(t, `link\.requested pass (\w{16})`, a.ID)
	b := s.issue(t, request{"reissue": a.ID, "expires_in": 3600})
	d.open(b.Link)
	in(t, "the new link", d.click("button"))
}

// A form, filled in by keyboard: wrong, then right. The host's call to issue is
// what makes a pass of it.
func TestAFormInABrowser(t *testing.T) {
	s := newSite(t)
	d := s.device(t, wish{})
	says(t, "opened", d.open(s.base+"/register/reference"), 200, "Ask for a link")
	d.fill("<Ginger>", "Rogers", "ginger@example.com")
	says(t, "a wrong name", d.click("button"), 422, "Ask for a link", "First name: ")
	kept := script[[]string](d.tab, `[...document.querySelectorAll("input:not([type=hidden])")].map(e => e.value)`)
	if want := []string{"<Ginger>", "Rogers", "ginger@example.com"}; len(kept) != 3 || kept[0] != want[0] || kept[1] != want[1] || kept[2] != want[2] {
		t.Errorf("what was typed is %v now, want %v", kept, want)
	}
	d.fill("Ginger")
	sent := d.click("button")
	if sent.Status != 200 {
		t.Fatalf("sent: %+v", sent)
	}
	id := s.told(t, `visitor\.registered pass (\w{16})`, "")
	a := s.issue(t, request{"registration": id, "expires_in": 3600, "max_uses": 1})
	says(t, "the link", d.open(a.Link), 200, "Open your link", "Ginger R. (g…@example.com)")
	in(t, "clicked", d.click("button"), `"email":"ginger@example.com"`)
	s.stands(t, "clicked", a.ID, 1, 1)
}

// told waits until the stream has told the host of something, and returns what
// stands in the expression's brackets.
func (s *site) told(t *testing.T, expr, want string) string {
	t.Helper()
	s.tick()
	m := regexp.MustCompile(expr).FindStringSubmatch(s.log.String())
	if m == nil || want != "" && m[1] != want {
		t.Fatalf("the host was told %v, want %s %s:\n%s", m, expr, want, s.log.String())
	}
	return m[1]
}
