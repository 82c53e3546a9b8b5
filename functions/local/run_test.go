package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
)

// attempt runs the program when it must not start, and returns why.
func attempt(t *testing.T, args ...string) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	return run(ctx, args, world{stdout: io.Discard, stderr: io.Discard, now: time.Now})
}

func TestWhatKeepsItFromStartingIsOneSentence(t *testing.T) {
	taken, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	running := t.TempDir()
	launch(t, running)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte(`{"rules":[{"Route":"GET /x","scope":"y"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	carries := filepath.Join(t.TempDir(), "carries")
	if err := os.WriteFile(carries, []byte(`{"rules":[{"route":"GET /x","scope":"y"}],"forms":{"f":{"scope":"y","target":"/x?a=1&tok%65n=2"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.WriteFile(moved, []byte(`{"rules":[{"route":"GET /x","scope":"y"}],"forms":{"f":{"scope":"y","target":"/x?rt=1"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"the port is taken", []string{"-addr", taken.Addr().String(), "-data", t.TempDir()}, "is taken: stop what listens there"},
		{"the data folder is in use", []string{"-addr", "localhost:0", "-data", running}, "another Gatepass process holds"},
		{"the data folder cannot be made", []string{"-addr", "localhost:0", "-data", filepath.Join(file, "below")}, "the data folder cannot be used"},
		{"an unknown flag", []string{"-colour"}, "flag provided but not defined: -colour; -help lists the flags"},
		{"a word that is no flag", []string{"start"}, `"start" is no flag`},
		{"no duration", []string{"-retention", "soon"}, "-retention"},
		{"a retention of nothing", []string{"-retention", "0s"}, "-retention is 0s; it must be whole seconds, from 1s to 24h"},
		{"half a second", []string{"-first", "1500ms"}, "-first is 1.5s"},
		{"an address without a port", []string{"-addr", "localhost"}, `-addr is "localhost"`},
		{"an upstream without a scheme", []string{"-upstream", "localhost:3000"}, `-upstream is "localhost:3000"; it must be a URL`},
		{"an endpoint of another kind", []string{"-dynamodb", "tcp://localhost:1"}, "-dynamodb is"},
		{"a public URL that links cannot have", []string{"-addr", "localhost:0", "-data", t.TempDir(), "-public-url", "http://example.com"}, "PublicURL"},
		{"a brand that cannot stand on a page", []string{"-brand-colour", "red"}, `-brand-*: Colour: "red"`},
		{"names that no query has", []string{"-moved-in", "rt,,vuid"}, `-moved-in: MovedIn "rt,,vuid"`},
		{"a host without an audience", []string{"-host-issuer", "https://login.example.com"}, "go together"},
		{"a host without its issuer", []string{"-host-audience", "app"}, "go together"},
		{"a host in plain http elsewhere", []string{"-host-issuer", "http://login.example.com", "-host-audience", "app"}, "-host-*: oidc: the issuer"},
		{"rules that are not there", []string{"-rules", file + "x"}, "-rules: open"},
		{"rules that are wrong", []string{"-rules", file}, "Route"},
		{"binaries on a file that one process has", []string{"-binaries", "build"}, "-binaries needs -dynamodb"},
		{"a form whose link could not be made", []string{"-rules", carries}, `forms.f.target has "token" in its query`},
		{"a form whose link could not be made since links moved in", []string{"-moved-in", "rt", "-rules", moved}, `forms.f.target has "rt" in its query`},
		{"no engine at the endpoint", []string{"-addr", "localhost:0", "-data", t.TempDir(), "-dynamodb", "http://" + closedPort(t)}, "is the engine running?"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir()) // what starts after all leaves its data folder there
			err := attempt(t, tt.args...)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v, want %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "\n") && tt.name != "rules that are wrong" {
				t.Errorf("more than one line: %v", err)
			}
		})
	}
}

// closedPort returns an address where nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func TestHelpIsNoFailure(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-help"}, world{stdout: &out, stderr: io.Discard, now: time.Now}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"-addr", "-data", "-upstream", "-dynamodb", "-retention", "-rules", "-public-url"} {
		if !strings.Contains(out.String(), name) {
			t.Errorf("the help does not tell of %s", name)
		}
	}
}

func TestARestartGoesOn(t *testing.T) {
	data := t.TempDir()
	p := launch(t, data)
	bearer := p.printed(`(Authorization: Bearer gp_\w+)`)
	link := p.printed(`POST (http://\S+/visitors)`)
	_, header, _ := p.do("POST", link, "")
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	p.stop()
	p = launch(t, data)
	if status, _, body := p.do("GET", p.base+"/reports/66", "", "Authorization", strings.TrimPrefix(bearer, "Authorization: ")); status != 200 {
		t.Errorf("a pass of the last run: %d %s", status, body)
	}
	if status, _, body := p.do("GET", p.base+"/visitors", "", "Cookie", cookie); status != 200 {
		t.Errorf("a session of the last run: %d %s", status, body)
	}
	if status, _, body := p.do("POST", p.base+"/session/end", "", "Cookie", cookie, "Sec-Fetch-Site", "same-origin"); status != 200 {
		t.Errorf("ending it: %d %s", status, body)
	}
	if status, _, body := p.do("GET", p.base+"/visitors", "", "Cookie", cookie); status != 403 || body != `{"message":"Forbidden"}` {
		t.Errorf("after its end: %d %s", status, body)
	}
	p.tick()
	if !strings.Contains(p.log.String(), "session.ended") {
		t.Errorf("the log does not tell of the session's end:\n%s", p.log.String())
	}
}

func TestAnUpstreamStandsBehindTheAuthorizer(t *testing.T) {
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s access=%s reason=%s subject=%s", r.URL.Path, r.Header["Gatepass-Access"], r.Header["Gatepass-Reason"], r.Header["Gatepass-Subject"])
	}))
	t.Cleanup(app.Close)
	p := launch(t, t.TempDir(), "-upstream", app.URL)
	bearer := strings.TrimPrefix(p.printed(`(Authorization: Bearer gp_\w+)`), "Authorization: ")
	for _, tt := range []struct{ name, path, authorization, want string }{
		{"granted", "/reports/66", bearer, "/reports/66 access=[granted] reason=[ok] subject=[user-42]"},
		{"refused and forwarded", "/reports/67", bearer, "/reports/67 access=[refused] reason=[wrong_scope] subject=[-]"},
		{"refused and not forwarded", "/account", bearer, `{"message":"Forbidden"}`},
		{"without a rule of its own", "/any/thing", "", "/any/thing access=[anonymous] reason=[ok] subject=[-]"},
		{"open", "/open", "", "/open access=[] reason=[] subject=[]"},
	} {
		_, _, body := p.do("GET", p.base+tt.path, "", "Authorization", tt.authorization, "Gatepass-Access", "granted", "Gatepass-Subject", "root")
		if body != tt.want {
			t.Errorf("%s: the client got %s, want %s", tt.name, body, tt.want)
		}
	}
}

func TestTheGuideSaysWhereItCanBeReached(t *testing.T) {
	p := launch(t, t.TempDir(), "-public-url", "https://gate.example/", "-invoke-from-anywhere")
	for _, want := range []string{"running on " + p.base + ",", "https://gate.example/p/gp_", "'https://gate.example/reports/66?token=", " " + p.base + "/2015-03-31/functions/issue/", "ANYBODY WHO REACHES"} {
		if !strings.Contains(p.guide, want) {
			t.Errorf("it does not say %s:\n%s", want, p.guide)
		}
	}
	if status, _, body := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", `{"scope":"a"}`, "X-Forwarded-For", "203.0.113.9"); status != 200 {
		t.Errorf("invoked from elsewhere: %d %s", status, body)
	}
}

func TestRulesOfOnesOwnReplaceTheSamples(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.json")
	if err := os.WriteFile(file, []byte(`{"rules":[{"route":"GET /mine/{id}","scope":"mine:{id}"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	launch(t, data).stop() // its rules must not stay
	p := launch(t, data, "-rules", file)
	if !strings.Contains(p.guide, "GET /mine/{id}") || strings.Contains(p.guide, "gp_") {
		t.Errorf("the guide:\n%s", p.guide)
	}
	_, _, answer := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", `{"scope":"mine:1"}`)
	var a issued
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{"/mine/1": 200, "/mine/2": 403, "/reports/66": 404, "/open": 404} {
		if status, _, body := p.do("GET", p.base+path, "", "Authorization", "Bearer "+a.Token); status != want {
			t.Errorf("%s: %d %s, want %d", path, status, body, want)
		}
	}
}

func TestItRunsOnDynamoDB(t *testing.T) {
	endpoint := dynamolocal.Start(t)
	t.Log("tier dynamodb: ran")
	p := launch(t, t.TempDir(), "-dynamodb", endpoint, "-table", "gatepass-local-"+strings.ToLower(t.Name()))
	url := p.printed(`spent: .*\n\s+curl '(.*)'`)
	for _, want := range []string{"ok", "spent"} {
		if _, _, body := p.do("GET", url, ""); !strings.Contains(body, `"reason":"`+want+`"`) {
			t.Errorf("want %s, got %s", want, body)
		}
	}
	p.toldOf("pass.used")
}
