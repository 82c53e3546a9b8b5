package main

import (
	"html"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const corpus = "testdata/scanners.tsv"

// pattern is one line of scanners.tsv.
type pattern struct {
	name, seen string
	steps      []string
}

// patterns returns those with a click, or those without.
func patterns(t *testing.T, clicks bool) []pattern {
	t.Helper()
	b, err := os.ReadFile(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var out []pattern
	names := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "pattern\t") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || slices.Contains(cells, "") || names[cells[0]] {
			t.Fatalf("scanners.tsv:%d: want three cells with tabs between, and a name of its own", i+1)
		}
		names[cells[0]] = true
		p := pattern{cells[0], cells[1], strings.Split(cells[2], " | ")}
		if (slices.Contains(p.steps, "click") || slices.Contains(p.steps, "POST")) == clicks {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		t.Fatal("scanners.tsv has no such pattern")
	}
	return out
}

// invited is a pass of each mode, for one use, and what its route says to who
// was let in.
func invited() map[string]request {
	return map[string]request{
		"none":    {"scope": "report:66", "target": "/reports/66?view=full", "max_uses": 1, "expires_in": 3600},
		"request": {"mode": "request", "subject": "user-42", "scope": "report:66", "target": "/reports/66", "max_uses": 1, "expires_in": 3600},
		"session": {"mode": "session", "subject": "user-42", "target": "/account"},
		"visitor": {"scope": "visit", "target": "/visitors", "max_uses": 1, "expires_in": 3600, "visitor": request{"email": "ginger@example.com"}, "invitation": request{"from": "Fred"}},
	}
}

func redeems(mode string) bool { return mode == "session" || mode == "visitor" }

// play is one pattern on its way to one link.
type play struct {
	*client // the scanner
	person  *client
	token   string
	link    string           // everybody's, as the mail has become
	shown   bool             // the person loads nothing anew
	looks   map[string]int64 // of this link, by method
}

func newPlay(p *place, mode string, doc request) (*play, issued) {
	a := p.issue(doc)
	return &play{client: &client{place: p, address: "198.51.100.7", name: "scanner/1.0", headers: http.Header{}}, person: p.person(),
		token: a.Token, link: a.Link, looks: map[string]int64{}}, a
}

func (s *play) run(steps []string) {
	s.t.Helper()
	for _, step := range steps {
		word, rest, _ := strings.Cut(step, " ")
		switch n, err := strconv.Atoi(word); {
		case err == nil:
			s.atOnce(n, rest)
		case step == "GET mangled":
			s.get(strings.Replace(s.link, s.token, strings.ToLower(s.token), 1))
		case step == "follow":
			s.follow()
		case step == "click":
			s.look("GET", s.link)
			s.click()
		case word == "wait":
			d, err := time.ParseDuration(rest)
			if err != nil {
				s.t.Fatal(err)
			}
			s.move(d)
		case word == "as":
			s.name = rest
		case word == "from":
			s.address = rest
		case word == "header":
			name, value, _ := strings.Cut(rest, ": ")
			s.headers.Set(name, value)
		case step == "keep cookies":
			s.jar = map[string]string{}
		case step == "in the person's browser":
			s.jar, s.address, s.name = s.person.jar, s.person.address, s.person.name
		case step == "the person sees this":
			s.person.page, s.person.at, s.shown = s.page, s.at, true
		case strings.HasPrefix(step, "link + "):
			s.link = s.stack.base + "/p/" + s.token + strings.TrimPrefix(step, "link + ")
		case step == "link with %5F":
			s.link = strings.Replace(s.link, "gp_", "gp%5F", 1)
		case slices.Contains([]string{"HEAD", "GET", "OPTIONS", "PUT", "PATCH", "DELETE", "POST"}, step):
			s.look(step, s.link)
		default:
			s.t.Fatalf("scanners.tsv has no step %q", step)
		}
	}
}

// atOnce looks n times at the same time. What it shares it does not change: so
// many requests keep no cookies.
func (s *play) atOnce(n int, method string) {
	var wg sync.WaitGroup
	for range n {
		one := &client{place: s.place, address: s.address, name: s.name, headers: s.headers}
		wg.Go(func() { one.send(method, s.link, "") })
	}
	wg.Wait()
	s.looks[method] += int64(n)
}

// look asks for the link, and keeps count.
func (s *play) look(method, link string) {
	_, _, body := s.send(method, link, "")
	s.looks[method]++
	if method == "GET" {
		s.page, s.at = body, link
	}
}

func (s *play) get(target string) { s.send("GET", target, "") }

// follow loads the page and all that it refers to on this host.
func (s *play) follow() {
	s.look("GET", s.link)
	found := aPlace.FindAllStringSubmatch(s.page, -1)
	if len(found) < 2 {
		s.t.Fatalf("the page refers to %q, want the button and the host's link", found)
	}
	for _, m := range found {
		switch target := html.UnescapeString(m[1]); {
		case strings.Contains(target, s.token):
			s.look("GET", target)
		case strings.HasPrefix(target, "/"):
			s.get(target)
		}
	}
	s.get("/favicon.ico")
	s.get("/robots.txt")
}

// TestNoScannerUsesALink: after every pattern without a click, the pass is as it
// was, each look is counted, and the person gets in with one click.
func TestNoScannerUsesALink(t *testing.T) {
	for _, pat := range patterns(t, false) {
		t.Run(pat.name, func(t *testing.T) {
			p := inPlace(t, nil, nil)
			h := p.listen()
			for mode, doc := range invited() {
				s, pass := newPlay(p, mode, doc)
				s.run(pat.steps)
				touched(s, mode, pass.ID)
				entered(s, mode, pass.ID)
			}
			if told := h.shared(""); len(told) != 0 || len(h.all) == 0 {
				t.Errorf("of %d events, %d tell that a pass is shared", len(h.all), len(told))
			}
		})
	}
}

// touched checks what the scanner has left: looks, and nothing else.
func touched(s *play, mode, id string) {
	s.t.Helper()
	d := s.describe(id)
	if len(d.Uses.Each) != 0 || len(d.Sessions.Each) != 0 || d.State != "live" || len(s.given) != 0 {
		s.t.Errorf("%s: the scanner used the pass: %+v, was given %q", mode, d, s.given)
	}
	if d.Clients == nil || *d.Clients != 0 {
		s.t.Errorf("%s: the scanner counts as a client", mode)
	}
	if s.looks["GET"]+s.looks["HEAD"] == 0 {
		s.t.Errorf("%s: the scanner did not look at all", mode)
	}
	if d.Opens.Gets != s.looks["GET"] || d.Opens.Heads != s.looks["HEAD"] || d.Opens.RefusedPosts != 0 || d.Opens.LastAt == "" {
		s.t.Errorf("%s: the scanner looked %v, but opens are %+v", mode, s.looks, d.Opens)
	}
}

// entered lets the person click, and checks that this is the one use.
func entered(s *play, mode, id string) {
	s.t.Helper()
	gets := s.looks["GET"]
	if !s.shown {
		if status := s.person.open(s.link); status != http.StatusOK {
			s.t.Fatalf("%s: the person's page is %d: %s", mode, status, s.person.page)
		}
		gets++
	}
	if status, body := s.person.click(); status != http.StatusOK || !strings.Contains(body, `"access":"granted"`) || !strings.Contains(body, `"mode":"`+mode+`"`) {
		s.t.Errorf("%s: the person is answered %d %s", mode, status, body)
	}
	d := s.describe(id)
	if len(d.Uses.Each) != 1 || *d.Uses.Left != 0 || d.Uses.Each[0].IP != s.person.address || d.Uses.Each[0].UserAgent != s.person.name {
		s.t.Errorf("%s: uses are %+v, want the person's alone", mode, d.Uses)
	}
	if sessions := d.Sessions.Each; (len(sessions) == 1) != redeems(mode) || len(sessions) > 1 || len(sessions) == 1 && sessions[0].IP != s.person.address {
		s.t.Errorf("%s: sessions are %+v, want the person's alone", mode, sessions)
	}
	if d.Clients == nil || *d.Clients != 1 {
		s.t.Errorf("%s: the person is not the one client", mode)
	}
	if d.Opens.Gets != gets || d.Opens.RefusedPosts != 0 {
		s.t.Errorf("%s: opens are %+v, want %d gets and no refused post", mode, d.Opens, gets)
	}
}

// The corpus is there, each pattern with its source, and its vocabulary is the
// one that it declares.
func TestTheCorpusOfScannersIsWhole(t *testing.T) {
	all := append(patterns(t, false), patterns(t, true)...)
	if len(all) < 37 {
		t.Errorf("there are %d patterns, there were 37", len(all))
	}
	var used []string
	for _, p := range all {
		for source := range strings.SplitSeq(p.seen, "; ") {
			repository, number, ok := strings.Cut(source, "#")
			if n, err := strconv.Atoi(number); source != "ours" && (!ok || err != nil || n < 1 || strings.Count(repository, "/") != 1) {
				t.Errorf("%q: the source %q is no repository#number", p.name, source)
			}
		}
		for _, step := range p.steps {
			used = append(used, verb(step))
		}
	}
	slices.Sort(used)
	if diff := cmp.Diff(declaredSteps(t), slices.Compact(used)); diff != "" {
		t.Errorf("steps (-declared +in the patterns):\n%s", diff)
	}
}

// verb is the word that tells a step from others.
func verb(step string) string {
	word, _, _ := strings.Cut(step, " ")
	if _, err := strconv.Atoi(word); err == nil {
		return "many"
	}
	return word
}

// declaredSteps returns the verbs of the vocabulary at the head of the corpus.
func declaredSteps(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile(corpus)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for line := range strings.Lines(string(b)) {
		entry, ok := strings.CutPrefix(line, "#   ")
		if !ok {
			continue
		}
		names, _, _ := strings.Cut(entry, "  ")
		for name := range strings.SplitSeq(names, ", ") {
			out = append(out, verb(name))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
