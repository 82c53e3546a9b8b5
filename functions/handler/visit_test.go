package handler_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

const visitorDoc = `{"scope":"visit","visitor":{"email":"fred@example.com","first_name":"Fred"},"target":"/visitors","max_uses":2,"expires_in":3600,"invitation":{"from":"Ginger <b>"}}`

// browse sends a browser's request to the link page.
func (h *house) browse(t testing.TB, method, path string, cookies []string, headers map[string]string, body string) events.APIGatewayV2HTTPResponse {
	t.Helper()
	req := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, Cookies: cookies, Headers: headers, Body: body}
	if token, ok := strings.CutPrefix(path, "/p/"); ok {
		req.PathParameters = map[string]string{"token": token}
	}
	req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP = method, "203.0.113.9"
	in, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.visit(t.Context(), in)
	var res events.APIGatewayV2HTTPResponse
	if err != nil || json.Unmarshal(out, &res) != nil {
		t.Fatalf("answered %s, %v", out, err)
	}
	if res.Headers["x-content-type-options"] != "nosniff" {
		t.Errorf("%s %s has the headers %v", method, path, res.Headers)
	}
	return res
}

func (h *house) uses(t testing.TB, id string) int {
	t.Helper()
	entries, err := h.store.Read(t.Context(), []pass.Ref{{ID: id}})
	if err != nil || entries[0].Pass == nil {
		t.Fatal(err)
	}
	return len(entries[0].Pass.Uses)
}

// cookieOf returns a cookie of an answer as the browser sends it back.
func cookieOf(res events.APIGatewayV2HTTPResponse, name string) string {
	for _, c := range res.Cookies {
		if pair, _, _ := strings.Cut(c, ";"); strings.HasPrefix(pair, name+"=") {
			return pair
		}
	}
	return ""
}

func path(link string) string { return strings.TrimPrefix(link, "https://pass.example.com") }

// TestLookingNeverConsumes is promise 2 for the link page.
func TestLookingNeverConsumes(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	h.store.Reset()
	for range 20 {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if res := h.browse(t, method, path(p.Link), nil, nil, ""); res.StatusCode != http.StatusOK {
				t.Fatalf("%s answered %d", method, res.StatusCode)
			}
		}
	}
	if got := h.store.Calls(); got["Read"] != 40 || got["Redeem"] != 0 || got["Use"] != 0 {
		t.Errorf("looking made the calls %v, want reads alone", got)
	}
	if n := h.uses(t, p.ID); n != 0 {
		t.Errorf("looking used %d", n)
	}
}

func TestRedeemOpensASessionThatRoutesAccept(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	res := h.browse(t, http.MethodPost, path(p.Link), nil, nil, "")
	if res.StatusCode != http.StatusSeeOther || res.Headers["location"] != "/visitors" {
		t.Fatalf("answered %d to %q", res.StatusCode, res.Headers["location"])
	}
	cookie := cookieOf(res, "__Host-gatepass-visitor")
	if !strings.Contains(res.Cookies[0], "; Path=/; Secure; HttpOnly; SameSite=Lax") {
		t.Errorf("the cookie is %q", res.Cookies[0])
	}
	visit := &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookie}}
	if got := h.ask(t, visit, "-"); got != "ok" {
		t.Errorf("the session is %s", got)
	}
	account := &gate.Request{Route: "GET /account", Method: "GET", Cookies: []string{cookie}}
	if got := h.ask(t, account, "-"); got != "wrong_scope" {
		t.Errorf("a visitor at an account is %s", got)
	}
	end := h.browse(t, http.MethodPost, "/session/end", []string{cookie}, nil, "")
	if end.StatusCode != http.StatusOK || end.Headers["clear-site-data"] != `"cache"` {
		t.Errorf("ending answered %d %v", end.StatusCode, end.Headers)
	}
	if got := h.ask(t, visit, "-"); got != "session_ended" {
		t.Errorf("the ended session is %s", got)
	}
	if again := h.browse(t, http.MethodPost, "/session/end", []string{cookie}, nil, ""); again.StatusCode != http.StatusOK {
		t.Errorf("ending again answered %d", again.StatusCode)
	}
}

// TestSecondClickIsTheSameSession: with the page's nonce, a click after a lost
// answer is the same use and the same session.
func TestSecondClickIsTheSameSession(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	page := h.browse(t, http.MethodGet, path(p.Link), nil, nil, "")
	nonce := cookieOf(page, "__Host-gatepass-nonce")
	_, value, _ := strings.Cut(nonce, "=")
	if value == "" || !strings.Contains(page.Body, value) {
		t.Fatalf("the page's nonce is not in its form: %s", page.Body)
	}
	click := func() events.APIGatewayV2HTTPResponse {
		return h.browse(t, http.MethodPost, path(p.Link), []string{nonce}, map[string]string{"sec-fetch-site": "same-origin"}, "nonce="+value)
	}
	first := click()
	h.now = h.now.Add(59 * time.Second)
	second := click()
	if a, b := cookieOf(first, "__Host-gatepass-visitor"), cookieOf(second, "__Host-gatepass-visitor"); a == "" || a != b {
		t.Errorf("the second click got another session")
	}
	if n := h.uses(t, p.ID); n != 1 {
		t.Errorf("two clicks used %d", n)
	}
	h.now = h.now.Add(time.Second)
	if late := click(); late.StatusCode != http.StatusForbidden || late.Cookies != nil {
		t.Errorf("after a minute the click answered %d with %v", late.StatusCode, late.Cookies)
	}
}

