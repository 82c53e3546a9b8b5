package caller_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// hurried is a configuration that waits for nobody.
func hurried(cfg *caller.Config, _ storetest.Backend) { cfg.Timeout = 20 * time.Millisecond }

// TestABodyThatNeverComesIsNotWaitedFor: else anybody holds a connection open, with
// no credential and for as long as they like.
func TestABodyThatNeverComesIsNotWaitedFor(t *testing.T) {
	h := newHouse(t, hurried)
	server := httptest.NewServer(h.guard.RequireScope("a").Then(&seen{}))
	defer server.Close()
	for name, says := range map[string]string{"of a length that was said": "Content-Length: 1000", "in chunks": "Transfer-Encoding: chunked"} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			conn.SetDeadline(time.Now().Add(time.Minute)) // else the test would wait for ever
			if _, err := fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n%s\r\n\r\n", formType, says); err != nil {
				t.Fatal(err)
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusUnauthorized {
				t.Errorf("answered %d", res.StatusCode)
			}
		})
	}
}

// slow is a connection that keeps the read deadlines it is given.
type slow struct {
	*httptest.ResponseRecorder
	set []time.Time
}

func (s *slow) SetReadDeadline(at time.Time) error {
	s.set = append(s.set, at)
	return nil
}

// TestTheRestOfABodyIsTheHandlersToWaitFor: the deadline is gone before that runs.
// One that the server has could not be put back, so it is left alone.
func TestTheRestOfABodyIsTheHandlersToWaitFor(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "a"})
	for name, row := range map[string]struct {
		server *http.Server
		kind   string
		want   int
	}{
		"a form":                              {&http.Server{}, formType, 2},
		"without a server":                    {nil, formType, 2},
		"of a server that has one of its own": {&http.Server{ReadTimeout: time.Hour}, formType, 0},
		"a body that is not looked at":        {&http.Server{}, "text/plain", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w, ran := &slow{ResponseRecorder: httptest.NewRecorder()}, false
			r := httptest.NewRequest("POST", in("token", tok), strings.NewReader("x=1"))
			r.Header.Set("Content-Type", row.kind)
			if row.server != nil {
				r = r.WithContext(context.WithValue(r.Context(), http.ServerContextKey, row.server))
			}
			h.guard.RequireScope("a").Then(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				ran = len(w.set) == row.want
			})).ServeHTTP(w, r)
			if !ran || len(w.set) != row.want || row.want == 2 && (w.set[0].IsZero() || !w.set[1].IsZero()) {
				t.Errorf("the deadlines were %v, want %d before the handler", w.set, row.want)
			}
		})
	}
}
