package main

import (
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
)

// onBinaries starts the program with every function as its binary, on a table of
// the test's own.
func onBinaries(t *testing.T, folders string) *process {
	t.Helper()
	endpoint := dynamolocal.Start(t)
	return launch(t, t.TempDir(), "-dynamodb", endpoint, "-table", "gatepass-"+strings.ToLower(rand.Text()), "-binaries", folders, "-template", filepath.Join(root, "template.yaml"))
}

// invoke has a function do something, over Lambda's API, and reads its answer.
func (p *process) invoke(function, event string, answer any) {
	p.t.Helper()
	status, header, body := p.do("POST", p.base+"/2015-03-31/functions/"+function+"/invocations", event)
	if status != 200 || header.Get("X-Amz-Function-Error") != "" {
		p.t.Fatalf("%s: %d %s", function, status, body)
	}
	if err := json.Unmarshal([]byte(body), answer); err != nil {
		p.t.Fatalf("%s answered %s: %v", function, body, err)
	}
}

// checked asks the authorizer about a token, and returns its outcome and reason.
func (p *process) checked(token, scope string) string {
	p.t.Helper()
	var a struct{ Outcome, Reason string }
	p.invoke("authorizer", `{"check":{"credential":"`+token+`","scope":"`+scope+`"}}`, &a)
	return a.Outcome + " " + a.Reason
}

// reason is what the backend behind a route was told.
func (p *process) reason(url string, headers ...string) string {
	p.t.Helper()
	status, _, body := p.do("GET", url, "", headers...)
	var a struct{ Access, Reason string }
	if err := json.Unmarshal([]byte(body), &a); err != nil || a.Reason == "" {
		p.t.Fatalf("%s: %d %s\n%s", url, status, body, p.log)
	}
	return a.Access + " " + a.Reason
}

// signedFirst is the reason of the first signed token of a table, once every
// authorizer has found its key: it started before there was any, and looks for an
// unknown one every 5 s. Where there are two versions, they take turns, and each
// looks by itself: so two answers in a row must know the key. Each that does uses the
// token, which therefore is not counted.
func (p *process) signedFirst(url, token string) (reason string) {
	p.t.Helper()
	p.until("two answers in a row know the key of a signed token", func() bool {
		for range 2 {
			if reason = p.reason(url, "Authorization", "Bearer "+token); reason == "refused unknown_key" {
				return false
			}
		}
		return true
	})
	return reason
}

