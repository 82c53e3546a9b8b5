package caller_test

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// config is a deployment's, over the store of the test.
func config(store gate.Store) caller.Config {
	return caller.Config{Gate: gatetest.Config(), Store: store, JWTs: gatetest.NewJWTs(), Now: gatetest.Clock}
}

func newGuard(t testing.TB, cfg caller.Config) *caller.Guard {
	t.Helper()
	g, err := caller.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// house is a guard over a store of its own, and what it decided.
type house struct {
	storetest.Backend
	cfg   caller.Config
	guard *caller.Guard

	mu      sync.Mutex
	decided []gate.Decision
}

// newHouse opens one; change, if not nil, changes its configuration.
func newHouse(t testing.TB, change func(*caller.Config, storetest.Backend)) *house {
	t.Helper()
	h := &house{Backend: gatetest.Open(t)}
	h.cfg = config(h.Store)
	h.cfg.Decided = func(_ context.Context, d gate.Decision) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.decided = append(h.decided, d)
	}
	if change != nil {
		change(&h.cfg, h.Backend)
	}
	h.guard = newGuard(t, h.cfg)
	return h
}

// mint puts a pass of the table's time into the store, as issue would.
func (h *house) mint(t testing.TB, p pass.Pass) string {
	t.Helper()
	s, err := token.NewShort(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != "" {
		s.ID = p.ID
	}
	p.V, p.ID, p.Format, p.Secrets = pass.Version, s.ID, pass.Short, map[pass.Digest]pass.NumericDate{s.Digest(): 0}
	p.IssuedAt, p.ExpiresAt, p.PurgeAt = decisions.Now-60, decisions.Now+3600, 4_102_444_800
	if p.Mode == "" {
		p.Mode = pass.None
	}
	if err := h.Put(record.FromPass(&p)); err != nil {
		t.Fatal(err)
	}
	return s.String()
}

// open redeems a link, and returns the cookie as the browser sends it back.
func (h *house) open(t testing.TB, link string) string {
	t.Helper()
	o := gatetest.NewLink(t, h.Store).Redeem(t.Context(), &gate.Visit{Token: link})
	if o.Outcome != gate.Allow {
		t.Fatalf("the link is %s", o.Reason)
	}
	return o.Cookie + "=" + o.Value
}

func (h *house) uses(t testing.TB, tok string) int {
	t.Helper()
	s, _ := token.ParseShort(tok)
	entries, err := h.Read(t.Context(), []pass.Ref{{ID: s.ID}})
	if err != nil || entries[0].Pass == nil {
		t.Fatal("the pass is gone", err)
	}
	return len(entries[0].Pass.Uses)
}

// seen is a handler that keeps who called it.
type seen struct {
	mu   sync.Mutex
	came []caller.Caller
	body string
}

func (s *seen) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, ok := caller.From(r.Context())
	body, err := io.ReadAll(r.Body)
	if !ok || err != nil {
		w.WriteHeader(http.StatusInternalServerError)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.came, s.body = append(s.came, c), string(body)
}

// only returns the one caller that came.
func (s *seen) only(t testing.TB) caller.Caller {
	t.Helper()
	if len(s.came) != 1 {
		t.Fatalf("%d callers came, want one", len(s.came))
	}
	return s.came[0]
}

// ask sends a request to a handler, with headers given in turn.
func ask(t testing.TB, h http.Handler, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func in(name, tok string) string { return "/reports/66?" + url.Values{name: {tok}}.Encode() }

// tester is a test's T, or rapid's.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
}

// same compares who is told with who should be.
func same(t tester, got, want caller.Caller) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the caller (-want +got):\n%s", diff)
	}
}
