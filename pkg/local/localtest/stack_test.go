package localtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/localtest"
)

const reports = `{"rules":[{"route":"GET /reports/{id}","scope":"report:{id}"},{"route":"GET /any","scope":"report:66"},{"route":"ANY /any","scope":"report:66"},{"route":"ANY /files/{path+}","scope":"files"},{"route":"$connect","scope":"live"}]}`

// TestOurOwnTemplateServesLinksAndTheSample takes a pass from issue to a backend
// through the routes of template.yaml.
func TestOurOwnTemplateServesLinksAndTheSample(t *testing.T) {
	h := newHouse(t)
	s := localtest.New(t, local.StackConfig{Stack: h.own, Functions: h.functions, Now: func() time.Time { return h.now }})
	h.rules("gatepass-Api", reports)
	token, link := h.pass(`{"scope":"report:66","max_uses":1}`)
	for _, step := range []struct {
		name, method, path string
		status             int
		body               string
	}{
		{"the link's page", "GET", strings.TrimPrefix(link, "https://pass.example.com"), 200, "<!doctype html>"},
		{"nothing without a pass", "GET", "/reports/66", 403, `{"message":"Forbidden"}`},
		{"another report", "GET", "/reports/67?token=" + token, 403, `{"message":"Forbidden"}`},
		{"the report", "GET", "/reports/66?token=" + token, 200, `"access":"granted"`},
		{"the report again", "GET", "/reports/66?token=" + token, 403, `{"message":"Forbidden"}`},
		{"the keys", "GET", "/.well-known/jwks.json", 200, `"keys"`},
		{"no such route", "GET", "/nowhere", 404, `{"message":"Not Found"}`},
	} {
		if got := localtest.Do(t, s, step.method, step.path, ""); got.Status != step.status || !strings.Contains(got.Body, step.body) {
			t.Errorf("%s: %d %s, want %d and %s", step.name, got.Status, got.Body, step.status, step.body)
		}
	}
	got := localtest.Do(t, s, "POST", "/2015-03-31/functions/gatepass-IssueFunction/invocations", `{"scope":"report:66"}`)
	if got.Status != 200 || !strings.Contains(got.Body, "gp_") {
		t.Errorf("the Invoke API: %d %s", got.Status, got.Body)
	}
}