func (p *process) same(what, got, want string) {
	p.t.Helper()
	if got != want {
		p.t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// TestTheLifeOfAPassOnBinaries: what is deployed, as it is deployed, from the
// issue to the event that tells of it.
func TestTheLifeOfAPassOnBinaries(t *testing.T) {
	lifeOn(t, onBinaries(t, built(t)))
}

// lifeOn has passes issued, used, refused, revoked, described and redeemed.
func lifeOn(t *testing.T, p *process) {
	t.Helper()
	var counted, signed, visitor issued
	p.invoke("issue", `{"scope":"report:66","target":"/reports/66","max_uses":2}`, &counted)
	p.same("check", p.checked(counted.Token, "report:66"), "allow ok")
	p.same("check of another scope", p.checked(counted.Token, "report:67"), "deny wrong_scope")
	p.same("at the route", p.reason(counted.URL), "granted ok")
	p.same("once more", p.reason(counted.URL), "refused spent")

	p.invoke("issue", `{"scope":"report:66","target":"/reports/66","format":"jwt","mode":"request","subject":"user-42","unlimited":true}`, &signed)
	p.same("a signed token", p.signedFirst(p.base+"/reports/66", signed.Token), "granted ok")
	var state struct{ State string }
	p.invoke("manage", `{"revoke":{"pass":"`+signed.ID+`","by":"a test"}}`, &state)
	p.same("revoked", state.State, "revoked")
	p.same("a revoked token", p.reason(p.base+"/reports/66", "Authorization", "Bearer "+signed.Token), "refused revoked")
	p.invoke("manage", `{"describe":{"pass":"`+counted.ID+`"}}`, &state)
	p.same("described", state.State, "spent")

	p.invoke("issue", `{"scope":"visit","target":"/visitors","visitor":{"email":"ginger@example.com"},"max_uses":1}`, &visitor)
	if status, _, page := p.do("GET", visitor.Link, ""); status != 200 || !strings.Contains(page, "<form") {
		t.Errorf("the link page: %d %s", status, page)
	}
	status, header, body := p.do("POST", visitor.Link, "")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	if status != 303 || header.Get("Location") != "/visitors" && header.Get("Location") != p.base+"/visitors" || cookie == "" {
		t.Fatalf("redeemed: %d %s %s", status, header, body)
	}
	p.same("the visitor", p.reason(p.base+"/visitors", "Cookie", cookie), "granted ok")
	if status, _, page := p.do("POST", visitor.Link, ""); status == 303 || status >= 500 {
		t.Errorf("redeemed by somebody else: %d %s", status, page)
	}
	p.toldOf("pass.issued pass "+counted.ID, "pass.used pass "+counted.ID+" uses left: 0", "pass.revoked pass "+signed.ID, "session.opened pass "+visitor.ID)

	var recalled struct{ Seen, Revoked, Forgotten int }
	p.invoke("recall", `{"revoke":{"scope":"visit","by":"a test"}}`, &recalled)
	if status, _, body := p.do("GET", p.base+"/visitors", "", "Cookie", cookie); status != 403 {
		t.Errorf("the visitor, recalled: %d %s", status, body)
	}
	p.invoke("recall", `{"forget":{"email":"GINGER@example.com","by":"a test"}}`, &recalled)
	if recalled.Revoked < 1 || recalled.Forgotten < 1 {
		t.Errorf("recalled: %+v", recalled)
	}
	p.toldOf("pass.deleted pass " + visitor.ID)
}

// TestRulesArriveByAttachOnBinaries: CloudFormation's request makes a rule, which
// the authorizer of that API then goes by.
func TestRulesArriveByAttachOnBinaries(t *testing.T) {
	p := onBinaries(t, built(t))
	put := make(chan string, 1)
	s3 := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		put <- r.Method + " " + string(b)
	}))
	defer s3.Close()
	var pass issued
	p.invoke("issue", `{"scope":"order:7","mode":"request","subject":"user-42"}`, &pass)
	event := recordedEvent(t, "attach-create", func(e map[string]any) { e["ResponseURL"] = s3.URL })
	var answer struct{ Status, PhysicalResourceID string }
	p.invoke("attach", event, &answer)
	p.same("attached", answer.Status, "SUCCESS")
	if told := <-put; !strings.HasPrefix(told, "PUT {") || !strings.Contains(told, `"SUCCESS"`) {
		t.Errorf("CloudFormation was told %s", told)
	}
	for api, want := range map[string]string{"a1b2c3d4e5": "Allow", "another": "Deny"} {
		asked := recordedEvent(t, "authorizer-http-2.0", func(e map[string]any) {
			e["routeKey"], e["pathParameters"] = "GET /orders/{id}", map[string]any{"id": "7"}
			e["rawPath"], e["rawQueryString"], e["queryStringParameters"] = "/orders/7", "token="+pass.Token, map[string]any{"token": pass.Token}
			about, _ := e["requestContext"].(map[string]any)
			about["apiId"], about["routeKey"] = api, "GET /orders/{id}"
			e["routeArn"] = "arn:aws:execute-api:eu-central-1:123456789012:" + api + "/$default/GET/orders/7"
		})
		var policy struct {
			PolicyDocument struct{ Statement []struct{ Effect string } }
		}
		p.invoke("authorizer", asked, &policy)
		if st := policy.PolicyDocument.Statement; len(st) != 1 || st[0].Effect != want {
			t.Errorf("at API %s: %+v, want %s", api, st, want)
		}
	}
}

// recordedEvent is a sample event, changed.
func recordedEvent(t *testing.T, name string, change func(map[string]any)) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "events", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	change(e)
	out, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestBinariesThatAreNotThere, or not of this machine: it says what to do.
func TestBinariesThatAreNotThere(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	for name, tt := range map[string]struct{ template, says string }{
		"no binaries": {filepath.Join(root, "template.yaml"), "make build ARCH="},
		"no template": {filepath.Join(t.TempDir(), "template.yaml"), "-template"},
	} {
		err := attempt(t, "-addr", "localhost:0", "-data", t.TempDir(), "-dynamodb", endpoint, "-table", "gatepass-"+strings.ToLower(rand.Text()), "-binaries", t.TempDir(), "-template", tt.template)
		if err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v does not say %q", name, err, tt.says)
		}
	}
}