func TestLinkPageTellsNothingToWhoHoldsNoSecret(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	other := h.mint(t, visitorDoc)
	// A well-formed token of this pass with another's secret cannot be built from
	// outside without the checksum, which is no secret: so build it.
	forged := forge(t, p.Token, other.Token)
	bodies := map[string]string{}
	for name, link := range map[string]string{"a wrong secret": "/p/" + forged, "no such pass": "/p/" + forge(t, strings.Replace(p.Token, p.ID, "NoSuchPassAtAll0", 1), other.Token)} {
		res := h.browse(t, http.MethodGet, link, nil, nil, "")
		if res.StatusCode != http.StatusNotFound || strings.Contains(res.Body, "Ginger") {
			t.Errorf("%s: %d %s", name, res.StatusCode, res.Body)
		}
		bodies[name] = strings.NewReplacer(p.ID, "ID", "NoSuchPassAtAll0", "ID").Replace(res.Body)
	}
	if bodies["a wrong secret"] != bodies["no such pass"] {
		t.Error("a wrong secret and no such pass look different")
	}
}

func TestLinkPageEscapesAndSendsItsHeaders(t *testing.T) {
	h := newHouse(t)
	res := h.browse(t, http.MethodGet, path(h.mint(t, visitorDoc).Link), nil, nil, "")
	if strings.Contains(res.Body, "Ginger <b>") || !strings.Contains(res.Body, "Ginger &lt;b&gt;") || strings.Contains(res.Body, "<script") {
		t.Errorf("the page is %s", res.Body)
	}
	for name, want := range map[string]string{"cache-control": "no-store", "referrer-policy": "strict-origin"} {
		if res.Headers[name] != want {
			t.Errorf("%s is %q, want %q", name, res.Headers[name], want)
		}
	}
	if csp := res.Headers["content-security-policy"]; !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the policy is %q", csp)
	}
}

func TestAnotherSiteCannotRedeemOrEnd(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	cookie := cookieOf(h.browse(t, http.MethodPost, path(p.Link), nil, nil, ""), "__Host-gatepass-visitor")
	for name, headers := range map[string]map[string]string{
		"another site":         {"sec-fetch-site": "cross-site"},
		"a sibling host":       {"sec-fetch-site": "same-site"},
		"an origin not listed": {"origin": "https://evil.example"},
		"a hidden origin":      {"origin": "null"},
	} {
		if res := h.browse(t, http.MethodPost, path(p.Link), nil, headers, ""); res.StatusCode != http.StatusForbidden || res.Cookies != nil {
			t.Errorf("%s redeemed: %d", name, res.StatusCode)
		}
		if res := h.browse(t, http.MethodPost, "/session/end", []string{cookie}, headers, ""); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s ended a session: %d", name, res.StatusCode)
		}
	}
	if n := h.uses(t, p.ID); n != 1 {
		t.Errorf("%d uses, want the one of the visitor", n)
	}
}

func TestPublicLinksButtonCarriesTheCredentialToItsTarget(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, `{"scope":"report:66","target":"https://api.example.com/reports/66?view=full&x=1"}`)
	res := h.browse(t, http.MethodGet, path(p.Link), nil, nil, "")
	for _, part := range []string{`method="get"`, `action="https://api.example.com/reports/66"`, `name="view" value="full"`, `name="x" value="1"`, `name="token" value="` + p.Token + `"`} {
		if !strings.Contains(res.Body, part) {
			t.Errorf("the page lacks %s: %s", part, res.Body)
		}
	}
	if len(res.Cookies) != 0 {
		t.Errorf("a page that redeems nothing sets %v", res.Cookies)
	}
}

func TestLinksSurviveTheMail(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	for _, tail := range []string{".", ",", ")", ">", "'", "...", "/visitors", "/some-label.", "!", "=", " \r\n", "”", "_", "_.", "。つぎ", `">here</a>`, "\xff"} {
		if res := h.browse(t, http.MethodGet, "/p/"+p.Token+tail, nil, nil, ""); res.StatusCode != http.StatusOK {
			t.Errorf("a link with %q behind it answered %d", tail, res.StatusCode)
		}
	}
}

