package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// smoke runs "make smoke", and returns what it printed and whether it was content.
func smoke(t *testing.T, env []string, where string) (string, bool) {
	t.Helper()
	for _, program := range []string{"make", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("tier curl: " + program + " is not installed")
		}
	}
	cmd := exec.CommandContext(t.Context(), "make", "--no-print-directory", "smoke", where)
	cmd.Dir, cmd.Env = root, env
	out, err := cmd.CombinedOutput()
	if credential := regexp.MustCompile(`g[ps]_[0-9A-Za-z]{16}|eyJ\w{9}`).Find(out); credential != nil {
		t.Errorf("it prints a credential: %s", out)
	}
	return string(out), err == nil
}

// content checks that every step went well, of which there are many.
func content(t *testing.T, printed string, ok bool) {
	t.Helper()
	if !ok || strings.Contains(printed, "FAIL") || strings.Count(printed, "ok   ") < 19 || !strings.Contains(printed, "ok   clean up: revoked") {
		t.Errorf("it is not content:\n%s", printed)
	}
}

func TestSmokeOnMakeRun(t *testing.T) {
	p := launch(t, t.TempDir())
	printed, ok := smoke(t, bare(t.TempDir()), "ENDPOINT="+p.base)
	t.Log("tier curl: ran")
	content(t, printed, ok)
	for _, m := range regexp.MustCompile(`issue .*: pass (\w{16})`).FindAllStringSubmatch(printed, -1) {
		var d struct{ State string }
		p.invoke("manage", `{"describe":{"pass":"`+m[1]+`"}}`, &d)
		p.same("left behind", d.State, "revoked")
	}
}

func TestSmokeOnBinaries(t *testing.T) {
	p := onBinaries(t, built(t))
	printed, ok := smoke(t, bare(t.TempDir()), "ENDPOINT="+p.base)
	content(t, printed, ok)
}

// before answers in front of the program, and hands on what it does not answer.
func before(t *testing.T, p *process, answers func(path, body string) string) *httptest.Server {
	t.Helper()
	to, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	onward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if answer := answers(r.URL.Path, string(body)); answer != "" {
			io.WriteString(w, answer)
			return
		}
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		onward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// TestSmokeOfAStack goes the way of a deployed stack: outputs from CloudFormation,
// functions by the ARNs of their aliases, all by the AWS CLI. CloudFormation is
// one recorded answer here, and Lambda the local one.
func TestSmokeOfAStack(t *testing.T) {
	aws := fetched(t, "aws-cli", "python/bin/aws")
	p := launch(t, t.TempDir())
	outputs := ""
	for output, function := range map[string]string{"IssueFunction": "issue", "ManageFunction": "manage", "AuthorizerArn": "authorizer", "LinkBase": "-"} {
		outputs += "<member><OutputKey>" + output + "</OutputKey><OutputValue>arn:aws:lambda:eu-central-1:123456789012:function:gatepass-" + function + ":live</OutputValue></member>"
	}
	described := `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>gatepass</StackName><StackStatus>CREATE_COMPLETE</StackStatus>` +
		`<CreationTime>2026-11-22T00:00:00Z</CreationTime><Outputs>` + outputs + `</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`
	cloud := before(t, p, func(path, body string) string {
		if path == "/" && strings.Contains(body, "Action=DescribeStacks") && strings.Contains(body, "StackName=gatepass") {
			return described
		}
		return ""
	})
	env := append(bare(t.TempDir(), filepath.Dir(aws)), "AWS_ENDPOINT_URL="+cloud.URL, "AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=key", "AWS_DEFAULT_REGION=eu-central-1")
	printed, ok := smoke(t, env, "STACK=gatepass")
	content(t, printed, ok)
}

// TestSmokeEndsWithTheFirstStepThatIsWrong, says which, and takes back what it
// issued by then.
func TestSmokeEndsWithTheFirstStepThatIsWrong(t *testing.T) {
	p := launch(t, t.TempDir())
	for name, tt := range map[string]struct {
		function, in, answer, says string
	}{
		"an authorizer that lets everybody in": {"authorizer", "", `{"outcome":"allow","reason":"ok"}`, "FAIL check for something else: allow ok, want deny wrong_scope"},
		"an issue that refuses":                {"issue", "visitor", `{"error":{"code":"invalid_request","message":"gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"}}`, "FAIL issue for a visitor, once: {"},
		"a manage that answers nothing":        {"manage", "describe", `{}`, "FAIL describe: , want spent"},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := before(t, p, func(path, body string) string {
				if strings.Contains(path, "/"+tt.function+"/") && strings.Contains(body, tt.in) {
					return tt.answer
				}
				return ""
			})
			printed, ok := smoke(t, bare(t.TempDir()), "ENDPOINT="+wrong.URL)
			t.Log("tier curl: ran")
			if ok || !strings.Contains(printed, tt.says) || !strings.Contains(printed, "ok   clean up: revoked ") || strings.Count(printed, "FAIL") != 1 {
				t.Errorf("it ended %v and printed\n%s\nwant %q", ok, printed, tt.says)
			}
		})
	}
	if printed, ok := smoke(t, bare(t.TempDir()), "ENDPOINT=http://"+closedPort(t)); ok || strings.Contains(printed, "clean up") {
		t.Errorf("nobody there: %v\n%s", ok, printed)
	}
	if printed, ok := smoke(t, bare(t.TempDir()), "ENDPOINT="); ok || !strings.Contains(printed, "STACK=name or ENDPOINT=") {
		t.Errorf("nothing said: %v\n%s", ok, printed)
	}
}
