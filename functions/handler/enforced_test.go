package handler_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/record"
)

// live is the life of passes through all functions.
func (e *enforced) live(t *testing.T) {
	t.Helper()
	e.attaches(t, "create")
	e.attaches(t, "update")
	link := e.issues("a link", `{"scope":"report:66","target":"/reports/66","max_uses":2}`)
	signed := e.issues("a signed token", `{"mode":"request","subject":"fred","scope":"report:66","format":"jwt"}`)
	stateless := e.issues("a stateless token", `{"mode":"request","subject":"fred","scope":"report:66","format":"stateless","unlimited":true}`)
	for _, token := range []string{link.Token, signed.Token, stateless.Token} {
		e.step("a token at a route", e.authorizer, json.RawMessage(event(t, apigw.HTTP2, report(token), "66")), `"reason":"ok"`)
		elsewhere := bytes.ReplaceAll(event(t, apigw.RESTRequest, report(token), "66"), []byte("203.0.113.9"), []byte("198.51.100.9"))
		e.step("a token at a REST API, from elsewhere", e.authorizer, json.RawMessage(elsewhere), `"reason":"ok"`)
	}
	e.step("a spent link", e.authorizer, json.RawMessage(event(t, apigw.HTTP2, report(link.Token), "66")), `"reason":"spent"`)
	e.step("a check", e.authorizer, object{"check": object{"credential": signed.Token, "scope": "report:66", "accept": []string{"request"}, "count": true}}, `"reason":"ok"`)

	e.issuesMany()
	e.browses(t)
	e.registers(t)

	e.operates("describe", signed.ID, "")
	e.operates("revoke", signed.ID, `,"why":"test"`)
	e.operates("restore", signed.ID, "")
	e.operates("complete", signed.ID, "")
	e.operates("restore", signed.ID, "")
	e.operates("change", signed.ID, `,"max_uses":50,"expires_in":86400,"target":"/reports/66"`)
	e.operates("end", signed.ID, "")
	again := e.issues("a reissue", `{"reissue":"`+signed.ID+`","expires_in":3600}`)
	e.step("a token that was reissued", e.authorizer, json.RawMessage(event(t, apigw.HTTP2, report(again.Token), "66")), `"reason":"ok"`)

	e.recalls()

	e.deletes(t, link.ID)
	e.tells(audit.Issued, audit.Reissued, audit.Changed, audit.Used, audit.Revoked, audit.Completed, audit.Restored, audit.Deleted, audit.SessionOpened, audit.SessionEnded, audit.LinkRequested, audit.Registered, audit.Shared)
	e.attaches(t, "delete")
	e.now = e.now.Add((keys.DefaultRotateAfter + 1) * time.Second)
	e.issues("the next key", `{"scope":"report:66","format":"jwt"}`)
	if ring, err := e.table.PublicKeys(e.ctx); e.fault == "" && (err != nil || len(ring) != 2) {
		e.fault = fmt.Sprintf("there are %d keys (%v), want another one in its time", len(ring), err)
	}
}

// issuesMany asks for several passes, and for the same ones again.
func (e *enforced) issuesMany() {
	const many = `{"passes":[{"scope":"report:66"},{"scope":"report:67","format":"jwt"},{}],"idempotency_key":"many"}`
	first := e.step("many", e.issue, json.RawMessage(many), `"issued":2,"refused":1,"left":0`)
	if again := e.step("many again", e.issue, json.RawMessage(many), `"repeated":true`); e.fault == "" && !bytes.Equal(first, again) {
		e.fault = fmt.Sprintf("many are answered %s, and then %s", first, again)
	}
}

// browses is what browsers do at the link page.
func (e *enforced) browses(t *testing.T) {
	t.Helper()
	login, visitor := e.issues("a login", loginDoc), e.issues("a visitor's pass", once)
	e.visits("keys", "GET", "/.well-known/jwks.json", "", `"statusCode":200`)
	e.visits("the page for who was refused", "GET", "/refused", "", `"statusCode":403`)
	open := func(what, route string, p issued) (cookie string) {
		e.visits(what+" looks", "GET", path(p.Link), "", `"reason":"ok"`)
		cookie = e.visits(what+" clicks", "POST", path(p.Link), "", `"reason":"ok"`)
		session := &gate.Request{Route: route, Method: "GET", Cookies: []string{cookie}}
		e.step(what+" at a route", e.authorizer, json.RawMessage(event(t, apigw.HTTP2, session, "-")), `"reason":"ok"`)
		return cookie
	}
	open("who signs in", "GET /account", login)
	e.operates("end", login.ID, `,"session":"`+e.session(login.ID)+`"`)
	cookie := open("a visitor", "GET /visitors", visitor)
	e.visits("a visitor signs out", "POST", "/session/end", "", `"statusCode":200`, cookie)
	e.now = e.now.Add(2 * time.Minute)             // past the time in which a click is the same click
	e.removes(t, record.DigestPK, record.DigestSK) // as of a table where nobody was named before this visitor
	e.visits("a visitor asks for a new link", "POST", path(visitor.Link), "wish=new_link", `"reason":"ok"`)
}

