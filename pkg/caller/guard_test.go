package caller_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// TestOneOfAHundredAtOnceGetsIn: promise 1, through the middleware.
func TestOneOfAHundredAtOnceGetsIn(t *testing.T) {
	h := newHouse(t, nil)
	tok, let := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 1}), &seen{}
	door := h.guard.RequireScope("report:66").Then(let)
	start := make(chan struct{})
	codes := make(chan int, 100)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			<-start
			codes <- ask(t, door, "POST", "/", `{"token":"`+tok+`"}`, "Content-Type", "application/json").Code
		})
	}
	close(start)
	all.Wait()
	close(codes)
	got := map[int]int{}
	for code := range codes {
		got[code]++
	}
	if got[200] != 1 || got[403] != 99 || len(let.came) != 1 || h.uses(t, tok) != 1 {
		t.Errorf("answered %v, %d came to the handler, %d uses are in the record; want one of each", got, len(let.came), h.uses(t, tok))
	}
}

// TestAUseIsCountedBeforeTheHandlerRuns: and stays so whatever that answers.
func TestAUseIsCountedBeforeTheHandlerRuns(t *testing.T) {
	h := newHouse(t, nil)
	tok := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 1})
	door := h.guard.RequireScope("report:66").Then(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n := h.uses(t, tok); n != 1 {
			t.Errorf("the handler runs with %d uses counted", n)
		}
		http.Error(w, "broken", http.StatusInternalServerError)
	}))
	first, second := ask(t, door, "GET", in("token", tok), ""), ask(t, door, "GET", in("token", tok), "")
	if first.Code != 500 || second.Code != 403 {
		t.Errorf("answered %d and %d, want 500 and 403", first.Code, second.Code)
	}
}

// TestARefusalDoesNotSayWhy: one text for all, and 401 for who presented nothing.
func TestARefusalDoesNotSayWhy(t *testing.T) {
	h := newHouse(t, nil)
	good := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 1})
	other := h.mint(t, pass.Pass{Scope: "report:67"})
	door := h.guard.RequireScope("report:66").Then(&seen{})
	ask(t, door, "GET", in("token", good), "")
	for name, target := range map[string]string{"spent": in("token", good), "wrong_scope": in("token", other), "malformed": in("token", good+"x"), "unknown": in("token", unknown())} {
		w := ask(t, door, "GET", target, "")
		if w.Code != 403 || w.Body.String() != "Forbidden\n" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("WWW-Authenticate") != "" {
			t.Errorf("%s: answered %d %v %q", name, w.Code, w.Header(), w.Body)
		}
		if d := h.decided[len(h.decided)-1]; string(d.Reason) != name {
			t.Errorf("%s: the host was told %s", name, d.Reason)
		}
	}
	nothing := ask(t, door, "GET", "/reports/66", "")
	if nothing.Code != 401 || nothing.Body.String() != "Unauthorized\n" || nothing.Header().Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("without a credential: %d %v %q", nothing.Code, nothing.Header(), nothing.Body)
	}
}

func unknown() string { return token.Short{ID: "nobodysPassAtAll"}.String() }

// TestTheHostMayAnswerTheRefused: and knows why.
func TestTheHostMayAnswerTheRefused(t *testing.T) {
	h := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) {
		cfg.Denied = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, _ := caller.From(r.Context())
			w.WriteHeader(http.StatusTeapot)
			w.Write([]byte(c.Access + " " + gate.Access(c.Reason) + " " + gate.Access(c.PassID)))
		})
	})
	tok := h.mint(t, pass.Pass{ID: "SampleRefusedOne", Scope: "report:67"})
	w := ask(t, h.guard.RequireScope("report:66").Then(&seen{}), "GET", in("token", tok), "")
	if got := w.Body.String(); w.Code != http.StatusTeapot || got != "refused wrong_scope SampleRefusedOne" {
		t.Errorf("answered %d %q", w.Code, got)
	}
}

