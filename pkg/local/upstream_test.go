package local_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
)

// upstream is an app that keeps the last request it got.
func upstream(t *testing.T) (*url.URL, func() (http.Header, string)) {
	t.Helper()
	var header http.Header
	var line string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		header, line = r.Header, r.Method+" "+r.URL.RequestURI()+" "+string(b[:min(len(b), 20)])
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		io.WriteString(w, "from the app")
	}))
	t.Cleanup(app.Close)
	u, err := url.Parse(app.URL + "/base")
	if err != nil {
		t.Fatal(err)
	}
	return u, func() (http.Header, string) { return header, line }
}

// gatepass returns the headers that a backend would take for the authorizer's.
func gatepass(h http.Header) map[string]string {
	out := map[string]string{}
	for name, v := range h {
		if plain := strings.ToLower(strings.ReplaceAll(name, "_", "-")); strings.HasPrefix(plain, "gatepass") {
			out[name] = strings.Join(v, ",")
		}
	}
	return out
}

func TestUpstreamGetsTheContextAsHeadersAndNobodyElsesWord(t *testing.T) {
	spoofed := http.Header{
		"Gatepass-Access": {"granted"}, "Gatepass-Subject": {"root"}, "Gatepass-New-One": {"x"}, "gatepass-mode": {"session"}, "GATEPASS-SCOPE": {"*"},
		"Gatepass_Access": {"granted"}, "gatepass_pass-id": {"p"}, "X-Other": {"stays"}, "Connection": {"X-Hop, Gatepass-Reason"}, "X-Hop": {"goes"}, "Authorization": {"Bearer gp_x"},
	}
	for _, tt := range []struct {
		name, path, answer string
		status             int
		want               map[string]string
	}{
		{"a granted request carries the whole context", "/closed/1?a=%31&b", `{"isAuthorized":true,"context":{"access":"granted","reason":"ok","pass_id":"p1","session_id":"-","n":5,"ok":true}}`, 200,
			map[string]string{"Gatepass-Access": "granted", "Gatepass-Reason": "ok", "Gatepass-Pass-Id": "p1", "Gatepass-Session-Id": "-", "Gatepass-N": "5", "Gatepass-Ok": "true"}},
		{"a refused one that is forwarded arrives marked", "/closed/1?a=%31&b", `{"isAuthorized":true,"context":{"access":"refused","reason":"spent"}}`, 200,
			map[string]string{"Gatepass-Access": "refused", "Gatepass-Reason": "spent"}},
		{"no context is no header", "/closed/1?a=%31&b", `{"isAuthorized":true}`, 200, map[string]string{}},
		{"an open route has none at all", "/open", ``, 200, map[string]string{}},
		{"a refused one does not arrive", "/closed/1", `{"isAuthorized":false}`, 403, nil},
		{"nor does one that cannot be decided", "/closed/1", `{}`, 500, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			up, last := upstream(t)
			s := newServer(t, local.Config{
				Functions: map[string]local.Function{"authorizer": answers(tt.answer)}, Authorizer: "authorizer", Upstream: up,
				Routes: []local.Route{{Key: "ANY /closed/{id}", Function: local.Upstream, Authorizer: true}, {Key: "ANY /open", Function: local.Upstream}},
			})
			r := httptest.NewRequest("POST", tt.path, strings.NewReader("body"))
			r.Header = maps.Clone(spoofed)
			got := send(t, s, r)
			header, line := last()
			if got.status != tt.status {
				t.Fatalf("status %d %s, want %d", got.status, got.body, tt.status)
			}
			if tt.want == nil {
				if line != "" {
					t.Errorf("the app got %s", line)
				}
				return
			}
			if diff := cmp.Diff(tt.want, gatepass(header)); diff != "" {
				t.Errorf("Gatepass headers (-want +got):\n%s", diff)
			}
			if want := "POST /base" + tt.path + " body"; line != want {
				t.Errorf("the app got %q, want %q", line, want)
			}
			if header.Get("X-Other") != "stays" || header.Get("Authorization") != "Bearer gp_x" || header.Get("X-Hop") != "" || header.Get("X-Forwarded-For") != "127.0.0.1" {
				t.Errorf("headers %v", header)
			}
			if got.body != "from the app" || !slices.Equal(got.header["Set-Cookie"], []string{"a=1", "b=2"}) {
				t.Errorf("the client got %q with %v", got.body, got.header)
			}
		})
	}
}

func TestAnUpstreamThatIsDownIsUnavailable(t *testing.T) {
	app := httptest.NewServer(http.NotFoundHandler())
	u, err := url.Parse(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	app.Close()
	var log lines
	s := newServer(t, local.Config{Upstream: u, Routes: []local.Route{{Key: "GET /", Function: local.Upstream}}, Log: log.logger()})
	if got := get(t, s, "/"); got.status != 503 || got.body != `{"message":"Service Unavailable"}` {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if !strings.Contains(log.String(), "the upstream did not answer") {
		t.Errorf("the log does not tell: %s", log.String())
	}
}
