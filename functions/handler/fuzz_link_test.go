package handler_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/gate"
)

// linkHouse is a house with a pass that can be redeemed for ever, where links of
// before are known too, and how to ask its visit function for anything.
type linkHouse struct {
	*house
	pass issued
}

func newLinkHouse(f *testing.F) *linkHouse {
	h := newMovedHouse(f)
	return &linkHouse{h, h.mint(f, `{"scope":"visit","visitor":{"email":"fred@example.com"},"target":"/visitors","expires_in":3600}`)}
}

// answer invokes visit, and fails if it does: the store works, so there is an answer.
func (h *linkHouse) answer(t *testing.T, event []byte) events.APIGatewayV2HTTPResponse {
	t.Helper()
	h.store.Reset()
	h.log.Reset()
	out, err := h.visit(t.Context(), event)
	var res events.APIGatewayV2HTTPResponse
	if err != nil || json.Unmarshal(out, &res) != nil {
		t.Fatalf("%q is answered %q, %v", event, out, err)
	}
	return res
}

// judge holds an answer to what it may be: a session only for who showed the
// secret, and no way to another host.
func (h *linkHouse) judge(t *testing.T, event []byte, res events.APIGatewayV2HTTPResponse, secretShown bool) {
	t.Helper()
	opened := strings.Contains(strings.Join(res.Cookies, "\n"), "=gs_")
	if calls := h.store.Calls(); !secretShown && (opened || calls["Redeem"] != 0 || calls["Opened"] != 0) {
		t.Fatalf("%q opened a session, or was counted, without the secret: %d, %v", event, res.StatusCode, calls)
	}
	if to := res.Headers["location"]; to != "" && !gate.LocalPath(to) {
		t.Fatalf("%q is sent to %q", event, to)
	}
	if res.StatusCode < 200 || res.StatusCode > 599 || res.Headers["x-content-type-options"] != "nosniff" {
		t.Fatalf("%q is answered %d with the headers %v", event, res.StatusCode, res.Headers)
	}
}

// FuzzLink: whatever is in a request for a link, there is an answer, and nobody
// redeems, or is even counted, who does not show the whole secret in the path.
func FuzzLink(f *testing.F) {
	h := newLinkHouse(f)
	token := h.pass.Token
	for _, path := range []string{token, token + "/visitors", token + ".", "\x00" + token, token[:len(token)-1], strings.ToLower(token), token + token, "%67" + token[1:], "/" + token, "../" + token, h.pass.ID, forge(f, token, "gp_0000000000000000000000000000000000000006xQNv"), "", "é" + token, token + "\xff", oldUUID + "/" + token, oldJWT + ".", olderOne + ":"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			f.Add(method, path, "a=b", "sec-fetch-site", "same-origin", "__Host-gatepass-nonce=N", "nonce=N", false)
		}
	}
	f.Add(http.MethodPost, token, "next=//evil.example", "origin", "null", "__Host-gatepass=gs_x; __Host-gatepass-visitor=", "switch=yes&nonce=%zz", true)
	f.Add(http.MethodHead, token, "token="+token, "accept-language", "de;q=\xff,,", "=", "\x00", false)
	f.Add("", "", "", "", "", "", "", true)
	f.Fuzz(func(t *testing.T, method, path, query, header, value, cookie, body string, encoded bool) {
		req := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "ANY /p/{token+}", RawPath: "/p/" + path, RawQueryString: query,
			PathParameters: map[string]string{"token": path}, QueryStringParameters: map[string]string{"token": query, "next": query},
			Headers: map[string]string{header: value}, Cookies: []string{cookie}, Body: body, IsBase64Encoded: encoded}
		req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP, req.RequestContext.HTTP.UserAgent = method, value, value
		event, err := json.Marshal(req)
		if err != nil {
			t.Fatal(err)
		}
		h.judge(t, event, h.answer(t, event), strings.Contains(path, token))
		if strings.Contains(h.log.String(), token) {
			t.Fatalf("%q is logged as %s", event, &h.log)
		}
	})
}

// FuzzVisitEvent: whatever JSON arrives as an event, on whatever route.
func FuzzVisitEvent(f *testing.F) {
	h := newLinkHouse(f)
	files, err := filepath.Glob("../../events/visit-*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no sample events", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add([]byte(strings.ReplaceAll(string(b), "gp_SampleEventsPass3VidoCxD7gt8UNp71Zkq5Q0uPGcb", h.pass.Token)))
	}
	for _, odd := range []string{`{}`, `null`, `{"headers":null,"cookies":[null]}`, `{"rawPath":"/p/","requestContext":{"http":{"method":"POST"}}}`, `{"routeKey":"GET /whoami","requestContext":{"authorizer":{"lambda":null},"http":{"method":"GET"}}}`} {
		f.Add([]byte(odd))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		var req events.APIGatewayV2HTTPRequest
		if json.Unmarshal(event, &req) != nil || req.Version != "2.0" && req.RequestContext.HTTP.Method == "" { // as in a REST API's event, and payload 1.0
			if out, err := h.visit(t.Context(), event); err == nil || strings.Contains(err.Error(), "internal error") {
				t.Fatalf("%q is answered %q, %v", event, out, err)
			}
			return
		}
		res := h.answer(t, event)
		if jwks := strings.HasSuffix(req.RouteKey, " /.well-known/jwks.json") || req.RawPath == "/.well-known/jwks.json"; jwks {
			return // public, and so without the pages' headers
		}
		h.judge(t, event, res, strings.Contains(req.RawPath, h.pass.Token) || strings.Contains(req.PathParameters["token"], h.pass.Token))
	})
}
