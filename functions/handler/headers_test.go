package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// noRing is a ring of keys that cannot be read.
type noRing struct{}

func (noRing) JWKS() ([]byte, error)         { return nil, errors.New("none") }
func (noRing) Refresh(context.Context) error { return errors.New("none") }

// TestEveryAnswerHasTheSecurityHeaders: pages, redirects, documents and refusals,
// to whatever is asked how; and nothing may be kept but the public keys.
func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	h := newHouse(t)
	p, public := h.mint(t, visitorDoc), h.mint(t, `{"scope":"report:66","target":"/reports/66"}`)
	short, _ := token.ParseShort(p.Token)
	spent, revoked, over := h.mint(t, once), h.mint(t, visitorDoc), h.mint(t, once)
	h.mint(t, `{"scope":"a","format":"jwt"}`)
	h.redeem(t, spent.Link)
	h.redeem(t, over.Link)
	h.operate(t, `{"revoke":{"pass":"`+revoked.ID+`","by":"test"}}`)
	down := handler.Visit(handler.VisitConfig{}, gatetest.NewLink(t, storetest.Faulty(h.store, storetest.Always(storetest.Before, "Read", "Redeem", "EndSession"))), noRing{}, handler.NewLog("visit", &h.log, gatetest.Clock))
	up, seen := h.visit, map[int]bool{}
	const page, site = "ANY /p/{token+}", "sec-fetch-site"
	for name, c := range map[string]struct {
		visit             handler.Func
		method, key, path string
		site, body        string
		want              int
	}{
		"a link":                          {up, "GET", page, path(p.Link), "", "", 200},
		"its head":                        {up, "HEAD", page, path(p.Link), "", "", 200},
		"a public link":                   {up, "GET", page, path(public.Link), "", "", 200},
		"a click":                         {up, "POST", page, path(p.Link), "", "", 303},
		"another site's click":            {up, "POST", page, path(p.Link), "cross-site", "", 403},
		"a click on a public link":        {up, "POST", page, path(public.Link), "", "", 404},
		"a spent link":                    {up, "GET", page, path(spent.Link), "", "", 403},
		"its head, spent":                 {up, "HEAD", page, path(spent.Link), "", "", 403},
		"a withdrawn link":                {up, "GET", page, path(revoked.Link), "", "", 403},
		"a wish":                          {up, "POST", page, path(over.Link), "same-origin", "wish=new_link", 200},
		"another site's wish":             {up, "POST", page, path(over.Link), "cross-site", "wish=new_link", 403},
		"no link":                         {up, "GET", page, "/p/junk", "", "", 404},
		"its head, of no link":            {up, "HEAD", page, "/p/junk", "", "", 404},
		"another method":                  {up, "DELETE", page, path(p.Link), "", "", 404},
		"no method":                       {up, "", page, path(p.Link), "", "", 404},
		"the end of a session":            {up, "POST", "POST /session/end", "/session/end", "", "", 200},
		"which leads on":                  {up, "POST", "POST /session/end", "/session/end", "", "next=/bye", 303},
		"another site's end":              {up, "POST", "POST /session/end", "/session/end", "cross-site", "", 403},
		"the end of a session, as a page": {up, "GET", "GET /session/end", "/session/end", "", "", 404},
		"refused elsewhere":               {up, "GET", "GET /refused", "/refused", "", "", 403},
		"its head, refused elsewhere":     {up, "HEAD", "GET /refused", "/refused", "", "", 403},
		"the keys":                        {up, "GET", "GET /.well-known/jwks.json", "/.well-known/jwks.json", "", "", 200},
		"the keys, posted to":             {up, "POST", "GET /.well-known/jwks.json", "/.well-known/jwks.json", "", "", 404},
		"whoami without an authorizer":    {up, "GET", "GET /whoami", "/whoami", "", "", 404},
		"a form that nobody declared":     {up, "GET", "GET /register/{form}", "/register/none", "", "", 404},
		"nothing":                         {up, "GET", "$default", "/", "", "", 404},
		"a link, with the store down":     {down, "GET", page, path(p.Link), "", "", 503},
		"its head, with the store down":   {down, "HEAD", page, path(p.Link), "", "", 503},
		"a click, with the store down":    {down, "POST", page, path(p.Link), "", "", 503},
		"an end, with the store down":     {down, "POST", "POST /session/end", "/session/end", "", "", 503},
		"the keys, which cannot be read":  {down, "GET", "GET /.well-known/jwks.json", "/.well-known/jwks.json", "", "", 503},
	} {
		req := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: c.key, RawPath: c.path, Body: c.body, Headers: map[string]string{}, Cookies: []string{"__Host-gatepass=" + short.Cookie()}}
		if c.site != "" {
			req.Headers[site] = c.site
		}
		if token, ok := strings.CutPrefix(c.path, "/p/"); ok {
			req.PathParameters = map[string]string{"token": token}
		}
		req.RequestContext.HTTP.Method = c.method
		in, _ := json.Marshal(req)
		out, err := c.visit(t.Context(), in)
		var res events.APIGatewayV2HTTPResponse
		if err != nil || json.Unmarshal(out, &res) != nil || res.StatusCode != c.want {
			t.Errorf("%s answered %.300s, %v, want %d", name, out, err, c.want)
			continue
		}
		seen[res.StatusCode] = true
		cached := "no-store"
		if name == "the keys" {
			cached = "public, max-age=300"
		}
		for header, want := range map[string]string{"cache-control": cached, "referrer-policy": "strict-origin", "x-content-type-options": "nosniff",
			"strict-transport-security": "max-age=31536000", "x-robots-tag": "noindex"} {
			if res.Headers[header] != want {
				t.Errorf("%s is answered with %s %q, want %q", name, header, res.Headers[header], want)
			}
		}
		csp := res.Headers["content-security-policy"]
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self' https:"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s is answered with the policy %q", name, csp)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") || (res.Body == "") != (c.want == http.StatusSeeOther) {
			t.Errorf("%s is answered with %d bytes and the policy %q", name, len(res.Body), csp)
		}
	}
	if len(seen) != 5 {
		t.Errorf("the statuses were %v", seen)
	}
}

