package handler_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const manyDoc = `{"passes":[{"scope":"report:66"},{"mode":"request","subject":"fred","scope":"report:66","format":"jwt"},{"scope":"?"},` + visitorDoc + `],"idempotency_key":"KEY"}`

// manyOf returns what issue answers to a request for many.
func (h *house) manyOf(t *testing.T, doc string) (all []issued, answer string) {
	t.Helper()
	out, err := h.issue(t.Context(), json.RawMessage(doc))
	var a struct{ Passes []issued }
	if err != nil || json.Unmarshal(out, &a) != nil {
		t.Fatalf("issue answered %s, %v", out, err)
	}
	return a.Passes, string(out)
}

// lineOf returns the one line that was logged, without what differs each time.
func (h *house) lineOf(t *testing.T) map[string]any {
	t.Helper()
	var ln map[string]any
	if n := strings.Count(h.log.String(), "\n"); n != 1 || json.Unmarshal(h.log.Bytes(), &ln) != nil {
		t.Fatalf("%d lines were logged: %s", n, h.log.String())
	}
	for _, name := range []string{"_aws", "timestamp", "stack", "function", "count"} {
		delete(ln, name)
	}
	h.log.Reset()
	return ln
}

// TestManyAreOneLine: however many are asked for, the log has a line of counts,
// and what came of each is told by the stream.
func TestManyAreOneLine(t *testing.T) {
	h := newHouse(t)
	doc := strings.Replace(manyDoc, "KEY", "k", 1)
	line := func(what string, want map[string]any) {
		t.Helper()
		if d := cmp.Diff(want, h.lineOf(t)); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	counts := func(issued, refused, left float64) map[string]any {
		return map[string]any{"issued": issued, "refused": refused, "left": left}
	}
	all, first := h.manyOf(t, doc)
	line("many", map[string]any{"level": "INFO", "message": "issue", "operation": "many", "outcome": "ok", "reason": "ok", "many": counts(3, 1, 0)})
	_, again := h.manyOf(t, doc)
	line("again", map[string]any{"level": "INFO", "message": "issue", "operation": "many", "outcome": "ok", "reason": "ok", "many": counts(3, 1, 0), "repeated": true})
	if first != again || len(all) != 4 {
		t.Errorf("answered\n%s\nand then\n%s", first, again)
	}
	if got := h.ask(t, report(all[0].Token), "66"); got != "ok" {
		t.Errorf("the first is %s", got)
	}
	h.log.Reset()
	h.manyOf(t, `{"passes":[{}],"idempotency_key":"wrong"}`)
	line("all wrong", map[string]any{"level": "INFO", "message": "issue", "operation": "many", "outcome": "invalid", "reason": "invalid_request",
		"many": counts(0, 1, 0), "hint": "all were wrong: the answer names each wrong field"})
	h.manyOf(t, strings.Replace(doc, `"scope":"report:66"`, `"scope":"report:67"`, 1))
	line("another under the key", map[string]any{"level": "INFO", "message": "issue", "outcome": "invalid", "reason": "idempotency_key_reused", "wrong_fields": 1.0, "hint": "the answer names each wrong field"})
	h.mint(t, `{"scope":"report:66","idempotency_key":"one"}`)
	h.log.Reset()
	one := h.mint(t, `{"scope":"report:66","idempotency_key":"one"}`)
	line("one again", map[string]any{"level": "INFO", "message": "issue", "outcome": "ok", "reason": "ok", "pass_id": one.ID, "mode": "none", "repeated": true})

	h = newHouseOn(t, storetest.Faulty(gatetest.Open(t), storetest.Always(storetest.Before, "Create")))
	h.manyOf(t, strings.Replace(manyDoc, "KEY", "left", 1))
	got := h.lineOf(t)
	if got["level"] != "ERROR" || got["outcome"] != "error" || got["reason"] != "unavailable" || !cmp.Equal(got["many"], any(counts(0, 1, 3))) || !strings.Contains(got["error"].(string), "no connection") || !strings.Contains(got["hint"].(string), "same idempotency_key") {
		t.Errorf("what is left: %v", got)
	}
}

// many issues passes under a key of their own, again, wrongly and with a store that
// fails, and marks what they are opened by, and the key: who has it and may issue
// is given them all.
func (k *tracked) many() {
	k.t.Helper()
	const key = "invoice 4711 of somebody"
	k.mark("an idempotency key", key)
	doc := strings.Replace(manyDoc, "KEY", key, 1)
	opened := func(answer string) {
		var a struct{ Passes []issued }
		_ = json.Unmarshal([]byte(answer), &a) // an error has none
		for _, p := range a.Passes {
			k.mark("one of many", p.Token)
			if p.Link != "" {
				k.mark("the link of one of many", strings.Split(path(p.Link), "/")[2])
			}
		}
	}
	opened(k.invoke("many", k.issue, doc))
	opened(k.invoke("many, again", k.issue, doc))
	for what, doc := range map[string]string{
		"another request": strings.Replace(doc, "fred", "barney", 1), "one": `{"scope":"report:66","idempotency_key":"` + key + `"}`,
		"a wrong one": `{"scope":"?","idempotency_key":"` + key + `"}`, "without end": strings.TrimSuffix(doc, "}"), "a wrong key": strings.Replace(doc, key, key+" é", 1),
	} {
		k.invoke("the key of many with "+what, k.issue, doc)
	}
	for _, method := range []string{"Order", "PutOrder", "Create", "FinishOrder"} {
		for _, how := range []storetest.Fault{storetest.Before, storetest.After} {
			failing := newHouseOn(k.t, storetest.Faulty(gatetest.Open(k.t), storetest.Always(how, method)))
			opened(k.invoke("many without "+method, failing.issue, doc))
			k.out("the log without "+method, failing.log.String())
		}
	}
}
