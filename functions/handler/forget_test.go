package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

// remembering is a house of which all that is kept can be looked through.
type remembering struct {
	*enforced
	t    *testing.T
	tell func()        // hands the stream's changes to expire until there are none
	kept func() []byte // everything that is kept: each item, or each byte of the file
	mine func(id string) *pass.History
}

// TestForgettingLeavesNoTrace of somebody who did everything a visitor and a user can
// do, in the table, its indexes, the embedded store's file and the log; and leaves
// all of somebody else.
func TestForgettingLeavesNoTrace(t *testing.T) {
	t.Run("embedded", func(t *testing.T) { forgetsWholly(t, rememberingFile(t)) })
	t.Run("dynamodb", func(t *testing.T) {
		endpoint := dynamolocal.Start(t)
		t.Log("tier dynamodb: ran")
		forgetsWholly(t, rememberingTable(t, endpoint))
	})
}

func forgetsWholly(t *testing.T, r *remembering) {
	olga := r.lives("olga", "198.51.100.66")
	vera := r.lives("vera", "198.51.100.77")
	r.tell()
	r.wants(traces("vera", "198.51.100.77"), true)
	r.wants(traces("olga", "198.51.100.66"), true)
	var before []*pass.History
	for _, id := range olga {
		before = append(before, r.mine(id))
	}

	r.step("forget the visitor", r.recall, json.RawMessage(`{"forget":{"email":"VERA.trace@example.com","by":"operator-of-recall","why":"vera-trace@example.com asked"}}`), `"forgotten": 2`)
	r.step("forget the user", r.recall, json.RawMessage(`{"forget":{"subject":"subject-of-vera","by":"operator-of-recall","why":"vera-trace asked"}}`), `"forgotten": 1`)
	r.tell()
	if r.fault != "" {
		t.Fatal(r.fault)
	}
	gone := append(traces("vera", "198.51.100.77"), "operator-of-recall", "vera-trace")
	for kind, name := range map[string]func(context.Context, string) (string, error){"vera.trace@example.com": gatetest.Digests().Email, "subject-of-vera": gatetest.Digests().Subject} {
		digest, err := name(t.Context(), kind)
		if err != nil {
			t.Fatal(err)
		}
		gone = append(gone, digest)
	}
	r.wants(append(gone, vera...), false)
	r.wants(traces("olga", "198.51.100.66"), true)
	for i, id := range olga {
		if diff := cmp.Diff(before[i], r.mine(id)); diff != "" {
			t.Errorf("of pass %s of somebody else (-before +after):\n%s", id, diff)
		}
	}
	logged := r.logged.Bytes()
	for _, trace := range slices.Concat(traces("vera", "198.51.100.77")[2:], []string{"vera-trace", "vera.trace"}) { // but for who operated
		if bytes.Contains(bytes.ToLower(logged), []byte(strings.ToLower(trace))) {
			t.Errorf("the log has %q", trace)
		}
	}
	if !bytes.Contains(logged, []byte(`"by":"operator-of-recall"`)) {
		t.Error("the log does not say who operated")
	}
}

// traces is what somebody leaves: first what operators say of them, then their own.
func traces(who, ip string) []string {
	return []string{"operator-of-" + who, "reason-of-" + who, "first-of-" + who, "last-of-" + who, who + ".trace@example.com", "subject-of-" + who, ip, "agent-of-" + who, "data-of-" + who,
		"target-of-" + who, "from-of-" + who, "purpose-of-" + who, "message-of-" + who, "issuer-of-" + who}
}

// wants finds each of these in all that is kept, or none.
func (r *remembering) wants(traces []string, there bool) {
	r.t.Helper()
	all := bytes.ToLower(r.kept())
	for _, trace := range traces {
		if bytes.Contains(all, []byte(strings.ToLower(trace))) != there {
			r.t.Errorf("kept is %q: %v, want %v", trace, !there, there)
		}
	}
}

