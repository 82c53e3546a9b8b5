package issue_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate/gatetest"
)

// TestTargetsOfTheCorpus: no mode takes a target that leads where its passes must
// not, and none refuses one for looking bad.
func TestTargetsOfTheCorpus(t *testing.T) {
	k := newKit(t)
	met := map[string]int{}
	for _, r := range gatetest.Redirects(t) {
		if met[r.Verdict]++; strings.ToValidUTF8(r.To, "") != r.To {
			continue // cannot come in JSON
		}
		for mode, doc := range map[string]string{"none": nobody, "request": request, "visitor": visitor, "session": login} {
			good := r.Verdict == "path" || r.Verdict == "here" || r.Verdict == "away" && (mode == "none" || mode == "request")
			doc += mustJSON(t, r.To) + "}"
			if !good {
				k.refused(doc, "target")
				continue
			}
			_, p := k.good(doc)
			want := gatetest.Host
			if to, ok := gatetest.Leads(r.To); p.Target != r.To || !ok || (to != want) != (r.Verdict == "away") {
				t.Errorf("%s: %q (%s) is kept as %q, and leads to %q, %v", mode, r.To, r.Why, p.Target, to, ok)
			}
		}
	}
	for _, verdict := range []string{"path", "here", "away", "no"} {
		if met[verdict] < 5 {
			t.Errorf("the corpus has %d lines of %q", met[verdict], verdict)
		}
	}
}

const request = `{"scope":"s","mode":"request","subject":"42","target":`
