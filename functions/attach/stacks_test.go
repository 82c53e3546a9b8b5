package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/local/localtest"
	"github.com/gatepass/gatepass/pkg/local/template"
)

const (
	forbidden = `403 {"message":"Forbidden"}`
	denied    = `403 {"Message":"User is not authorized to access this resource with an explicit deny"}`
	public    = "https://app.example.com"
)

// way is how a request reaches a route of a stack, and how the API says no.
type way struct {
	path, other string // other: of another scope
	scope       string
	headers     []string
	bearer      bool // the token goes there; else into the query
	good        int
	none        string // without a credential
	why         string // and the reason that is logged
	no          string // to a credential that is refused
	context     string // where the backend finds what it is told
}

func ways() map[string]way {
	plain := way{path: "/reports/66", other: "/reports/67", scope: "report:66", good: 200, none: forbidden, why: "missing", no: forbidden, context: "lambda"}
	w := map[string]way{"http-api-2.0": plain, "http-api-1.0": plain, "same-stack": plain, "own-pages": plain, "custom-domain": plain, "rest-request": plain, "rest-token": plain,
		"websocket": {path: "/live", scope: "live", headers: []string{"Upgrade", "websocket", "Connection", "Upgrade"}, good: 101, none: denied, why: "missing", no: denied},
		"fargate":   {path: "/files/a/b", scope: "files", good: 200, none: forbidden, why: "missing", no: forbidden}}
	edit := func(name string, f func(*way)) { x := w[name]; f(&x); w[name] = x }
	edit("http-api-1.0", func(x *way) { x.context = "" })
	edit("custom-domain", func(x *way) { x.path, x.other = "//app.example.com/app/reports/66", "//app.example.com/app/reports/67" })
	edit("rest-request", func(x *way) {
		x.path, x.other, x.none, x.no, x.context = "/prod/reports/66", "/prod/reports/67", denied, denied, ""
	})
	edit("rest-token", func(x *way) { // no header: API Gateway answers by itself
		x.path, x.other, x.bearer, x.none, x.why, x.no, x.context = "/prod/reports/66", "/prod/reports/67", true, `401 {"message":"Unauthorized"}`, "", denied, ""
	})
	return w
}

// get sends a request with a token, "" for none, and returns status and body.
func (a *app) get(w way, path, token string) (int, string) {
	headers := w.headers
	if token != "" && w.bearer {
		headers = append(slices.Clone(headers), "Authorization", "Bearer "+token)
	} else if token != "" {
		path += "?token=" + token
	}
	got := localtest.Get(a.t, a.server, path, headers...)
	return got.Status, fmt.Sprint(got.Status, " ", got.Body)
}

func names(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stacks: %v", err)
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(filepath.Base(f), ".yaml")
	}
	return files
}

// TestStacks takes a pass through each stack: its declaration is what decides.
func TestStacks(t *testing.T) {
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			w, ok := ways()[name]
			if !ok {
				t.Fatal("nobody knows how to reach it")
			}
			service := newService(t)
			a := deployGatepass(t, public).attached(name, service.url)
			if len(a.told) > 0 {
				t.Fatalf("attach refused it: %s", a.told)
			}
			p := a.pass(`{"mode":"request","subject":"user-42","scope":"` + w.scope + `","max_uses":1}`)
			for _, step := range []struct{ name, path, token, want, why string }{
				{"without a credential", w.path, "", w.none, w.why},
				{"another scope's", w.other, p.Token, w.no, "wrong_scope"},
				{"cut", w.path, p.Token[:40], w.no, "malformed"},
				{"good", w.path, p.Token, "", "ok"},
				{"spent", w.path, p.Token, w.no, "spent"},
			} {
				if step.path == "" {
					continue
				}
				status, got := a.get(w, step.path, step.token)
				if why := a.reason(); why != step.why {
					t.Errorf("%s: decided %q, want %q", step.name, why, step.why)
				}
				if step.name == "good" && status != w.good || step.name != "good" && got != step.want {
					t.Errorf("%s: %s, want %s", step.name, got, step.want)
				}
			}
			want := map[string]string{"access": "granted", "reason": "ok", "mode": "request", "pass_id": p.ID, "session_id": "-", "scope": w.scope, "subject": "user-42", "visitor": "-", "data": "-"}
			if diff := cmp.Diff(want, a.context(w, service)); diff != "" {
				t.Errorf("the backend is told (-want +got):\n%s", diff)
			}
		})
	}
}

