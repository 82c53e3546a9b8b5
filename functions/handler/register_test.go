package handler_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// formRequest is a request to a form as API Gateway tells it, from its own page.
func formRequest(method string, fields url.Values) (req events.APIGatewayV2HTTPRequest) {
	req.RouteKey, req.RawPath, req.PathParameters = method+" /register/{form}", "/register/reference", map[string]string{"form": "reference"}
	req.Headers = map[string]string{"sec-fetch-site": "same-origin"}
	req.Body = fields.Encode()
	req.RequestContext.APIID, req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP = "a1b2c3d4e5", method, "203.0.113.9"
	return req
}

func filled() url.Values {
	return url.Values{"first_name": {"Fred"}, "last_name": {"Flintstone"}, "email": {"fred@example.com"}}
}

// serve answers a request, and holds the answer to what is true of all of them.
func (h *house) serve(t testing.TB, req events.APIGatewayV2HTTPRequest) (res events.APIGatewayV2HTTPResponse) {
	t.Helper()
	in, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	h.store.Reset()
	h.log.Reset()
	out, err := h.visit(t.Context(), in)
	if err != nil || json.Unmarshal(out, &res) != nil || res.StatusCode == http.StatusInternalServerError {
		t.Fatalf("answered %s, %v", out, err)
	}
	for name, want := range map[string]string{"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "strict-origin", "location": ""} {
		if res.Headers[name] != want {
			t.Errorf("%s is %q, want %q", name, res.Headers[name], want)
		}
	}
	return res
}

// posts posts fields and wants a status, and whether that was written.
func (h *house) posts(t testing.TB, what string, req events.APIGatewayV2HTTPRequest, status int, written bool) events.APIGatewayV2HTTPResponse {
	t.Helper()
	res := h.serve(t, req)
	calls := h.store.Calls()
	delete(calls, "Rules")
	if n := calls["Register"]; res.StatusCode != status || n > 1 || n > 0 != written {
		t.Errorf("%s: answered %d, calls %v, want %d, written %v", what, res.StatusCode, calls, status, written)
	}
	if !written && status != http.StatusTooManyRequests && status != http.StatusOK && len(calls) != 0 {
		t.Errorf("%s: was refused, and made the calls %v", what, calls)
	}
	return res
}

// TestAHundredLooksAtAFormWriteNothing: the ancestor put a row for each. Rules
// are read once, and what is not declared drives no reads.
func TestAHundredLooksAtAFormWriteNothing(t *testing.T) {
	h := newHouse(t)
	calls := map[string]int{}
	look := func(method, name string, status int) {
		req := formRequest(method, nil)
		req.RawPath, req.PathParameters["form"] = "/register/"+name, name
		if res := h.serve(t, req); res.StatusCode != status {
			t.Fatalf("%s of %q answered %d", method, name, res.StatusCode)
		}
		for name, n := range h.store.Calls() {
			calls[name] += n
		}
	}
	for i := range 100 {
		look("GET", "reference", 200)
		look("HEAD", "reference", 200)
		look("GET", fmt.Sprintf("no-%d", i), 404)
		look("POST", "no", 404)
		look("GET", "../p/gp_x", 404)
	}
	if diff := cmp.Diff(map[string]int{"Rules": 1, "PublicKeys": 1}, calls); diff != "" {
		t.Errorf("calls (-want +made):\n%s", diff)
	}
}

// TestAnUnknownFormIsTheNeutralPage, with a hint in the log and nothing of the
// address; a store that cannot say is to be tried again.
func TestAnUnknownFormIsTheNeutralPage(t *testing.T) {
	h := newHouse(t)
	nowhere := formRequest("GET", nil)
	nowhere.RawPath, nowhere.RouteKey = "/marked-nowhere", "$default"
	want := h.serve(t, nowhere)
	for _, name := range []string{"marked", "MARKED", "marked@example.com", "marked%2f", strings.Repeat("marked", 9)} {
		req := formRequest("POST", filled())
		req.RawPath, req.PathParameters["form"] = "/register/"+name, name
		if diff := cmp.Diff(want, h.serve(t, req)); diff != "" || strings.Contains(strings.ToLower(h.log.String()), "marked") || !strings.Contains(h.log.String(), `"reason":"no_rule"`) {
			t.Errorf("%s: logged %s (-nothing here +this):\n%s", name, h.log.String(), diff)
		}
	}
	other := formRequest("GET", nil)
	other.RequestContext.APIID = "another"
	if res := h.serve(t, other); res.StatusCode != http.StatusNotFound {
		t.Errorf("another API's form answered %d", res.StatusCode)
	}
}

