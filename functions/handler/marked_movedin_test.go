package handler_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
)

// TestNoCredentialThatMovedInComesOutOfTheHouse sends credentials of before through
// every function, wherever a link puts them, and searches all that came out: they
// look like nothing in particular, so nothing may repeat them. In a path value, a
// browser's own words or a reason they cannot be told from any other.
func TestNoCredentialThatMovedInComesOutOfTheHouse(t *testing.T) {
	k := newTracked(t, "rt", "vuid", "sesame")
	for n, credential := range oldOnes() {
		k.mark("what moved in", credential)
		for _, doc := range []string{`{"credential":"C"}`, `{"credential":"C","scope":"é"}`, `{"credential":["C"],"scope":"a"}`, `{"credential":"C.","scope":"a"}`, `{"credential":"https://a.example/?rt=C","scope":"a"}`,
			`{"credential":"C","scope":"a","format":"jwt"}`, `{"credential":"C","scope":"a","idempotency_key":"k"}`, `{"passes":[{"scope":"a","credential":"C"}],"idempotency_key":"k"}`, `{"reissue":"C"}`, `{"registration":"C"}`, `C`} {
			k.invoke("moving in, wrongly", k.issue, strings.ReplaceAll(doc, "C", credential))
		}
		doc := []string{`{"scope":"report:66","target":"/reports/66"}`, visitorDoc, strings.Replace(loginDoc, "{", `{"expires_in":5,`, 1), visitorDoc}[n]
		p := k.moveIn(t, credential, doc)
		k.mark("its token", p.Token)
		for _, by := range []string{"C", "the loop, of C", "/p/C/"} {
			k.invoke("reissuing it", k.issue, `{"reissue":"`+p.ID+`","issued_by":"`+strings.ReplaceAll(by, "C", credential)+`"}`)
		}
		k.invoke("moving in again", k.issue, strings.Replace(doc, "{", `{"credential":"`+credential+`",`, 1))
		for _, moment := range []time.Duration{0, 10 * time.Second} { // some end between
			k.now = k.now.Add(moment)
			k.movedToTheLinkPage(credential)
			k.movedToTheRoutes(credential)
			for _, doc := range []string{`{"describe":{"pass":"C"}}`, `{"describe":{"pass":"https://a.example/?vuid=C&x=1"}}`, `{"describe":{"pass":"https://a.example/magic-link/C/"}}`, `{"describe":{"pass":"/p/C /p/C2"}}`,
				`{"end":{"pass":"/p/C","by":"test"}}`, `{"revoke":{"pass":"C","by":"at /p/C"}}`, `{"revoke":{"pass":"C","by":"me","why":"sent ?rt=C"}}`, `{"describe":{"pass":"C","C":1}}`} {
				k.invoke("manage", k.manage, strings.ReplaceAll(doc, "C", credential))
			}
		}
	}
	k.table("in the middle")
	k.streamed()
	k.table("after everything was cleared")
	k.out("the log", k.log.String())
	k.check(t)
	if log := k.log.String(); !strings.Contains(log, `"already_issued"`) || !strings.Contains(log, `"session_id"`) {
		t.Error("the log does not tell of moving in, or of no session")
	}
}

// fromALink is a browser's request that followed a link of before.
func fromALink(method, key, path, credential string, cookies []string, body string) events.APIGatewayV2HTTPRequest {
	req := everywhere(method, key, path, credential, cookies, body)
	for name, value := range map[string]string{"rt": credential, "vuid": credential, "sesame": credential, "next": "/visitors?vuid=" + credential} {
		req.QueryStringParameters[name] = value
	}
	req.Headers["user-agent"] = "a browser"
	c := &req.RequestContext
	c.RequestID, c.DomainName, c.HTTP.UserAgent = "r-1", "pass.example.com", "a browser"
	return req
}

func (k *tracked) movedToTheLinkPage(credential string) {
	k.t.Helper()
	const key = "ANY /p/{token+}"
	link, held := "/stage/p/"+credential+"/some-label", []string{"__Host-gatepass=" + credential, "other=" + credential}
	for _, body := range []string{"", "switch=yes", "wish=new_link", "wish=sign_out", "nonce=" + credential + "&next=/p/" + credential} {
		for _, method := range []string{"HEAD", "GET", "POST"} {
			k.visits("a link of before", fromALink(method, key, link, credential, held, body))
		}
	}
	for _, route := range []string{"$default", "GET /refused", "POST /session/end", "GET /register/{form}", "POST /register/{form}", "GET /nothing"} {
		method, _, _ := strings.Cut(strings.Replace(route, "$default", "GET /", 1), " ")
		for _, next := range []string{"/p/" + credential, "/?rt=" + credential} {
			k.visits("elsewhere", fromALink(method, route, "/stage/magic-link/"+credential+"/", credential, held, "next="+next))
		}
	}
}

func (k *tracked) movedToTheRoutes(credential string) {
	k.t.Helper()
	for _, d := range []apigw.Dialect{apigw.RESTToken, apigw.RESTRequest, apigw.HTTP1, apigw.HTTP2, apigw.WebSocket} {
		for _, req := range []*gate.Request{
			{Query: map[string][]string{"rt": {credential}}}, {Query: map[string][]string{"vuid": {credential}, "token": {credential}}}, {Query: map[string][]string{"rt": {credential, credential + "x"}}},
			{Authorization: []string{"Bearer " + credential}}, {Cookies: []string{"__Host-gatepass=" + credential}}, {Origin: "https://a.example/?vuid=" + credential},
		} {
			for _, method := range []string{"GET", "POST", "HEAD"} {
				one := *req
				one.Method, one.Route = method, method+" /reports/{id}"
				k.invoke("a route, "+string(d), k.authorizer, string(event(k.t, d, &one, "66")))
			}
		}
	}
	for _, doc := range []string{`{"check":{"credential":"C","scope":"report:66"}}`, `{"check":{"credential":"C","scope":"report:66","count":false}}`, `{"check":{"credential":"C.","scope":"a"}}`, `{"check":{"credential":["C"]}}`, `{"check":"C"}`} {
		k.invoke("check", k.authorizer, strings.ReplaceAll(doc, "C", credential))
	}
}
