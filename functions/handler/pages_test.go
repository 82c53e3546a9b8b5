package handler_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const once = `{"scope":"visit","visitor":{"email":"fred@example.com","first_name":"Fred"},"target":"/visitors","max_uses":1,"expires_in":3600,"invitation":{"from":"Ginger"}}`

// look opens a link in a language.
func (h *house) look(t testing.TB, link, lang string, cookies ...string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	return h.browse(t, http.MethodGet, path(link), cookies, map[string]string{"accept-language": lang}, "")
}

// TestTheHolderIsToldWhyNot, in each state that a pass can be in, and when.
func TestTheHolderIsToldWhyNot(t *testing.T) {
	h := newHouse(t)
	spent, public := h.mint(t, once), h.mint(t, `{"scope":"report:66","target":"/reports/66","max_uses":1}`)
	later := h.mint(t, strings.Replace(visitorDoc, "{", `{"not_before":"`+h.now.Add(time.Hour/2).UTC().Format(time.RFC3339)+`",`, 1))
	over, revoked := h.mint(t, strings.Replace(visitorDoc, "3600", "1", 1)), h.mint(t, visitorDoc)
	h.operate(t, `{"revoke":{"pass":"`+revoked.ID+`","by":"test"}}`)
	completed := h.mint(t, visitorDoc)
	h.operate(t, `{"complete":{"pass":"`+completed.ID+`","by":"test"}}`)
	h.redeem(t, spent.Link)
	if got := h.ask(t, &gate.Request{Route: "GET /reports/{id}", Method: "GET", Query: map[string][]string{"token": {public.Token}}, UserAgent: "curl/8.9"}, "66"); got != "ok" {
		t.Fatal(got)
	}
	h.now = h.now.Add(time.Minute)
	at := func(d time.Duration) string {
		return `<time datetime="` + gatetest.Clock().Add(d).UTC().Format(time.RFC3339) + `">`
	}
	const button = `name="wish" value="new_link"`
	for name, c := range map[string]struct {
		link string
		want []string
	}{
		"spent by a redemption, and still open": {spent.Link, []string{"has been used already", at(0), "is still open there", button}},
		"spent by a request, of a program":      {public.Link, []string{"has been used already", at(0), "by a program", button}},
		"not yet valid":                         {later.Link, []string{"not valid yet", at(time.Hour / 2), at(time.Hour)}},
		"expired":                               {over.Link, []string{"has expired", at(time.Second), button}},
		"withdrawn":                             {revoked.Link, []string{"has been withdrawn", at(0)}},
		"completed":                             {completed.Link, []string{"This is done", at(0), "nothing more to do"}},
	} {
		res := h.look(t, c.link, "")
		if res.StatusCode != http.StatusForbidden || strings.Contains(res.Body, "<form") != slices.Contains(c.want, button) {
			t.Errorf("%s: answered %d: %s", name, res.StatusCode, res.Body)
		}
		for _, part := range c.want {
			if !strings.Contains(res.Body, part) {
				t.Errorf("%s: the page lacks %s: %s", name, part, res.Body)
			}
		}
	}
	h.operate(t, `{"end":{"pass":"`+spent.ID+`","by":"test"}}`)
	if res := h.look(t, spent.Link, ""); !strings.Contains(res.Body, "What it opened is over") {
		t.Errorf("completed: %s", res.Body)
	}
}

// TestTheDeviceIsThatOfTheSession that the link opened, and costs no read of its
// own: what the visit function may read of a pass is the pass.
func TestTheDeviceIsThatOfTheSession(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, once)
	req := events.APIGatewayV2HTTPRequest{RawPath: path(p.Link), PathParameters: map[string]string{"token": p.Token}}
	req.RequestContext.HTTP.Method, req.RequestContext.HTTP.UserAgent = http.MethodPost, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile"
	in, _ := json.Marshal(req)
	if _, err := h.visit(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	h.store.Reset()
	if res := h.look(t, p.Link, "de"); !strings.Contains(res.Body, "auf einem Telefon (iPhone).") {
		t.Errorf("the page says %s", res.Body)
	}
	if diff := cmp.Diff(map[string]int{"Read": 1, "Opened": 1}, h.store.Calls()); diff != "" {
		t.Errorf("the calls (-want +made):\n%s", diff)
	}
}

