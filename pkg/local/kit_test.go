package local_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/local"
)

// noon is when everything here happens.
func noon() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 5e6, time.UTC) }

// zeros is a source of request ids that are all the same.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// answers returns a function that always answers the same.
func answers(doc string) local.Function {
	return func(context.Context, json.RawMessage) (json.RawMessage, error) { return json.RawMessage(doc), nil }
}

// recorded is a function that keeps the events it was called with.
type recorded struct {
	mu     sync.Mutex
	events []string
	answer string
}

func (r *recorded) call(_ context.Context, event json.RawMessage) (json.RawMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, string(event))
	return json.RawMessage(r.answer), nil
}

func (r *recorded) calls() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.events...)
}

// lines is a log to look into.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (l *lines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

// newServer makes a server with a fixed clock and fixed request ids.
func newServer(t *testing.T, cfg local.Config) *local.Server {
	t.Helper()
	cfg.Now, cfg.Rand = noon, zeros{}
	s, err := local.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// reply is what a client gets.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends one request from this machine.
func send(t *testing.T, h http.Handler, r *http.Request) reply {
	t.Helper()
	if r.RemoteAddr == "192.0.2.1:1234" {
		r.RemoteAddr = "127.0.0.1:1234"
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	b, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{w.Code, w.Result().Header, string(b)}
}

// get sends a GET.
func get(t *testing.T, h http.Handler, path string) reply {
	t.Helper()
	return send(t, h, httptest.NewRequest("GET", path, nil))
}
