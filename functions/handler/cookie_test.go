package handler_test

import (
	"crypto/rand"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/keys"
)

// browser keeps cookies as browsers do: a jar (RFC 6265) with the prefixes of
// RFC 6265bis, section 4.1.3, which the jar does not know.
type browser struct {
	jar  http.CookieJar
	from string // the host of the link page
}

// suffixes are the domains that everybody may have a host below.
type suffixes struct{}

func (suffixes) String() string { return "the last label" }

func (suffixes) PublicSuffix(domain string) string { return domain[strings.LastIndex(domain, ".")+1:] }

func newBrowser(t *testing.T, from string) *browser {
	t.Helper()
	jar, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: suffixes{}})
	if err != nil {
		t.Fatal(err)
	}
	return &browser{jar, from}
}

// gets takes the cookies of an answer of the link page's host.
func (b *browser) gets(t *testing.T, res events.APIGatewayV2HTTPResponse) {
	t.Helper()
	for _, line := range res.Cookies {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			t.Fatal(err)
		}
		secure, host := strings.HasPrefix(c.Name, "__Secure-"), strings.HasPrefix(c.Name, "__Host-")
		if (secure || host) && !c.Secure || host && (c.Domain != "" || c.Path != "/") {
			t.Errorf("a browser refuses %s with the domain %q", c.Name, c.Domain)
			continue
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge == 0 && c.Expires.IsZero() {
			t.Errorf("%s is set with %s", c.Name, strings.TrimPrefix(line, c.Name+"="+c.Value))
		}
		b.jar.SetCookies(&url.URL{Scheme: "https", Host: b.from, Path: "/p/x"}, []*http.Cookie{c})
	}
}

// sends is the browser's Cookie header to a host, pair by pair.
func (b *browser) sends(scheme, host string) (pairs []string) {
	for _, c := range b.jar.Cookies(&url.URL{Scheme: scheme, Host: host, Path: "/visitors"}) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return pairs
}

// under wires the house's link page and authorizer with other cookies.
func (h *house) under(t testing.TB, c config.Cookies) {
	t.Helper()
	clock := func() time.Time { return h.now }
	cfg := gate.Config{QueryNames: []string{"token"}, UserCookie: c.User, VisitorCookie: c.Visitor, CookieDomain: c.Domain}
	link, err := gate.NewLink(cfg, h.store, 30, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring, book := keys.NewRing(h.store, keys.Config{}, clock), gate.NewBook(h.store, time.Minute, clock)
	g, err := gate.New(cfg, h.store, gate.JWTs{Issuer: "gatepass", Audience: "api", Ring: ring}, book, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.authorizer = handler.Authorizer(g, true, handler.NewLog("authorizer", &h.log, clock), ring, book)
	h.visit = handler.Visit(handler.VisitConfig{QueryName: "token", NonceCookie: c.Nonce, SessionCookies: c.Sessions(), CookieDomain: c.Domain}, link, ring, handler.NewLog("visit", &h.log, clock), ring)
}

// TestASessionReachesTheHostsItIsFor: with a domain every host of it and over
// https alone, without one the link page's own; and when it ends it is gone from
// all of them.
func TestASessionReachesTheHostsItIsFor(t *testing.T) {
	const from, sibling, above, elsewhere = "pass.example.com", "api.example.com", "example.com", "pass.example.net"
	for name, c := range map[string]struct {
		domain string
		hosts  map[string]string // host: what its authorizer says
	}{
		"of the host alone": {"", map[string]string{from: "ok", sibling: "missing", above: "missing", elsewhere: "missing", "x." + from: "missing"}},
		"of the domain":     {"example.com", map[string]string{from: "ok", sibling: "ok", above: "ok", elsewhere: "missing", "x." + from: "ok"}},
		"of the host and those below": {from, map[string]string{from: "ok", sibling: "missing", above: "missing",
			elsewhere: "missing", "x." + from: "ok"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.now = time.Now().Truncate(time.Second) // the jar goes by the real clock
			cookies, err := config.NewCookies("crm", c.domain, "https://"+from)
			if err != nil {
				t.Fatal(err)
			}
			h.under(t, cookies)
			br, link := newBrowser(t, from), path(h.mint(t, visitorDoc).Link)
			page := h.browse(t, http.MethodGet, link, nil, nil, "")
			br.gets(t, page)
			if got := br.sends("https", from); len(got) != 1 || !strings.HasPrefix(got[0], "__Host-crm-nonce=") {
				t.Fatalf("the page's nonce comes back as %v", got)
			}
			_, nonce, _ := strings.Cut(br.sends("https", from)[0], "=")
			res := h.browse(t, http.MethodPost, link, br.sends("https", from), map[string]string{"sec-fetch-site": "same-origin"}, "nonce="+nonce)
			br.gets(t, res)
			again := h.browse(t, http.MethodPost, link, br.sends("https", from), map[string]string{"sec-fetch-site": "same-origin"}, "nonce="+nonce)
			if res.StatusCode != http.StatusSeeOther || again.StatusCode != http.StatusSeeOther || len(again.Cookies) != 0 {
				t.Errorf("the click answered %d, and again %d with %v", res.StatusCode, again.StatusCode, again.Cookies)
			}
			for host, want := range c.hosts {
				sent := br.sends("https", host)
				if got := h.ask(t, &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: sent}, "-"); got != want {
					t.Errorf("at %s the visitor is %s, want %s", host, got, want)
				}
				if host != from && strings.Contains(strings.Join(sent, ";"), "nonce") {
					t.Errorf("%s is sent the nonce", host)
				}
				if plain := br.sends("http", host); len(plain) != 0 {
					t.Errorf("%s is sent %d cookies without TLS", host, len(plain))
				}
			}
			br.gets(t, h.browse(t, http.MethodPost, "/session/end", br.sends("https", from), map[string]string{"sec-fetch-site": "same-origin"}, ""))
			for host := range c.hosts {
				if left := strings.Join(br.sends("https", host), ";"); strings.Contains(left, "gs_") {
					t.Errorf("after its end %s is still sent the session", host)
				}
			}
		})
	}
}
