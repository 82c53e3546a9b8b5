package handler_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/gate/gatetest"
)

var (
	formTag = regexp.MustCompile(`<form method="(get|post)" action="([^"]*)">`)
	aMarkup = regexp.MustCompile(`<[^>]*>`)
	aPlace  = regexp.MustCompile(`\s(?:action|href|src|formaction|content|data|poster|background)="([^"]*)"`)
)

// astray says where an answer leads that it must not: a redirect or a form that
// posts to another host than this one, a form that gets from another than that
// of the target, a place on the page that is anywhere else, a header that ends.
func astray(res events.APIGatewayV2HTTPResponse, target string) string {
	for name, value := range res.Headers {
		if strings.ContainsAny(name+value, "\r\n\x00") {
			return "the header " + name + " holds a line end"
		}
	}
	if to, is := res.Headers["location"]; is {
		if origin, ok := gatetest.Leads(to); !ok || origin != gatetest.Host || res.StatusCode != http.StatusSeeOther {
			return "it redirects to " + to
		}
	}
	wanted, _ := gatetest.Leads(target)
	for _, m := range formTag.FindAllStringSubmatch(res.Body, -1) {
		to := html.UnescapeString(m[2])
		origin, ok := gatetest.Leads(to)
		if !ok || m[1] == "post" && origin != gatetest.Host || m[1] == "get" && origin != wanted {
			return "its form goes to " + to
		}
	}
	for _, tag := range aMarkup.FindAllString(formTag.ReplaceAllString(res.Body, ""), -1) {
		if m := aPlace.FindStringSubmatch(tag); m != nil && !strings.HasPrefix(tag, "<meta name=") {
			return "the page names " + m[1]
		}
	}
	return ""
}

// guided is a request in which everything that a client may choose says to.
func guided(method, key, path, to string) events.APIGatewayV2HTTPRequest {
	req := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: key, RawPath: path, RawQueryString: "next=" + url.QueryEscape(to),
		QueryStringParameters: map[string]string{"next": to, "redirect": to, "reason": to, "reference": to},
		Headers: map[string]string{"host": to, "x-forwarded-host": to, "forwarded": "host=" + to, "x-original-url": to, "x-rewrite-url": to, "referer": to,
			"accept": "text/html", "accept-language": to, "sec-fetch-site": "same-origin"},
		Body: url.Values{"next": {to}, "redirect": {to}, "switch": {"yes"}, "action": {to}}.Encode()}
	req.RequestContext.HTTP.Method, req.RequestContext.DomainName = method, to
	return req
}

// sent returns the answer to a request that may be no JSON of UTF-8.
func (h *house) sent(t testing.TB, req events.APIGatewayV2HTTPRequest) (res events.APIGatewayV2HTTPResponse) {
	t.Helper()
	in, err := json.Marshal(req)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.visit(t.Context(), in)
	if err != nil || json.Unmarshal(out, &res) != nil {
		t.Fatalf("answered %s, %v", out, err)
	}
	return res
}

// guide leads browsers through everything that redirects or has a form, each
// time with these words of a client's, and reports what went astray.
func (h *house) guide(t testing.TB, target, next, prefix string) {
	t.Helper()
	seen := func(what, target string, res events.APIGatewayV2HTTPResponse) events.APIGatewayV2HTTPResponse {
		if why := astray(res, target); why != "" {
			t.Fatalf("%s, with the target %q, next %q and the path %q: %s", what, target, next, prefix, why)
		}
		return res
	}
	for _, mode := range []string{`"mode":"none"`, `"mode":"request","subject":"42"`, `"mode":"session","subject":"42"`, `"visitor":{"email":"fred@example.com"}`} {
		p, target := h.mintTo(t, mode, target)
		const key = "ANY /p/{token+}"
		for _, method := range []string{"GET", "POST", "POST", "GET"} {
			req := guided(method, key, prefix+"/p/"+p.Token, next)
			req.PathParameters = map[string]string{"token": p.Token + "/" + next}
			res := seen(method+" of a link", target, h.sent(t, req))
			if to := res.Headers["location"]; to != "" && to != target {
				t.Fatalf("the click goes to %q, want %q", to, target)
			}
		}
	}
	res := seen("the end of a session", "/", h.sent(t, guided("POST", "POST /session/end", prefix+"/session/end", next)))
	if to := res.Headers["location"]; to != "" && to != next {
		t.Fatalf("the session's end goes to %q, want %q", to, next)
	}
	for _, c := range [][2]string{{"GET", "GET /refused"}, {"GET", "GET /.well-known/jwks.json"}, {"GET", "GET /whoami"}, {"GET", "$default"}, {"POST", "$default"}, {"GET", "GET /register/{form}"}, {"POST", "POST /register/{form}"}} {
		seen(c[1], "/", h.sent(t, guided(c[0], c[1], prefix+next, next)))
	}
}

// mintTo issues a pass to a target, or where issue refuses that, to a good one.
func (h *house) mintTo(t testing.TB, mode, target string) (p issued, to string) {
	t.Helper()
	for _, to := range []string{target, "/visitors"} {
		quoted, err := json.Marshal(to)
		if err != nil {
			t.Fatal(err)
		}
		var kept string
		out, err := h.issue(t.Context(), json.RawMessage(`{"scope":"a",`+mode+`,"target":`+string(quoted)+`}`))
		if err != nil || json.Unmarshal(out, &p) != nil || json.Unmarshal(quoted, &kept) != nil {
			t.Fatalf("issue answered %s, %v", out, err)
		}
		if p.Token != "" {
			return p, kept
		}
	}
	t.Fatal("issue refuses /visitors")
	return p, ""
}

// TestEveryLocationOfTheCorpus runs the corpus as a target, as next, and as the
// path that API Gateway tells.
func TestEveryLocationOfTheCorpus(t *testing.T) {
	h := newHouse(t)
	for _, r := range gatetest.Redirects(t) {
		h.guide(t, r.To, r.To, r.To)
	}
	// The test sees what it is to see.
	for _, to := range []string{"//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)", "/\t/evil.example"} {
		moved := events.APIGatewayV2HTTPResponse{StatusCode: http.StatusSeeOther, Headers: map[string]string{"location": to}}
		form := events.APIGatewayV2HTTPResponse{Body: `<form method="post" action="` + html.EscapeString(to) + `">`}
		link := events.APIGatewayV2HTTPResponse{Body: `<a href="` + html.EscapeString(to) + `">`}
		if astray(moved, "/") == "" || astray(form, "/") == "" || astray(link, "/") == "" {
			t.Errorf("nobody would notice %q", to)
		}
	}
}

// FuzzLocation: whatever a pass's target is that issue takes, and whatever a
// client says, every Location is on this host, and every form goes there, or to
// where its pass was issued for.
func FuzzLocation(f *testing.F) {
	h := newHouse(f)
	for i, r := range gatetest.Redirects(f) {
		if i%8 == 0 { // the whole of it is a test of its own
			f.Add(r.To, r.To, r.To)
		}
	}
	f.Fuzz(func(t *testing.T, target, next, prefix string) { h.guide(t, target, next, prefix) })
}