// context is what the backend was told, in the one request that was let in.
func (a *app) context(w way, s *service) map[string]string {
	a.t.Helper()
	if len(s.got) > 0 {
		return s.told(a.t)
	}
	events := a.backend.Events()
	if len(events) != 1 {
		a.t.Fatalf("the backend got %d requests, want 1", len(events))
	}
	var e struct {
		RequestContext struct{ Authorizer map[string]any }
	}
	if err := json.Unmarshal(events[0], &e); err != nil {
		a.t.Fatal(err)
	}
	told := e.RequestContext.Authorizer
	if w.context != "" {
		told, _ = told[w.context].(map[string]any)
	}
	out := map[string]string{}
	for k, v := range told {
		if k != "principalId" && k != "integrationLatency" {
			out[k] = fmt.Sprint(v)
		}
	}
	return out
}

// service is a backend that is told in headers.
type service struct {
	url *url.URL
	got []http.Header
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { s.got = append(s.got, r.Header) }))
	t.Cleanup(server.Close)
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.url = to
	return s
}

// told reads the headers of the one request that came, by the context's keys.
func (s *service) told(t *testing.T) map[string]string {
	t.Helper()
	if len(s.got) != 1 {
		t.Fatalf("the service got %d requests, want 1", len(s.got))
	}
	out := map[string]string{}
	for name, values := range s.got[0] {
		if key, ours := strings.CutPrefix(name, "Gatepass-"); ours {
			out[strings.ReplaceAll(strings.ToLower(key), "-", "_")] = strings.Join(values, " and ")
		}
	}
	return out
}

// TestStacksHaveNoFault: none that is known, and authorizers as they should be.
func TestStacksHaveNoFault(t *testing.T) {
	g := deployGatepass(t, public)
	for _, name := range names(t) {
		for _, fault := range configtest.Attached(configtest.ReadTemplate(t, "testdata/"+name+".yaml")) {
			t.Errorf("%s: %s", name, fault)
		}
		a := g.attached(name, nil)
		for _, api := range a.stack.APIs {
			for _, rt := range api.Routes {
				z, ours := rt.Authorizer, rt.Integration.ARN == g.stack.Functions["VisitFunction"].ARN
				if open := ours || rt.Integration.Kind == template.Mock || rt.Key == "$default"; z == nil != open {
					t.Errorf("%s: %s: behind the authorizer: %v", name, rt.Key, z != nil)
				}
				if z != nil && (z.TTL != 0 || z.Qualifier != "live" || z.Type == "REQUEST" && len(z.IdentitySources) > 0 || z.ARN != g.stack.Functions["AuthorizerFunction"].ARN) {
					t.Errorf("%s: %s: the authorizer is %+v", name, rt.Key, z)
				}
			}
		}
		g.stacks = g.stacks[:1]
	}
}

// TestPreflightAsksNobody where a page of another origin may call.
func TestPreflightAsksNobody(t *testing.T) {
	for name, want := range map[string]int{"http-api-1.0": 204, "rest-request": 200} {
		a := deployGatepass(t, public).attached(name, nil)
		w := ways()[name]
		got := localtest.Do(t, a.server, "OPTIONS", w.path, "", "Origin", "https://app.example.com", "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization")
		h := got.Header
		if got.Status != want || h.Get("Access-Control-Allow-Origin") != "https://app.example.com" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "GET") || h.Get("Access-Control-Allow-Headers") != "authorization" {
			t.Errorf("%s: preflight got %d %v", name, got.Status, h)
		}
		if why := a.reason(); why != "" || len(a.backend.Events()) > 0 {
			t.Errorf("%s: the preflight was decided: %s", name, why)
		}
		refused := localtest.Get(t, a.server, w.path, "Origin", "https://app.example.com")
		if name == "rest-request" && (refused.Status != 403 || refused.Header.Get("Access-Control-Allow-Origin") != "https://app.example.com") {
			t.Errorf("%s: a page cannot see that it was refused: %d %v", name, refused.Status, refused.Header)
		}
	}
}

// TestHeadersNameTheCallerWhateverTheClientSends, every one of them.
func TestHeadersNameTheCallerWhateverTheClientSends(t *testing.T) {
	s := newService(t)
	a := deployGatepass(t, public).attached("fargate", s.url)
	p := a.pass(`{"scope":"files"}`)
	want := map[string]string{"access": "granted", "reason": "ok", "mode": "none", "pass_id": p.ID, "session_id": "-", "scope": "files", "subject": "-", "visitor": "-", "data": "-"}
	var forged []string
	for key := range want {
		name := "gatepass-" + strings.ReplaceAll(key, "_", "-")
		forged = append(forged, name, "forged", strings.ToUpper(name), "forged again")
	}
	if got := localtest.Do(t, a.server, "PUT", "/files/a/b?token="+p.Token, "body", forged...); got.Status != 200 {
		t.Fatalf("%d %s\n%s", got.Status, got.Body, a.log.String())
	}
	if diff := cmp.Diff(want, s.told(t)); diff != "" {
		t.Errorf("the service is told (-want +got):\n%s", diff)
	}
}