// registers fills in a form, and issues what it asks for.
func (e *enforced) registers(t *testing.T) {
	t.Helper()
	e.step("a form", e.visit, formRequest("GET", nil), `"statusCode":200`)
	e.step("a form that is posted", e.visit, formRequest("POST", filled()), `"statusCode":200`)
	e.tells(audit.Registered)
	e.issues("what a form asked for", `{"registration":"`+e.told[audit.Registered]+`"}`)
}

// recalls lists and withdraws the passes of each list, and forgets somebody.
func (e *enforced) recalls() {
	e.issues("a pass to be withdrawn", `{"mode":"request","subject":"olga","scope":"recalled","issued_by":"a test"}`)
	for _, which := range []string{`"scope":"recalled"`, `"subject":"olga"`, `"email":"nobody@example.com"`, `"issued_by":"a test"`} {
		e.step("list", e.manage, json.RawMessage(`{"list":{`+which+`}}`), `"outcome":"ok"`)
		e.step("revoke many", e.recall, json.RawMessage(`{"revoke":{`+which+`,"by":"test"}}`), `"outcome":"ok"`)
	}
	e.step("list all", e.manage, json.RawMessage(`{"list":{"limit":1}}`), `"outcome":"ok"`)
	e.step("revoke all", e.recall, json.RawMessage(`{"revoke":{"all":true,"before":"1999-12-31T00:00:00Z","by":"test"}}`), `"outcome":"ok"`)
	e.step("forget", e.recall, json.RawMessage(`{"forget":{"subject":"olga","by":"test"}}`), "\"forgotten\": 1,\n  \"hints\"") // and no cursor: it is done
}

// attaches hands one of events/attach-*.json to attach.
func (e *enforced) attaches(t *testing.T, operation string) {
	t.Helper()
	b, err := os.ReadFile("../../events/attach-" + operation + ".json")
	var ev object
	if err != nil || json.Unmarshal(b, &ev) != nil {
		t.Fatal(err)
	}
	delete(ev, "ResponseURL")
	e.step("attach "+operation, e.attach, ev, `"Status":"SUCCESS"`)
}

// granted returns what each function may do with the table, by the template.
func granted(t *testing.T) map[string]configtest.Grants {
	t.Helper()
	template, may := configtest.ReadTemplate(t, "../../template.yaml"), map[string]configtest.Grants{}
	for _, r := range configtest.Roles() {
		may[r.Function] = configtest.Granted(template, r.Resource("Role"))
		for beside := range r.Beside {
			delete(may[r.Function], beside)
		}
	}
	return may
}

// TestLifeUnderTheRolesOfTheTemplate: with nothing but what its role grants each
// function does its work, and it uses all of that.
func TestLifeUnderTheRolesOfTheTemplate(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	may := granted(t)
	e := newEnforced(t, endpoint, may)
	if e.live(t); e.fault != "" {
		t.Error(e.fault)
	}
	for function, r := range e.roles {
		for _, d := range configtest.Differ(r.Does(), may[function]) {
			t.Errorf("%s: %s", function, d)
		}
	}
}

// TestLifeBreaksWithoutAnyOfItsRights: what stands in for IAM refuses, and the log
// says what AWS said.
func TestLifeBreaksWithoutAnyOfItsRights(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	all := granted(t)
	for function, grants := range all {
		for _, grant := range grants.Sorted() {
			t.Run(function+" without "+grant, func(t *testing.T) {
				may := maps.Clone(all)
				may[function] = maps.Clone(grants)
				delete(may[function], grant)
				e := newEnforced(t, endpoint, may)
				e.live(t)
				if log := e.logged.String(); e.fault == "" || !strings.Contains(log, "AccessDeniedException") || !strings.Contains(log, "unavailable") {
					t.Errorf("the life went wrong at %q, and the log is %s", e.fault, log)
				}
			})
		}
	}
}
