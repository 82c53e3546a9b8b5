package caller_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// lines sets slog's default logger for a test, and returns what it was told.
func lines(t *testing.T) func() []map[string]any {
	var b bytes.Buffer
	was := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(was) })
	return func() (all []map[string]any) {
		t.Helper()
		for line := range strings.Lines(b.String()) {
			var l map[string]any
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				t.Fatal(err)
			}
			all = append(all, l)
		}
		b.Reset()
		return all
	}
}

// TestDecisionsAreLoggedByDefault: with what to do about those that let nobody in.
func TestDecisionsAreLoggedByDefault(t *testing.T) {
	silent := func(cfg *caller.Config, _ storetest.Backend) { cfg.Decided = nil }
	h, told := newHouse(t, silent), lines(t)
	down := newHouse(t, func(cfg *caller.Config, b storetest.Backend) {
		silent(cfg, b)
		cfg.Store = storetest.Faulty(b.Store, storetest.Always(storetest.Before, "Read"))
	})
	good, other := h.mint(t, pass.Pass{ID: "SampleOfTheGuard", Scope: "report:66"}), h.mint(t, pass.Pass{Scope: "report:67"})
	for name, row := range map[string]struct {
		of                          *house
		target                      string
		level, reason, scope, hints string
	}{
		"let in":      {h, in("token", good), "DEBUG", "ok", "report:66", ""},
		"refused":     {h, in("token", other), "INFO", "wrong_scope", "report:66", `needs scope "report:66"`},
		"not decided": {down, in("token", good), "ERROR", "unavailable", "report:66", "did not answer"},
	} {
		t.Run(name, func(t *testing.T) {
			ask(t, row.of.guard.RequireScope("report:66").Then(&seen{}), "GET", row.target, "")
			all := told()
			if len(all) != 1 {
				t.Fatalf("logged %v", all)
			}
			l := all[0]
			hint, _ := l["hint"].(string)
			if l["level"] != row.level || l["reason"] != row.reason || l["scope"] != row.scope || l["route"] != "report:66" || !strings.Contains(hint, row.hints) || (hint == "") != (row.hints == "") {
				t.Errorf("logged %v", l)
			}
			if (l["error"] != nil) != (row.level == "ERROR") || (l["pass_id"] == "SampleOfTheGuard") != (row.target == in("token", good)) {
				t.Errorf("logged %v", l)
			}
		})
	}
}

// TestAGuardBeforeItsRouterSaysSo: there is no path value yet, so all is wrong_scope.
func TestAGuardBeforeItsRouterSaysSo(t *testing.T) {
	h, told := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) { cfg.Decided = nil }), lines(t)
	ask(t, h.guard.RequireScope("report:{id}").Then(&seen{}), "GET", in("token", h.mint(t, pass.Pass{Scope: "report:66"})), "")
	if all := told(); len(all) != 1 || !strings.Contains(all[0]["hint"].(string), "put it at the route") {
		t.Errorf("logged %v", all)
	}
}

// TestNoCredentialInAPathIsLogged: neither as the scope nor in the hint about it.
func TestNoCredentialInAPathIsLogged(t *testing.T) {
	h, told := newHouse(t, func(cfg *caller.Config, _ storetest.Backend) { cfg.Decided = nil }), lines(t)
	tok := h.mint(t, pass.Pass{Scope: "report:66"})
	mux := http.NewServeMux()
	mux.Handle("GET /reports/{id}", h.guard.RequireScope("report:{id}").Then(&seen{}))
	ask(t, mux, "GET", "/reports/"+tok+"?token="+tok, "")
	all := told()
	if len(all) != 1 || all[0]["reason"] != "wrong_scope" || all[0]["scope"] != "…" {
		t.Fatalf("logged %v", all)
	}
	if b, _ := json.Marshal(all); bytes.Contains(b, []byte(tok[19:])) {
		t.Errorf("logged %s", b)
	}
}

// TestDecidedReplacesTheLog.
func TestDecidedReplacesTheLog(t *testing.T) {
	h, told := newHouse(t, nil), lines(t)
	ask(t, h.guard.Any().Then(&seen{}), "GET", "/", "")
	if all := told(); len(all) != 0 || len(h.decided) != 1 {
		t.Errorf("logged %v", all)
	}
}
