package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
)

// asks returns in what text manage was to look for a pass.
func asks(t *testing.T, text string) string {
	t.Helper()
	d := newDesk(t).answered(live)
	d.stdin = text
	d.run("describe", "-").ends(done, "Its link lets in now.", "")
	_, doc, _ := strings.Cut(d.asked[0], " ")
	var said struct{ Describe struct{ Pass string } }
	if err := json.Unmarshal([]byte(doc), &said); err != nil {
		t.Fatal(err)
	}
	if len(doc) > manage.MaxDocument || len(said.Describe.Pass) > 16384 {
		t.Errorf("asked %d bytes, to look in %d", len(doc), len(said.Describe.Pass))
	}
	return said.Describe.Pass
}

// A mail is pasted as it is: its source, with all that surrounds the link.
func TestAPassIsFoundInAWholeMail(t *testing.T) {
	const other = "https://elsewhere.example/p/an-article-of-many-words-in-a-path"
	much := strings.Repeat("<td class=\"x\">\u00a0</td>\r\n", 20_000)
	for name, tt := range map[string]struct{ text, want string }{
		"a token behind much":              {much + link + "\n" + much, gp},
		"twice":                            {much + link + " or " + link, gp},
		"beside a link of somebody else's": {much + other + " " + link, gp},
		"beside a JWT of somebody else's":  {much + "X-Track: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA\r\n http://localhost:8080/p/" + old, "/p/" + old},
		"a JWT":                            {much + "?token=" + jwt + ", said she", jwt},
		"a token that is cut":              {much + link[:45] + "\n" + other, gp[:45-len("http://localhost:8080/p/")]},
		"a link of before":                 {much + "https://x.example/reports/?a=1&vuid=" + old + "&b=2", "&vuid=" + old},
		"one that is wrapped":              {much + "https://safe.example/?url=https%3A%2F%2Fx.example%2F%3Fvuid%3D" + old, "?url=https%3A%2F%2Fx.example%2F%3Fvuid%3D" + old},
		"one whose path it is in":          {much + "https://x.example/magic-link/" + old + "/ .", "/" + old + "/"},
		"one behind /p/":                   {much + "http://localhost:8080/p/" + old + "/visitors", "/p/" + old},
		"text that is little":              {"Hello " + link + " and " + other, "Hello " + link + " and " + other},
		"a line that goes on":              {"<a href=3D\"" + link[:40] + "=\r\n" + link[40:] + "\">", "<a href=\"" + link + "\">"},
		"a line that goes on, on Unix":     {link[:40] + "=\n" + link[40:], link},
		"a query of a mail's source":       {"https://x.example/?vuid=3D" + old, "https://x.example/?vuid=" + old},
		"a credential that begins like it": {"https://x.example/?a=b&rt=3Dabcdefghijklmnopqrstuv", "https://x.example/?a=b&rt=3Dabcdefghijklmnopqrstuv"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := asks(t, tt.text); got != tt.want {
				t.Errorf("it looks in %.300q, want %q", got, tt.want)
			}
		})
	}
	if got := asks(t, much); len(got) > 1024 {
		t.Errorf("of a text without any it sends %d bytes", len(got))
	}
	if got := asks(t, strings.Repeat(other+" ", 1000)+other+"2"); strings.Count(got, "/p/") != 2 {
		t.Errorf("it looks in %.300q", got)
	}
	if got := asks(t, strings.Repeat("\x00", 10_000)+link); got != gp {
		t.Errorf("of what is long as JSON it looks in %.300q", got)
	}
	d := newDesk(t)
	d.stdin = strings.Repeat("x", maxPasted+1)
	d.run("describe", "-").ends(misused, "", "give the part with the link")
}
