package main

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
)

// The README shows what describe says of a pass that was revoked, restored and
// extended.
func TestReadmeShowsWhatWasDone(t *testing.T) {
	p := launch(t, t.TempDir())
	operate := func(doc string, answer any) {
		t.Helper()
		_, _, out := p.do("POST", p.base+"/2015-03-31/functions/manage/invocations", doc)
		if err := json.Unmarshal([]byte(out), answer); err != nil {
			t.Fatalf("%s: %s", doc, out)
		}
	}
	_, _, answer := p.do("POST", p.base+"/2015-03-31/functions/issue/invocations", `{"scope":"report:66","target":"/reports/66","expires_in":3600}`)
	var a issued
	if err := json.Unmarshal([]byte(answer), &a); err != nil {
		t.Fatal(err)
	}
	var d manage.Description
	for _, more := range []string{`{"revoke":{"by":"Robin","why":"the laptop is gone",`, `{"restore":{"by":"Robin","why":"found in the canteen",`, `{"change":{"by":"Kim","why":"asked for two days","expires_in":172800,`} {
		p.move(7 * time.Minute)
		operate(more+`"pass":"`+a.ID+`"}}`, &d)
		p.tick()
	}
	var shown struct {
		State     string          `json:"state"`
		IssuedAt  string          `json:"issued_at"`
		ExpiresAt string          `json:"expires_at"`
		Changes   json.RawMessage `json:"changes"`
		Refusals  json.RawMessage `json:"refusals"`
	}
	operate(`{"describe":{"pass":"`+a.ID+`"}}`, &shown)
	b, err := json.MarshalIndent(shown, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(same(string(b)+"\n"), same(block(t, "output: changes"))); diff != "" {
		t.Errorf("README.md shows another description (-described +README):\n%s\n%s", diff, b)
	}
}
