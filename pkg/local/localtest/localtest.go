// Package localtest tests a stack's APIs without AWS: its template is read, its
// functions are ordinary Go functions, and requests are answered as API Gateway
// would answer them. It is for tests: those of this module, and of stacks that
// attach Gatepass to their own APIs.
//
//	stack := localtest.Read(t, "template.yaml", nil, localtest.Imports(gatepass))
//	server := localtest.New(t, local.StackConfig{Stack: stack, Beside: []*template.Stack{gatepass}, Functions: functions})
//	got := localtest.Get(t, server, "/prod/reports/66?token=gp_…")
//	if got.Status != 401 { … }
package localtest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/template"
)

// Read reads a template file with its parameters and what it imports; a fault in
// it ends the test.
func Read(t testing.TB, path string, parameters, imports map[string]string) *template.Stack {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	stack, err := template.Read(text, parameters, imports)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return stack
}

// Imports is what the stacks export, for those that import it.
func Imports(stacks ...*template.Stack) map[string]string {
	out := map[string]string{}
	for _, s := range stacks {
		for name, v := range s.Exports {
			out[name] = v
		}
	}
	return out
}

// Nested is what a stack is to the one that nests it as an
// AWS::Serverless::Application of this logical id: its outputs, as imports.
func Nested(id string, stack *template.Stack) map[string]string {
	out := map[string]string{}
	for name, v := range stack.Outputs {
		out[id+".Outputs."+name] = v
	}
	return out
}

// New serves a stack; a fault of the configuration ends the test.
func New(t testing.TB, cfg local.StackConfig) *local.Server {
	t.Helper()
	server, err := local.NewStack(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// Reply is what a client gets.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Get sends a GET with headers, given as name and value in turn. A path that
// begins with // begins with a host, such as //api.example.com/reports.
func Get(t testing.TB, h http.Handler, path string, headers ...string) Reply {
	t.Helper()
	return Do(t, h, http.MethodGet, path, "", headers...)
}

// Do sends a request; see Get.
func Do(t testing.TB, h http.Handler, method, path, body string, headers ...string) Reply {
	t.Helper()
	host := "localhost"
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		host, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = host, "127.0.0.1:1234"
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return Reply{w.Code, w.Result().Header, string(b)}
}

// Recorder is a function that keeps its events. It is safe for concurrent use.
type Recorder struct {
	Answer string // JSON; "": {"statusCode":200}

	mu     sync.Mutex
	events []json.RawMessage
}

// Invoke is the function.
func (r *Recorder) Invoke(_ context.Context, event json.RawMessage) (json.RawMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, event)
	if r.Answer == "" {
		return json.RawMessage(`{"statusCode":200}`), nil
	}
	return json.RawMessage(r.Answer), nil
}

// Events are those it was called with, the oldest first.
func (r *Recorder) Events() []json.RawMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]json.RawMessage(nil), r.events...)
}