// TestWhatCannotBeDecidedIsNotForTheDenied: it is nobody's fault, and may be
// tried again.
func TestWhatCannotBeDecidedIsNotForTheDenied(t *testing.T) {
	refused := &seen{}
	h := newHouse(t, func(cfg *caller.Config, b storetest.Backend) {
		cfg.Store, cfg.Denied = storetest.Faulty(b.Store, storetest.Always(storetest.Blocks, "Read")), refused
		cfg.Timeout = 20 * time.Millisecond
	})
	w := ask(t, h.guard.Any().ForwardRefused().Then(refused), "GET", in("token", h.mint(t, pass.Pass{Scope: "x"})), "")
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" || w.Body.String() != "Service Unavailable\n" || len(refused.came) > 0 {
		t.Errorf("answered %d %v %q to %d handlers", w.Code, w.Header(), w.Body, len(refused.came))
	}
}

// TestTheHostMayAnswerTheUndecided: in its own words, as it does the refused.
func TestTheHostMayAnswerTheUndecided(t *testing.T) {
	h := newHouse(t, func(cfg *caller.Config, b storetest.Backend) {
		cfg.Store = storetest.Faulty(b.Store, storetest.Always(storetest.Before, "Read"))
		cfg.Unavailable = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, _ := caller.From(r.Context())
			w.WriteHeader(http.StatusTeapot)
			w.Write([]byte(c.Access + " " + gate.Access(c.Reason)))
		})
	})
	w := ask(t, h.guard.Any().Then(&seen{}), "GET", in("token", h.mint(t, pass.Pass{Scope: "x"})), "")
	if got := w.Body.String(); w.Code != http.StatusTeapot || got != "refused unavailable" {
		t.Errorf("answered %d %q", w.Code, got)
	}
}

// TestBypassKnowsBetter: nothing is looked at, read or counted.
func TestBypassKnowsBetter(t *testing.T) {
	h := newHouse(t, nil)
	tok, let := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 1}), &seen{}
	door := h.guard.RequireScope("report:66").Bypass(func(r *http.Request) bool { return r.Header.Get("Staff") == "yes" }).Then(let)
	if w := ask(t, door, "GET", in("token", tok), "", "Staff", "yes"); w.Code != 200 || h.uses(t, tok) != 0 || len(h.decided) != 0 {
		t.Errorf("staff got %d, used %d, and was decided about: %v", w.Code, h.uses(t, tok), h.decided)
	}
	if c := let.only(t); c.Access != caller.Bypassed || c.Reason != pass.OK || c.PassID != "" || c.Mode != "" {
		t.Errorf("the handler is told %+v", c)
	}
	if w := ask(t, door, "GET", "/reports/66", "", "Staff", "no"); w.Code != 401 {
		t.Errorf("everybody else got %d", w.Code)
	}
}

// TestTheHandlerIsToldWhoCalls: all that a pass says.
func TestTheHandlerIsToldWhoCalls(t *testing.T) {
	h := newHouse(t, nil)
	link := h.mint(t, pass.Pass{ID: "SampleVisitors00", Mode: pass.VisitorMode, Scope: "visit", Data: []byte(`{"table":7}`),
		Visitor: &pass.Visitor{Email: "fred@example.com", FirstName: "Fred", LastName: "Astaire"}})
	let := &seen{}
	cookie := h.open(t, link)
	ask(t, h.guard.RequireScope("visit").Then(let), "GET", "/visitors", "", "Cookie", cookie)
	c := let.only(t)
	if c.SessionID == "" || strings.Contains(cookie, c.SessionID) {
		t.Errorf("the session is %q", c.SessionID)
	}
	want := caller.Caller{Access: gate.Granted, Reason: pass.OK, Mode: pass.VisitorMode, PassID: "SampleVisitors00", SessionID: c.SessionID, Scope: "visit",
		Visitor: pass.Visitor{Email: "fred@example.com", FirstName: "Fred", LastName: "Astaire"}, Data: []byte(`{"table":7}`)}
	same(t, c, want)
	if _, ok := caller.From(t.Context()); ok {
		t.Error("somebody calls where no guard stood")
	}
}

