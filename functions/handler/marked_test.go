package handler_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestNoCredentialComesOutOfTheAuthorizer: each row of the decision table, so
// each outcome and reason, in each dialect that can carry it and by direct check:
// answers, errors and log lines hold none of what came in.
func TestNoCredentialComesOutOfTheAuthorizer(t *testing.T) {
	b, ran := gatetest.Open(t), 0
	for dialect := range can() {
		for _, row := range rows(t) {
			in, ok := tell(t, dialect, row)
			if !ok || row.Request.Store == "blocked" {
				continue // that it answers in time is another test's
			}
			m := newMarked()
			for i, p := range row.Present(gatetest.Mint(t)) {
				for j, one := range strings.Split(p.Value, ",") {
					m.mark(p.Place+" "+strconv.Itoa(i)+" "+strconv.Itoa(j), one)
				}
			}
			for i, c := range row.Cookies {
				m.mark("cookie "+strconv.Itoa(i), c.Value(gatetest.Cookie))
			}
			gatetest.Plant(t, b, row)
			var log bytes.Buffer
			f := handler.Authorizer(gatetest.New(t, gatetest.Store(b.Store, row), row), strings.HasSuffix(dialect, "simple"), handler.NewLog("authorizer", &log, gatetest.Clock))
			out, err := f(t.Context(), in)
			what := dialect + ", " + row.Name
			m.out(what+": the answer", string(out))
			m.out(what+": the log", log.String())
			if err != nil {
				m.out(what+": the error", err)
			}
			for _, where := range m.found() {
				t.Error(where)
			}
			ran++
		}
	}
	if ran < 1000 {
		t.Errorf("%d events were told", ran)
	}
}

// tracked is a house whose table is a file, with the stream behind it, and all
// that came out of either.
type tracked struct {
	*marked
	*house
	t      *testing.T
	file   string
	bolt   *boltstore.Store
	expire handler.Func
	events schematest.Events
}

// Publish implements audit.Events.
func (k *tracked) Publish(_ context.Context, told []audit.Event) error {
	for _, e := range told {
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if k.out("an event", string(b)); k.events.Check(b) != nil {
			k.t.Errorf("%s is not as its schema says: %v", b, k.events.Check(b))
		}
	}
	return nil
}

func newTracked(t *testing.T, movedIn ...string) *tracked {
	t.Helper()
	k := &tracked{marked: newMarked(), t: t, events: schematest.NewEvents(t), file: filepath.Join(t.TempDir(), "table.db")}
	var err error
	if k.bolt, err = boltstore.Open(k.file, boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.bolt.Close() })
	k.house = newHouseOn(t, k.bolt, movedIn...)
	log := handler.NewLog("expire", &k.log, func() time.Time { return k.now })
	k.expire = handler.Expire(&audit.Auditor{Store: k.bolt, Events: k, Log: log.Report}, log)
	return k
}

// itsMethod is what a policy is about: the path that API Gateway gave, which it
// must name.
var itsMethod = regexp.MustCompile(`"Resource":"[^"]*"`)

// invoke calls a function and keeps what came out. The answer of issue is for
// who asked, so it is kept only where it is a refusal.
func (k *tracked) invoke(what string, f handler.Func, doc string) string {
	k.t.Helper()
	out, err := f(k.t.Context(), json.RawMessage(doc))
	if err != nil {
		k.out(what+": the error", err)
	}
	if !strings.Contains(string(out), `"token":`) {
		k.out(what+": the answer", itsMethod.ReplaceAllString(string(out), ""))
	}
	return string(out)
}

// minted issues a pass and marks what it is opened by.
func (k *tracked) minted(name, doc string) issued {
	k.t.Helper()
	p := k.mint(k.t, doc)
	k.mark(name, p.Token)
	k.mark(name+"'s link", strings.Split(path(p.Link), "/")[2])
	return p
}

// everywhere is a browser's request that has a credential wherever a client can
// put one, beside the cookies.
func everywhere(method, key, path, credential string, cookies []string, body string) events.APIGatewayV2HTTPRequest {
	req := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: key, RawPath: path, Cookies: cookies, Body: body, RawQueryString: "token=" + credential + "&next=/x/" + credential,
		QueryStringParameters: map[string]string{"token": credential, "vuid": credential, "next": "/x/" + credential, "reason": credential, "reference": credential},
		Headers: map[string]string{"authorization": "Bearer " + credential, "referer": "https://pass.example.com/p/" + credential, "user-agent": "x " + credential, "accept": "text/html",
			"accept-language": credential, "x-forwarded-for": credential, "host": credential, "x-amzn-trace-id": credential, "origin": "https://pass.example.com/p/" + credential, "sec-fetch-site": "same-origin"}}
	if _, label, is := strings.Cut(path, "/p/"); is {
		req.PathParameters = map[string]string{"token": label}
	}
	c := &req.RequestContext
	c.RequestID, c.DomainName, c.HTTP.Method, c.HTTP.SourceIP, c.HTTP.UserAgent, c.HTTP.Path = credential, credential, method, "203.0.113.9", "x "+credential, path
	return req
}

