package handler_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// newDesk is the front desk of a test, with a key in a file.
func newDesk(t testing.TB, store desk.Store, now func() time.Time) *desk.Desk {
	t.Helper()
	d, err := desk.New(store, gatetest.Mac(), now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wish posts the wish for a new link, as the refusal page's button does, from the
// site that a browser says.
func (h *house) wish(t testing.TB, link, site string, cookies ...string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	h.store.Reset()
	return h.browse(t, http.MethodPost, path(link), cookies, map[string]string{"sec-fetch-site": site}, "wish=new_link")
}

// calls compares the store calls since the last Reset.
func (h *house) calls(t testing.TB, what string, want map[string]int) {
	t.Helper()
	got := h.store.Calls()
	delete(got, "PublicKeys") // beside the request, as are the next
	delete(got, "Rules")
	delete(got, "DigestMark")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: store calls (-want +made):\n%s", what, diff)
	}
}

// over returns links that are over, each with what its holder is told.
func (h *house) over(t *testing.T) map[string]issued {
	t.Helper()
	spent, public := h.mint(t, once), h.mint(t, `{"scope":"report:66","target":"/reports/66","max_uses":1}`)
	expired := h.mint(t, strings.Replace(visitorDoc, "3600", "1", 1))
	h.redeem(t, spent.Link)
	if got := h.ask(t, report(public.Token), "66"); got != "ok" {
		t.Fatal(got)
	}
	h.now = h.now.Add(2 * time.Minute) // past the time in which a click is the same click
	return map[string]issued{"has been used already": spent, "has been used already ": public, "has expired": expired}
}

// TestTheHolderOfALinkThatIsOverAsksForANewOne by the button on its page: it is
// noted beside the pass, redeems nothing, and is answered the same when it was
// noted a moment ago.
func TestTheHolderOfALinkThatIsOverAsksForANewOne(t *testing.T) {
	h := newHouse(t)
	for why, p := range h.over(t) {
		uses := h.uses(t, p.ID)
		page := h.look(t, p.Link, "")
		if !strings.Contains(page.Body, strings.TrimSpace(why)) || !strings.Contains(page.Body, `<form method="post" action="`+path(p.Link)+`"><input type="hidden" name="wish" value="new_link">`) {
			t.Errorf("%s: the page has no button for a new link: %s", why, page.Body)
		}
		h.log.Reset()
		first := h.wish(t, p.Link, "same-origin")
		h.calls(t, why, map[string]int{"Read": 1, "RequestLink": 1})
		if first.StatusCode != http.StatusOK || first.Cookies != nil || !strings.Contains(first.Body, "You have asked for a new link") {
			t.Errorf("%s: answered %d with %v: %s", why, first.StatusCode, first.Cookies, first.Body)
		}
		for _, part := range []string{`"route":"new link"`, `"outcome":"allow"`, `"reason":"ok"`, `"pass_id":"` + p.ID + `"`} {
			if !strings.Contains(h.log.String(), part) || strings.Contains(h.log.String(), p.Token) {
				t.Errorf("%s: the log lacks %s, or has the credential: %s", why, part, h.log.String())
			}
		}
		h.now = h.now.Add(time.Second)
		h.log.Reset()
		if diff := cmp.Diff(first, h.wish(t, p.Link, "same-origin")); diff != "" {
			t.Errorf("%s: asked again, the answer is another (-first +second):\n%s", why, diff)
		}
		for _, part := range []string{`"route":"new link"`, `"outcome":"deny"`, `"reason":"rate_limited"`, `"pass_id":"` + p.ID + `"`, "not told again"} {
			if !strings.Contains(h.log.String(), part) {
				t.Errorf("%s: asked again, the log lacks %s: %s", why, part, h.log.String())
			}
		}
		if n := h.uses(t, p.ID); n != uses {
			t.Errorf("%s: asking used %d", why, n-uses)
		}
	}
}

// TestAWishNeverRedeems: a good link stays as it is and is shown, and one that
// was withdrawn or is not valid yet says so without a button.
func TestAWishNeverRedeems(t *testing.T) {
	h := newHouse(t)
	good, login, revoked := h.mint(t, visitorDoc), h.mint(t, loginDoc), h.mint(t, visitorDoc)
	later := h.mint(t, strings.Replace(visitorDoc, "{", `{"not_before":"`+h.now.Add(time.Hour/2).UTC().Format(time.RFC3339)+`",`, 1))
	h.operate(t, `{"revoke":{"pass":"`+revoked.ID+`","by":"test"}}`)
	for name, c := range map[string]struct {
		p      issued
		status int
		said   string
		form   bool
	}{
		"a visitor's pass": {good, http.StatusOK, "Valid until", true},
		"a login":          {login, http.StatusOK, "Sign in", true},
		"withdrawn":        {revoked, http.StatusForbidden, "has been withdrawn", false},
		"not valid yet":    {later, http.StatusForbidden, "not valid yet", false},
	} {
		res := h.wish(t, c.p.Link, "same-origin")
		h.calls(t, name, map[string]int{"Read": 1})
		if res.StatusCode != c.status || !strings.Contains(res.Body, c.said) || strings.Contains(res.Body, "<form") != c.form || strings.Contains(res.Body, "new_link") {
			t.Errorf("%s: answered %d: %s", name, res.StatusCode, res.Body)
		}
		if cookieOf(res, "__Host-gatepass")+cookieOf(res, "__Host-gatepass-visitor") != "" || h.uses(t, c.p.ID) != 0 {
			t.Errorf("%s: opened a session or counted a use", name)
		}
	}
}

// TestAnotherSitesPageAsksForNothing, and neither reads nor writes.
func TestAnotherSitesPageAsksForNothing(t *testing.T) {
	h := newHouse(t)
	for why, p := range h.over(t) {
		for _, site := range []string{"cross-site", "same-site"} {
			res := h.wish(t, p.Link, site)
			h.calls(t, why, map[string]int{})
			if res.StatusCode != http.StatusForbidden || !strings.Contains(res.Body, "came from another site") || strings.Contains(res.Body, "<form") {
				t.Errorf("%s, %s: answered %d: %s", why, site, res.StatusCode, res.Body)
			}
		}
		h.store.Reset()
		h.browse(t, http.MethodPost, path(p.Link), nil, map[string]string{"origin": "https://evil.example.com"}, "wish=new_link")
		h.calls(t, why+", by its Origin", map[string]int{})
	}
}

// TestAReissuedLinkIsAskedForAnew: the host is told of every wish that the page
// says it is told of, though the one before was a moment ago.
func TestAReissuedLinkIsAskedForAnew(t *testing.T) {
	h := newHouse(t)
	p := h.over(t)["has been used already"]
	h.wish(t, p.Link, "same-origin")
	again := h.mint(t, `{"reissue":"`+p.ID+`","max_uses":1,"expires_in":3600}`)
	h.redeem(t, again.Link)
	h.now = h.now.Add(2 * time.Minute)
	h.log.Reset()
	res := h.wish(t, again.Link, "same-origin")
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Body, "You have asked for a new link") || !strings.Contains(h.log.String(), `"outcome":"allow","reason":"ok"`) {
		t.Errorf("answered %d, logged %s", res.StatusCode, h.log.String())
	}
}

