package handler_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/gate"
)

// TestATokenForItsSubjectIsNotLedToARefusal: where somebody else is signed in the
// link's page says so and offers to sign out, which shows it as it is then. Of
// targets that get no cookie of this host's it says nothing.
func TestATokenForItsSubjectIsNotLedToARefusal(t *testing.T) {
	h := newHouse(t)
	doc := `{"mode":"request","subject":"ginger","scope":"report:66","target":"/reports/66"}`
	p := h.mint(t, doc)
	signIn := func(subject string) string {
		return cookieOf(h.redeem(t, h.mint(t, strings.Replace(loginDoc, "ginger", subject, 1)).Link), "__Host-gatepass")
	}
	freds, gingers := signIn("fred@example.com"), signIn("ginger")
	account := func(cookie string) string {
		return h.ask(t, &gate.Request{Route: "GET /account", Method: "GET", Cookies: []string{cookie}}, "-")
	}
	const signOut, leads = `name="wish" value="sign_out"`, `name="token" value="`
	page := h.look(t, p.Link, "", freds)
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Body, "f…@example.com") || !strings.Contains(page.Body, signOut) || strings.Contains(page.Body, leads) || page.Cookies != nil {
		t.Errorf("the page answered %d with %v: %s", page.StatusCode, page.Cookies, page.Body)
	}
	elsewhere, ours := strings.Replace(doc, `"/rep`, `"https://api.example.net/rep`, 1), strings.Replace(doc, `"/rep`, `"https://pass.example.com/rep`, 1)
	none := strings.NewReplacer(`"mode":"request","subject":"ginger",`, "").Replace(doc)
	for name, c := range map[string]struct {
		link, cookie string
		leads        bool
	}{
		"nobody is signed in":          {p.Link, "", true},
		"its own subject is signed in": {p.Link, gingers, true},
		"a target that gets no cookie": {h.mint(t, elsewhere).Link, freds, true},
		"a whole URL of this host":     {h.mint(t, ours).Link, freds, false},
		"a link that stands for none":  {h.mint(t, none).Link, freds, true},
	} {
		if res := h.look(t, c.link, "", c.cookie); strings.Contains(res.Body, leads) != c.leads || strings.Contains(res.Body, signOut) == c.leads {
			t.Errorf("%s: answered %d: %s", name, res.StatusCode, res.Body)
		}
	}
	out := func(site string) events.APIGatewayV2HTTPResponse {
		return h.browse(t, http.MethodPost, path(p.Link), []string{freds}, map[string]string{"sec-fetch-site": site}, "wish=sign_out")
	}
	if res := out("cross-site"); res.StatusCode != http.StatusForbidden || account(freds) != "ok" {
		t.Errorf("another site's page signed fred out: %d", res.StatusCode)
	}
	res := out("same-origin")
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Body, leads) || len(res.Cookies) != 2 || !strings.Contains(res.Cookies[0], "; Max-Age=0") || res.Headers["clear-site-data"] == "" {
		t.Errorf("signed out, the page answered %d with %v: %s", res.StatusCode, res.Cookies, res.Body)
	}
	if a, b := account(freds), account(gingers); a != "session_ended" || b != "ok" || h.uses(t, p.ID) != 0 {
		t.Errorf("after it fred is %s and ginger elsewhere %s, and the link has %d uses", a, b, h.uses(t, p.ID))
	}
}

// TestALoginIsInTheWayWhereItsCookieGoes: with a domain, on every host of it.
func TestALoginIsInTheWayWhereItsCookieGoes(t *testing.T) {
	for domain, hosts := range map[string]map[string]bool{
		"example.com": {"api.example.com": true, "API.example.com:8443": true, "example.com": true, "badexample.com": false, "example.net": false},
		"":            {"api.example.com": false, "example.com": false},
	} {
		h := newHouse(t)
		c, err := config.NewCookies("crm", domain, "https://pass.example.com")
		if err != nil {
			t.Fatal(err)
		}
		h.under(t, c)
		freds := cookieOf(h.redeem(t, h.mint(t, strings.Replace(loginDoc, "ginger", "fred", 1)).Link), c.User)
		for host, inTheWay := range hosts {
			p := h.mint(t, `{"mode":"request","subject":"ginger","scope":"report:66","target":"https://`+host+`/reports/66"}`)
			if res := h.look(t, p.Link, "", freds); strings.Contains(res.Body, `value="sign_out"`) != inTheWay || strings.Contains(res.Body, `name="token"`) == inTheWay {
				t.Errorf("domain %q, target on %s: answered %d: %s", domain, host, res.StatusCode, res.Body)
			}
		}
	}
}
