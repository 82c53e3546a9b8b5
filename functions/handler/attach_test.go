package handler_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestSampleAttachments runs every events/attach-*.json in turn: what they say is
// the life of one resource.
func TestSampleAttachments(t *testing.T) {
	files, err := filepath.Glob("../../events/attach-*.json")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d sample events (%v), want 3", len(files), err)
	}
	s := gatetest.Open(t)
	h := newAttaching(t, s, noGateway{})
	for _, step := range []struct {
		name  string
		rules int
	}{{"create", 2}, {"update", 3}, {"delete", 0}} {
		told, _ := h.answered(t, 30*time.Second, h.sampleEvent(t, step.name, nil))
		if told.Status != cfn.StatusSuccess || told.PhysicalResourceID != "shop/Rules/a1b2c3d4e5" {
			t.Errorf("%s: told %+v", step.name, told)
		}
		kept, err := s.Rules(t.Context(), "a1b2c3d4e5")
		if got := strings.Count(string(kept["shop/Rules"]), `"route"`); err != nil || got != step.rules {
			t.Errorf("%s: %d rules are kept, want %d", step.name, got, step.rules)
		}
	}
}

// TestDeclaredRulesDecide: what is declared is what the authorizer goes by.
func TestDeclaredRulesDecide(t *testing.T) {
	s := gatetest.Open(t)
	now := gatetest.Clock()
	clock := func() time.Time { return now }
	short, p := sample()
	p.ExpiresAt += 3600
	if err := s.Create(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	h := newAttaching(t, s, noGateway{})
	book := gate.NewBook(s, time.Minute, clock)
	g, err := gate.New(gatetest.Config(), s, gatetest.NewJWTs(), book, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authorizer := handler.Authorizer(g, true, handler.NewLog("authorizer", &h.log, clock), book)
	decides := func(want string) {
		t.Helper()
		now = now.Add(61 * time.Second) // the rules in memory are read anew beside the first request
		for range 2 {
			h.log.Reset()
			req := &gate.Request{Route: "GET /reports/{id}", Method: "GET", Query: map[string][]string{"token": {short.String()}}}
			if _, err := authorizer(t.Context(), event(t, apigw.HTTP2, req, "66")); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(h.log.String(), `"reason":"`+want+`"`) {
			t.Errorf("decided %s, want %s", h.log.String(), want)
		}
	}
	declare := func(event, scope string) {
		t.Helper()
		rules := map[string]any{"ApiId": "a1b2c3d4e5", "Rules": []any{map[string]any{"Route": "GET /reports/{id}", "Scope": scope, "Accept": []any{"none"}}}}
		if told, _ := h.answered(t, 30*time.Second, h.sampleEvent(t, event, map[string]any{"ResourceProperties": rules})); told.Status != cfn.StatusSuccess {
			t.Fatalf("%s: %+v", event, told)
		}
	}
	decides("no_rule")
	declare("create", "report:{id}")
	decides("ok")
	declare("update", "invoice:{id}")
	decides("wrong_scope")
	declare("update", "report:{id}") // the rollback
	decides("ok")
	declare("delete", "report:{id}")
	decides("no_rule")
}

// TestThereIsAnAnswerOnEveryPath, in time, whatever fails.
func TestThereIsAnAnswerOnEveryPath(t *testing.T) {
	blocks := gatewayFunc(func(ctx context.Context) ([]attach.Authorizer, error) {
		<-ctx.Done()
		return nil, fmt.Errorf("storetest: %w", ctx.Err())
	})
	open := func(plan storetest.Plan) func(*testing.T) attach.Store {
		return func(t *testing.T) attach.Store { return storetest.Faulty(gatetest.Open(t).Store, plan) }
	}
	well := open(func(storetest.Call) storetest.Fault { return storetest.None })
	const made, refused, undone = "shop/Rules/a1b2c3d4e5", "shop/Rules/-", "request-6f1e2d3c-0000-1111-2222-333344445555"
	wrong := map[string]any{"ResourceProperties": map[string]any{"ApiId": "a1b2c3d4e5"}}
	for _, row := range []struct {
		name, event string
		changes     map[string]any
		store       func(*testing.T) attach.Store
		apis        attach.APIs
		id, says    string
	}{
		{"a create that is refused", "create", wrong, well, noGateway{}, refused, "Rules: missing"},
		{"an update that is refused", "update", wrong, well, noGateway{}, made, "Rules: missing"},
		{"the store is down", "create", nil, open(storetest.Always(storetest.Before, "Rules")), noGateway{}, refused, "deploy again"},
		{"the store is down for a delete", "delete", nil, open(storetest.Always(storetest.Before, "DeleteRules")), noGateway{}, made, "could not be removed"},
		{"the store blocks", "create", nil, open(storetest.Always(storetest.Blocks, "Rules")), noGateway{}, refused, "deploy again"},
		{"writing blocks, and taking back", "create", nil, open(storetest.Always(storetest.Stalls, "PutRules", "DeleteRules")), noGateway{}, made, "could not be taken back"},
		{"an update blocks", "update", nil, open(storetest.Always(storetest.Stalls, "PutRules", "DeleteRules")), noGateway{}, made, "could not be taken back"},
		{"a delete blocks", "delete", nil, open(storetest.Always(storetest.Blocks, "DeleteRules")), noGateway{}, made, "could not be removed"},
		{"API Gateway blocks", "create", nil, well, blocks, refused, "could not be read"},
		{"a panic", "create", nil, func(*testing.T) attach.Store { return panickingStore{} }, noGateway{}, undone, "a bug"},
		{"a panic of an update", "update", nil, func(*testing.T) attach.Store { return panickingStore{} }, noGateway{}, made, "a bug"},
		{"a panic of a delete", "delete", nil, func(*testing.T) attach.Store { return panickingStore{} }, noGateway{}, made, "a bug"},
		{"a request of no type", "create", map[string]any{"RequestType": "Renew"}, well, noGateway{}, undone, "RequestType"},
		{"a request that cannot be read", "create", map[string]any{"PhysicalResourceId": 7}, well, noGateway{}, undone, "no request"},
		{"a ServiceTimeout that is sooner", "create", map[string]any{"ResourceProperties": map[string]any{"ApiId": "a1b2c3d4e5", "ServiceTimeout": "1",
			"Rules": []any{map[string]any{"Route": "GET /", "Scope": "*"}}}}, well, blocks, refused, "could not be read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h := newAttaching(t, row.store(t), row.apis)
			limit, least := 2500*time.Millisecond, 500*time.Millisecond
			if strings.Contains(row.name, "ServiceTimeout") {
				limit, least = time.Minute, 59*time.Second
			}
			told, left := h.answered(t, limit, h.sampleEvent(t, row.event, row.changes))
			if told.Status != cfn.StatusFailed || told.PhysicalResourceID != row.id || !strings.Contains(told.Reason, row.says) {
				t.Errorf("told %+v, want it failed as %s with %q", told, row.id, row.says)
			}
			if left < least {
				t.Errorf("answered %s before the deadline, want %s", left, least)
			}
		})
	}
}

// TestEveryFaultIsToldAsFarAsItFits into what CloudFormation takes.
func TestEveryFaultIsToldAsFarAsItFits(t *testing.T) {
	rule := func(route string) map[string]any { return map[string]any{"Route": route, "Scope": `no "scope" <&>`} }
	many := []any{}
	for i := range 300 {
		many = append(many, rule(fmt.Sprintf("GET /%d", i)))
	}
	long := strings.Repeat(`"<&>\é`, 2000)
	for _, row := range []struct {
		name  string
		event map[string]any
		says  []string
	}{
		{"three faults", map[string]any{"ResourceProperties": map[string]any{"ApiId": "a1b2c3d4e5", "Rules": many[:3]}}, []string{"Rules[0].Scope: ", "Rules[1].Scope: ", "Rules[2].Scope: "}},
		{"three hundred", map[string]any{"ResourceProperties": map[string]any{"ApiId": "a1b2c3d4e5", "Rules": many}}, []string{"Rules[0].Scope: ", "Rules[9].Scope: ", "\nand 2"}},
		{"long names", map[string]any{"ResourceProperties": map[string]any{"ApiId": "a1b2c3d4e5", long: 1, "Rules": []any{map[string]any{long: 1}}}}, []string{": unknown; "}},
		{"a stack of a long name", map[string]any{"StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/" + long[:1200] + "/0a1b",
			"ResourceProperties": map[string]any{"ApiId": "a1b2c3d4e5", "Rules": many}}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newAttaching(t, gatetest.Open(t), noGateway{})
			event := h.sampleEvent(t, "create", row.event)
			if row.says == nil { // CloudFormation bounds the names itself, so that no answer fits
				if _, err := h.f(t.Context(), event); err != nil {
					t.Error(err)
				}
				return
			}
			told, _ := h.answered(t, 30*time.Second, event)
			for _, part := range row.says {
				if !strings.Contains(told.Reason, part) {
					t.Errorf("%q is not told:\n%s", part, told.Reason)
				}
			}
		})
	}
}

func TestWhatCloudFormationDidNotSendIsAnError(t *testing.T) {
	h := newAttaching(t, gatetest.Open(t), noGateway{})
	for _, in := range []string{``, `{}`, `null`, `[]`, `"marked"`, `{"check":{"credential":"marked"}}`} {
		if out, err := h.f(t.Context(), json.RawMessage(in)); err == nil || out != nil || strings.Contains(err.Error(), "marked") {
			t.Errorf("%s: answered %s, %v, want an error", in, out, err)
		}
	}
	if h.asked > 0 {
		t.Error("S3 was asked")
	}
}

// TestWithoutAURLTheAnswerIsReturned to who invokes by hand, as make run does.
func TestWithoutAURLTheAnswerIsReturned(t *testing.T) {
	h := newAttaching(t, gatetest.Open(t), noGateway{})
	out, err := h.f(t.Context(), h.sampleEvent(t, "create", map[string]any{"ResponseURL": nil}))
	var r cfn.Response
	if err != nil || json.Unmarshal(out, &r) != nil || r.Status != cfn.StatusSuccess || h.asked > 0 {
		t.Errorf("answered %s, %v after %d requests", out, err, h.asked)
	}
	if want := `"declaration":"shop/Rules"`; !strings.Contains(h.log.String(), want) || !strings.Contains(h.log.String(), "no authorizer of this API") {
		t.Errorf("logged %s, want %s", h.log.String(), want)
	}
}