// TestTheNeutralPageIsTheSameForEverybody but the holder: status, headers, bytes
// and store calls, whatever there is behind the id, and whoever is signed in.
func TestTheNeutralPageIsTheSameForEverybody(t *testing.T) {
	h := newHouse(t)
	live, gone, revoked, login := h.mint(t, visitorDoc), h.mint(t, once), h.mint(t, visitorDoc), h.mint(t, loginDoc)
	over := h.mint(t, strings.Replace(visitorDoc, "3600", "1", 1))
	h.operate(t, `{"revoke":{"pass":"`+revoked.ID+`","by":"test"}}`)
	visit := cookieOf(h.redeem(t, gone.Link), "__Host-gatepass-visitor")
	user := cookieOf(h.redeem(t, h.mint(t, strings.Replace(loginDoc, "ginger", "fred", 1)).Link), "__Host-gatepass")
	h.now = h.now.Add(2 * time.Second)
	const other = "gp_NoSuchPassAtAll0"
	wrong := h.mint(t, visitorDoc).Token
	for _, said := range []string{"GET ", "POST switch=yes", "POST wish=new_link"} {
		method, form, _ := strings.Cut(said, " ")
		for _, cookies := range [][]string{nil, {visit}, {user, visit}} {
			for _, lang := range []string{"", "de"} {
				var want events.APIGatewayV2HTTPResponse
				var calls map[string]int
				for i, token := range []string{other, live.Token, gone.Token, over.Token, revoked.Token, login.Token} {
					h.store.Reset()
					res := h.browse(t, method, "/p/"+forge(t, token, wrong), cookies, map[string]string{"accept-language": lang, "sec-fetch-site": "same-origin"}, form)
					if !strings.Contains(res.Body, "<code>"+token[3:19]+"</code>") {
						t.Errorf("the page has no reference: %s", res.Body)
					}
					res.Body = strings.ReplaceAll(res.Body, token[3:19], "ID")
					if i == 0 {
						want, calls = res, h.store.Calls()
						continue
					}
					if diff := cmp.Diff(want, res); diff != "" || res.StatusCode != http.StatusNotFound || res.Cookies != nil {
						t.Errorf("%s of link %d (-no such pass +this one):\n%s", said, i, diff)
					}
					if diff := cmp.Diff(calls, h.store.Calls()); diff != "" || calls["Read"] != 1 || len(calls) != 1 {
						t.Errorf("%s of link %d makes other calls:\n%s", said, i, diff)
					}
				}
			}
		}
	}
	if a, b := h.look(t, "/p/junk", ""), h.look(t, "/p/"+forge(t, other, live.Token), ""); strings.ReplaceAll(b.Body, "NoSuchPassAtAll0", "–") != a.Body || a.StatusCode != b.StatusCode {
		t.Error("what is no link at all has another page")
	}
}