// lives does what a person can do, by all functions, and returns their ids.
func (r *remembering) lives(who, ip string) []string {
	as := func(s string) string { return strings.ReplaceAll(s, "WHO", who) }
	from := func(method, path, body string) events.APIGatewayV2HTTPRequest {
		req := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, Body: body, PathParameters: map[string]string{"token": strings.TrimPrefix(path, "/p/")},
			Headers: map[string]string{"sec-fetch-site": "same-origin", "user-agent": as("agent-of-WHO")}}
		req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP, req.RequestContext.HTTP.UserAgent = method, ip, as("agent-of-WHO")
		return req
	}
	visitor := r.issues("a visitor's pass", as(`{"scope":"visit","visitor":{"email":"WHO.trace@example.com","first_name":"first-of-WHO","last_name":"last-of-WHO"},"max_uses":1,
		"invitation":{"from":"from-of-WHO","purpose":"purpose-of-WHO","message":"message-of-WHO"},"data":{"x":"data-of-WHO"},"target":"/visitors/target-of-WHO","issued_by":"issuer-of-WHO"}`))
	r.step("looks", r.visit, from("GET", path(visitor.Link), ""), `"reason":"ok"`)
	r.step("clicks", r.visit, from("POST", path(visitor.Link), ""), `"reason":"ok"`)
	r.now = r.now.Add(2 * time.Minute)
	r.step("asks for a new link", r.visit, from("POST", path(visitor.Link), "wish=new_link"), `"reason":"ok"`)

	form := formRequest("POST", url.Values{"first_name": {as("first-of-WHO")}, "last_name": {as("last-of-WHO")}, "email": {as("WHO.trace@example.com")}})
	form.RequestContext.HTTP.SourceIP = ip
	r.step("fills in a form", r.visit, form, `"statusCode":200`)

	user := r.issues("a user's pass", as(`{"mode":"request","subject":"subject-of-WHO","scope":"report:66","data":{"x":"data-of-WHO"},"issued_by":"issuer-of-WHO"}`))
	at := bytes.ReplaceAll(event(r.t, apigw.HTTP2, report(user.Token), "66"), []byte("203.0.113.9"), []byte(ip))
	at = bytes.ReplaceAll(at, []byte(`"row"`), []byte(as(`"agent-of-WHO"`)))
	r.step("uses it", r.authorizer, json.RawMessage(at), `"reason":"ok"`)
	for _, id := range []string{visitor.ID, user.ID} {
		for _, op := range []string{"revoke", "restore", "end"} {
			r.step(op, r.manage, json.RawMessage(as(fmt.Sprintf(`{%q:{"pass":%q,"by":"operator-of-WHO","why":"reason-of-WHO"}}`, op, id))), `"outcome":"ok"`)
		}
	}
	if r.fault != "" {
		r.t.Fatal(r.fault)
	}
	return []string{visitor.ID, user.ID}
}

// rememberingFile is a house on the embedded store.
func rememberingFile(t *testing.T) *remembering {
	t.Helper()
	folder := t.TempDir()
	s, err := boltstore.Open(filepath.Join(folder, "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	e := &enforced{ctx: t.Context(), schemas: schematest.NewEvents(t), told: map[audit.Type]string{}, house: newHouseOn(t, s)}
	log := handler.NewLog("expire", &e.log, e.clock)
	e.expire = handler.Expire(&audit.Auditor{Store: s, Events: e, Log: log.Report}, log)
	r := &remembering{enforced: e, t: t, mine: historyOf(t, s)}
	r.tell = func() {
		for {
			found, err := s.Changes(t.Context(), 0, 50)
			if err != nil || len(found) == 0 {
				break
			}
			var changes []audit.Change
			for _, c := range found {
				n := fmt.Sprint(c.Sequence)
				changes = append(changes, audit.Change{ID: n, Sequence: n, Old: c.Old, New: c.New, TTL: c.TTL, At: pass.At(c.At)})
			}
			in, err := audit.ToStream(changes)
			if err != nil {
				t.Fatal(err)
			}
			e.step("expire", e.expire, json.RawMessage(in), `{"batchItemFailures":[]}`)
			if err := s.DropChanges(t.Context(), found[len(found)-1].Sequence); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Scrub(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.kept = func() (all []byte) {
		files, err := os.ReadDir(folder)
		if err != nil || len(files) != 1 {
			t.Fatalf("in the folder lie %v (%v), want the store alone", files, err)
		}
		all, err = os.ReadFile(filepath.Join(folder, files[0].Name()))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	return r
}

func historyOf(t *testing.T, s manage.Store) func(string) *pass.History {
	return func(id string) *pass.History {
		h, err := s.History(t.Context(), id)
		if err != nil {
			t.Fatal(id, err)
		}
		return h
	}
}

// rememberingTable is a house on DynamoDB Local, each function of it under its role.
func rememberingTable(t *testing.T, endpoint string) *remembering {
	t.Helper()
	e := newEnforced(t, endpoint, granted(t))
	r := &remembering{enforced: e, t: t, mine: historyOf(t, e.table.Store)}
	r.tell = func() {
		last := e.issues("the last change", `{"scope":"last"}`)
		for e.fault == "" && e.told[audit.Issued] != last.ID {
			delete(e.told, audit.Issued)
			e.tells(audit.Issued)
		}
	}
	r.kept = func() (all []byte) {
		for _, index := range append([]string{""}, record.Indexes()...) {
			in := &dynamodb.ScanInput{TableName: &e.table.Name}
			if index != "" {
				in.IndexName = &index
			}
			for pages := dynamodb.NewScanPaginator(e.table.Client, in); pages.HasMorePages(); {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				text, err := json.Marshal(page.Items)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, text...)
			}
		}
		return all
	}
	return r
}
