package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// servers are those that one visit meets: the front that links lead to, which
// hands on to the program; the host's own app behind it; and another site. Each
// keeps what browsers told it.
type servers struct {
	front, app, other *httptest.Server
	to                *url.URL // the program

	mu    sync.Mutex
	heard []heard
}

// heard is what a request said of where it came from.
type heard struct{ server, request, origin, referer, site string }

func (s *servers) keep(server string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.heard = append(s.heard, heard{server, r.Method + " " + r.URL.Path, r.Header.Get("Origin"), r.Header.Get("Referer"), r.Header.Get("Sec-Fetch-Site")})
		s.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

// where returns what a server heard from the requests that begin with prefix.
func (s *servers) where(server, prefix string) []heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []heard
	for _, one := range s.heard {
		if one.server == server && strings.HasPrefix(one.request, prefix) {
			out = append(out, one)
		}
	}
	return out
}

// newServers starts them all, and the program behind the front.
func newServers(t *testing.T) (*servers, *site) {
	t.Helper()
	ss := &servers{}
	page := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/logo.svg" {
			logo(w, r)
			return
		}
		w.Header().Set("content-type", "text/html")
		w.Header().Set("referrer-policy", "strict-origin")
		fmt.Fprintf(w, `<!doctype html><title>app</title><p>`+granted+`</p><a href="%s/from-app">elsewhere</a>`, ss.other.URL)
	}
	ss.other = httptest.NewTLSServer(ss.keep("other", http.HandlerFunc(page)))
	ss.app = httptest.NewServer(ss.keep("app", http.HandlerFunc(page)))
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(ss.to) }}
	ss.front = httptest.NewServer(ss.keep("front", proxy))
	for _, server := range []*httptest.Server{ss.other, ss.app, ss.front} {
		t.Cleanup(server.Close)
	}
	base := strings.Replace(ss.front.URL, "127.0.0.1", "localhost", 1)
	s := newSite(t, "-public-url", base, "-upstream", ss.app.URL, "-brand-name", "Example", "-brand-logo", ss.other.URL+"/logo.svg", "-brand-links", "Privacy "+ss.other.URL+"/privacy")
	to, err := url.Parse(s.base)
	must(t, err, s.base)
	ss.to, s.base = to, base
	return ss, s
}

// logo is the host's.
func logo(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("content-type", "image/svg+xml")
	fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="18" fill="#1f4fd1"/><path d="M12 21l6 6 11-13" fill="none" stroke="#fff" stroke-width="4"/></svg>`)
}

// What the servers learn of where a browser comes from: the page's own post says
// its origin, which no-referrer would make null, and no Referer has a token.
func TestOriginAndRefererInABrowser(t *testing.T) {
	browser(t)
	ss, s := newServers(t)
	w := wish{abroad: []string{ss.other.URL}}
	a, d := s.visit(t, request{"max_uses": 2}), s.device(t, w)
	d.open(a.Link)
	in(t, "clicked", d.click("button"))
	if got := ss.where("front", "POST /p/"); len(got) != 1 || got[0].origin != s.base || got[0].site != "same-origin" {
		t.Errorf("the page's own post said %+v, want one with origin %s", got, s.base)
	}
	if got := s.stands(t, "clicked", a.ID, 1, 1).Sessions.Each[0].Origin; got != s.base {
		t.Errorf("describe says that the session came from %q, want %s", got, s.base)
	}
	d.click("a")
	if got := ss.where("other", "GET /from-app"); len(got) != 1 || strings.Contains(got[0].referer, "/p/") {
		t.Errorf("a link on the protected page told %+v", got)
	}
	d.open(a.Link)
	d.click("footer a")
	if got := ss.where("other", "GET /privacy"); len(got) != 1 || got[0].referer != "" {
		t.Errorf("a link on the link page told %+v, want no Referer", got)
	}
	if got := ss.where("other", "GET /logo.svg"); len(got) == 0 || got[0].referer != "" {
		t.Errorf("the logo told %+v, want a request without a Referer", got)
	}

	public, d := s.issue(t, request{"scope": "report:66", "target": ss.other.URL + "/in?a=1", "expires_in": 60}), s.device(t, w)
	d.open(public.Link)
	if at := d.click("button"); at.URL != ss.other.URL+"/in?a=1&token="+public.Token {
		t.Errorf("the public button led to %s", at.URL)
	}
	if got := ss.where("other", "GET /in"); len(got) != 1 || got[0].referer != s.base+"/" || got[0].site != "cross-site" {
		t.Errorf("the public button told %+v, want %s/ and nothing behind it", got, s.base)
	}
	same := s.issue(t, request{"scope": "report:66", "target": "/reports/66", "expires_in": 60})
	d.open(same.Link)
	in(t, "a public button to the host itself", d.click("button"))
	d.click("a")
	for _, one := range slices.Concat(ss.where("front", ""), ss.where("app", ""), ss.where("other", "")) {
		if strings.Contains(one.referer, "gp_") || strings.Contains(one.referer, "gs_") {
			t.Errorf("a Referer has a token: %+v", one)
		}
	}
}
