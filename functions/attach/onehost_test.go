package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/localtest"
	"github.com/gatepass/gatepass/pkg/local/template"
)

// browser follows redirects and keeps cookies by host, as browsers do.
type browser struct {
	t      *testing.T
	client *http.Client
}

func (a *app) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return &browser{a.t, &http.Client{Jar: jar, Transport: direct{a.server}}}
}

// direct reaches a handler by any host.
type direct struct{ http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.Host, in.RequestURI, in.RemoteAddr = r.URL.Host, r.URL.RequestURI(), "192.0.2.1:1234"
	if in.Body == nil {
		in.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, in)
	out := w.Result()
	out.Request = r
	return out, nil
}

// get returns status and body.
func (b *browser) get(to string) (int, string) {
	b.t.Helper()
	return b.do(http.NewRequestWithContext(b.t.Context(), http.MethodGet, to, nil))
}

// click presses the button of a link page.
func (b *browser) click(link string) (int, string) {
	b.t.Helper()
	u, err := url.Parse(link)
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, link, strings.NewReader(""))
	if err == nil {
		r.Header.Set("Origin", u.Scheme+"://"+u.Host)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return b.do(r, err)
}

func (b *browser) do(r *http.Request, err error) (int, string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// homes are the stacks whose app and link pages have one host, and where that is.
func homes() map[string]struct{ base, app string } {
	return map[string]struct{ base, app string }{
		"custom-domain": {"https://app.example.com", "/app/reports/66"},
		"own-pages":     {"https://app-api.execute-api.local.amazonaws.com", "/reports/66"},
	}
}

// TestSessionsOnOneHost: what a link page opens, the app is told of; the browser
// has the one cookie, and without it there is nothing.
func TestSessionsOnOneHost(t *testing.T) {
	for name, home := range homes() {
		for mode, doc := range map[string]string{"visitor": `"visitor":{"email":"ginger@example.com"}`, "session": `"mode":"session","subject":"user-42"`} {
			t.Run(name+" "+mode, func(t *testing.T) {
				a := deployGatepass(t, home.base).attached(name, nil)
				p := a.pass(`{` + doc + `,"scope":"report:66","target":"` + home.app + `"}`)
				if !strings.HasPrefix(p.Link, home.base+"/p/") {
					t.Fatalf("the link is %s", p.Link)
				}
				b := a.browser()
				if status, _ := b.get(home.base + home.app); status != 403 {
					t.Errorf("before: %d", status)
				}
				if status, page := b.get(p.Link); status != 200 || !strings.Contains(page, "<form") {
					t.Fatalf("the link page: %d %s", status, page)
				}
				if status, body := b.click(p.Link); status != 200 {
					t.Fatalf("redeemed and sent on: %d %s\n%s", status, body, a.log.String())
				}
				if status, _ := b.get(home.base + home.app); status != 200 {
					t.Errorf("again: %d", status)
				}
				events := a.backend.Events()
				if len(events) != 2 || !strings.Contains(string(events[0]), `"mode":"`+mode+`"`) || !strings.Contains(string(events[1]), p.ID) {
					t.Errorf("the app was told %s", events)
				}
				if status, _ := a.browser().get(home.base + home.app); status != 403 {
					t.Errorf("another browser: %d", status)
				}
			})
		}
	}
}

// TestSampleRoutesOfTheTemplate: those of Gatepass's own API, by the rules that
// stand beside them.
func TestSampleRoutesOfTheTemplate(t *testing.T) {
	g := deployGatepass(t, public)
	a := &app{gatepass: g, stack: g.stack, server: localtest.New(t, local.StackConfig{Stack: g.stack, Functions: g.functions})}
	for _, d := range g.stack.Declarations {
		a.declare(d)
	}
	if len(a.told) > 0 || len(g.stack.Declarations) != 1 {
		t.Fatalf("%d declarations, refused: %s", len(g.stack.Declarations), a.told)
	}
	report := a.pass(`{"scope":"report:66","max_uses":1}`)
	for _, want := range []string{"200 granted", "403 refused"} {
		status, body := a.browser().get(public + "/reports/66?token=" + report.Token)
		if !strings.HasPrefix(want, fmt.Sprint(status)) || !strings.Contains(body, `"access":"`+want[4:]) {
			t.Errorf("a report: %d %s, want %s", status, body, want)
		}
	}
	for target, doc := range map[string]string{"/visitors": `"visitor":{"email":"ginger@example.com"},"scope":"visit"`, "/account": `"mode":"session","subject":"user-42"`} {
		b, p := a.browser(), a.pass(`{`+doc+`,"target":"`+target+`"}`)
		b.get(p.Link)
		if status, body := b.click(p.Link); status != 200 || !strings.Contains(body, `"access":"granted"`) {
			t.Errorf("%s: %d %s", target, status, body)
		}
	}
}

// TestOwnPagesServesWhatGatepassDoes: each route of visit in template.yaml.
func TestOwnPagesServesWhatGatepassDoes(t *testing.T) {
	g := deployGatepass(t, public)
	visit := g.stack.Functions["VisitFunction"].ARN
	routes := func(api *template.API) map[string]string {
		out := map[string]string{}
		for _, rt := range api.Routes {
			if rt.Integration.ARN == visit {
				out[rt.Key] = fmt.Sprint(rt.Integration.PayloadVersion, rt.Integration.Qualifier, rt.Authorizer)
			}
		}
		return out
	}
	if diff := cmp.Diff(routes(g.stack.APIs["Api"]), routes(g.attached("own-pages", nil).stack.APIs["Api"])); diff != "" {
		t.Errorf("own-pages.yaml serves other pages (-template.yaml +own-pages.yaml):\n%s", diff)
	}
}
