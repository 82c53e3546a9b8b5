package handler_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/token"
)

// These tests walk cases of the four Django projects that Gatepass comes from,
// through all the functions. pkg/testdata/ancestors.tsv says which.

const ancestorRules = `{"rules":[
	{"route":"GET /optional","scope":"report:66","optional":true},
	{"route":"GET /young","scope":"report:66","max_age":300},
	{"route":"POST /reports/{id}","scope":"report:{id}"}]}`

func newAncestors(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	if err := h.store.PutRules(t.Context(), "a1b2c3d4e5", "ancestors", []byte(ancestorRules)); err != nil {
		t.Fatal(err)
	}
	return h
}

// at is a request to a route with a token in its query.
func at(route, token string) *gate.Request {
	method, _, _ := strings.Cut(route, " ")
	return &gate.Request{Route: route, Method: method, Query: map[string][]string{"token": {token}}}
}

// told sends an event and returns what the backend is told and the log line.
func (h *house) told(t *testing.T, in []byte) (context, logged object) {
	t.Helper()
	h.log.Reset()
	out, err := h.authorizer(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	_, context = read(t, "http-2.0 simple", out)
	if err := json.Unmarshal(h.log.Bytes(), &logged); err != nil {
		t.Fatalf("not one line: %s", h.log.String())
	}
	return context, logged
}

func (h *house) operate(t *testing.T, doc string) object {
	t.Helper()
	out, err := h.manage(t.Context(), json.RawMessage(doc))
	var d object
	if err != nil || json.Unmarshal(out, &d) != nil || d["state"] == nil {
		t.Fatalf("%s: answered %s, %v", doc, out, err)
	}
	return d
}

func (h *house) describe(t *testing.T, id string) object {
	return h.operate(t, `{"describe":{"pass":"`+id+`"}}`)
}

// newest returns the newest use in a description, and how many there are.
func newest(d object) (object, int) {
	each := d["uses"].(object)["each"].([]any)
	if len(each) == 0 {
		return nil, 0
	}
	return each[len(each)-1].(object), len(each)
}

func TestASubjectsTokenIsItsUserOnRequiredAndOptionalRoutes(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, `{"mode":"request","subject":"ginger","scope":"report:66"}`)
	for i, route := range []string{"GET /optional", "GET /reports/{id}"} {
		h.now = h.now.Add(time.Second)
		context, line := h.told(t, event(t, apigw.HTTP2, at(route, p.Token), "66"))
		if context["subject"] != "ginger" || context["access"] != "granted" || context["mode"] != "request" {
			t.Errorf("%s: the backend is told %v", route, context)
		}
		if line["reason"] != "ok" || line["scope"] != "report:66" || line["pass_id"] != p.ID {
			t.Errorf("%s: logged %v", route, line)
		}
		use, n := newest(h.describe(t, p.ID))
		if n != i+1 || use["route"] != route || use["user_agent"] != "row" {
			t.Errorf("%s: %d uses, the newest %v", route, n, use)
		}
	}
}

func TestARefusedTokenIsRefusedOnAnOptionalRoute(t *testing.T) {
	h := newAncestors(t)
	revoked := h.mint(t, `{"scope":"report:66"}`)
	h.operate(t, `{"revoke":{"pass":"`+revoked.ID+`","by":"test"}}`)
	good := h.mint(t, `{"scope":"report:66"}`).Token
	for name, c := range map[string]struct{ token, want string }{
		"revoked":        {revoked.Token, "revoked"},
		"of no record":   {forge(t, "gp_NoSuchPassAtAll0", good), "unknown"},
		"in lower case":  {strings.ToLower(good), "malformed"},
		"empty":          {"", "malformed"},
		"as it was made": {good, "ok"},
	} {
		if got := h.ask(t, at("GET /optional", c.token), "66"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	nobody := at("GET /optional", "")
	nobody.Query = nil
	if context, _ := h.told(t, event(t, apigw.HTTP2, nobody, "66")); context["access"] != "anonymous" {
		t.Errorf("without a token the backend is told %v", context)
	}
}

// TestStringsOfTheAncestors: what they took, or failed on with a 500, is no
// token here; wherever it stands it is a refusal that says why.
func TestStringsOfTheAncestors(t *testing.T) {
	h := newAncestors(t)
	for name, s := range map[string]string{
		"a junk token of sesame's first format": "AAAA:" + strings.Repeat("x", 27),
		"symbols as long as a token":            strings.Repeat("!", 47),
		"a token of sesame":                     "AAAAAZvanL531Edos5Q",
		"the UUID of a visitor pass":            "123e4567-e89b-12d3-a456-426614174000",
	} {
		for _, route := range []string{"GET /reports/{id}", "GET /young", "GET /optional"} {
			_, line := h.told(t, event(t, apigw.HTTP2, at(route, s), "66"))
			if hint, _ := line["hint"].(string); line["reason"] != "malformed" || !strings.Contains(hint, "copied") {
				t.Errorf("%s at %s: logged %v", name, route, line)
			}
		}
		bearer := &gate.Request{Route: "GET /young", Method: "GET", Authorization: []string{"Bearer " + s}}
		if got := h.ask(t, bearer, "66"); got != "missing" {
			t.Errorf("%s as bearer: %s, want that of somebody else", name, got)
		}
	}
}

// TestWhatStandsInABodyIsNotLookedAt: API Gateway shows an authorizer no body.
// If it did, nothing would come of it; the backend asks with check.
func TestWhatStandsInABodyIsNotLookedAt(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, `{"scope":"report:66"}`)
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "token=" + p.Token + "&vuid=" + p.Token,
		"application/json":                  `{"token":"` + p.Token + `"}`,
		"application/json; charset=utf-8":   `{"token":"` + p.Token + `"}`,
		"application/json; an array":        `["` + p.Token + `"]`,
	} {
		req := &gate.Request{Route: "POST /reports/{id}", Method: "POST"}
		var e object
		if err := json.Unmarshal(event(t, apigw.HTTP2, req, "66"), &e); err != nil {
			t.Fatal(err)
		}
		e["body"], e["isBase64Encoded"] = body, false
		e["headers"].(object)["content-type"] = kind
		in, _ := json.Marshal(e)
		if _, line := h.told(t, in); line["reason"] != "missing" {
			t.Errorf("%s: %v, want missing", kind, line["reason"])
		}
	}
	if got := h.ask(t, at("POST /reports/{id}", p.Token), "66"); got != "ok" {
		t.Errorf("a POST with the token in its query is %s", got)
	}
	for _, left := range []float64{8, 7} {
		out, err := h.authorizer(t.Context(), json.RawMessage(`{"check":{"credential":"`+p.Token+`","scope":"report:66"}}`))
		var a object
		if err != nil || json.Unmarshal(out, &a) != nil || a["outcome"] != "allow" || a["counted"] != true || a["uses_left"] != left {
			t.Errorf("the check of a form's field: %s, %v, want %v left", out, err, left)
		}
	}
}

