package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// scene is one kind of page, by the name that pkg/page/testdata has it under, and
// how a browser comes to see it.
type scene struct {
	name string
	come func(t *testing.T, g *gallery, d *device)
}

// gallery is a site in the name of a host, and another one that shows the pages
// of pkg/page/testdata: those that no browser can make the program show.
type gallery struct {
	*site
	still string // base of the other one
	logos string
}

func newGallery(t *testing.T) *gallery {
	t.Helper()
	other := httptest.NewTLSServer(http.HandlerFunc(logo))
	t.Cleanup(other.Close)
	g := &gallery{logos: other.URL, site: newSite(t, "-brand-name", "Example Ltd", "-brand-logo", other.URL+"/logo.svg",
		"-brand-links", "Privacy https://127.0.0.1:1/privacy, Imprint https://127.0.0.1:1/imprint")}
	still := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := os.ReadFile(seen(path.Base(r.URL.Path)))
		if err != nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("content-type", "text/html; charset=utf-8")
		fmt.Fprint(w, regexp.MustCompile(`<img src="[^"]*"`).ReplaceAllString(string(b), `<img src="`+other.URL+`/logo.svg"`))
	}))
	t.Cleanup(still.Close)
	g.still = still.URL
	return g
}

// seen returns the file of a page of a name, or of all pages for *.
func seen(name string) string { return filepath.Join(root, "pkg/page/testdata", name+".en.html") }

// link issues a visitor pass and opens its link.
func (g *gallery) link(t *testing.T, d *device, more request) issued {
	a := g.visit(t, more)
	d.open(a.Link)
	return a
}

// longest is an invitation at the end of all bounds.
func longest() request {
	return request{
		"invitation": request{"from": strings.Repeat("Wilhelmina", 15), "purpose": strings.Repeat("Donaudampfschifffahrt", 7), "message": strings.Repeat("https://example.com/averylongaddresswithoutanyblanks ", 9)},
		"visitor":    request{"email": strings.Repeat("m", 64) + "@" + strings.Repeat("example.", 20) + "com", "first_name": strings.Repeat("Maximilian", 15), "last_name": "Mustermann"}}
}

// live are the scenes of the program itself.
func live() []scene {
	list := []scene{
		{"link-visitor", func(t *testing.T, g *gallery, d *device) { g.link(t, d, nil) }},
		{"link-longest", func(t *testing.T, g *gallery, d *device) { g.link(t, d, longest()) }},
		{"link-session", func(t *testing.T, g *gallery, d *device) { d.open(g.login(t, "ginger@example.com").Link) }},
		{"link-here", func(t *testing.T, g *gallery, d *device) {
			a := g.link(t, d, nil)
			d.click("button")
			d.open(a.Link)
		}},
		{"link-switch", func(t *testing.T, g *gallery, d *device) {
			d.open(g.login(t, "fred@example.com").Link)
			d.click("button")
			d.open(g.login(t, "ginger@example.com").Link)
		}},
		{"link-visiting", func(t *testing.T, g *gallery, d *device) {
			g.link(t, d, nil)
			d.click("button")
			g.link(t, d, nil)
		}},
		{"link-signed-in", func(t *testing.T, g *gallery, d *device) {
			d.open(g.login(t, "fred@example.com").Link)
			d.click("button")
			d.open(g.issue(t, request{"mode": "request", "subject": "ginger", "scope": "report:66", "target": "/reports/66"}).Link)
		}},
		{"link-public", func(t *testing.T, g *gallery, d *device) {
			d.open(g.issue(t, request{"scope": "report:66", "target": "/reports/66"}).Link)
		}},
		{"link-program", func(t *testing.T, g *gallery, d *device) { d.open(g.issue(t, request{"scope": "report:66"}).Link) }},
		{"refused-expired", func(t *testing.T, g *gallery, d *device) {
			a := g.visit(t, request{"expires_in": 60})
			g.move(61 * time.Second)
			d.open(a.Link)
		}},
		{"refused-spent", func(t *testing.T, g *gallery, d *device) {
			a := g.link(t, d, nil)
			d.click("button")
			d.forget()
			d.open(a.Link)
		}},
		{"refused-revoked", func(t *testing.T, g *gallery, d *device) {
			a := g.visit(t, nil)
			g.manage(t, "revoke", a.ID)
			d.open(a.Link)
		}},
		{"refused-completed", func(t *testing.T, g *gallery, d *device) {
			a := g.visit(t, nil)
			g.manage(t, "complete", a.ID)
			d.open(a.Link)
		}},
		{"refused-not_yet_valid", func(t *testing.T, g *gallery, d *device) {
			g.link(t, d, request{"expires_in": 7200, "not_before": g.now().Add(time.Hour).UTC().Format(time.RFC3339)})
		}},
		{"refused-neutral", func(t *testing.T, g *gallery, d *device) { d.open(g.base + "/p/gp_mistyped") }},
		{"notice-signed-out", func(t *testing.T, g *gallery, d *device) {
			g.link(t, d, nil)
			d.click("button")
			d.open(g.base + "/whoami")
			d.click("button")
		}},
		{"whoami-granted", func(t *testing.T, g *gallery, d *device) {
			g.link(t, d, nil)
			d.click("button")
			d.open(g.base + "/whoami")
		}},
		{"form-empty", func(_ *testing.T, g *gallery, d *device) { d.open(g.base + "/register/reference") }},
		{"form-wrong", func(_ *testing.T, g *gallery, d *device) {
			d.open(g.base + "/register/reference")
			d.fill("<Ginger>", "O'Neill & Co", "ginger@localhost")
			d.click("button")
		}},
		{"form-sent", func(_ *testing.T, g *gallery, d *device) {
			d.open(g.base + "/register/reference")
			d.fill("Ginger", "Rogers", "ginger@example.com")
			d.click("button")
		}},
		{"notice-nothing-here", func(_ *testing.T, g *gallery, d *device) { d.open(g.base + "/register/nowhere") }},
		{"notice-asked", func(t *testing.T, g *gallery, d *device) {
			a := g.link(t, d, nil)
			d.click("button")
			d.forget()
			d.open(a.Link)
			d.click("button")
		}},
		{"whoami-nobody", func(t *testing.T, g *gallery, d *device) { d.open(g.base + "/whoami") }},
	}
	for _, r := range []pass.Reason{pass.RateLimited, pass.CrossSite, pass.Missing, pass.WrongScope, pass.WrongSubject, pass.SessionEnded} {
		list = append(list, scene{"refused-" + string(r), func(_ *testing.T, g *gallery, d *device) {
			d.open(g.base + "/refused?reference=SampleEventsPass&reason=" + string(r))
		}})
	}
	return list
}

