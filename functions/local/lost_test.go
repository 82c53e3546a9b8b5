package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// cutting is a listener whose connections break off when they have sent so many
// bytes, and which keeps what the server meant to send.
type cutting struct {
	net.Listener
	limit atomic.Int64
	mu    sync.Mutex
	meant bytes.Buffer
}

func (l *cutting) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &cut{Conn: c, from: l, left: int(l.limit.Load())}, err
}

// wanted returns what the server meant to send since it was last asked.
func (l *cutting) wanted() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.meant.Reset()
	return bytes.Clone(l.meant.Bytes())
}

type cut struct {
	net.Conn
	from *cutting
	left int
}

// Write sends what may be sent, and closes the connection where that was not all.
func (c *cut) Write(b []byte) (int, error) {
	c.from.mu.Lock()
	c.from.meant.Write(b)
	c.from.mu.Unlock()
	n := min(c.left, len(b))
	c.left -= n
	if _, err := c.Conn.Write(b[:n]); err != nil || n == len(b) {
		return n, err
	}
	return n, errors.Join(io.ErrClosedPipe, c.Close())
}

// everything is more bytes than any answer has.
const everything = 1 << 20

// wire clicks over a real connection, and returns what arrived of the answer.
func (c *client) wire(addr string) []byte {
	c.t.Helper()
	method, action, fields := c.form()
	var cookies []string
	for name, value := range c.jar {
		cookies = append(cookies, name+"="+value)
	}
	conn, err := new(net.Dialer).DialContext(c.t.Context(), "tcp", addr)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		method, action, addr, strings.Join(cookies, "; "), len(fields), fields)
	got, err := io.ReadAll(conn)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

// sessionIn returns the session cookie that a whole answer holds.
func sessionIn(answer []byte) string {
	res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if strings.HasPrefix(c.Value, "gs_") {
			return c.Value
		}
	}
	return ""
}

// TestALostAnswerIsNoLostUse: the answer to the redeeming click breaks off after
// each of its bytes (of a login's, whose head is made alike, after every
// seventh). The next click, on the same page or on the mail, in every second of
// the minute that follows, is the same use and the same session; after the
// minute the link is spent.
func TestALostAnswerIsNoLostUse(t *testing.T) {
	for mode, step := range map[string]int{"visitor": 1, "session": 7} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			front := &cutting{Listener: ln}
			p := inPlace(t, nil, ln.Addr())
			srv := &http.Server{Handler: p.stack.server}
			t.Cleanup(func() { srv.Close() })
			go srv.Serve(front)

			front.limit.Store(everything)
			g := p.opened(mode)
			whole := len(g.wire(ln.Addr().String()))
			answer := front.wanted()
			if whole != len(answer) || sessionIn(answer) == "" || !bytes.HasSuffix(answer, []byte("\r\n\r\n")) {
				t.Fatalf("the answer is %q, want a head with a session", answer)
			}
			g.again(false, sessionIn(answer))
			for n := 0; n < whole; n += step {
				front.limit.Store(int64(n))
				p.lost(front, mode, n)
			}
		})
	}
}

// guest is a person at the page of a pass for one use.
type guest struct {
	*client
	link, id string
	shown    string // the page with the button
}

func (p *place) opened(mode string) *guest {
	p.t.Helper()
	pass := p.issue(invited()[mode])
	g := &guest{client: p.person(), link: pass.Link, id: pass.ID}
	if status := g.open(pass.Link); status != http.StatusOK {
		p.t.Fatalf("the page is %d: %s", status, g.page)
	}
	g.shown = g.page
	return g
}

// lost clicks and gets n bytes of the answer, and then clicks again.
func (p *place) lost(front *cutting, mode string, n int) {
	p.t.Helper()
	g := p.opened(mode)
	got, meant := g.wire(front.Addr().String()), front.wanted()
	if len(got) != n || !bytes.HasPrefix(meant, got) || sessionIn(got) != "" {
		p.t.Fatalf("%d bytes: %q arrived", n, got)
	}
	later := time.Duration(n%pass.RetryWindow) * time.Second
	p.move(later)
	g.again(n%2 == 1, sessionIn(meant))
	p.move(pass.RetryWindow*time.Second - later)
	if n%31 == 0 { // it does not hang on the byte, but on the second
		g.over()
	}
}

