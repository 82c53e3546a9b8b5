package handler_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
)

// The cases of the ancestors that go by the link page.

const loginDoc = `{"mode":"session","subject":"ginger"}`

func (h *house) redeem(t *testing.T, link string, cookies ...string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	h.log.Reset()
	return h.browse(t, http.MethodPost, path(link), cookies, map[string]string{"sec-fetch-site": "same-origin"}, "")
}

// TestALoginIsOneClickAndLasts: looking signs nobody in, the click does, once,
// and the browser stays signed in when its link has long expired.
func TestALoginIsOneClickAndLasts(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, strings.Replace(loginDoc, "}", `,"target":"/account"}`, 1))
	if res := h.browse(t, http.MethodGet, path(p.Link), nil, nil, ""); res.StatusCode != http.StatusOK || cookieOf(res, "__Host-gatepass") != "" || h.uses(t, p.ID) != 0 {
		t.Errorf("looking answered %d with %q and used %d", res.StatusCode, res.Cookies, h.uses(t, p.ID))
	}
	if got := h.ask(t, at("GET /account", p.Token), "-"); got != "wrong_mode" {
		t.Errorf("the token at a route is %s", got)
	}
	res := h.redeem(t, p.Link)
	if res.StatusCode != http.StatusSeeOther || res.Headers["location"] != "/account" {
		t.Errorf("the click answered %d to %q", res.StatusCode, res.Headers["location"])
	}
	if again := h.redeem(t, p.Link); again.StatusCode != http.StatusForbidden || again.Cookies != nil {
		t.Errorf("somebody else's click answered %d with %q", again.StatusCode, again.Cookies)
	}
	account := &gate.Request{Route: "GET /account", Method: "GET", Cookies: []string{cookieOf(res, "__Host-gatepass")}}
	for range 2 {
		if context, _ := h.told(t, event(t, apigw.HTTP2, account, "-")); context["subject"] != "ginger" {
			t.Errorf("the backend is told %v", context)
		}
		h.now = h.now.Add(13 * 24 * time.Hour)
	}
	if n := h.uses(t, p.ID); n != 1 {
		t.Errorf("%d uses, want 1", n)
	}
}

// TestTheTargetIsThePassesOwnByteForByte: nothing in the request changes where a
// click leads.
func TestTheTargetIsThePassesOwnByteForByte(t *testing.T) {
	h := newAncestors(t)
	for _, target := range []string{"/p%3Fx?a=1&a=2&b=&c=%20;d#e", "/", ""} {
		doc := `{"scope":"visit","visitor":{"email":"fred@example.com"}}`
		if target != "" {
			doc = strings.Replace(doc, "{", `{"target":"`+target+`",`, 1)
		}
		link := path(h.mint(t, doc).Link)
		req := events.APIGatewayV2HTTPRequest{RawPath: link, RawQueryString: "next=//evil.example", PathParameters: map[string]string{"token": link[len("/p/"):]},
			QueryStringParameters: map[string]string{"next": "//evil.example", "redirect_to": "//evil.example"}, Body: "next=//evil.example",
			Headers: map[string]string{"host": "evil.example", "x-forwarded-host": "evil.example"}}
		req.RequestContext.HTTP.Method = http.MethodPost
		in, _ := json.Marshal(req)
		out, err := h.visit(t.Context(), in)
		var res events.APIGatewayV2HTTPResponse
		if err != nil || json.Unmarshal(out, &res) != nil {
			t.Fatal(err)
		}
		want := target
		if want == "" {
			want = "/"
		}
		if res.StatusCode != http.StatusSeeOther || res.Headers["location"] != want {
			t.Errorf("the click answered %d to %q, want %q", res.StatusCode, res.Headers["location"], want)
		}
	}
}