// visits sends a browser's request and keeps its answer.
func (k *tracked) visits(what string, req events.APIGatewayV2HTTPRequest) events.APIGatewayV2HTTPResponse {
	k.t.Helper()
	res := k.sent(k.t, req)
	own := strings.Contains(req.RawPath, "/p/") && res.StatusCode != http.StatusNotFound
	k.answered(what+" of "+req.RequestContext.HTTP.Method+" "+req.RouteKey, res, own)
	for _, c := range res.Cookies {
		if _, value, _ := strings.Cut(strings.SplitN(c, ";", 2)[0], "="); value != "" {
			k.mark("the cookie of "+what+" "+strconv.Itoa(len(k.forms)), value)
		}
	}
	return res
}

// TestNoCredentialComesOutOfTheHouse sends credentials of every kind through every
// function and every path, let in and refused, and searches all that came out:
// bodies, headers, redirects, errors, events, logs with their metrics, and every
// byte of the table.
func TestNoCredentialComesOutOfTheHouse(t *testing.T) {
	k := newTracked(t)
	passes := k.everyState()
	wrong := k.minted("a wrong secret's own pass", visitorDoc)
	for name, p := range passes {
		forged := forge(t, "gp_"+p.ID, wrong.Token)
		k.mark("a wrong secret for "+name, forged)
		link := strings.Split(path(p.Link), "/")[2]
		for how, credential := range map[string]string{"its own": link, "what issue gave": p.Token, "a wrong secret": forged, "a cut one": link[:40], "a longer one": link + "x",
			"the secret as a cookie": "gs_" + link[3:]} {
			k.mark(how+" of "+name, credential)
			k.atTheLinkPage(name+", "+how, credential)
			if how != "what issue gave" && how != "a longer one" { // they are others' work by now
				k.atTheRoutes(name+", "+how, credential)
				k.toOperators(name+", "+how, credential)
				k.toIssue(name+", "+how, credential)
			}
		}
	}
	k.many()
	k.failing()
	table := k.table("in the middle")
	k.streamed()
	k.table("after everything was cleared")
	k.out("the log", k.log.String())
	k.check(t)
	if log := k.log.String(); !strings.Contains(log, `"_aws"`) || !strings.Contains(log, `"session_id"`) {
		t.Error("the log has no metrics, or tells of no session")
	}
	if !strings.Contains(table, "S#") || !strings.Contains(table, "secrets") {
		t.Error("the table's file shows no session, or no pass")
	}
}

// table keeps every byte of the table's file.
func (k *tracked) table(when string) string {
	k.t.Helper()
	b, err := os.ReadFile(k.file)
	if err != nil {
		k.t.Fatal(err)
	}
	k.out("the table's file, "+when, string(b))
	return string(b)
}

// everyState issues passes in each mode and format, and brings some into each
// state that a refusal is made of.
func (k *tracked) everyState() map[string]issued {
	k.t.Helper()
	all := map[string]issued{}
	for name, doc := range map[string]string{
		"none": `{"scope":"report:66","target":"/reports/66?x=1"}`, "request": `{"scope":"report:66","mode":"request","subject":"ginger","target":"https://api.example.com/r"}`,
		"session": loginDoc, "visitor": visitorDoc, "jwt": `{"scope":"report:66","format":"jwt","target":"/r"}`, "spent": strings.Replace(visitorDoc, `"max_uses":2`, `"max_uses":1`, 1),
		"revoked": visitorDoc, "expired": strings.Replace(visitorDoc, "3600", "1", 1), "reissued": visitorDoc, "no target": `{"scope":"report:66"}`,
		"early": strings.Replace(visitorDoc, "{", `{"not_before":"`+k.now.Add(time.Hour/2).UTC().Format(time.RFC3339)+`",`, 1),
	} {
		all[name] = k.minted(name, doc)
	}
	stateless := k.mint(k.t, `{"scope":"report:66","format":"stateless","unlimited":true}`)
	k.mark("stateless", stateless.Token)
	k.atTheRoutes("stateless", stateless.Token)
	k.toOperators("stateless", stateless.Token)
	k.redeem(k.t, all["spent"].Link)
	k.operate(k.t, `{"revoke":{"pass":"`+all["revoked"].Link+`","by":"test"}}`)
	var again issued
	if err := json.Unmarshal([]byte(k.invoke("a reissue", k.issue, `{"reissue":"`+all["reissued"].ID+`","keep_old_for":60}`)), &again); err != nil || again.Token == "" {
		k.t.Fatalf("no reissue: %v", err)
	}
	k.mark("the new secret", again.Token)
	k.now = k.now.Add(2 * time.Second)
	return all
}