// TestEveryKindOfAPIAttachesOurAuthorizer: the same pass, from each dialect, by a
// stack that imports the function.
func TestEveryKindOfAPIAttachesOurAuthorizer(t *testing.T) {
	upgrade := []string{"Upgrade", "websocket", "Connection", "Upgrade"}
	for _, c := range []struct {
		name, file, path string
		headers          []string
		good, bad        string
		backend          string
	}{
		{"HTTP API 2.0", "http", "/reports/66?token=", nil, "200", `403 {"message":"Forbidden"}`, `"mode":"none"`},
		{"HTTP API 1.0", "http1", "/reports/66?token=", nil, "200", `403 {"message":"Forbidden"}`, `"mode":"none"`},
		{"REST REQUEST", "rest", "/prod/reports/66?token=", nil, "200", `403 {"Message":"User is not authorized to access this resource with an explicit deny"}`, `"mode":"none"`},
		{"REST TOKEN", "token", "/prod/reports/66", []string{"Authorization", "Bearer "}, "200", `403 {"Message":"User is not authorized to access this resource with an explicit deny"}`, `"mode":"none"`},
		{"WebSocket", "websocket", "/prod?token=", upgrade, "101", `403 {"Message":"User is not authorized to access this resource with an explicit deny"}`, `"mode":"none"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t)
			app := &localtest.Recorder{}
			s := h.attached("testdata/"+c.file+".yaml", app.Invoke, nil)
			h.rules("app-Api", reports)
			scope := map[bool]string{true: "live", false: "report:66"}[c.name == "WebSocket"]
			token, _ := h.pass(`{"scope":"` + scope + `","max_uses":1}`)
			path, headers := c.path+token, c.headers
			if c.file == "token" {
				path, headers = c.path, []string{"Authorization", "Bearer " + token}
			}
			if got := localtest.Get(t, s, path, headers...); fmt.Sprint(got.Status) != c.good {
				t.Fatalf("with a pass: %d %s\n%s", got.Status, got.Body, h.passes.String())
			}
			events := app.Events()
			if len(events) != 1 || !strings.Contains(string(events[0]), c.backend) {
				t.Errorf("the backend was told %s", events)
			}
			if got := localtest.Get(t, s, path, headers...); fmt.Sprint(got.Status, " ", got.Body) != c.bad {
				t.Errorf("with a spent pass: %d %s, want %s", got.Status, got.Body, c.bad)
			}
		})
	}
}

// TestWrongTemplatesFail: what a template got wrong is seen by whoever sends the
// requests that would be sent.
func TestWrongTemplatesFail(t *testing.T) {
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Values("Gatepass-Subject"))
	}))
	t.Cleanup(backend.Close)
	to, err := url.Parse(backend.URL)
	if err != nil {
		t.Fatal(err)
	}
	anonymous := func(*house) []string { return nil }
	once := func(h *house) []string {
		token, _ := h.pass(`{"scope":"report:66","max_uses":1}`)
		return []string{"Authorization", "Bearer " + token}
	}
	for _, c := range []struct {
		name, file string
		change     change
		do         func(h *house, s *local.Server) string
		good, bad  string
	}{
		{"missing invoke permission", "http", change{"EnableFunctionDefaultPermissions: true", "EnableFunctionDefaultPermissions: false"},
			twice("GET", "/reports/66", once), "200 403", "500 500"},
		{"wrong payload version of a backend", "http", change{"Method: GET, Path: \"/reports/{id}\"", "Method: GET, Path: \"/reports/{id}\", PayloadFormatVersion: \"1.0\""},
			sampled("/reports/66", once), "200 granted", "200 "},
		{"cached authorizer", "http", change{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization], ReauthorizeEvery: 300 }"},
			twice("GET", "/reports/66", once), "200 403", "200 200"},
		{"an identity source", "http", change{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization], ReauthorizeEvery: 0 }"},
			twice("GET", "/reports/66", anonymous), "403 403", "401 401"},
		{"simple responses where the function answers policies", "http", change{"EnableSimpleResponses: false", "EnableSimpleResponses: true"},
			twice("GET", "/reports/66", once), "200 403", "500 500"},
		{"preflight behind the authorizer", "rest", change{"AddDefaultAuthorizerToCorsPreflight: false", "AddDefaultAuthorizerToCorsPreflight: true"},
			twice("OPTIONS", "/prod/reports/66", anonymous), "200 200", "403 403"},
		{"header mapping with append", "service", change{"overwrite:header.Gatepass-Subject", "append:header.Gatepass-Subject"},
			func(h *house, s *local.Server) string {
				token, _ := h.pass(`{"scope":"files","mode":"request","subject":"user-42"}`)
				return localtest.Get(h.t, s, "/files/a?token="+token, "Gatepass-Subject", "admin").Body
			}, "[user-42]", "[admin user-42]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for want, changes := range map[string][]change{c.good: nil, c.bad: {c.change}} {
				h := newHouse(t)
				h.own.Permissions = nil // an attaching stack must not live on what ours gives away
				s := h.attached("testdata/"+c.file+".yaml", handler.Sample, to, changes...)
				h.rules("app-Api", reports)
				if got := c.do(h, s); got != want {
					t.Errorf("changed %v: %s, want %s", changes, got, want)
				}
			}
		})
	}
}

// twice sends the same request two times, and returns both statuses.
func twice(method, path string, headers func(*house) []string) func(*house, *local.Server) string {
	return func(h *house, s *local.Server) string {
		with := headers(h)
		return fmt.Sprint(localtest.Do(h.t, s, method, path, "", with...).Status, localtest.Do(h.t, s, method, path, "", with...).Status)
	}
}

// sampled returns the status and what the sample backend says of access.
func sampled(path string, headers func(*house) []string) func(*house, *local.Server) string {
	return func(h *house, s *local.Server) string {
		got := localtest.Get(h.t, s, path, headers(h)...)
		var body struct{ Access string }
		_ = json.Unmarshal([]byte(got.Body), &body) // what is none has no access
		return fmt.Sprint(got.Status, " ", body.Access)
	}
}
