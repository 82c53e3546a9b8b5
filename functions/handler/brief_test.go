package handler_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
)

// TestBriefLogCountsWhatWasLetInAndTellsTheRest: the metric must not depend on
// how much is written.
func TestBriefLogCountsWhatWasLetInAndTellsTheRest(t *testing.T) {
	h := newHouse(t)
	p := h.mint(t, `{"scope":"report:66","target":"/reports/66"}`)
	clock := func() time.Time { return h.now }
	g, err := gate.New(gatetest.Config(), h.store, gate.JWTs{}, gate.NewBook(h.store, time.Minute, clock), clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	told := func(brief bool, token string) map[string]any {
		var out bytes.Buffer
		event, _ := json.Marshal(map[string]any{"check": map[string]any{"credential": token, "scope": "report:66"}})
		if _, err := handler.Authorizer(g, false, handler.NewLog("authorizer", &out, clock).In("shop").Brief(brief))(t.Context(), event); err != nil {
			t.Fatal(err)
		}
		var ln map[string]any
		if err := json.Unmarshal(out.Bytes(), &ln); err != nil {
			t.Fatalf("%s: %v", out.Bytes(), err)
		}
		return ln
	}
	full, brief := told(false, p.Token), told(true, p.Token)
	if full["pass_id"] != p.ID || full["counted"] != true {
		t.Errorf("the full line is %v", full)
	}
	if brief["pass_id"] != nil || brief["count"] != 1.0 || brief["reason"] != "ok" || brief["outcome"] != "allow" || brief["function"] != "authorizer" || brief["_aws"] == nil {
		t.Errorf("the brief line is %v, want the metric alone", brief)
	}
	if full["stack"] != "shop" || brief["stack"] != "shop" {
		t.Errorf("the metrics are of the stacks %v and %v", full["stack"], brief["stack"])
	}
	if refused := told(true, "gp_nonsense"); refused["hint"] == nil || refused["reason"] != "malformed" {
		t.Errorf("a refusal is told as %v", refused)
	}
}