// TestAFormWhoseLinkCouldNotBeMadeTakesNothing: issue refuses its target, so who
// registers would wait for nothing. The log says what to correct.
func TestAFormWhoseLinkCouldNotBeMadeTakesNothing(t *testing.T) {
	h := newHouse(t)
	if err := h.store.PutRules(t.Context(), "a1b2c3d4e5", "forms", []byte(`{"rules":[{"route":"GET /new","scope":"*"}],"forms":{"carries":{"scope":"y","target":"/x?tok%65n=2"}}}`)); err != nil {
		t.Fatal(err)
	}
	h.serve(t, formRequest("GET", nil)) // so that keys are read
	for _, method := range []string{"GET", "POST"} {
		req := formRequest(method, filled())
		req.RawPath, req.PathParameters["form"] = "/register/carries", "carries"
		h.posts(t, method, req, 404, false)
		for _, part := range []string{`"level":"ERROR"`, `"reason":"no_rule"`, `"route":"/register/carries"`, `has \"token\" in its query`, "take the parameter out"} {
			if !strings.Contains(h.log.String(), part) {
				t.Errorf("%s: the log lacks %s: %s", method, part, h.log.String())
			}
		}
	}
}

// TestAFormLeadsToNoNameThatCredentialsMovedInBy: its pass would be refused as well.
func TestAFormLeadsToNoNameThatCredentialsMovedInBy(t *testing.T) {
	h := newHouseOn(t, newHouse(t).store.Store, "rt")
	if err := h.store.PutRules(t.Context(), "a1b2c3d4e5", "forms", []byte(`{"rules":[{"route":"GET /new","scope":"*"}],"forms":{"carries":{"scope":"y","target":"/x?rt=2"}}}`)); err != nil {
		t.Fatal(err)
	}
	h.serve(t, formRequest("GET", nil)) // so that keys are read
	req := formRequest("GET", nil)
	req.RawPath, req.PathParameters["form"] = "/register/carries", "carries"
	if h.posts(t, "GET", req, 404, false); !strings.Contains(h.log.String(), `has \"rt\" in its query`) {
		t.Errorf("logged %s", h.log.String())
	}
}

// TestTheAnswerSaysNothingOfTheAddress: it is the same bytes for one that is new,
// that has a pass, and that had its mails of this hour.
func TestTheAnswerSaysNothingOfTheAddress(t *testing.T) {
	h := newHouse(t)
	h.mint(t, strings.Replace(visitorDoc, "fred@example.com", "known@example.com", 1))
	var want events.APIGatewayV2HTTPResponse
	for i, c := range []struct {
		email   string
		written bool
	}{{"new@example.com", true}, {"known@example.com", true}, {"New@example.com", true}, {"NEW@EXAMPLE.COM", true}, {"new@example.com", false}, {" nEW@example.com", false}} {
		fields := filled()
		fields.Set("email", c.email)
		req := formRequest("POST", fields)
		req.RequestContext.HTTP.SourceIP = fmt.Sprintf("203.0.%d.9", i)
		res := h.posts(t, c.email, req, 200, c.written)
		if i == 0 {
			want = res
		}
		if diff := cmp.Diff(want, res); diff != "" || strings.Contains(res.Body, "example.com") || !strings.Contains(res.Body, "Look into your mail") {
			t.Errorf("%d: (-a new address +this one):\n%s", i, diff)
		}
		if told := strings.Contains(h.log.String(), `"reason":"rate_limited"`); told == c.written {
			t.Errorf("%d: logged %s", i, h.log.String())
		}
	}
}

