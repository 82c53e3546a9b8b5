package handler_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

const nonceName = "__Host-gatepass-nonce"

// nonceOf is the nonce of a page that has it in its form and in its cookie; the
// cookie's time begins with the page.
func nonceOf(t testing.TB, res events.APIGatewayV2HTTPResponse) string {
	t.Helper()
	_, nonce, _ := strings.Cut(cookieOf(res, nonceName), "=")
	if nonce == "" || strings.Count(res.Body, `name="nonce" value="`+nonce+`"`) != 1 || !strings.Contains(strings.Join(res.Cookies, "\n"), nonce+"; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=900") {
		t.Fatalf("answered %d with %v: %s", res.StatusCode, res.Cookies, res.Body)
	}
	return nonce
}

// TestTwoTabsAreOneRedemption: the same link, and another one, opened before the
// click change nothing of it.
func TestTwoTabsAreOneRedemption(t *testing.T) {
	h := newHouse(t)
	p, other := h.mint(t, once), h.mint(t, once)
	first := nonceOf(t, h.look(t, p.Link, ""))
	jar := nonceName + "=" + first
	for name, link := range map[string]string{"the same link": p.Link, "another link": other.Link} {
		if got := nonceOf(t, h.look(t, link, "", jar)); got != first {
			t.Errorf("%s has a nonce of its own, %s", name, got)
		}
	}
	click := func(link string, cookies ...string) string {
		return cookieOf(h.browse(t, http.MethodPost, path(link), cookies, nil, "nonce="+first), "__Host-gatepass-visitor")
	}
	a := click(p.Link, jar)
	if b := click(p.Link, jar); a == "" || a != b || h.uses(t, p.ID) != 1 {
		t.Errorf("the other tab's click got another session, or %d uses", h.uses(t, p.ID))
	}
	if c := click(other.Link, jar); c == "" || c[len(c)-22:] == a[len(a)-22:] || h.uses(t, other.ID) != 1 {
		t.Errorf("the other link's click got %q", c)
	}
}

// TestAUsedNonceIsDrawnAnew when its minute is over, or what it opened has ended:
// a click with it would be refused, though the link is good.
func TestAUsedNonceIsDrawnAnew(t *testing.T) {
	for name, over := range map[string]func(h *house, p issued, session string){
		"its minute is over":    func(h *house, _ issued, _ string) { h.now = h.now.Add(time.Minute) },
		"its session has ended": func(h *house, p issued, s string) { h.browse(t, http.MethodPost, "/session/end", []string{s}, nil, "") },
	} {
		h := newHouse(t)
		p := h.mint(t, visitorDoc)
		first := nonceOf(t, h.look(t, p.Link, ""))
		click := func(nonce string) string {
			return cookieOf(h.browse(t, http.MethodPost, path(p.Link), []string{nonceName + "=" + nonce}, nil, "nonce="+nonce), "__Host-gatepass-visitor")
		}
		a := click(first)
		if same := nonceOf(t, h.look(t, p.Link, "", nonceName+"="+first)); same != first {
			t.Errorf("%s: before, the page has another nonce, %s", name, same)
		}
		over(h, p, a)
		second := nonceOf(t, h.look(t, p.Link, "", nonceName+"="+first))
		if b := click(second); second == first || b == "" || b == a || h.uses(t, p.ID) != 2 {
			t.Errorf("%s: the click after it got %q, and used %d", name, b, h.uses(t, p.ID))
		}
	}
}

// TestAPagesNonceCountsWhereThePageIsOurs: by its cookie, or by what the browser
// says of where the form came from. Otherwise the click is one of its own.
func TestAPagesNonceCountsWhereThePageIsOurs(t *testing.T) {
	for name, c := range map[string]struct {
		headers map[string]string
		cookie  bool
		same    bool
	}{
		"the cookie alone":                        {nil, true, true},
		"the cookie, of who typed the address":    {map[string]string{"sec-fetch-site": "none"}, true, true},
		"the same origin, the cookie has run out": {map[string]string{"sec-fetch-site": "same-origin"}, false, true},
		"our own Origin":                          {map[string]string{"origin": "https://pass.example.com"}, false, true},
		"neither":                                 {nil, false, false},
		"a typed address without the cookie":      {map[string]string{"sec-fetch-site": "none"}, false, false},
	} {
		h := newHouse(t)
		p := h.mint(t, once)
		nonce := nonceOf(t, h.look(t, p.Link, ""))
		var cookies []string
		if c.cookie {
			cookies = []string{nonceName + "=" + nonce}
		}
		click := func() events.APIGatewayV2HTTPResponse {
			return h.browse(t, http.MethodPost, path(p.Link), cookies, c.headers, "nonce="+nonce)
		}
		a, b := cookieOf(click(), "__Host-gatepass-visitor"), cookieOf(click(), "__Host-gatepass-visitor")
		if a == "" || (a == b) != c.same || h.uses(t, p.ID) != 1 {
			t.Errorf("%s: two clicks got %q and %q", name, a, b)
		}
	}
}

// TestANonceThatIsNoneOfOursIsNoNonce: what a browser has gets onto the page, and
// a nonce that somebody else chose tells them which redemption it was.
func TestANonceThatIsNoneOfOursIsNoNonce(t *testing.T) {
	h := newHouse(t)
	for _, text := range []string{"N", strings.Repeat("A", 25), strings.Repeat("A", 65), strings.Repeat("a", 26), strings.Repeat("A", 25) + ">", strings.Repeat("A", 25) + "\r", h.mint(t, once).Token} {
		p := h.mint(t, once)
		if got := nonceOf(t, h.look(t, p.Link, "", nonceName+"="+text)); got == text {
			t.Errorf("%q is a page's nonce", text)
		}
		for i, want := range []int{http.StatusSeeOther, http.StatusForbidden} {
			if res := h.browse(t, http.MethodPost, path(p.Link), []string{nonceName + "=" + text}, map[string]string{"sec-fetch-site": "same-origin"}, "nonce="+text); res.StatusCode != want {
				t.Errorf("%q: click %d answered %d", text, i, res.StatusCode)
			}
		}
	}
}

// TestThePageThatAsksHasANonceToo, so that its click may be repeated: the one of
// the click that it answers, else one of its own.
func TestThePageThatAsksHasANonceToo(t *testing.T) {
	h := newHouse(t)
	freds := cookieOf(h.redeem(t, h.mint(t, strings.Replace(loginDoc, "ginger", "fred", 1)).Link), "__Host-gatepass")
	p := h.mint(t, loginDoc)
	click := func(body string) events.APIGatewayV2HTTPResponse {
		return h.browse(t, http.MethodPost, path(p.Link), []string{freds}, map[string]string{"sec-fetch-site": "same-origin"}, body)
	}
	first := nonceOf(t, click(""))
	if got := nonceOf(t, click("nonce="+first)); got != first {
		t.Errorf("asked again, the page has the nonce %s, want %s", got, first)
	}
	a, b := cookieOf(click("switch=yes&nonce="+first), "__Host-gatepass"), cookieOf(click("switch=yes&nonce="+first), "__Host-gatepass")
	if a == "" || a != b || h.uses(t, p.ID) != 1 {
		t.Errorf("a double click on it got %q and %q, and used %d", a, b, h.uses(t, p.ID))
	}
}