// TestSomebodyElsesLoginIsSwitchedOnlyWhenAsked: the page says who is signed in,
// a click that does not say so changes nothing, and the one that does ends the
// other session.
func TestSomebodyElsesLoginIsSwitchedOnlyWhenAsked(t *testing.T) {
	h := newHouse(t)
	freds := cookieOf(h.redeem(t, h.mint(t, strings.Replace(loginDoc, "ginger", "fred@example.com", 1)).Link), "__Host-gatepass")
	account := func(cookie string) string {
		return h.ask(t, &gate.Request{Route: "GET /account", Method: "GET", Cookies: []string{cookie}}, "-")
	}
	p := h.mint(t, loginDoc)
	page := h.look(t, p.Link, "", freds)
	nonce := cookieOf(page, "__Host-gatepass-nonce")
	_, value, _ := strings.Cut(nonce, "=")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Body, "f…@example.com") || !strings.Contains(page.Body, `name="switch" value="yes"`) {
		t.Errorf("the page answered %d and does not ask: %s", page.StatusCode, page.Body)
	}
	click := func(body, site string) events.APIGatewayV2HTTPResponse {
		return h.browse(t, http.MethodPost, path(p.Link), []string{freds, nonce}, map[string]string{"sec-fetch-site": site}, "nonce="+value+body)
	}
	for name, res := range map[string]events.APIGatewayV2HTTPResponse{"a click that does not say so": click("", "same-origin"), "one that says no": click("&switch=no", "same-origin")} {
		if res.StatusCode != http.StatusForbidden || cookieOf(res, "__Host-gatepass") != "" || cookieOf(res, "__Host-gatepass-nonce") != nonce || !strings.Contains(res.Body, `name="switch" value="yes"`) || !strings.Contains(res.Body, `value="`+value+`"`) {
			t.Errorf("%s answered %d with %v: %s", name, res.StatusCode, res.Cookies, res.Body)
		}
	}
	if res := click("&switch=yes", "cross-site"); res.StatusCode != http.StatusForbidden || strings.Contains(res.Body, "<form") {
		t.Errorf("another site's page switched: %d", res.StatusCode)
	}
	if got, n := account(freds), h.uses(t, p.ID); got != "ok" || n != 0 {
		t.Fatalf("by then fred is %s, and the link has %d uses", got, n)
	}
	whole := h.visit
	h.visit = handler.Visit(handler.VisitConfig{QueryName: "token", NonceCookie: "__Host-gatepass-nonce"}, gatetest.NewLink(t, storetest.Faulty(h.store, storetest.Always(storetest.Before, "EndSession"))), nil, handler.NewLog("visit", &h.log, gatetest.Clock))
	if res := click("&switch=yes", "same-origin"); res.StatusCode != http.StatusServiceUnavailable || res.Cookies != nil || account(freds) != "ok" {
		t.Errorf("fred could not be signed out, and the click answered %d with %v", res.StatusCode, res.Cookies)
	}
	h.visit = whole
	res := click("&switch=yes", "same-origin")
	gingers := cookieOf(res, "__Host-gatepass")
	if res.StatusCode != http.StatusSeeOther || gingers == "" || h.uses(t, p.ID) != 1 {
		t.Errorf("the click that was asked for answered %d, and used %d", res.StatusCode, h.uses(t, p.ID))
	}
	if a, b := account(freds), account(gingers); a != "session_ended" || b != "ok" {
		t.Errorf("after it fred is %s and ginger %s", a, b)
	}
}

// TestASpentLinkIsNoRefusalInTheBrowserThatSpentIt: who comes back by the mail is
// led on, by a click and without a use.
func TestASpentLinkIsNoRefusalInTheBrowserThatSpentIt(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, once)
	cookie := cookieOf(h.redeem(t, p.Link), "__Host-gatepass-visitor")
	h.now = h.now.Add(10 * time.Minute)
	page := h.look(t, p.Link, "", cookie)
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Body, "<button") || !strings.Contains(page.Body, "opened this link in this browser already") {
		t.Errorf("the page answered %d: %s", page.StatusCode, page.Body)
	}
	if res := h.redeem(t, p.Link, cookie); res.StatusCode != http.StatusSeeOther || h.uses(t, p.ID) != 1 {
		t.Errorf("the click answered %d and used %d", res.StatusCode, h.uses(t, p.ID))
	}
}

// TestPagesSpeakTheBrowsersLanguage, refusals too.
func TestPagesSpeakTheBrowsersLanguage(t *testing.T) {
	h := newHouse(t)
	for header, want := range map[string]string{"de-AT,de;q=0.9,en;q=0.8": "de", "es": "es", "fr;q=0.5,en;q=0.4": "fr", "ja": "en", "": "en"} {
		for _, link := range []string{h.mint(t, visitorDoc).Link, "/p/junk", "/nothing", "/refused"} {
			res := h.look(t, link, header)
			if !strings.Contains(res.Body, `<html lang="`+want+`">`) || res.Headers["content-language"] != want || res.Headers["vary"] != "accept-language" {
				t.Errorf("%s for %q is in %s", link, header, res.Headers["content-language"])
			}
			for _, name := range []string{"cache-control", "referrer-policy", "content-security-policy", "strict-transport-security", "x-content-type-options", "x-robots-tag"} {
				if res.Headers[name] == "" {
					t.Errorf("%s is answered without %s", link, name)
				}
			}
		}
	}
}