// TestTheTwentyFirstOfAClientBlockIsTurnedAway for the rest of the hour, and told
// for how long; those whose host was told are not.
func TestTheTwentyFirstOfAClientBlockIsTurnedAway(t *testing.T) {
	h := newHouse(t)
	links := make([]issued, 21)
	for i := range links {
		links[i] = h.mint(t, strings.Replace(visitorDoc, "3600", "1", 1))
	}
	h.now = h.now.Add(2 * time.Minute)
	for _, p := range append(links[:20:20], links[0]) {
		if res := h.wish(t, p.Link, "same-origin"); res.StatusCode != http.StatusOK || res.Headers["retry-after"] != "" {
			t.Fatalf("answered %d, %v", res.StatusCode, res.Headers)
		}
	}
	h.log.Reset()
	res := h.wish(t, links[20].Link, "same-origin")
	h.calls(t, "the next", map[string]int{"Read": 1, "RequestLink": 1})
	if after := fmt.Sprint(3600 - h.now.Unix()%3600); res.StatusCode != http.StatusTooManyRequests || res.Headers["retry-after"] != after || !strings.Contains(res.Body, "Too many requests") {
		t.Errorf("answered %d, retry after %q, want %s: %s", res.StatusCode, res.Headers["retry-after"], after, res.Body)
	}
	if !strings.Contains(h.log.String(), `"reason":"rate_limited"`) || !strings.Contains(h.log.String(), "one block of clients") {
		t.Errorf("logged %s", h.log.String())
	}
	h.now = h.now.Add(time.Hour)
	if res := h.wish(t, links[20].Link, "same-origin"); res.StatusCode != http.StatusOK {
		t.Errorf("an hour later it answered %d", res.StatusCode)
	}
}

// TestALimiterThatFailsLetsNobodyAsk: the page says to try again, the log what
// happened.
func TestALimiterThatFailsLetsNobodyAsk(t *testing.T) {
	for _, method := range []string{"RequestLink", "Read"} {
		h := newHouse(t)
		p := h.over(t)["has expired"]
		store := storetest.Faulty(h.store, storetest.Always(storetest.Before, method))
		clock := func() time.Time { return h.now }
		link, err := gate.NewLink(gatetest.Config(), store, 30, clock, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		h.visit = handler.Visit(handler.VisitConfig{Desk: newDesk(t, store, clock)}, link, nil, handler.NewLog("visit", &log, clock))
		res := h.wish(t, p.Link, "same-origin")
		if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(res.Body, "Try again") || h.store.Calls()["RequestLink"] != 0 {
			t.Errorf("%s fails: answered %d: %s", method, res.StatusCode, res.Body)
		}
		if !strings.Contains(log.String(), `"outcome":"error","reason":"unavailable"`) || !strings.Contains(log.String(), "no connection") {
			t.Errorf("%s fails: logged %s", method, log.String())
		}
	}
}

// TestWhereNobodyTakesWishesThereIsNoButton.
func TestWhereNobodyTakesWishesThereIsNoButton(t *testing.T) {
	h := newHouse(t)
	p := h.over(t)["has expired"]
	clock := func() time.Time { return h.now }
	link, err := gate.NewLink(gatetest.Config(), h.store, 30, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.visit = handler.Visit(handler.VisitConfig{}, link, nil, handler.NewLog("visit", &h.log, clock))
	for name, res := range map[string]events.APIGatewayV2HTTPResponse{"the page": h.look(t, p.Link, ""), "a wish": h.wish(t, p.Link, "same-origin")} {
		if res.StatusCode != http.StatusForbidden || strings.Contains(res.Body, "<form") || !strings.Contains(res.Body, "has expired") {
			t.Errorf("%s: answered %d: %s", name, res.StatusCode, res.Body)
		}
	}
	h.calls(t, "a wish", map[string]int{"Read": 1})
}
