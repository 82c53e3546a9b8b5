package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/pass"
)

// markedURL is what must never be seen anywhere: whoever has it can answer for us.
const markedURL = "X-Amz-Signature=marked"

// bucket is an S3 that takes answers, or fails as often as it is told.
type bucket struct {
	*httptest.Server
	mu      sync.Mutex
	answers []cfn.Response
	asked   int
	fail    func(n int, w http.ResponseWriter) bool // the nth request, from 1; nil: none
	bad     []string
}

func newBucket(t *testing.T) *bucket {
	b := &bucket{}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	body, _ := io.ReadAll(r.Body)
	if b.fail != nil && b.fail(b.asked, w) {
		return
	}
	var answer cfn.Response
	switch {
	case r.Method != http.MethodPut || r.URL.RawQuery != markedURL:
		b.bad = append(b.bad, r.Method+" "+r.URL.RawQuery)
	case len(r.Header.Values("Content-Type")) > 0: // it was not signed, so S3 would answer 403
		b.bad = append(b.bad, "Content-Type")
	case len(body) > 4096 || r.ContentLength != int64(len(body)):
		b.bad = append(b.bad, "too long, or of unknown length")
	case json.Unmarshal(body, &answer) != nil:
		b.bad = append(b.bad, string(body))
	}
	b.answers = append(b.answers, answer)
}

// told returns the one answer that was taken.
func (b *bucket) told(t *testing.T) cfn.Response {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.answers) != 1 || len(b.bad) > 0 {
		t.Fatalf("S3 took %d answers (%v), want 1", len(b.answers), b.bad)
	}
	answer := b.answers[0]
	b.answers = nil
	return answer
}

func (b *bucket) url() string { return b.URL + "/answer?" + markedURL }

// noGateway is an API Gateway whose every API has no authorizer.
type noGateway struct{}

func (noGateway) Authorizers(context.Context, string, string) ([]attach.Authorizer, error) {
	return nil, nil
}

// gatewayFunc is an API Gateway that does something else.
type gatewayFunc func(ctx context.Context) ([]attach.Authorizer, error)

func (f gatewayFunc) Authorizers(ctx context.Context, _, _ string) ([]attach.Authorizer, error) {
	return f(ctx)
}

// attaching is the function, with S3 beside it.
type attaching struct {
	*bucket
	f   handler.Func
	log bytes.Buffer
}

func newAttaching(t *testing.T, s attach.Store, g attach.APIs) *attaching {
	h := &attaching{bucket: newBucket(t)}
	a := &attach.Attacher{Store: s, APIs: g, Function: "arn:aws:lambda:eu-central-1:123456789012:function:gatepass-authorizer"}
	h.f = handler.Attach(a, handler.Put(nil), handler.NewLog("attach", &h.log, time.Now))
	t.Cleanup(func() {
		if strings.Contains(h.log.String(), "marked") {
			t.Errorf("the presigned URL is in the log:\n%s", h.log.String())
		}
	})
	return h
}

// sampleEvent returns one of events/attach-*.json with S3's URL and changes.
func (h *attaching) sampleEvent(t *testing.T, name string, changes map[string]any) json.RawMessage {
	t.Helper()
	b, err := os.ReadFile("../../events/attach-" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal(b, &e); err != nil {
		t.Fatal(err)
	}
	e["ResponseURL"] = h.url()
	for k, v := range changes {
		if e[k] = v; v == nil {
			delete(e, k)
		}
	}
	if b, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	return b
}

// answered runs an event, and returns what CloudFormation is told and how long
// before its deadline.
func (h *attaching) answered(t *testing.T, limit time.Duration, event json.RawMessage) (cfn.Response, time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	deadline, _ := ctx.Deadline()
	out, err := h.f(ctx, event)
	left := time.Until(deadline)
	if err != nil {
		t.Fatalf("answered %s, %v", out, err)
	}
	told := h.told(t)
	var returned cfn.Response
	if json.Unmarshal(out, &returned) != nil || returned.Status != told.Status || strings.Contains(string(out), "marked") {
		t.Errorf("returned %s, but told %+v", out, told)
	}
	if told.StackID == "" || told.RequestID == "" || told.LogicalResourceID != "Rules" || told.PhysicalResourceID == "" {
		t.Errorf("CloudFormation would not take %+v", told)
	}
	if told.Status == cfn.StatusFailed && told.Reason == "" {
		t.Error("it failed without a reason")
	}
	return told, left
}

// panickingStore has a bug.
type panickingStore struct{ attach.Store }

func (panickingStore) Rules(context.Context, string) (map[string][]byte, error) {
	panic("marked")
}

func (panickingStore) DeleteRules(context.Context, string, string) error { panic(pass.ErrNotFound) }
