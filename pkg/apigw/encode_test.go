package apigw_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

const arn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/x"

func granted(p *pass.Pass) gate.Decision {
	return gate.Decision{Outcome: gate.Allow, Access: gate.Granted, Reason: pass.OK, PassID: p.ID, Pass: p}
}

// TestContextIsASCIIAndCanBeUndone: what a route maps to headers must be ASCII,
// whatever the issuer and the visitor are called.
func TestContextIsASCIIAndCanBeUndone(t *testing.T) {
	p := &pass.Pass{ID: "SampleEventsPass", Mode: pass.VisitorMode, Scope: "a", Subject: "-",
		Visitor: &pass.Visitor{Email: "zoë@example.com", FirstName: "Zoë\n", LastName: "𝒵"}, Data: []byte(`{"k":"é𝒵"}`)}
	c := apigw.NewContext(granted(p))
	for _, v := range []string{c.Access, c.Reason, c.Mode, c.PassID, c.SessionID, c.Scope, c.Subject, c.Visitor, c.Data} {
		if v == "" || strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q is empty or not ASCII", v)
		}
	}
	var visitor pass.Visitor
	if err := json.Unmarshal([]byte(c.Visitor), &visitor); err != nil || visitor != *p.Visitor {
		t.Errorf("the visitor comes back as %+v, %v", visitor, err)
	}
	if want := `{"k":"\u00e9\ud835\udcb5"}`; c.Data != want {
		t.Errorf("data is %s, want %s", c.Data, want)
	}
	if c.Subject != "%2D" {
		t.Errorf("a subject of one dash is %q, which says that there is none", c.Subject)
	}
}

func TestHeaderValueCanBeUndone(t *testing.T) {
	for in, want := range map[string]string{"": "", "ginger": "ginger", "100%": "100%25", "é": "%C3%A9", "a\r\nb": "a%0D%0Ab", "-": "%2D", "a-b": "a-b"} {
		if got := apigw.Header(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	p := &pass.Pass{ID: "SampleEventsPass", Mode: pass.None, Scope: "a"}
	deny := gate.Decision{Outcome: gate.Deny, Reason: pass.Spent, PassID: p.ID}
	context := `"context":{"access":"granted","reason":"ok","mode":"none","pass_id":"SampleEventsPass","session_id":"-","scope":"a","subject":"-","visitor":"-","data":"-"}`
	policy := func(principal, effect, resource string) string {
		return `{"principalId":"` + principal + `","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"` + effect + `","Resource":"` + resource + `"}]}`
	}
	for name, c := range map[string]struct {
		event  apigw.Event
		d      gate.Decision
		simple bool
		want   string
	}{
		"an allow is a policy for the very ARN":              {apigw.Event{Dialect: apigw.RESTRequest, ARN: arn}, granted(p), false, policy(p.ID, "Allow", arn) + "," + context + "}"},
		"a deny is a policy that denies, and has no context": {apigw.Event{Dialect: apigw.RESTToken, ARN: arn}, deny, false, policy(p.ID, "Deny", arn) + "}"},
		"nobody has a principal too":                         {apigw.Event{Dialect: apigw.HTTP2, ARN: arn}, gate.Decision{Outcome: gate.Deny, Reason: pass.Missing}, false, policy("-", "Deny", arn) + "}"},
		"simple is simple in HTTP 2.0":                       {apigw.Event{Dialect: apigw.HTTP2, ARN: arn}, granted(p), true, `{"isAuthorized":true,` + context + `}`},
		"a simple deny":                                      {apigw.Event{Dialect: apigw.HTTP2, ARN: arn}, deny, true, `{"isAuthorized":false}`},
		"simple is no answer elsewhere":                      {apigw.Event{Dialect: apigw.HTTP1, ARN: arn}, deny, true, policy(p.ID, "Deny", arn) + "}"},
		"what is too long to be named is denied as all":      {apigw.Event{Dialect: apigw.RESTRequest, ARN: arn + strings.Repeat("x", 512)}, deny, false, policy(p.ID, "Deny", "*") + "}"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.event.Encode(c.d, c.simple)
			if diff := cmp.Diff(c.want, string(got)); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestErrorIsNoAnswer(t *testing.T) {
	got, err := (&apigw.Event{Dialect: apigw.HTTP2, ARN: arn}).Encode(gate.Decision{Outcome: gate.Error, Reason: pass.Unavailable, Err: pass.ErrUnavailable}, true)
	if got != nil || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("answered %s, %v", got, err)
	}
}

// TestLongARNIsRefusedBeforeItCosts: REST takes no policy of more than 512 bytes.
func TestLongARNIsRefusedBeforeItCosts(t *testing.T) {
	at := arn + strings.Repeat("x", 512-len(arn))
	for name, c := range map[string]struct {
		event  apigw.Event
		simple bool
		want   bool
	}{
		"512 bytes can be named":            {apigw.Event{Dialect: apigw.RESTRequest, ARN: at}, false, false},
		"513 bytes cannot":                  {apigw.Event{Dialect: apigw.RESTRequest, ARN: at + "x"}, false, true},
		"a simple answer names nothing":     {apigw.Event{Dialect: apigw.HTTP2, ARN: at + "x"}, true, false},
		"simple does not help other events": {apigw.Event{Dialect: apigw.HTTP1, ARN: at + "x"}, true, true},
	} {
		if got := c.event.Unanswerable(c.simple); got != c.want {
			t.Errorf("%s: unanswerable %v", name, got)
		}
	}
}