// atTheLinkPage runs one credential through every path of visit, by GET, HEAD and
// POST, with nonce and without, switching and not, as a cookie, and to the end.
func (k *tracked) atTheLinkPage(what, credential string) {
	k.t.Helper()
	const key = "ANY /p/{token+}"
	link := "/stage/p/" + credential + "/some-label"
	k.visits(what, everywhere("HEAD", key, link, credential, nil, ""))
	page := k.visits(what, everywhere("GET", key, link, credential, nil, ""))
	nonce := cookieOf(page, "__Host-gatepass-nonce")
	_, value, _ := strings.Cut(nonce, "=")
	held := []string{"__Host-gatepass=gs_" + credential[3:], nonce}
	for _, body := range []string{"", "nonce=" + value, "nonce=" + value + "&switch=yes", "nonce=" + credential + "&wish=new_link&next=" + credential, "wish=new_link", "wish=sign_out"} {
		res := k.visits(what, everywhere("POST", key, link, credential, held, body))
		for _, name := range []string{"__Host-gatepass", "__Host-gatepass-visitor"} {
			if got := cookieOf(res, name); got != "" {
				held = append(held[1:], got)
			}
		}
		k.visits(what, everywhere("GET", key, link, credential, held, ""))
	}
	for _, route := range []string{"$default", "GET /refused", "GET /.well-known/jwks.json", "POST /session/end", "GET /register/{form}", "POST /register/{form}", "GET /" + "nothing"} {
		method, _, _ := strings.Cut(route, " ")
		for _, m := range []string{strings.Replace(method, "$default", "DELETE", 1), "OPTIONS"} {
			k.visits(what, everywhere(m, route, "/stage/x/"+credential, credential, held, "next=/x/"+credential))
		}
	}
	whoami := everywhere("GET", "GET /whoami", "/whoami", credential, held, "")
	whoami.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{Lambda: map[string]any{"access": "refused", "reason": "spent", "pass_id": "-"}}
	k.visits(what, whoami)
}

// atTheRoutes presents one credential to the authorizer in each dialect, in each
// place that it looks in and in some where nothing should be.
func (k *tracked) atTheRoutes(what, credential string) {
	k.t.Helper()
	for _, d := range []apigw.Dialect{apigw.RESTToken, apigw.RESTRequest, apigw.HTTP1, apigw.HTTP2, apigw.WebSocket} {
		for _, req := range []*gate.Request{
			{Query: map[string][]string{"token": {credential}}}, {Query: map[string][]string{"vuid": {credential, credential + "x"}}}, {Authorization: []string{"Bearer " + credential}},
			{Authorization: []string{"Basic " + credential}}, {Cookies: []string{"__Host-gatepass-visitor=gs_" + credential[3:], "other=" + credential}}, {Origin: "https://pass.example.com/p/" + credential},
		} {
			for _, method := range []string{"GET", "POST"} {
				for _, id := range []string{"66", credential, "%67p_" + credential[3:]} {
					one := *req
					one.Method, one.Route = method, method+" /reports/{id}"
					k.invoke(what+", "+string(d), k.authorizer, string(event(k.t, d, &one, id)))
				}
			}
		}
	}
	for _, doc := range []string{`{"check":{"credential":"C","scope":"report:66"}}`, `{"check":{"credential":"C","scope":"C"}}`, `{"check":{"credential":"C","scope":"a","C":1}}`, `{"check":{"credential":["C"]}}`, `{"check":"C"}`, `C`} {
		k.invoke(what+", check", k.authorizer, strings.ReplaceAll(doc, "C", credential))
	}
}