func TestALinkThatIsNoneIsNotFoundAndLeavesNothing(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, loginDoc)
	for name, token := range map[string]string{
		"nothing": "", "junk": "junk", "in lower case": strings.ToLower(p.Token), "in capitals": strings.ToUpper(p.Token),
		"a UUID": "123e4567-e89b-12d3-a456-426614174000", "of no pass": forge(t, "gp_NoSuchPassAtAll0", p.Token),
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			h.store.Reset()
			res := h.browse(t, method, "/p/"+token, nil, nil, "")
			if res.StatusCode != http.StatusNotFound || res.Cookies != nil {
				t.Errorf("%s of %s answered %d with %q", method, name, res.StatusCode, res.Cookies)
			}
			if calls := h.store.Calls(); calls["Redeem"] != 0 || calls["Use"] != 0 || calls["Create"] != 0 || calls["Read"] > 1 {
				t.Errorf("%s of %s made the calls %v", method, name, calls)
			}
		}
	}
	for _, link := range []string{"/p/" + p.Token, "/p/" + p.Token + "/"} {
		if res := h.browse(t, http.MethodGet, link, nil, nil, ""); res.StatusCode != http.StatusOK {
			t.Errorf("the link with and without a slash: %d", res.StatusCode)
		}
	}
}

func TestTheLinkPageKnowsGETHEADAndPOST(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, loginDoc)
	for method, want := range map[string]int{http.MethodGet: 200, http.MethodHead: 200, http.MethodPut: 404, http.MethodPatch: 404, http.MethodDelete: 404, http.MethodOptions: 404} {
		if res := h.browse(t, method, path(p.Link), nil, nil, ""); res.StatusCode != want || h.uses(t, p.ID) != 0 {
			t.Errorf("%s answered %d and used %d, want %d and none", method, res.StatusCode, h.uses(t, p.ID), want)
		}
	}
}

func TestAUsedLinkStaysUsedThroughRevokeAndRestore(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, loginDoc)
	is := func(when, want string) {
		t.Helper()
		if got := h.describe(t, p.ID)["state"]; got != want {
			t.Errorf("%s it is %v, want %s", when, got, want)
		}
	}
	is("fresh", "live")
	h.redeem(t, p.Link)
	is("used", "spent")
	h.operate(t, `{"revoke":{"pass":"`+p.ID+`","by":"test"}}`)
	is("revoked", "revoked")
	h.operate(t, `{"restore":{"pass":"`+p.ID+`","by":"test"}}`)
	is("restored", "spent")
	if res := h.redeem(t, p.Link); res.StatusCode != http.StatusForbidden || res.Cookies != nil || !strings.Contains(res.Body, "has been used already") {
		t.Errorf("answered %d with %q: %s", res.StatusCode, res.Cookies, res.Body)
	}
}

func TestOneLinkDoesNotTouchItsUsersOthers(t *testing.T) {
	h := newAncestors(t)
	first, second := h.mint(t, loginDoc), h.mint(t, loginDoc)
	once := h.mint(t, `{"mode":"request","subject":"ginger","scope":"report:66","max_uses":1}`)
	for _, link := range []string{first.Link, second.Link} {
		if res := h.redeem(t, link); res.StatusCode != http.StatusSeeOther {
			t.Errorf("answered %d", res.StatusCode)
		}
	}
	if got := h.ask(t, report(once.Token), "66"); got != "ok" {
		t.Errorf("a token for one request, after two logins, is %s", got)
	}
}

func TestSomebodyElseSignedInLeavesTheLink(t *testing.T) {
	h := newAncestors(t)
	freds := cookieOf(h.redeem(t, h.mint(t, strings.Replace(loginDoc, "ginger", "fred", 1)).Link), "__Host-gatepass")
	p := h.mint(t, loginDoc)
	res := h.redeem(t, p.Link, freds)
	if res.StatusCode != http.StatusForbidden || cookieOf(res, "__Host-gatepass") != "" || strings.Count(h.log.String(), `"reason":"wrong_subject"`) != 1 {
		t.Errorf("answered %d with %q, logged %s", res.StatusCode, res.Cookies, h.log.String())
	}
	if n := h.uses(t, p.ID); n != 0 {
		t.Errorf("the attempt used %d", n)
	}
	if res := h.redeem(t, p.Link); res.StatusCode != http.StatusSeeOther {
		t.Errorf("in a browser where nobody is signed in it answered %d", res.StatusCode)
	}
}
