package local_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/template"
)

// imported is the ARN of an authorizer of another stack.
const imported = "arn:aws:lambda:local:000000000000:function:gatepass-AuthorizerFunction"

// served is a stack on a server, with what its functions were asked.
type served struct {
	*local.Server
	t     *testing.T
	now   time.Time
	log   *lines
	guard *recorded // the authorizer
	app   *recorded // the function behind the routes
	up    *recorded // the HTTP backend: what it was sent, as a request line and headers
}

// change is a text of a template that is replaced, once.
type change struct{ from, to string }

func readStack(t *testing.T, file string, changes ...change) (*template.Stack, error) {
	t.Helper()
	parameters := map[string]string{}
	if file == "plain-http" {
		parameters["GuardArn"] = imported + ":live"
	}
	return template.Read([]byte(stackText(t, file, changes)), parameters, nil)
}

// readNamed reads a stack of a name, with what it imports.
func readNamed(t *testing.T, file, name string, imports map[string]string, changes ...change) *template.Stack {
	t.Helper()
	st, err := template.Read([]byte(stackText(t, file, changes)), map[string]string{"AWS::StackName": name}, imports)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func stackText(t *testing.T, file string, changes []change) string {
	t.Helper()
	b, err := os.ReadFile("testdata/stacks/" + file + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, c := range changes {
		if strings.Count(text, c.from) != 1 {
			t.Fatalf("%s holds %q %d times", file, c.from, strings.Count(text, c.from))
		}
		text = strings.Replace(text, c.from, c.to, 1)
	}
	return text
}

// serve serves a stack whose authorizer and function answer the same every time.
func serve(t *testing.T, file string, guard, app string, off []string, changes ...change) *served {
	t.Helper()
	st, err := readStack(t, file, changes...)
	if err != nil {
		t.Fatal(err)
	}
	x := &served{t: t, now: noon(), log: &lines{}, guard: &recorded{answer: guard}, app: &recorded{answer: app}, up: &recorded{}}
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var h strings.Builder
		for _, name := range []string{"Gatepass-Subject", "Gatepass-Mode", "Gatepass-Debug", "Gatepass-Absent"} {
			if v := r.Header[name]; v != nil {
				fmt.Fprintf(&h, " %s=%s", name, strings.Join(v, "|"))
			}
		}
		w.Header().Set("Access-Control-Allow-Origin", "https://backend")
		fmt.Fprintf(w, "%s %s%s", r.Method, r.URL.RequestURI(), h.String())
	}))
	t.Cleanup(backend.Close)
	to, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]local.Function{}
	for id, f := range map[string]local.Function{"Guard": x.ask, "App": x.answer} {
		if st.Functions[id] != nil {
			functions[id] = f
		}
	}
	x.Server, err = local.NewStack(local.StackConfig{Stack: st, Functions: functions, Imports: map[string]local.Function{imported: x.ask},
		Upstreams: map[string]*url.URL{"Service": to, "Read": to}, Now: func() time.Time { return x.now }, Rand: zeros{}, Log: x.log.logger()})
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range off {
		x.Off(rule)
	}
	return x
}

// answer is the function behind the routes: "wait" takes all the time it has.
func (x *served) answer(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	out, err := x.app.call(ctx, event)
	if string(out) == "wait" {
		<-ctx.Done()
	}
	return out, err
}

// ask is the authorizer: an answer that begins with "error " is one, and ARN
// stands for the one it was asked about.
func (x *served) ask(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
	out, _ := x.guard.call(ctx, event)
	if text, failed := strings.CutPrefix(string(out), "error "); failed {
		return nil, fmt.Errorf("%s", text)
	}
	var e struct{ MethodARN, RouteARN string }
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, err
	}
	return json.RawMessage(strings.ReplaceAll(string(out), "$ARN", e.MethodARN+e.RouteARN)), nil
}

// get sends a GET with headers, given as name and value in turn, and tells the
// status, the body, and how often the authorizer and the function were called.
func (x *served) get(path string, headers ...string) string {
	return x.send("GET", path, headers...)
}

func (x *served) send(method, path string, headers ...string) string {
	x.t.Helper()
	got := x.reply(method, path, headers...)
	return fmt.Sprintf("%d %s %d %d", got.status, strings.TrimSpace(got.body), len(x.guard.calls()), len(x.app.calls()))
}

func (x *served) reply(method, path string, headers ...string) reply {
	x.t.Helper()
	host := "api.localhost"
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		host, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	r := httptest.NewRequest(method, path, nil)
	r.Host = host
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return send(x.t, x, r)
}

// last returns a value of the last event that a function was called with.
func last(t *testing.T, r *recorded, path ...string) string {
	t.Helper()
	calls := r.calls()
	if len(calls) == 0 {
		return "not called"
	}
	var v any
	if err := json.Unmarshal([]byte(calls[len(calls)-1]), &v); err != nil {
		t.Fatal(err)
	}
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func sampleEvent(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../events/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// missing reports the members that a sample has and an event has not.
func missing(t *testing.T, at string, want, got map[string]any) {
	t.Helper()
	for k, v := range want {
		have, ok := got[k]
		if !ok {
			t.Errorf("%s.%s is missing", at, k)
			continue
		}
		below, isMap := v.(map[string]any)
		if haveBelow, alsoMap := have.(map[string]any); isMap && alsoMap && k != "headers" && k != "multiValueHeaders" {
			missing(t, at+"."+k, below, haveBelow)
		}
	}
}

// localPost sends a body without a media type.
func localPost(x *served, path, body string) {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Host = "api.localhost"
	send(x.t, x, r)
}
