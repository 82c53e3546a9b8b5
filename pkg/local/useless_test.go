package local_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestUselessAnswersOfAuthorizers: what is neither form is a 500, for every kind
// of API, and reaches no backend.
func TestUselessAnswersOfAuthorizers(t *testing.T) {
	for name, answer := range map[string]string{
		"neither form":               `{}`,
		"both forms":                 `{"isAuthorized":true,` + allow[1:],
		"no JSON":                    `{`,
		"null":                       `null`,
		"a policy without principal": strings.Replace(allow, `"principalId":"p",`, "", 1),
		"a policy of another time":   strings.Replace(allow, "2012-10-17", "2008-10-17", 1),
		"a policy with a condition":  strings.Replace(allow, `"Effect"`, `"Condition":{},"Effect"`, 1),
		"an effect that is none":     strings.Replace(allow, `"Allow"`, `"allow"`, 1),
	} {
		for file, path := range map[string]string{"http": "/reports/66", "plain-http": "/v1/reports/66", "rest": "/prod/reports/66", "websocket": "/prod"} {
			x := serve(t, file, answer, hello, nil)
			if got := x.get(path, "Upgrade", "websocket"); !strings.HasPrefix(got, "500 ") || !strings.HasSuffix(got, " 1 0") {
				t.Errorf("%s, %s: %s", name, file, got)
			}
		}
	}
}

// TestHandshakesThatAreNone: another path, and a plain request.
func TestHandshakesThatAreNone(t *testing.T) {
	x := serve(t, "websocket", allow, hello, nil)
	for want, got := range map[string]string{
		`403 {"message":"Forbidden"} 0 0`:        x.get("/prod/more", "Upgrade", "websocket"),
		`426 {"message":"Upgrade Required"} 0 0`: x.get("/prod"),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestAnswersOfREST: headers of both forms, cookies each on its own, and what is
// of no use.
func TestAnswersOfREST(t *testing.T) {
	x := serve(t, "rest", allow, `{"statusCode":201,"headers":{"x-one":"1"},"multiValueHeaders":{"x-two":["a","b"],"set-cookie":["a=1","b=2"]},"body":"aGk=","isBase64Encoded":true}`, nil)
	got := x.reply("GET", "/prod/reports/66")
	if text := fmt.Sprint(got.status, got.header["X-One"], got.header["X-Two"], got.header["Set-Cookie"], got.body); text != "201 [1] [a,b] [a=1 b=2]hi" {
		t.Error(text)
	}
	for _, app := range []string{`"hello"`, `{"statusCode":"x"}`, `{"statusCode":200,"body":{}}`} {
		if got := serve(t, "rest", allow, app, nil).get("/prod/reports/66"); got != `502 {"message":"Internal server error"} 1 1` {
			t.Errorf("%s: %s", app, got)
		}
	}
}

// TestBodiesOfEachIntegration: text stays text; only an HTTP API encodes.
func TestBodiesOfEachIntegration(t *testing.T) {
	x := serve(t, "rest", allow, hello, nil)
	localPost(x, "/prod/open", "{}")
	if body, encoded := last(t, x.app, "body"), last(t, x.app, "isBase64Encoded"); body != `"{}"` || encoded != "false" {
		t.Errorf("REST: %s %s", body, encoded)
	}
	x = serve(t, "http", allow, hello, nil)
	localPost(x, "/open", "{}")
	if body, encoded := last(t, x.app, "body"), last(t, x.app, "isBase64Encoded"); body != `"e30="` || encoded != "true" {
		t.Errorf("HTTP, without a media type: %s %s", body, encoded)
	}
}

// TestADenyBesideAnAllow: it wins, wherever it stands.
func TestADenyBesideAnAllow(t *testing.T) {
	both := strings.Replace(wide, `"Statement":[`, `"Statement":[{"Action":"execute-api:Invoke","Effect":"Deny","Resource":"$ARN"},`, 1)
	x := serve(t, "rest", both, hello, nil)
	if got := x.get("/prod/reports/66"); got != `403 {"Message":"User is not authorized to access this resource with an explicit deny"} 1 0` {
		t.Error(got)
	}
}