// TestAPublicLinksPageIsSmall with the worst targets that issue takes, and the
// longest invitation.
func TestAPublicLinksPageIsSmall(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat(`\"`, 500)
	for name, c := range map[string][2]string{
		"parameters": {"/?", "a&"}, "parameters with values": {"/?", "a=b&"}, "parameters and quotes": {"/?", "'='&"}, "quotes in a value": {"/?x=", "'"}, "double quotes, encoded": {"/?x=", "%22"},
		"ampersands, encoded": {"/?x=", "%26"}, "NULs, encoded": {"/?x=", "%00"}, "plus signs in the path": {"/", "+"}, "quotes in the path": {"https://a.example/", "'"}, "letters": {"/?x=", "y"}, "encoded letters in the path": {"/", "%C3%BC"},
	} {
		var body string
		var size int
		for n := 2048 / len(c[1]); n > 0 && body == ""; n-- {
			target := c[0] + strings.Repeat(c[1], n)
			out, err := h.issue(t.Context(), json.RawMessage(`{"scope":"a","mode":"request","subject":"`+strings.Repeat("&", 255)+`","target":"`+target+`","invitation":{"from":"`+long+`","purpose":"`+long+`","message":"`+long+`"}}`))
			var p issued
			if err != nil || json.Unmarshal(out, &p) != nil {
				t.Fatal(err)
			}
			if p.Link == "" {
				continue
			}
			size = len(target)
			for _, lang := range []string{"en", "de", "fr", "es"} {
				res := h.look(t, p.Link, lang)
				if body = res.Body; res.StatusCode != http.StatusOK || len(body) >= 15_000 || !strings.Contains(body, p.Token) {
					t.Errorf("%s: of a target of %d bytes the page in %s answered %d with %d bytes", name, size, lang, res.StatusCode, len(body))
				}
			}
		}
		if body == "" || size < 190 {
			t.Errorf("%s: issue takes no target longer than %d bytes", name, size)
		}
	}
}
