package main

import (
	"encoding/json"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// place is the whole of make run in the test's own process: requests may come
// from any address, the store may fail, and nothing waits for a disk.
type place struct {
	*clock
	t     *testing.T
	stack *stack
	log   *output
}

// inPlace builds a place. around may put something around its store; addr is
// where it believes to be, nil for port 8080.
func inPlace(t *testing.T, around func(storetest.Store) storetest.Store, addr net.Addr) *place {
	t.Helper()
	p := &place{clock: &clock{at: time.Now().Truncate(time.Second)}, t: t, log: &output{more: make(chan struct{}, 1)}}
	o, err := parse([]string{"-data", t.TempDir(), "-brand-name", "Example", "-brand-links", "Privacy https://example.com/privacy"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	e, err := open(t.Context(), o, p.now)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.close(); err != nil { // and opened again, to be quicker
		t.Fatal(err)
	}
	s, err := boltstore.Open(filepath.Join(o.data, "fast.db"), boltstore.Options{Now: p.now, UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	e.store, e.stream, e.sweep, e.close = s, boltStream{s}, nil, s.Close
	if around != nil {
		e.store = around(s)
	}
	if addr == nil {
		addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}
	}
	w := world{stdout: io.Discard, stderr: p.log, now: p.now}
	if p.stack, err = build(t.Context(), o, e, addr, w); err != nil {
		t.Fatal(err)
	}
	if err := p.stack.start(t.Context(), o, w); err != nil {
		t.Fatal(err)
	}
	return p
}

// invoke calls a function with a document, as a backend or an operator does.
func (p *place) invoke(function string, doc any, answer any) {
	p.t.Helper()
	in, err := json.Marshal(doc)
	if err != nil {
		p.t.Fatal(err)
	}
	out, err := p.stack.functions[function](p.t.Context(), in)
	if err != nil || json.Unmarshal(out, answer) != nil {
		p.t.Fatalf("%s of %s answered %s, %v", function, in, out, err)
	}
}

func (p *place) issue(doc request) issued {
	p.t.Helper()
	var a issued
	if p.invoke("issue", doc, &a); a.Error != nil {
		p.t.Fatalf("issue answered %v", *a.Error)
	}
	return a
}

func (p *place) describe(id string) (d manage.Description) {
	p.t.Helper()
	p.invoke("manage", request{"describe": request{"pass": id}}, &d)
	return d
}

// client is what makes requests: a person's browser, or a program.
type client struct {
	*place
	address, name string
	headers       http.Header
	jar           map[string]string // nil: keeps no cookies
	given         []string          // the session cookies that it was offered, kept or not
	page, at      string            // the last page, and its address
}

// person is somebody at a browser that was never here before.
func (p *place) person() *client {
	return &client{place: p, address: "203.0.113.9", headers: http.Header{}, jar: map[string]string{},
		name: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
}

// send makes one request, and keeps the answer's cookies if it keeps any.
func (c *client) send(method, target, body string, more ...string) (int, http.Header, string) {
	c.t.Helper()
	if strings.HasPrefix(target, "/") {
		target = c.stack.base + target
	}
	r := httptest.NewRequest(method, target, strings.NewReader(body)).WithContext(c.t.Context())
	r.RemoteAddr = net.JoinHostPort(c.address, "4711")
	r.Header = c.headers.Clone()
	r.Header.Set("User-Agent", c.name)
	for i := 0; i < len(more); i += 2 {
		r.Header.Set(more[i], more[i+1])
	}
	for name, value := range c.jar {
		r.Header.Add("Cookie", name+"="+value)
	}
	w := httptest.NewRecorder()
	c.stack.server.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if strings.HasPrefix(cookie.Value, "gs_") {
			c.given = append(c.given, cookie.Value)
		}
		if c.jar != nil {
			c.jar[cookie.Name] = cookie.Value
		}
	}
	return w.Code, w.Header(), w.Body.String()
}

// open loads a link's page.
func (c *client) open(link string) int {
	c.t.Helper()
	status, _, page := c.send("GET", link, "", "Sec-Fetch-Site", "cross-site", "Accept", "text/html", "Accept-Language", "en")
	c.page, c.at = page, link
	return status
}

var (
	aForm  = regexp.MustCompile(`(?s)<form method="(\w+)" action="([^"]*)">(.*?)</form>`)
	aField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	aPlace = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
)

// form is what pressing the page's button sends.
func (c *client) form() (method, action, fields string) {
	c.t.Helper()
	m := aForm.FindStringSubmatch(c.page)
	if m == nil {
		c.t.Fatalf("a page without a button: %s", c.page)
	}
	values := url.Values{}
	for _, f := range aField.FindAllStringSubmatch(m[3], -1) {
		values.Add(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	if action = html.UnescapeString(m[2]); action == "" {
		action = c.at
	}
	return strings.ToUpper(m[1]), action, values.Encode()
}

// click presses the button of the page that is shown, and follows where it
// leads. It returns the last answer.
func (c *client) click() (int, string) {
	c.t.Helper()
	method, action, fields := c.form()
	if method == "GET" {
		status, _, body := c.send(method, action+"?"+fields, "", "Sec-Fetch-Site", "same-origin")
		return status, body
	}
	status, header, body := c.send(method, action, fields, "Sec-Fetch-Site", "same-origin", "Origin", c.stack.base, "Content-Type", "application/x-www-form-urlencoded")
	if status == http.StatusSeeOther {
		status, _, body = c.send("GET", header.Get("Location"), "", "Sec-Fetch-Site", "same-origin")
	}
	c.page = body
	return status, body
}
