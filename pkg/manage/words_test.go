package manage_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
)

// TestAPassIsFoundInASentence: what people read to operators, and what those copy from
// logs and answers.
func TestAPassIsFoundInASentence(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	for _, text := range []string{
		"Your reference is " + passID + ".", "Reference " + passID, "Votre référence : " + passID, "(" + passID + ")", passID + ",", `"` + passID + `",`, "„" + passID + "“",
		`{"pass_id":"` + passID + `"}`, `{\"pass_id\":\"` + passID + `\"}`, "pass_id=" + passID,
		"12:00 WARN authorizer deny revoked span 0af7651916cd43dd, pass " + passID + " (describe it)",
		"pass " + passID + " and again pass " + passID, passID + " " + passID,
		"Their responsibilities: " + passID, "RESPONSIBILITIES " + passID,
	} {
		if d, err := k.Describe(t.Context(), text); err != nil || d.Pass != passID {
			t.Errorf("%s: %+v, %v", text, d, err)
		}
	}
}

// TestNoPassIsFoundInOtherWords, nor is one of two chosen.
func TestNoPassIsFoundInOtherWords(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	for _, text := range []string{
		"responsibilities", "Responsibilities", "pass responsibilities",
		"https://example.com/reports/" + passID, "https://example.com/?id=" + passID, "x" + passID, passID + "-more", "pass " + passID + "_more",
		passID + " or 7Gm2kQpX4sVbN9aU", "pass " + passID + ", pass 7Gm2kQpX4sVbN9aU", "gs_" + passID,
	} {
		_, err := k.Describe(t.Context(), text)
		if text == "responsibilities" || text == "Responsibilities" { // alone it is the id that it looks like
			if p := problemOf(t, err); p.Code != manage.NotFound {
				t.Errorf("%s: %+v", text, p)
			}
			continue
		}
		if p := problemOf(t, err); p.Fields["describe.pass"] == "" {
			t.Errorf("%s: %+v", text, p)
		}
	}
}