// toOperators gives manage a pasted link, and a credential where none belongs.
func (k *tracked) toOperators(what, credential string) {
	k.t.Helper()
	for _, doc := range []string{`{"describe":{"pass":"https://pass.example.com/p/C/label"}}`, `{"describe":{"pass":"C"}}`, `{"describe":{"pass":"https%3A%2F%2Fpass.example.com%2Fp%2FC"}}`,
		`{"restore":{"pass":"C","by":"test"}}`, `{"end":{"pass":"C","by":"test"}}`, `{"describe":{"pass":"C","C":1}}`, `{"C":{"pass":"x"}}`, `{"describe":["C"]}`, `{"describe":{"pass":"C and C2"}}`, `C`,
		`{"change":{"pass":"C","by":"test","max_uses":50}}`, `{"change":{"pass":"C","by":"C","why":"C","C":1,"scope":"C é","target":"//C","data":"C","expires_at":"C","max_uses":"C"}}`,
		`{"change":{"pass":"C","by":"test","target":"/x?token=C"}}`, `{"change":{"pass":"C","by":"test","target":"https://C@a.example/"}}`} {
		k.invoke(what+", manage", k.manage, strings.ReplaceAll(doc, "C", credential))
	}
}

// toIssue gives issue a credential in fields that are refused.
func (k *tracked) toIssue(what, credential string) {
	k.t.Helper()
	for _, doc := range []string{`{"reissue":"C"}`, `{"registration":"C"}`, `{"scope":"C é"}`, `{"mode":"C","scope":"a"}`, `{"scope":"a","C":1}`, `{"visitor":{"C":1}}`, `{"scope":"a","target":"/x?token=C"}`, `{"scope":"a","target":"//C"}`,
		`{"scope":"a","target":"https://C@a.example/"}`, `{"scope":"a","expires_at":"C"}`, `{"scope":"a","format":"C"}`, `{"scope":"a","visitor":{"email":"C"}}`, `{"scope":["C"]}`, `C`,
		`{"passes":[{"C":1},"C",{"scope":"C é"}],"idempotency_key":"k"}`, `{"passes":"C","idempotency_key":"C é"}`, `{"scope":"?","idempotency_key":"C"}`} {
		k.invoke(what+", issue", k.issue, strings.ReplaceAll(doc, "C", credential))
	}
}

// failing has a store that does not answer, and one with a bug.
func (k *tracked) failing() {
	k.t.Helper()
	p := k.minted("of a failing store", visitorDoc)
	for name, store := range map[string]storetest.Store{
		"no read": storetest.Faulty(k.bolt, storetest.Always(storetest.Before, "Read")), "no write": storetest.Faulty(k.bolt, storetest.Always(storetest.After, "Redeem", "EndSession", "Opened", "Use")),
		"a panic": storetest.Faulty(k.bolt, func(storetest.Call) storetest.Fault { panic(p.Token) }),
	} {
		link, err := gate.NewLink(gatetest.Config(), store, 30, func() time.Time { return k.now }, rand.Reader)
		if err != nil {
			k.t.Fatal(err)
		}
		visit := handler.Visit(handler.VisitConfig{NonceCookie: "n"}, link, nil, handler.NewLog("visit", &k.log, gatetest.Clock))
		for _, method := range []string{"GET", "HEAD", "POST"} {
			in, err := json.Marshal(everywhere(method, "ANY /p/{token+}", "/p/"+p.Token, p.Token, []string{"__Host-gatepass=gs_" + p.Token[3:]}, ""))
			if err != nil {
				k.t.Fatal(err)
			}
			var res events.APIGatewayV2HTTPResponse
			out, err := visit(k.t.Context(), in)
			if err != nil || json.Unmarshal(out, &res) != nil {
				k.out(name+", "+method+": the error", err)
				continue
			}
			k.answered(name+", "+method, res, res.StatusCode == http.StatusOK)
		}
	}
}

// streamed hands the table's stream to expire, lets every pass end, and clears.
func (k *tracked) streamed() {
	k.t.Helper()
	var done uint64
	for range 200 {
		found, err := k.bolt.Changes(k.t.Context(), done, 100)
		if err != nil {
			k.t.Fatal(err)
		}
		if len(found) == 0 && k.now.Before(gatetest.Clock().Add(time.Hour)) {
			k.now = gatetest.Clock().Add(100 * 24 * time.Hour)
			if _, err := k.bolt.Sweep(k.t.Context(), pass.At(k.now), 1000); err != nil {
				k.t.Fatal(err)
			}
			continue
		}
		if len(found) == 0 {
			return
		}
		changes := make([]audit.Change, len(found))
		for i, c := range found {
			n := strconv.FormatUint(c.Sequence, 10)
			done, changes[i] = c.Sequence, audit.Change{ID: "local-" + n, Sequence: n, Old: c.Old, New: c.New, TTL: c.TTL, At: pass.At(c.At)}
		}
		in, err := audit.ToStream(changes)
		if err != nil {
			k.t.Fatal(err)
		}
		k.out("the stream", string(in))
		k.invoke("expire", k.expire, string(in))
	}
	k.t.Error("the stream has no end")
}
