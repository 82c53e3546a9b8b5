package handler_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestSampleRecalls runs every events/recall-*.json, with what it is about there.
func TestSampleRecalls(t *testing.T) {
	want := map[string]string{"revoke": `"revoked": 2`, "forget": `"forgotten": 1`}
	files, err := filepath.Glob("../../events/recall-*.json")
	if err != nil || len(files) != len(want) {
		t.Fatalf("%d sample recalls (%v), want %d", len(files), err, len(want))
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "recall-"), ".json")
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.mint(t, `{"scope":"sample:nothing-has-this-scope"}`)
			h.mint(t, `{"scope":"sample:nothing-has-this-scope"}`)
			h.mint(t, `{"scope":"visit","visitor":{"email":"Ginger@example.com"}}`)
			event, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out, err := h.recall(t.Context(), event)
			if err != nil || !strings.Contains(string(out), want[name]) || !strings.HasPrefix(string(out), "{\n  ") {
				t.Errorf("answered %s, %v, want %s", out, err, want[name])
			}
			if log := h.log.String(); strings.Contains(strings.ToLower(log), "ginger") || strings.Contains(log, "4711") || !strings.Contains(log, `"by":"an operator"`) {
				t.Errorf("logged %s", log)
			}
		})
	}
}

// TestWhoIsRecalledIsDeniedNext, at a route and at the link page.
func TestWhoIsRecalledIsDeniedNext(t *testing.T) {
	h := newHouse(t)
	a, b := h.mint(t, `{"scope":"report:66"}`), h.mint(t, `{"scope":"report:67"}`)
	out, err := h.recall(t.Context(), json.RawMessage(`{"revoke":{"scope":"report:66","by":"ops"}}`))
	if err != nil || !strings.Contains(string(out), `"revoked": 1`) {
		t.Fatalf("answered %s, %v", out, err)
	}
	if first, second := h.ask(t, report(a.Token), "66"), h.ask(t, report(b.Token), "67"); first != "revoked" || second != "ok" {
		t.Errorf("the one is %s, the other %s", first, second)
	}
	if out, err = h.recall(t.Context(), json.RawMessage(`{"revoke":{"scope":"report:67"}}`)); err != nil || !strings.Contains(string(out), "revoke.by") {
		t.Errorf("a wrong document is answered %s, %v", out, err)
	}
}

// TestARecallThatFailsIsAnError, which Lambda counts.
func TestARecallThatFailsIsAnError(t *testing.T) {
	h := newHouseOn(t, storetest.Faulty(gatetest.Open(t).Store, storetest.Always(storetest.Before, "Find")))
	out, err := h.recall(t.Context(), json.RawMessage(`{"revoke":{"all":true,"by":"ops"}}`))
	if !errors.Is(err, pass.ErrUnavailable) || !strings.Contains(h.log.String(), `"level":"ERROR"`) {
		t.Errorf("answered %s, %v, and logged %s", out, err, h.log.String())
	}
}

// TestTheLineOfARecallSaysHowFarItCame, and what to do about the rest.
func TestTheLineOfARecallSaysHowFarItCame(t *testing.T) {
	for name, row := range map[string]struct {
		entry recall.Entry
		want  []string
	}{
		"done":        {recall.Entry{Operation: "revoke", By: "ops", Seen: 3, Revoked: 2, Outcome: "ok"}, []string{`"level":"INFO"`, `"operation":"revoke"`, `"seen":3,"revoked":2`, `"more":false`, `"by":"ops"`}},
		"out of time": {recall.Entry{Seen: 3, More: true, Outcome: "ok"}, []string{`"level":"INFO"`, `"more":true`, "the time was up"}},
		"cut off":     {recall.Entry{Seen: 3, More: true, Outcome: "ok", Err: errors.New("throttled")}, []string{`"level":"WARN"`, "throttled", "with a cursor"}},
		"down":        {recall.Entry{Outcome: "unavailable", Err: errors.New("no answer")}, []string{`"level":"ERROR"`, `"error":"no answer"`, `"reason":"unavailable"`, "repeat the call"}},
		"wrong":       {recall.Entry{Outcome: "invalid_request", Fields: 2}, []string{`"level":"INFO"`, `"wrong_fields":2`, "names each wrong field", `"reason":"invalid_request"`}},
	} {
		var log bytes.Buffer
		handler.NewLog("recall", &log, gatetest.Clock).Recalled(row.entry)
		for _, w := range row.want {
			if !strings.Contains(log.String(), w) {
				t.Errorf("%s: logged %s, want %s in it", name, log.String(), w)
			}
		}
	}
}
