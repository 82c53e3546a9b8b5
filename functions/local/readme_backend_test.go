package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The README's pages for backends in other languages run as they stand there,
// within an app of testdata/backends, behind the gateway of make run.

func TestReadmesDjangoMiddleware(t *testing.T) {
	python := fetched(t, "python", "python/bin/python")
	callers(t, "run: django", "gatepass.py", "app.py", func(string) string { return python })
}

func TestReadmesExpressMiddleware(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("tier node: node is not installed")
	}
	modules := fetched(t, "node", "node/node_modules")
	callers(t, "run: express", "gatepass.mjs", "app.mjs", func(dir string) string {
		link(t, modules, dir)
		return node
	})
}

type object = map[string]any

// upstream starts an app with the README's middleware beside it, and returns its
// address.
func upstream(t *testing.T, mark, middleware, app string, with func(dir string) string) string {
	t.Helper()
	dir := t.TempDir()
	program, err := os.ReadFile(filepath.Join("testdata", "backends", app))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{middleware: block(t, mark), app: string(program)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), with(dir), app)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, bare(dir), &testWriter{t}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%s did not start: %v", app, err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}

// testWriter puts what a program says into the log of its test.
type testWriter struct{ t *testing.T }

func (w *testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p)
	return len(p), nil
}

// callers asks an app in every way there is who calls.
func callers(t *testing.T, mark, middleware, app string, with func(dir string) string) {
	direct := upstream(t, mark, middleware, app, with)
	p := launch(t, t.TempDir(), "-upstream", direct)
	request := p.mint(`{"mode":"request","subject":"100% Zoe","scope":"report:66","target":"/reports/66","data":{"table":7,"name":"é"}}`)
	visitor := p.mint(`{"scope":"visit","target":"/visitors","visitor":{"email":"fred@example.com","first_name":"Frédéric"}}`)
	once := p.mint(`{"scope":"report:66","target":"/reports/66","max_uses":1}`)
	_, head, _ := p.do("POST", visitor.Link, "")
	cookie, _, _ := strings.Cut(head.Get("Set-Cookie"), ";")
	if cookie == "" {
		t.Fatalf("the visitor's link answered %v", head)
	}
	p.do("GET", once.URL, "")
	nobody := object{"access": "anonymous", "reason": "ok", "mode": nil, "pass": nil, "session": false, "scope": nil, "subject": nil, "data": nil, "visitor": nil}
	forged := []string{"Gatepass-Access", "granted", "Gatepass-Reason", "ok", "Gatepass-Mode", "request", "Gatepass-Pass-Id", "2nILfOrwKtuYITjj",
		"Gatepass-Session-Id", "-", "Gatepass-Scope", "login", "Gatepass-Subject", "root", "Gatepass-Visitor", "-", "Gatepass-Data", "-", "Gatepass_Subject", "root"}
	for _, tt := range []struct {
		name, url string
		headers   []string
		status    int
		want      any
	}{
		{"a request pass", p.base + "/reports/66", []string{"Authorization", "Bearer " + request.Token}, 200,
			object{"access": "granted", "reason": "ok", "mode": "request", "pass": request.ID, "session": false, "scope": "report:66", "subject": "100% Zoe", "data": object{"table": 7.0, "name": "é"}, "visitor": nil}},
		{"a visitor", p.base + "/visitors", []string{"Cookie", cookie}, 200,
			object{"access": "granted", "reason": "ok", "mode": "visitor", "pass": visitor.ID, "session": true, "scope": "visit", "subject": nil, "data": nil, "visitor": []any{"fred@example.com", "Frédéric", ""}}},
		{"nobody", p.base + "/optional", nil, 200, nobody},
		{"refused, and forwarded", once.URL, nil, 403, "Sorry: spent. Your reference is " + once.ID + "."},
		{"refused, and forwarded, of no pass", p.base + "/reports/66", []string{"Authorization", "Bearer gp_garbage"}, 403, "Sorry: malformed."},
		{"refused, and not forwarded", p.base + "/visitors", nil, 403, `{"message":"Forbidden"}`},
		{"nobody, who writes the headers", p.base + "/optional", forged, 200, nobody},
		{"who writes the headers beside a good pass", p.base + "/reports/66", append([]string{"Authorization", "Bearer " + request.Token}, forged...), 200,
			object{"access": "granted", "reason": "ok", "mode": "request", "pass": request.ID, "session": false, "scope": "report:66", "subject": "100% Zoe", "data": object{"table": 7.0, "name": "é"}, "visitor": nil}},
		{"a route that has no authorizer", p.base + "/open", nil, 500, nil},
		{"the load balancer's probe, past the gateway", direct + "/healthz", nil, 200, "well"},
		{"what is below the probe's path, past the gateway", direct + "/healthz/more", nil, 500, nil},
		{"a route that has no authorizer, and who writes the headers", p.base + "/open", forged, 500, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, _, body := p.do("GET", tt.url, "", tt.headers...)
			if status != tt.status {
				t.Errorf("answered %d %s, want %d", status, body, tt.status)
			}
			switch want := tt.want.(type) {
			case string:
				if body != want {
					t.Errorf("answered %q, want %q", body, want)
				}
			case object:
				var got object
				if err := json.Unmarshal([]byte(body), &got); err != nil {
					t.Fatalf("answered %s", body)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the app is told (-want +got):\n%s", diff)
				}
			default:
				if strings.Contains(body, "root") || regexp.MustCompile(`granted|anonymous`).MatchString(body) {
					t.Errorf("answered %s", body)
				}
			}
		})
	}
}

// mint has the issue function issue a pass, as a backend of another host would.
func (p *process) mint(doc string) (a issued) {
	p.t.Helper()
	_, _, answer := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", doc)
	if err := json.Unmarshal([]byte(answer), &a); err != nil || a.Error != nil {
		p.t.Fatalf("issued: %s, %v", answer, err)
	}
	return a
}
