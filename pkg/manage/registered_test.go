package manage_test

import (
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

func (k *kit) register() {
	k.t.Helper()
	err := k.bolt.Register(k.t.Context(), &pass.Registration{V: pass.Version, ID: passID, Form: "reference", Scope: "visit", Target: "/visitors",
		Visitor: pass.Visitor{Email: "marked@example.com", FirstName: "Marked", LastName: "Marked"}, At: t0, PurgeAt: t0 + pass.RegistrationLife})
	if err != nil {
		k.t.Fatal(err)
	}
}

const waiting = `{
  "pass": "7Gm2kQpX4sVbN9aT",
  "state": "registered",
  "decision": "unknown",
  "hints": [
    "Somebody filled in the form reference, and there is no pass yet: issue it with {\"registration\": \"7Gm2kQpX4sVbN9aT\"}."
  ],
  "form": "reference",
  "registered_at": "2027-01-15T08:00:00Z",
  "issue_until": "2027-01-22T08:00:00Z"
}
`

// TestAWaitingRegistrationIsDescribed, without who it is; and as a pass once
// there is one.
func TestAWaitingRegistrationIsDescribed(t *testing.T) {
	k := newKit(t)
	k.register()
	k.now = t0 + pass.RegistrationLife - 1
	doc := `{"describe":{"pass":"` + passID + `"}}`
	b, err := k.Handle(t.Context(), []byte(doc))
	if diff := gocmp.Diff(waiting, string(b)); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if e := k.log[len(k.log)-1]; e.Outcome != "ok" || e.PassID != passID {
		t.Errorf("logged %+v", e)
	}
	for _, op := range []string{"revoke", "restore", "end"} {
		p := k.answer(`{"` + op + `":{"pass":"` + passID + `","by":"me"}}`)["error"].(map[string]any)
		if p["code"] != manage.NotFound || !strings.Contains(p["message"].(string), `{"registration": "`+passID+`"}`) {
			t.Errorf("%s: %v", op, p)
		}
	}
	k.now = t0
	k.issue(nil)
	if got := k.answer(doc); got["state"] != "live" || got["form"] != nil || got["issue_until"] != nil {
		t.Errorf("of a pass that was issued: %v", got)
	}
}

// TestARegistrationThatWaitedTooLongIsNotFound, though it was not cleared away.
func TestARegistrationThatWaitedTooLongIsNotFound(t *testing.T) {
	k := newKit(t)
	k.register()
	k.now = t0 + pass.RegistrationLife
	_, err := k.Describe(t.Context(), passID)
	if p := problemOf(t, err); p.Code != manage.NotFound || !strings.Contains(p.Message, "until 2027-01-22T08:00:00Z none was issued") {
		t.Errorf("answered %v", err)
	}
}

// TestARegistrationOfAnotherVersionIsUnavailable.
func TestARegistrationOfAnotherVersionIsUnavailable(t *testing.T) {
	k := newKit(t)
	k.Store = fixed{k.Store, &pass.History{Registration: &pass.Registration{V: 2, ID: passID}}}
	if d, err := k.Describe(t.Context(), passID); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("answered %+v, %v", d, err)
	}
}