func TestJWKSAndWhatIsNotThere(t *testing.T) {
	h := newHouse(t)
	h.mint(t, `{"scope":"a","format":"jwt"}`)
	h.now = h.now.Add(time.Minute)
	res := h.browse(t, http.MethodGet, "/.well-known/jwks.json", nil, nil, "")
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Body, `"crv":"Ed25519"`) || strings.Contains(res.Body, `"d"`) {
		t.Errorf("answered %d %s", res.StatusCode, res.Body)
	}
	for _, c := range []struct{ method, path string }{{"GET", "/"}, {"DELETE", "/p/x"}, {"GET", "/session/end"}, {"POST", "/.well-known/jwks.json"}} {
		if res := h.browse(t, c.method, c.path, nil, nil, ""); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s answered %d", c.method, c.path, res.StatusCode)
		}
	}
}

// forge returns the token of one pass with the secret of another.
func forge(t testing.TB, id, secret string) string {
	t.Helper()
	s, ok := token.ParseShort(secret)
	if !ok {
		t.Fatal("no token")
	}
	s.ID = id[3:19]
	return s.String()
}

// TestSecondClickOnTheMailAfterALostAnswer: the visitor goes back to the mail
// instead of repeating the button, and the page must still have one.
func TestSecondClickOnTheMailAfterALostAnswer(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, `{"scope":"visit","visitor":{"email":"fred@example.com"},"target":"/visitors","max_uses":1}`)
	nonce := cookieOf(h.browse(t, http.MethodGet, path(p.Link), nil, nil, ""), "__Host-gatepass-nonce")
	_, value, _ := strings.Cut(nonce, "=")
	click := func() string {
		return cookieOf(h.browse(t, http.MethodPost, path(p.Link), []string{nonce}, nil, "nonce="+value), "__Host-gatepass-visitor")
	}
	lost := click()
	h.now = h.now.Add(59 * time.Second)
	page := h.browse(t, http.MethodGet, path(p.Link), []string{nonce}, nil, "")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.Body, value) {
		t.Fatalf("the page answered %d and has not the nonce of before", page.StatusCode)
	}
	if again := click(); again == "" || again != lost || h.uses(t, p.ID) != 1 {
		t.Errorf("the second click is another session, or another use of %d", h.uses(t, p.ID))
	}
	for name, cookies := range map[string][]string{"another browser": nil, "another nonce": {"__Host-gatepass-nonce=OTHER"}} {
		if res := h.browse(t, http.MethodGet, path(p.Link), cookies, nil, ""); res.StatusCode != http.StatusForbidden {
			t.Errorf("%s is shown a button: %d", name, res.StatusCode)
		}
	}
	h.now = h.now.Add(time.Second)
	if late := h.browse(t, http.MethodGet, path(p.Link), []string{nonce}, nil, ""); late.StatusCode != http.StatusForbidden {
		t.Errorf("after a minute the page answered %d", late.StatusCode)
	}
}

func TestEndingClearsTheCookiesAndEveryCopy(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, visitorDoc)
	first := cookieOf(h.browse(t, http.MethodPost, path(p.Link), nil, nil, ""), "__Host-gatepass-visitor")
	second := cookieOf(h.browse(t, http.MethodPost, path(p.Link), nil, nil, ""), "__Host-gatepass-visitor")
	res := h.browse(t, http.MethodPost, "/session/end", []string{first, second}, nil, "")
	if len(res.Cookies) != 2 || !strings.Contains(res.Cookies[0], "=; ") || !strings.Contains(res.Cookies[1], "Max-Age=0") {
		t.Errorf("the cookies are set to %v", res.Cookies)
	}
	for _, cookie := range []string{first, second} {
		if got := h.ask(t, &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookie}}, "-"); got != "session_ended" {
			t.Errorf("a session of an ended browser is %s", got)
		}
	}
}

// TestEndingLeadsOnToAPathOfThisHostAlone: a dead session is answered the same.
func TestEndingLeadsOnToAPathOfThisHostAlone(t *testing.T) {
	h := newHouse(t)
	cookie := cookieOf(h.browse(t, http.MethodPost, path(h.mint(t, visitorDoc).Link), nil, nil, ""), "__Host-gatepass-visitor")
	for _, cookies := range [][]string{{cookie}, {cookie}, nil} {
		for body, want := range map[string]string{"next=/bye": "/bye", "next=%2Fbye%3Fa%3D1": "/bye?a=1", "next=//evil.example": "", "next=https://evil.example": "", "next=/%5Cevil.example": "", "": ""} {
			res := h.browse(t, http.MethodPost, "/session/end", cookies, nil, body)
			if res.Headers["location"] != want || (res.StatusCode == http.StatusSeeOther) != (want != "") || len(res.Cookies) != 2 {
				t.Errorf("%q answered %d to %q, want %q", body, res.StatusCode, res.Headers["location"], want)
			}
		}
	}
}
