package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWhatAScannerThatClicksCanDo holds what the README says of one: to the
// server it is the visitor. It uses a use and may go in; the person is told; the
// operator sees it, can end what it opened, and a pass with a use more lets the
// person in.
func TestWhatAScannerThatClicksCanDo(t *testing.T) {
	for _, pat := range patterns(t, true) {
		t.Run(pat.name, func(t *testing.T) {
			for mode, doc := range invited() {
				if pat.steps[0] == "POST" && !redeems(mode) {
					continue // a post to the page of a pass that does not redeem is refused, as the next test shows
				}
				p := inPlace(t, nil, nil)
				spentByAClick(p, mode, doc, pat.steps)
				if mode != "session" { // whose link is always for one use
					sharedWithAClick(p, mode, doc, pat.steps)
				}
			}
		})
	}
}

// spentByAClick plays the pattern with a pass for one use.
func spentByAClick(p *place, mode string, doc request, steps []string) {
	p.t.Helper()
	s, pass := newPlay(p, mode, doc)
	s.run(steps)
	if status := s.person.open(pass.Link); status != http.StatusForbidden || !strings.Contains(s.person.page, "This link has been used already") {
		p.t.Errorf("%s: the person is shown %d %s", mode, status, s.person.page)
	}
	d := p.describe(pass.ID)
	if d.State != "spent" || len(d.Uses.Each) != 1 || d.Uses.Each[0].IP != s.address || d.Uses.Each[0].UserAgent != s.name || d.Uses.Each[0].At == "" {
		p.t.Errorf("%s: the operator sees the uses %+v of a pass that is %s", mode, d.Uses, d.State)
	}
	if !redeems(mode) {
		return
	}
	if len(d.Sessions.Each) != 1 || d.Sessions.Live != 1 || d.Sessions.Each[0].IP != s.address || d.Sessions.Each[0].UserAgent != s.name || len(s.given) != 1 {
		p.t.Fatalf("%s: the operator sees the sessions %+v, the scanner was given %d", mode, d.Sessions, len(s.given))
	}
	inside := func() int {
		status, _, _ := s.send("GET", doc["target"].(string), "", "Cookie", "__Host-gatepass="+s.given[0]+"; __Host-gatepass-visitor="+s.given[0])
		return status
	}
	if status := inside(); status != http.StatusOK {
		p.t.Errorf("%s: the scanner's session is answered %d", mode, status)
	}
	var ended any
	p.invoke("manage", request{"end": request{"pass": pass.ID, "by": "test"}}, &ended)
	if status := inside(); status != http.StatusForbidden {
		p.t.Errorf("%s: the scanner's session was ended, and is answered %d", mode, status)
	}
	again, anew := newPlay(p, mode, doc)
	entered(again, mode, anew.ID)
}

// sharedWithAClick plays the pattern with a pass that has a use left for the
// person.
func sharedWithAClick(p *place, mode string, doc request, steps []string) {
	p.t.Helper()
	more := request{}
	for field, v := range doc {
		more[field] = v
	}
	more["max_uses"] = 2
	s, pass := newPlay(p, mode, more)
	s.run(steps)
	s.person.open(pass.Link)
	if status, body := s.person.click(); status != http.StatusOK || !strings.Contains(body, `"access":"granted"`) {
		p.t.Errorf("%s: the person is answered %d %s", mode, status, body)
	}
	if d := p.describe(pass.ID); len(d.Uses.Each) != 2 || *d.Uses.Left != 0 {
		p.t.Errorf("%s: uses are %+v, want the scanner's and the person's", mode, d.Uses)
	}
}

// A post to the page of a public link does nothing: its button is a GET of the
// target.
func TestAPostToAPublicLinkUsesNothing(t *testing.T) {
	p := inPlace(t, nil, nil)
	for mode, doc := range invited() {
		if redeems(mode) {
			continue
		}
		s, pass := newPlay(p, mode, doc)
		s.run([]string{"POST", "GET"})
		if d := p.describe(pass.ID); len(d.Uses.Each) != 0 || d.Opens.RefusedPosts != 1 || len(s.given) != 0 {
			t.Errorf("%s: after a post uses are %+v and opens %+v", mode, d.Uses, d.Opens)
		}
	}
}

// The README shows what describe says after such a click.
func TestReadmeShowsAScannersClick(t *testing.T) {
	p := inPlace(t, nil, nil)
	s, pass := newPlay(p, "visitor", invited()["visitor"])
	for _, pat := range patterns(t, true) {
		if pat.steps[0] != "POST" {
			p.move(22 * time.Second)
			s.run(append([]string{"HEAD"}, pat.steps...))
			break
		}
	}
	p.move(4 * time.Minute)
	s.person.open(pass.Link)
	var d struct {
		State    string          `json:"state"`
		Hints    json.RawMessage `json:"hints"`
		Uses     json.RawMessage `json:"uses"`
		Opens    json.RawMessage `json:"opens"`
		Sessions json.RawMessage `json:"sessions"`
	}
	p.invoke("manage", request{"describe": request{"pass": pass.ID}}, &d)
	b, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`"id": "[\w-]{11}"`)
	shown := func(text string) string { return same(id.ReplaceAllString(text, `"id": "ID"`)) }
	if diff := cmp.Diff(shown(string(b)+"\n"), shown(block(t, "output: clicked"))); diff != "" {
		t.Errorf("README.md shows another description (-described +README):\n%s\n%s", diff, b)
	}
}
