package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // what is printed is in the time of who reads it
	os.Exit(m.Run())
}

const (
	id   = "0aZ9bY8cX7dW6eV5"
	gp   = "gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"
	jwt  = "eyJhbGciOiJFZERTQSIsImtpZCI6IngiLCJ0eXAiOiJnYXRlcGFzcytqd3QifQ.e30.AAAA"
	old  = "7c9e6679-7425-40de-944b-e07fc1f90ae7" // a credential that moved in
	link = "http://localhost:8080/p/" + gp + "/visitors"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// desk is one operator at one machine.
type desk struct {
	t     *testing.T
	env   map[string]string
	login string
	stdin string
	tty   bool              // somebody sits at stdin
	full  bool              // nothing can be printed
	cli   map[string]string // what the AWS CLI answers, by its arguments
	asked []string          // of the functions: name and document
	code  int
	out   string
	err   string
}

func newDesk(t *testing.T) *desk {
	return &desk{t: t, env: map[string]string{}, login: "robin"}
}

// run carries out a command line.
func (d *desk) run(args ...string) *desk {
	d.t.Helper()
	return d.runIn(d.t.Context(), args...)
}

// runIn does it until the context ends.
func (d *desk) runIn(ctx context.Context, args ...string) *desk {
	d.t.Helper()
	var out, err bytes.Buffer
	stdout := io.Writer(&out)
	if d.full {
		stdout = fullDisk{}
	}
	d.code = run(ctx, args, world{stdin: strings.NewReader(d.stdin), stdout: stdout, stderr: &err, now: func() time.Time { return now },
		newKey: func() string { return "KEY" }, terminal: d.tty,
		getenv: func(name string) string { return d.env[name] }, login: func() string { return d.login },
		aws: func(_ context.Context, args ...string) ([]byte, error) {
			answer, ok := d.cli[strings.Join(args, " ")]
			if !ok {
				return nil, errors.New("aws is not installed")
			}
			return []byte(answer), nil
		}})
	d.out, d.err = out.String(), err.String()
	return d
}

// fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// answered puts a server in the place of make run, which answers one document
// after the other.
func (d *desk) answered(answers ...string) *desk {
	d.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		function := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/2015-03-31/functions/"), "/invocations")
		d.asked = append(d.asked, function+" "+string(body))
		if len(d.asked) > len(answers) {
			d.t.Errorf("call %d was not awaited: %s", len(d.asked), d.asked[len(d.asked)-1])
			return
		}
		io.WriteString(w, answers[len(d.asked)-1])
	}))
	d.t.Cleanup(server.Close)
	d.env["GATEPASS_ENDPOINT"] = server.URL
	return d
}

// ends checks how it ended.
func (d *desk) ends(code int, out, err string) {
	d.t.Helper()
	if d.code != code || !strings.Contains(d.out, out) || !strings.Contains(d.err, err) || out == "" && d.out != "" || err == "" && d.err != "" {
		d.t.Errorf("it ended with %d, and printed\n%s--- and as error\n%s--- want %d, %q and %q", d.code, d.out, d.err, code, out, err)
	}
}

const live = `{"pass":"` + id + `","state":"live","decision":"ok","mode":"visitor","format":"short","scope":"visit","visitor":{"email":"ginger@example.com","first_name":"Ginger","last_name":"Rogers"},` +
	`"target":"/visitors","issued_at":"2026-11-22T11:00:00Z","issued_by":"fred","expires_at":"2026-11-22T14:00:00Z","uses":{"left":1,"of":1,"each":[]},"sessions":{"live":0,"each":[]}}`

// with is a description with other members in the place of some.
func with(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(live) }