// TestAClientBlockThatPostsTooMuchIsToldSo, and may again when the hour is over.
func TestAClientBlockThatPostsTooMuchIsToldSo(t *testing.T) {
	h := newHouse(t)
	post := func(i int, ip string, status int) {
		t.Helper()
		fields := filled()
		fields.Set("email", fmt.Sprintf("fred%d@example.com", i))
		req := formRequest("POST", fields)
		req.RequestContext.HTTP.SourceIP, req.Headers["x-forwarded-for"] = ip, fmt.Sprintf("198.51.%d.1", i)
		res := h.posts(t, fmt.Sprintf("post %d from %s", i, ip), req, status, status == 200)
		if told := res.Headers["retry-after"]; (told == fmt.Sprint(3600-h.now.Unix()%3600)) != (status == 429) || (told == "") != (status != 429) {
			t.Errorf("post %d from %s is told to come again in %q s", i, ip, told)
		}
	}
	h.now = time.Unix(1_800_000_000, 0)
	for i := range 20 {
		post(i, fmt.Sprintf("2001:db8:1:%d::1", i), 200)
	}
	post(20, "2001:db8:1:ffff::1", 429)
	post(20, "2001:db8:2::1", 200)
	h.now = h.now.Add(time.Hour)
	post(21, "2001:db8:1::1", 200)
}

// TestOnlyOurOwnPagePostsAForm: of a browser that says where it comes from, by
// that; of any other by the nonce of the page. Nothing is read or written for
// the rest.
func TestOnlyOurOwnPagePostsAForm(t *testing.T) {
	h := newHouse(t)
	page := h.serve(t, formRequest("GET", nil))
	nonce := regexp.MustCompile(`name="nonce" value="([A-Z2-7]{26})"`).FindStringSubmatch(page.Body)
	cookie := "__Host-gatepass-nonce-form=" + nonce[1]
	if len(page.Cookies) != 1 || page.Cookies[0] != cookie+"; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600" {
		t.Fatalf("the page sets %q", page.Cookies)
	}
	if again := h.serve(t, formRequest("GET", nil)); strings.Contains(again.Body, nonce[1]) {
		t.Error("two pages have one nonce")
	}
	for name, c := range map[string]struct {
		site, origin, field, cookie string
		own                         bool
	}{
		"same-origin":                           {"same-origin", "", "", "", true},
		"cross-site":                            {"cross-site", "https://evil.example", nonce[1], cookie, false},
		"a sibling host":                        {"same-site", "https://www.example.com", nonce[1], cookie, false},
		"Origin null":                           {"", "null", nonce[1], cookie, false},
		"another Origin":                        {"", "https://evil.example", nonce[1], cookie, false},
		"no header, no nonce":                   {"", "", "", "", false},
		"no header, the field alone":            {"", "", nonce[1], "", false},
		"no header, the cookie alone":           {"", "", "", cookie, false},
		"no header, an empty pair":              {"", "", "", "__Host-gatepass-nonce-form=", false},
		"no header, a pair that differs":        {"", "", nonce[1][:25] + "A", cookie, nonce[1][25] == 'A'},
		"no header, the link page's own cookie": {"", "", nonce[1], "__Host-gatepass-nonce=" + nonce[1], false},
		"no header, the pair":                   {"", "", nonce[1], "a=b; " + cookie, false},
		"no header, the pair among others":      {"", "", nonce[1], cookie, true},
	} {
		fields := filled()
		fields.Set("nonce", c.field)
		req := formRequest("POST", fields)
		req.Headers = map[string]string{"sec-fetch-site": c.site, "origin": c.origin}
		if c.cookie != "" {
			req.Cookies = []string{"other=1", c.cookie}
		}
		status := 403
		if c.own {
			status = 200
		}
		req.RequestContext.HTTP.SourceIP = name // each is a block of its own, or none
		fieldsEmail := strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", "") + "@example.com"
		req.Body = strings.Replace(req.Body, "fred%40example.com", url.QueryEscape(fieldsEmail), 1)
		res := h.posts(t, name, req, status, c.own)
		if !c.own && (!strings.Contains(res.Body, `<a href="reference">`) || strings.Contains(res.Body, "example.com") || !strings.Contains(h.log.String(), `"reason":"cross_site"`)) {
			t.Errorf("%s: %s, logged %s", name, res.Body, h.log.String())
		}
	}
}

