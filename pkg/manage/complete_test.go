package manage_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// listedAs returns how many passes are in the list of a state.
func (k *kit) listedAs(state string) int {
	passes, _ := k.answer(`{"list":{"state":"` + state + `"}}`)["passes"].([]any)
	return len(passes)
}

// TestACompletedPassSaysSo: it is revoked in every rule, and completed in every word,
// until it is restored.
func TestACompletedPassSaysSo(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	k.redeem(1, 60)
	done := k.answer(`{"complete":{"pass":"` + passID + `","by":"orders","why":"order 4711"}}`)
	looked := k.answer(`{"describe":{"pass":"` + passID + `"}}`)
	for name, d := range map[string]map[string]any{"the answer": done, "described": looked} {
		want := []any{"completed", "revoked", map[string]any{"at": "2027-01-15T08:00:00Z", "by": "orders", "why": "order 4711"}, float64(0)}
		got := []any{d["state"], d["decision"], d["revoked"], d["sessions"].(map[string]any)["live"]}
		if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(hintsOf(d), "told that this is done") {
			t.Errorf("%s: hints %s (-want +got):\n%s", name, hintsOf(d), diff)
		}
	}
	if k.listedAs("completed") != 1 || k.listedAs("revoked") != 0 {
		t.Error("it is not in the list of those that are completed, or in that of those that were revoked")
	}
	if e := k.log[0]; e.Operation != "complete" || e.By != "orders" {
		t.Errorf("logged %+v", e)
	}
	again := k.answer(`{"revoke":{"pass":"` + passID + `","by":"ops"}}`)
	if again["state"] != "completed" || !strings.Contains(hintsOf(again), "completed already, at 2027-01-15T08:00:00Z by orders") {
		t.Errorf("revoked afterwards it is %v: %s", again["state"], hintsOf(again))
	}
	k.now = t0 + 3600
	if late := hintsOf(k.answer(`{"describe":{"pass":"` + passID + `"}}`)); !strings.Contains(late, "It is completed, and expired at ") {
		t.Errorf("expired too: %s", late)
	}
	k.now = t0
	if back := k.answer(`{"restore":{"pass":"` + passID + `","by":"ops"}}`); back["state"] != "live" || back["revoked"] != nil {
		t.Errorf("restored it is %v", back)
	}
	if r := k.answer(`{"revoke":{"pass":"` + passID + `","by":"ops"}}`); r["state"] != "revoked" || k.listedAs("completed") != 0 {
		t.Errorf("revoked after that it is %v", r["state"])
	}
	last := k.answer(`{"complete":{"pass":"` + passID + `","by":"orders"}}`)
	if last["state"] != string(pass.Revoked) || !strings.Contains(hintsOf(last), "It was revoked already") {
		t.Errorf("completed though it was revoked: %v, %s", last["state"], hintsOf(last))
	}
}

func hintsOf(d map[string]any) string {
	var all []string
	hints, _ := d["hints"].([]any)
	for _, h := range hints {
		all = append(all, h.(string))
	}
	return strings.Join(all, " ")
}

// TestTheReadmesLastSteps are documents, once the ids are in them.
func TestTheReadmesLastSteps(t *testing.T) {
	document := regexp.MustCompile("`.*?manage\\((.*)\\)`")
	for _, row := range readmeTable(t, "last step") {
		for i, want := range []string{"live", "completed"} {
			k := newKit(t)
			k.issue(visitor)
			one, _ := k.redeem(1, 60)
			k.redeem(2, 60)
			m := document.FindStringSubmatch(row[1+i])
			if m == nil {
				t.Fatalf("%s: there is no document in %s", row[0], row[1+i])
			}
			doc := strings.NewReplacer(`me["pass_id"]`, `"`+passID+`"`, `me["session_id"]`, `"`+string(one)+`"`).Replace(m[1])
			doc = regexp.MustCompile(`re(q|quest)\.caller\.pass_id`).ReplaceAllString(doc, `"`+passID+`"`)
			doc = regexp.MustCompile(`re(q|quest)\.caller\.session_id`).ReplaceAllString(doc, `"`+string(one)+`"`)
			d := k.answer(regexp.MustCompile(`([a-z]+): `).ReplaceAllString(doc, `"$1": `))
			if live := k.listedAs(want); d["state"] != want || live != 1 {
				t.Errorf("%s: %s made it %v, want %s", row[0], doc, d, want)
			}
			if left := d["sessions"].(map[string]any)["live"]; left != float64(1-i) {
				t.Errorf("%s: %s left %v sessions", row[0], doc, left)
			}
		}
	}
}
