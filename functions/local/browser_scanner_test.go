package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// scan is what a scanner in a browser does to a page: it moves, points, touches
// and scrolls everywhere, and says what there is to follow. It clicks nothing.
const scan = `(() => {
	for (const e of document.querySelectorAll("*"))
		for (const kind of ["mouseover", "mousemove", "pointerenter", "touchstart", "focus", "keydown", "visibilitychange"])
			e.dispatchEvent(new Event(kind, {bubbles: true}));
	window.scrollTo(0, document.body.scrollHeight);
	return [...document.querySelectorAll("[href], [src], [action]")].map(e => e.href || e.src || e.action).filter(to => to.startsWith(location.origin));
})()`

// TestAScannerInABrowserUsesNothing is the pattern of scanners.tsv whose scanner
// is a real browser that runs scripts, keeps cookies, loads the page twice,
// follows everything and clicks nothing.
func TestAScannerInABrowserUsesNothing(t *testing.T) {
	s := newSite(t)
	for mode, doc := range invited() {
		a := s.issue(t, doc)
		scanner := s.device(t, wish{})
		scanner.open(a.Link)
		scanner.reload()
		found := script[[]string](scanner.tab, scan)
		if len(found) == 0 {
			t.Errorf("%s: the scanner found nothing to follow", mode)
		}
		for _, to := range found {
			scanner.another().open(to)
		}
		looks := int64(0)
		for _, r := range scanner.since(0) {
			if r.Kind == network.ResourceTypeDocument && strings.Contains(r.URL, "/p/"+a.Token) {
				looks++
			}
		}
		d := s.stands(t, mode+", scanned", a.ID, 0, 0)
		if looks < 2 || d.Opens.Gets != looks || d.Opens.RefusedPosts != 0 || len(d.Sessions.Each) != 0 {
			t.Errorf("%s: the scanner looked %d times, but opens are %+v and sessions %+v", mode, looks, d.Opens, d.Sessions)
		}
		person, live := s.device(t, wish{}), 0
		person.open(a.Link)
		in(t, mode+", clicked by the person", person.click("button"), `"mode":"`+mode+`"`)
		if redeems(mode) {
			live = 1
		}
		s.stands(t, mode+", clicked by the person", a.ID, 1, live)
	}
}