// again clicks once more, on the page or on the mail first, and must get the
// session that was lost, if it is known.
func (g *guest) again(byMail bool, lost string) {
	g.t.Helper()
	if byMail {
		if status := g.open(g.link); status != http.StatusOK {
			g.t.Fatalf("the mail's second click is shown %d %s", status, g.page)
		}
	}
	status, body := g.click()
	if status != http.StatusOK || !strings.Contains(body, `"access":"granted"`) || len(g.given) != 1 || lost != "" && g.given[0] != lost {
		g.t.Errorf("the second click is answered %d %s with %d sessions, or with another than was lost", status, body, len(g.given))
	}
	g.once()
}

// over clicks when the minute has gone by, on the page and on the mail, in a
// browser that has not got the session.
func (g *guest) over() {
	g.t.Helper()
	late := g.twin()
	if status, _ := late.click(); status != http.StatusForbidden || late.given != nil {
		g.t.Errorf("after a minute the click is answered %d", status)
	}
	if status := late.open(g.link); status != http.StatusForbidden || !strings.Contains(late.page, "This link has been used already") {
		g.t.Errorf("after a minute the mail is shown %d %s", status, late.page)
	}
	g.once()
}

// twin is the same browser at the same page before it got a session.
func (g *guest) twin() *client {
	c := g.person()
	c.page, c.at, c.jar = g.shown, g.link, maps.Clone(g.jar)
	maps.DeleteFunc(c.jar, func(_, value string) bool { return strings.HasPrefix(value, "gs_") })
	return c
}

// once checks that the pass has one use and one session.
func (g *guest) once() {
	g.t.Helper()
	if d := g.describe(g.id); len(d.Uses.Each) != 1 || *d.Uses.Left != 0 || len(d.Sessions.Each) != 1 || d.Sessions.Live != 1 {
		g.t.Errorf("uses %+v and sessions %+v, want one", d.Uses, d.Sessions)
	}
}

// TestALostWriteIsNoLostUse: the store fails in each of the redeeming click's
// calls, before or after it was made. The click is answered with an error or
// with the session, and the same click again is one use and one session.
func TestALostWriteIsNoLostUse(t *testing.T) {
	says := map[storetest.Fault]string{storetest.Before: "before it is asked", storetest.After: "after it has written", storetest.Instead: "by itself", storetest.Twice: "and is asked again"}
	for fault, how := range says {
		for _, method := range []string{"Read", "Redeem"} {
			for _, mode := range []string{"session", "visitor"} {
				t.Run(mode+": "+method+" fails "+how, func(t *testing.T) {
					var armed, failed atomic.Bool
					plan := func(c storetest.Call) storetest.Fault {
						if c.Method == method && armed.CompareAndSwap(true, false) {
							failed.Store(true)
							return fault
						}
						return storetest.None
					}
					p := inPlace(t, func(s storetest.Store) storetest.Store { return storetest.Faulty(s, plan) }, nil)
					for _, byMail := range []bool{false, true} {
						g := p.opened(mode)
						first := g.twin()
						armed.Store(true)
						status, _ := first.click()
						if want := fault == storetest.Twice; !failed.Swap(false) || (status == http.StatusOK) != want || !want && status != http.StatusServiceUnavailable {
							t.Fatalf("the first click is answered %d", status)
						}
						p.move((pass.RetryWindow - 1) * time.Second)
						g.again(byMail, strings.Join(first.given, ""))
						p.move(time.Second)
						if method == "Redeem" && (fault == storetest.After || fault == storetest.Twice) { // that is, the first click redeemed
							g.over()
						}
					}
				})
			}
		}
	}
}

// TestClicksAtOnceAreOne: a double click, and twenty.
func TestClicksAtOnceAreOne(t *testing.T) {
	p := inPlace(t, nil, nil)
	for _, mode := range []string{"session", "visitor"} {
		for clicks, rounds := range map[int]int{2: 20, 20: 5} {
			for range rounds {
				g := p.opened(mode)
				start, all := make(chan struct{}), make([]*client, clicks)
				var wg sync.WaitGroup
				for i := range all {
					all[i] = g.twin()
					wg.Go(func() {
						<-start
						if status, body := all[i].click(); status != http.StatusOK || !strings.Contains(body, `"access":"granted"`) {
							t.Errorf("%s: one of %d clicks is answered %d %s", mode, clicks, status, body)
						}
					})
				}
				close(start)
				wg.Wait()
				for _, c := range all {
					if len(c.given) != 1 || c.given[0] != all[0].given[0] {
						t.Errorf("%s: %d clicks at once were given different sessions", mode, clicks)
					}
				}
				g.once()
			}
		}
	}
}