// TestNothingThatIsPostedIsA500: twice, again, in part, too much, of another kind,
// or no form at all. What is wrong is said at its field and what was typed is kept.
func TestNothingThatIsPostedIsA500(t *testing.T) {
	h := newHouse(t)
	h.posts(t, "once", formRequest("POST", filled()), 200, true)
	h.posts(t, "twice", formRequest("POST", filled()), 200, true)
	with := func(name string, values ...string) events.APIGatewayV2HTTPRequest {
		f := filled()
		f[name] = values
		return formRequest("POST", f)
	}
	raw := func(body string) events.APIGatewayV2HTTPRequest {
		req := formRequest("POST", nil)
		req.Body = body
		return req
	}
	b64 := func(body string) events.APIGatewayV2HTTPRequest {
		req := raw(body)
		req.IsBase64Encoded = true
		return req
	}
	for name, c := range map[string]struct {
		req    events.APIGatewayV2HTTPRequest
		wrong  int // fields
		has    string
		hasnot string
	}{
		"no fields":                      {raw(""), 3, "This is needed.", ""},
		"no e-mail":                      {with("email"), 1, `value="Flintstone"`, ""},
		"two e-mails":                    {with("email", "a@example.com", "b@example.com"), 1, "This is needed.", "b@example.com"},
		"a bad e-mail, which is kept":    {with("email", "fred@"), 1, `value="fred@"`, ""},
		"a header in a name":             {with("first_name", "Fred\r\nBcc: x@example.com"), 1, "A name has no line break", ""},
		"markup in a name":               {with("last_name", `"><script>alert(1)</script>`), 1, `value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`, "<script"},
		"a megabyte of name":             {with("first_name", strings.Repeat("x", 1<<20)), 3, "This is too long.", "xxxx"},
		"a name that is too long":        {with("first_name", strings.Repeat("x", 2000)), 1, "This is too long.", strings.Repeat("x", 500)},
		"JSON":                           {raw(`{"email":"fred@example.com"}`), 3, "This is needed.", ""},
		"garbage":                        {raw("%zz=%&\x00;;=&&email=%ff"), 3, "This is needed.", ""},
		"bytes that are no text":         {with("first_name", "\xff\xfe"), 1, "A name has", "\xff"},
		"base64 that is none":            {b64("%%%"), 3, "This is needed.", ""},
		"a form in base64, in part":      {b64(base64.StdEncoding.EncodeToString([]byte("first_name=Fred&last_name=Flintstone"))), 1, "This is needed.", ""},
		"another's fields, as vuid":      {raw("vuid=00000000-0000-0000-0000-000000000000&first_name=Fred"), 2, `value="Fred"`, "vuid"},
		"fields in another case":         {raw("First_Name=Fred&LAST_NAME=F&Email=a@example.com"), 3, "This is needed.", ""},
		"a thousand fields that we lack": {raw(strings.Repeat("x=1&", 1000)), 3, "This is needed.", ""},
	} {
		res := h.posts(t, name, c.req, 422, false)
		if n := strings.Count(res.Body, `aria-invalid="true"`); n != c.wrong || !strings.Contains(res.Body, c.has) || c.hasnot != "" && strings.Contains(res.Body, c.hasnot) || len(res.Body) > 15_000 {
			t.Errorf("%s: %d fields are wrong, want %d with %q and without %q: %s", name, n, c.wrong, c.has, c.hasnot, res.Body)
		}
		if !strings.Contains(h.log.String(), fmt.Sprintf(`"wrong_fields":%d`, c.wrong)) {
			t.Errorf("%s: logged %s", name, h.log.String())
		}
	}
}

// TestFieldsThatAFormLacksAreNobodys: they are passed over, so that nobody
// chooses a scope, a target or an id by posting one.
func TestFieldsThatAFormLacksAreNobodys(t *testing.T) {
	h := newHouse(t)
	fields := filled()
	for _, name := range []string{"id", "pass_id", "registration", "form", "scope", "target", "mode", "vuid", "at", "utm_source"} {
		fields.Set(name, "marked")
	}
	res := h.posts(t, "with more", formRequest("POST", fields), 200, true)
	id := regexp.MustCompile(`"pass_id":"(\w{16})"`).FindStringSubmatch(h.log.String())
	if id == nil {
		t.Fatalf("logged %s", h.log.String())
	}
	r, p, err := h.store.Registered(t.Context(), id[1])
	if err != nil || p != nil || r.Form != "reference" || r.Scope != "visit" || r.Target != "/visitors" || r.Visitor != (pass.Visitor{Email: "fred@example.com", FirstName: "Fred", LastName: "Flintstone"}) {
		t.Errorf("registered %+v with pass %v, %v", r, p, err)
	}
	if strings.Contains(res.Body, id[1]) || strings.Contains(res.Body, "marked") || strings.Contains(h.log.String(), "fred") || strings.Contains(h.log.String(), "marked") {
		t.Errorf("the page %s or the log %s tells too much", res.Body, h.log.String())
	}
}