// looks are how every page is looked at.
func looks() map[string]wish {
	return map[string]wish{"light": {}, "dark": {dark: true}, "phone": {width: 320}}
}

// scenes are all of them: those of the program, and every other page that
// pkg/page writes, as it is in testdata.
func scenes(t *testing.T) []scene {
	t.Helper()
	list, there := live(), map[string]bool{}
	for _, s := range list {
		there[s.name] = true
	}
	files, err := filepath.Glob(seen("*"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d pages in testdata: %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".en.html")
		if !there[name] {
			list = append(list, scene{name, func(_ *testing.T, g *gallery, d *device) { d.open(g.still + "/" + name) }})
		}
	}
	return list
}

// look at each page of some kinds in light, in dark and on a phone of 320 pixels:
// whoever sees little or hears it, who has a keyboard alone, and who has a small
// screen, finds everything.
//
// One device sees them all, and forgets its cookies between them: a browser that
// has just begun to draw takes its time.
func look(t *testing.T, kinds func(name string) bool) {
	g, axe := newGallery(t), axeSource(t)
	d := g.device(t, wish{abroad: []string{g.still, g.logos}})
	for _, s := range scenes(t) {
		if !kinds(s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			d.tab.t = t
			d.forget()
			d.be(wish{})
			n := len(d.since(0))
			s.come(t, g, d)
			for _, wrong := range heavy(d.since(n)) {
				t.Error(wrong)
			}
			for name, w := range looks() {
				d.be(w)
				picture(t, d.tab, s.name+"-"+name)
				for _, wrong := range slices.Concat(inaccessible(d.tab, axe), wide(d.tab), lost(d.tab)) {
					t.Errorf("%s: %s", name, wrong)
				}
			}
			for _, complaint := range d.complaints() {
				t.Error(complaint)
			}
		})
	}
}

func TestLinkPagesInABrowser(t *testing.T) {
	look(t, func(name string) bool { return strings.HasPrefix(name, "link-") })
}

func TestRefusalsInABrowser(t *testing.T) {
	look(t, func(name string) bool { return strings.HasPrefix(name, "refused-") })
}

func TestEveryOtherPageInABrowser(t *testing.T) {
	look(t, func(name string) bool {
		return !strings.HasPrefix(name, "link-") && !strings.HasPrefix(name, "refused-")
	})
}

// Long words of every language fit a small screen too.
func TestEveryLanguageFitsAPhone(t *testing.T) {
	g := newGallery(t)
	a := g.visit(t, longest())
	for _, language := range []string{"en", "de", "fr", "es"} {
		d := g.device(t, wish{language: language, width: 320, abroad: []string{g.logos}})
		for _, url := range []string{a.Link, g.base + "/refused?reason=spent", g.base + "/refused?reason=rate_limited", g.base + "/whoami"} {
			if s := d.open(url); s.Lang != language || len(wide(d.tab)) > 0 {
				t.Errorf("%s in %s: %s %v", url, language, s.Lang, wide(d.tab))
			}
		}
	}
}