// TestRefusedElsewhere: the page that a backend sends a refused browser to says
// nothing that a caller made up, and reads nothing.
func TestRefusedElsewhere(t *testing.T) {
	h := newHouse(t)
	get := func(query map[string]string) events.APIGatewayV2HTTPResponse {
		req := events.APIGatewayV2HTTPRequest{RouteKey: "GET /refused", RawPath: "/stage/refused", QueryStringParameters: query}
		req.RequestContext.HTTP.Method = http.MethodGet
		in, _ := json.Marshal(req)
		out, err := h.visit(t.Context(), in)
		var res events.APIGatewayV2HTTPResponse
		if err != nil || json.Unmarshal(out, &res) != nil || res.StatusCode != http.StatusForbidden {
			t.Fatalf("answered %s, %v", out, err)
		}
		return res
	}
	for reason, want := range map[pass.Reason]string{pass.SessionEnded: "Your session has ended", pass.WrongScope: "for something else", pass.WrongSubject: "Somebody else is signed in",
		pass.Expired: "This link has expired", pass.Missing: "needs a link", pass.NoRule: "cannot be opened", "made up": "cannot be opened", "": "cannot be opened"} {
		if res := get(map[string]string{"reason": string(reason), "reference": "SampleEventsPass"}); !strings.Contains(res.Body, want) || !strings.Contains(res.Body, "SampleEventsPass") || strings.Contains(res.Body, "made up") {
			t.Errorf("%q: %s", reason, res.Body)
		}
	}
	for _, reference := range []string{"<b>SampleEvents", "SampleEventsPas", "gp_SampleEventsPass3VidoCxD7gt8UNp71Zkq5Q0uPGcb", "call +44 123 456"} {
		if res := get(map[string]string{"reason": "expired", "reference": reference}); !strings.Contains(res.Body, "<code>–</code>") || strings.Contains(res.Body, reference) {
			t.Errorf("%q got onto the page: %s", reference, res.Body)
		}
	}
	calls := h.store.Calls()
	delete(calls, "PublicKeys") // beside the request
	if len(calls) != 0 {
		t.Errorf("it made the calls %v", calls)
	}
}

// TestWhoAmI shows what the authorizer said, as a page or as JSON, and is not
// there where no authorizer stands before it.
func TestWhoAmI(t *testing.T) {
	h := newHouse(t)
	event, err := os.ReadFile("../../events/visit-whoami.json")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(change func(*events.APIGatewayV2HTTPRequest)) (res events.APIGatewayV2HTTPResponse) {
		t.Helper()
		var req events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(event, &req); err != nil {
			t.Fatal(err)
		}
		change(&req)
		in, _ := json.Marshal(req)
		out, err := h.visit(t.Context(), in)
		if err != nil || json.Unmarshal(out, &res) != nil || res.Headers["cache-control"] != "no-store" {
			t.Fatalf("answered %s, %v", out, err)
		}
		return res
	}
	html := ask(func(*events.APIGatewayV2HTTPRequest) {})
	for _, part := range []string{`<html lang="de">`, "Sie sind eingelassen", "fred@example.com", `<form method="post" action="session/end">`} {
		if !strings.Contains(html.Body, part) {
			t.Errorf("the page lacks %s: %s", part, html.Body)
		}
	}
	var got map[string]string
	program := ask(func(r *events.APIGatewayV2HTTPRequest) { r.Headers["accept"] = "*/*" })
	if err := json.Unmarshal([]byte(program.Body), &got); err != nil || program.Headers["content-type"] != "application/json" {
		t.Fatalf("answered %s", program.Body)
	}
	want := map[string]string{"access": "granted", "reason": "ok", "mode": "visitor", "pass_id": "SampleEventsPass", "session_id": "AAAAAAAAAAA", "scope": "visit", "visitor": `{"email":"fred@example.com"}`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
	nobody := ask(func(r *events.APIGatewayV2HTTPRequest) {
		r.RequestContext.Authorizer.Lambda = map[string]any{"access": "anonymous", "session_id": "-"}
	})
	if !strings.Contains(nobody.Body, "Niemand ist angemeldet") || strings.Contains(nobody.Body, "<form") {
		t.Errorf("an anonymous caller sees %s", nobody.Body)
	}
	if res := ask(func(r *events.APIGatewayV2HTTPRequest) { r.RequestContext.Authorizer = nil }); res.StatusCode != http.StatusNotFound {
		t.Errorf("without an authorizer it answered %d", res.StatusCode)
	}
}