// TestUsesKeepTheAddressOfTheConnection: X-Forwarded-For, which every event here
// has, is what the client likes it to be.
func TestUsesKeepTheAddressOfTheConnection(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, `{"scope":"report:66"}`)
	for _, ip := range []string{"203.0.113.9", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1", "::ffff:192.0.2.1"} {
		h.now = h.now.Add(time.Second)
		in := event(t, apigw.HTTP2, at("GET /reports/{id}", p.Token), "66")
		if !bytes.Contains(in, []byte("198.51.100.66")) {
			t.Fatal("the event has no X-Forwarded-For")
		}
		h.told(t, bytes.ReplaceAll(in, []byte(`"203.0.113.9"`), []byte(`"`+ip+`"`)))
		d := h.describe(t, p.ID)
		if use, _ := newest(d); use["ip"] != ip || d["subject"] != nil {
			t.Errorf("from %s: the newest use is %v", ip, use)
		}
	}
}

func TestAnUnlimitedTokenMayBeUsedAgainAndNothingIsWritten(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, `{"mode":"request","subject":"ginger","scope":"report:66","unlimited":true}`)
	h.ask(t, report(p.Token), "66")
	h.store.Reset()
	for range 2 {
		if got := h.ask(t, report(p.Token), "66"); got != "ok" {
			t.Error(got)
		}
	}
	if diff := cmp.Diff(map[string]int{"Read": 2}, h.store.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestAnAttemptAtAnotherScopeLeavesTheOnlyUse(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, `{"mode":"request","subject":"ginger","scope":"report:66","max_uses":1}`)
	for _, c := range []struct{ id, want string }{{"67", "wrong_scope"}, {"66", "ok"}, {"66", "spent"}} {
		if got := h.ask(t, report(p.Token), c.id); got != c.want {
			t.Errorf("report %s: %s, want %s", c.id, got, c.want)
		}
	}
}

func TestTheIDOfOnePassWithTheSecretOfAnotherIsUnknown(t *testing.T) {
	h := newAncestors(t)
	doc := `{"mode":"request","subject":"ginger","scope":"report:66"}`
	a, b := h.mint(t, doc), h.mint(t, strings.Replace(doc, "ginger", "fred", 1))
	for _, mixed := range []string{forge(t, a.Token, b.Token), forge(t, b.Token, a.Token)} {
		if _, ok := token.ParseShort(mixed); !ok {
			t.Fatal("malformed: the test does not reach the record")
		}
		if got := h.ask(t, report(mixed), "66"); got != "unknown" {
			t.Errorf("%s, want unknown", got)
		}
	}
}

