package main

import (
	"strings"
	"testing"
)

// TestPagesOverHTTP: the pages as a browser asks for them, in the host's name.
func TestPagesOverHTTP(t *testing.T) {
	p := launch(t, t.TempDir(), "-brand-name", "Example & Co", "-brand-colour", "#ffcc00")
	link := p.printed(`POST (http://\S+/visitors)`)
	status, header, body := p.do("GET", link, "", "Accept-Language", "de-AT,de;q=0.9,en;q=0.8")
	if status != 200 || header.Get("Content-Language") != "de" || !strings.Contains(body, "Fred</bdi> lädt Sie ein") || !strings.Contains(body, "g…@example.com") || !strings.Contains(body, "<p dir=\"auto\">Example &amp; Co</p>") || !strings.Contains(body, "--key:#ffcc00") {
		t.Errorf("the link page: %d %s", status, body)
	}
	_, header, _ = p.do("POST", link, "")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	for name, c := range map[string]struct {
		path, cookie, accept, want string
		status                     int
	}{
		"who a visitor is, to a browser": {"/whoami", cookie, "text/html", "ginger@example.com", 200},
		"who a visitor is, to a program": {"/whoami", cookie, "*/*", `"mode":"visitor"`, 200},
		"who nobody is":                  {"/whoami", "", "text/html", "Nobody is signed in", 200},
		"refused elsewhere":              {"/refused?reason=spent&reference=SampleEventsPass", "", "text/html", "This link has been used already", 403},
	} {
		if status, _, body := p.do("GET", p.base+c.path, "", "Cookie", c.cookie, "Accept", c.accept); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}
