package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/dynamostore/stream"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// enforced is a house over DynamoDB Local in which each function has a store of
// its own, behind its role's policy.
type enforced struct {
	*house
	ctx            context.Context
	table          dynamolocal.Table
	roles          map[string]*configtest.Recorder
	attach, expire handler.Func
	changes        func() (stream.Change, error, bool)
	schemas        schematest.Events
	told           map[audit.Type]string // the id of a pass that it was told of
	logged         bytes.Buffer          // every line so far
	fault          string                // the first step that went wrong; no other is made after it
}

// newEnforced has each function do what may says of it, and nothing else.
func newEnforced(t *testing.T, endpoint string, may map[string]configtest.Grants) *enforced {
	t.Helper()
	e := &enforced{ctx: t.Context(), table: dynamolocal.NewTable(t, endpoint), schemas: schematest.NewEvents(t), roles: map[string]*configtest.Recorder{}, told: map[audit.Type]string{}}
	network := &http.Transport{}
	t.Cleanup(network.CloseIdleConnections)
	stores := map[string]storetest.Store{}
	for function, grants := range may {
		e.roles[function] = &configtest.Recorder{Next: network, May: grants}
		client, err := dynamostore.NewClient(dynamostore.Config{Endpoint: endpoint, AttemptTime: time.Minute, Transport: e.roles[function]})
		if err != nil {
			t.Fatal(err)
		}
		stores[function] = dynamostore.New(client, e.table.Name)
	}
	e.house = newHouseOf(t, storetest.Record(e.table.Store), func(function string) storetest.Store { return stores[function] })
	e.now = time.Now() // TTL goes by the real clock, and must find nothing to remove
	log := handler.NewLog("attach", &e.log, e.clock)
	e.attach = handler.Attach(&attach.Attacher{Store: stores["attach"], APIs: noGateway{}, Function: "arn:aws:lambda:eu-central-1:123456789012:function:gatepass-authorizer"}, nil, log)
	log = handler.NewLog("expire", &e.log, e.clock)
	e.expire = handler.Expire(&audit.Auditor{Store: stores["expire"], Events: e, Log: log.Report}, log)
	e.changes = e.follow(t, endpoint)
	return e
}

func (e *enforced) clock() time.Time { return e.now }

// follow reads the table's stream, for whom the roles are not.
func (e *enforced) follow(t *testing.T, endpoint string) func() (stream.Change, error, bool) {
	t.Helper()
	cfg, err := dynamostore.Config{Endpoint: endpoint}.AWS()
	if err != nil {
		t.Fatal(err)
	}
	arn, err := stream.ARN(t.Context(), e.table.Client, e.table.Name)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	next, stop := iter.Pull2(stream.Follow(ctx, dynamodbstreams.NewFromConfig(cfg), arn, 10*time.Millisecond))
	t.Cleanup(func() { cancel(); stop() })
	return next
}

// Publish implements audit.Events.
func (e *enforced) Publish(_ context.Context, told []audit.Event) error {
	for _, ev := range told {
		e.told[ev.Type] = ev.PassID
		b, err := json.Marshal(ev)
		if err == nil {
			err = e.schemas.Check(b)
		}
		if err != nil && e.fault == "" {
			e.fault = fmt.Sprintf("the event %s is not as its schema says: %v", b, err)
		}
	}
	return nil
}

// step hands an event to a function. What it answers and logs must have want.
func (e *enforced) step(what string, f handler.Func, event any, want string) json.RawMessage {
	if e.fault != "" {
		return nil
	}
	in, ok := event.(json.RawMessage)
	if !ok {
		b, err := json.Marshal(event)
		if err != nil {
			e.fault = err.Error()
			return nil
		}
		in = b
	}
	e.log.Reset()
	out, err := f(e.ctx, in)
	e.logged.Write(e.log.Bytes())
	if answered := fmt.Sprint(string(out), err, e.log.String()); !strings.Contains(answered, want) {
		e.fault = fmt.Sprintf("%s: answered %s, %v, and logged %s: no %s", what, out, err, e.log.String(), want)
	}
	return out
}

func (e *enforced) issues(what, doc string) (a issued) {
	_ = json.Unmarshal(e.step(what, e.issue, json.RawMessage(doc), `"outcome":"ok"`), &a)
	return a
}

func (e *enforced) operates(operation, id, more string) json.RawMessage {
	by := `,"by":"test"`
	if operation == "describe" {
		by = ""
	}
	return e.step(operation, e.manage, json.RawMessage(`{"`+operation+`":{"pass":"`+id+`"`+by+more+`}}`), `"outcome":"ok"`)
}

// session returns the id of the one session of a pass.
func (e *enforced) session(id string) string {
	var d struct {
		Sessions struct{ Each []struct{ ID string } }
	}
	if out := e.operates("describe", id, ""); e.fault == "" && (json.Unmarshal(out, &d) != nil || len(d.Sessions.Each) != 1) {
		e.fault = "described without its session: " + string(out)
	}
	if e.fault != "" {
		return ""
	}
	return d.Sessions.Each[0].ID
}

// visits sends a browser's request, and returns the session's cookie, if any.
func (e *enforced) visits(what, method, path, body, want string, cookies ...string) string {
	req := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: path, Cookies: cookies, Body: body, Headers: map[string]string{"sec-fetch-site": "same-origin"}}
	if token, ok := strings.CutPrefix(path, "/p/"); ok {
		req.PathParameters = map[string]string{"token": token}
	}
	req.RequestContext.HTTP.Method, req.RequestContext.HTTP.SourceIP = method, "203.0.113.9"
	var res events.APIGatewayV2HTTPResponse
	_ = json.Unmarshal(e.step(what, e.visit, req, want), &res)
	return cookieOf(res, "__Host-gatepass-visitor") + cookieOf(res, "__Host-gatepass")
}

// tells hands the stream's changes to expire until each of these was told.
func (e *enforced) tells(wanted ...audit.Type) {
	all := func() bool {
		return !slices.ContainsFunc(wanted, func(w audit.Type) bool { return e.told[w] == "" })
	}
	for e.fault == "" && !all() {
		c, err, ok := e.changes()
		if err != nil || !ok {
			e.fault = fmt.Sprintf("the stream ended (%v), and of %v there was told %v", err, wanted, slices.Sorted(maps.Keys(e.told)))
			return
		}
		in, err := audit.ToStream([]audit.Change{{ID: c.ID, Sequence: c.Sequence, Old: c.Old, New: c.New, TTL: c.TTL, At: pass.At(c.At)}})
		if err != nil {
			e.fault = err.Error()
			return
		}
		e.step("expire", e.expire, json.RawMessage(in), `{"batchItemFailures":[]}`)
	}
}

// deletes removes a pass as somebody may who has the right to.
func (e *enforced) deletes(t *testing.T, id string) {
	t.Helper()
	e.removes(t, record.PassPK(id), record.PassSK)
}

// removes takes an item away behind everybody's back.
func (e *enforced) removes(t *testing.T, pk, sk string) {
	t.Helper()
	key := map[string]types.AttributeValue{record.PK: &types.AttributeValueMemberS{Value: pk}, record.SK: &types.AttributeValueMemberS{Value: sk}}
	if _, err := e.table.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &e.table.Name, Key: key}); err != nil {
		t.Fatal(err)
	}
}