func TestTheBackendIsToldWhichVisitorCame(t *testing.T) {
	h := newAncestors(t)
	p := h.mint(t, visitorDoc)
	direct := &gate.Request{Route: "GET /visitors", Method: "GET", Query: map[string][]string{"vuid": {p.Token}}}
	if got := h.ask(t, direct, "-"); got != "wrong_mode" || h.uses(t, p.ID) != 0 {
		t.Errorf("the token at the route is %s, with %d uses", got, h.uses(t, p.ID))
	}
	cookie := cookieOf(h.browse(t, http.MethodPost, path(p.Link), nil, nil, ""), "__Host-gatepass-visitor")
	visit := &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookie}}
	context, _ := h.told(t, event(t, apigw.HTTP2, visit, "-"))
	if context["visitor"] != `{"email":"fred@example.com","first_name":"Fred"}` || context["pass_id"] != p.ID || context["mode"] != "visitor" {
		t.Errorf("the backend is told %v", context)
	}
}

// TestASecondLinkReplacesTheVisitOfTheFirstWhenAsked: its page says whose visit
// is open, a click that does not say so changes nothing, and the one that does
// ends that visit, for whoever holds its cookie.
func TestASecondLinkReplacesTheVisitOfTheFirstWhenAsked(t *testing.T) {
	h := newAncestors(t)
	first, second := h.mint(t, visitorDoc), h.mint(t, strings.NewReplacer("fred@", "robin@", "Fred", "Robin").Replace(visitorDoc))
	a := cookieOf(h.redeem(t, first.Link), "__Host-gatepass-visitor")
	at := func(cookie string) any {
		_, line := h.told(t, event(t, apigw.HTTP2, &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookie}}, "-"))
		return line["reason"]
	}
	click := func(link, body string) events.APIGatewayV2HTTPResponse {
		return h.browse(t, http.MethodPost, path(link), []string{a}, map[string]string{"sec-fetch-site": "same-origin"}, body)
	}
	for name, c := range map[string]struct {
		res    events.APIGatewayV2HTTPResponse
		status int
	}{"the page": {h.look(t, second.Link, "", a), http.StatusOK}, "a click that does not say so": {click(second.Link, ""), http.StatusForbidden}, "one that says no": {click(second.Link, "switch=no"), http.StatusForbidden}} {
		if c.res.StatusCode != c.status || cookieOf(c.res, "__Host-gatepass-visitor") != "" || !strings.Contains(c.res.Body, "<bdi>Fred (f…@example.com)</bdi>") || !strings.Contains(c.res.Body, `name="switch" value="yes"`) {
			t.Errorf("%s answered %d with %v: %s", name, c.res.StatusCode, c.res.Cookies, c.res.Body)
		}
	}
	if own := click(first.Link, ""); own.StatusCode != http.StatusSeeOther || h.uses(t, first.ID) != 1 {
		t.Errorf("the first link's own click answered %d and used %d", own.StatusCode, h.uses(t, first.ID))
	}
	if n := h.uses(t, second.ID); at(a) != "ok" || n != 0 {
		t.Fatalf("by then the first visit is %v, and the second link has %d uses", at(a), n)
	}
	b := cookieOf(click(second.Link, "switch=yes"), "__Host-gatepass-visitor")
	if at(a) != "session_ended" || at(b) != "ok" || h.uses(t, second.ID) != 1 {
		t.Errorf("after the click that was asked for, the first visit is %v and the second %v", at(a), at(b))
	}
}

func TestACookieEndsWithItsSession(t *testing.T) {
	for name, c := range map[string]struct {
		doc, route, cookie string
		lives              time.Duration
	}{
		"a visit as long as its pass": {visitorDoc, "GET /visitors", "__Host-gatepass-visitor", time.Hour},
		"a visit of two minutes":      {strings.Replace(visitorDoc, `"max_uses":2`, `"session_expires_in":120`, 1), "GET /visitors", "__Host-gatepass-visitor", 2 * time.Minute},
		"a login of two minutes":      {`{"mode":"session","subject":"ginger","session_expires_in":120}`, "GET /account", "__Host-gatepass", 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			h := newAncestors(t)
			p, opened := h.mint(t, c.doc), h.now
			res := h.browse(t, http.MethodPost, path(p.Link), nil, nil, "")
			end := "; Expires=" + h.now.Add(c.lives).UTC().Format(http.TimeFormat)
			if len(res.Cookies) != 1 || !strings.HasSuffix(res.Cookies[0], end) || !strings.HasPrefix(res.Cookies[0], c.cookie+"=") {
				t.Fatalf("the cookies are %q, want one %s until %s", res.Cookies, c.cookie, end)
			}
			in := event(t, apigw.HTTP2, &gate.Request{Route: c.route, Method: "GET", Cookies: []string{cookieOf(res, c.cookie)}}, "-")
			for _, s := range []struct {
				after time.Duration
				want  string
			}{{c.lives - time.Second, "ok"}, {c.lives, "session_ended"}} {
				h.now = opened.Add(s.after)
				if _, line := h.told(t, in); line["reason"] != s.want {
					t.Errorf("after %s: %v, want %s", s.after, line["reason"], s.want)
				}
			}
			s := h.describe(t, p.ID)["sessions"].(object)["each"].([]any)[0].(object)
			if s["opened_at"] != opened.UTC().Format(time.RFC3339) || s["expires_at"] != opened.Add(c.lives).UTC().Format(time.RFC3339) {
				t.Errorf("the session is %v", s)
			}
		})
	}
}