// TestTheAddressIsTheConnections: unless the host knows its own proxy.
func TestTheAddressIsTheConnections(t *testing.T) {
	for _, row := range []struct {
		name    string
		address func(*http.Request) string
		remote  string
		want    string
	}{
		{"of the connection, whatever a client says", nil, "192.0.2.7:5000", "192.0.2.7"},
		{"of the connection, in IPv6", nil, "[2001:db8::7]:5000", "2001:db8::7"},
		{"of no address, as on a Unix socket", nil, "@", ""},
		{"as the host has it", func(r *http.Request) string { return r.Header.Get("X-Real-Ip") }, "192.0.2.7:5000", "198.51.100.9"},
		{"what is none is not kept", func(r *http.Request) string { return r.Header.Get("X-Forwarded-For") }, "192.0.2.7:5000", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			h := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) { cfg.Address = row.address })
			tok := h.mint(t, pass.Pass{Scope: "report:66", MaxUses: 3})
			r := httptest.NewRequest("GET", in("token", tok), nil)
			r.RemoteAddr = row.remote
			r.Header.Set("X-Forwarded-For", "203.0.113.1, 203.0.113.2")
			r.Header.Set("X-Real-Ip", "198.51.100.9")
			r.Header.Set("User-Agent", "test/1")
			h.guard.RequireScope("report:66").Then(&seen{}).ServeHTTP(httptest.NewRecorder(), r)
			d := h.decided[0]
			if d.Pass == nil || d.Pass.LastUse.IP != row.want || d.Pass.LastUse.UserAgent != "test/1" || d.Pass.LastUse.At != decisions.Now {
				t.Errorf("the use is recorded as %+v, want the address %q", d.Pass, row.want)
			}
		})
	}
}

// TestADecisionIsToldOnceWithItsRequestsContext: for the host's own log.
func TestADecisionIsToldOnceWithItsRequestsContext(t *testing.T) {
	type key struct{}
	var told []any
	h := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) {
		cfg.Decided = func(ctx context.Context, d gate.Decision) { told = append(told, ctx.Value(key{}), string(d.Reason)) }
	})
	r := httptest.NewRequest("GET", "/", nil)
	h.guard.Any().Optional().Then(&seen{}).ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithValue(r.Context(), key{}, "of the request")))
	if len(told) != 2 || told[0] != "of the request" || told[1] != "ok" {
		t.Errorf("told %v", told)
	}
}

// TestWrongConfigurations are refused when the service starts, all faults at once.
func TestWrongConfigurations(t *testing.T) {
	h := newHouse(t, nil)
	_, err := caller.New(caller.Config{})
	for _, want := range []string{"QueryNames", "UserCookie", "Store:", "JWTs:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("an empty one: %v, want it to name %s", err, want)
		}
	}
	half := h.cfg
	half.Timeout, half.JWTs = -1, gate.JWTs{Issuer: "gatepass"}
	_, err = caller.New(half)
	for _, want := range []string{"Timeout:", `JWTs.Audience ""`, "JWTs.Ring:"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("one that cannot verify: %v, want it to name %s", err, want)
		}
	}
	for name, row := range map[string]struct {
		change func(*gate.Config)
		says   string
	}{
		"an empty name of a query parameter":  {func(c *gate.Config) { c.QueryNames = []string{"token", ""} }, "QueryNames"},
		"an empty name of what moved in":      {func(c *gate.Config) { c.MovedIn = []string{""} }, "MovedIn"},
		"a user's cookie with a space":        {func(c *gate.Config) { c.UserCookie = "gate pass" }, `"gate pass"`},
		"a user's cookie with an equals":      {func(c *gate.Config) { c.UserCookie = "a=b" }, `"a=b"`},
		"a visitor's cookie with a semicolon": {func(c *gate.Config) { c.VisitorCookie = "a;b" }, `"a;b"`},
		"a visitor's cookie with a comma":     {func(c *gate.Config) { c.VisitorCookie = "a,b" }, `"a,b"`},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := h.cfg
			row.change(&cfg.Gate)
			if _, err := caller.New(cfg); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("says %v, want it to name %s", err, row.says)
			}
		})
	}
}
