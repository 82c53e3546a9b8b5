package manage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestWhatWasSoAlreadyIsSaid, in the answer and in the log, and who did it is not
// whoever asks now.
func TestWhatWasSoAlreadyIsSaid(t *testing.T) {
	const by = `"by": "ops"`
	for name, row := range map[string]struct{ first, doc, hint string }{
		"revoked":            {`{"revoke": {"pass": "ID", "by": "Olga"}}`, `{"revoke": {"pass": "ID", ` + by + `}}`, "It was revoked already, at 2027-01-15T08:00:00Z by Olga: nothing"},
		"completed":          {`{"complete": {"pass": "ID", "by": "Olga"}}`, `{"revoke": {"pass": "ID", ` + by + `}}`, "It was completed already, at 2027-01-15T08:00:00Z by Olga: nothing"},
		"live":               {`{"restore": {"pass": "ID", ` + by + `}}`, `{"restore": {"pass": "ID", ` + by + `}}`, "It was not revoked: nothing"},
		"without a session":  {`{"end": {"pass": "ID", ` + by + `}}`, `{"end": {"pass": "ID", ` + by + `}}`, "It had no live session: nothing"},
		"a session that was": {`{"end": {"pass": "ID", "session": "SESSION", ` + by + `}}`, `{"end": {"pass": "ID", "session": "SESSION", ` + by + `}}`, "That session had ended already: nothing"},
		"changed":            {`{"change": {"pass": "ID", "scope": "x", ` + by + `}}`, `{"change": {"pass": "ID", "scope": "x", ` + by + `}}`, "It was so already: nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.issue(visitor)
			session, _ := k.redeem(1, 600)
			filled := strings.NewReplacer("ID", passID, "SESSION", string(session)).Replace
			first := k.answer(filled(row.first))
			if _, said := first["unchanged"]; said != (name == "live") || k.log[0].Unchanged != said {
				t.Errorf("the first time: %v, logged %+v", first, k.log)
			}
			again := k.answer(filled(row.doc))
			hints, _ := again["hints"].([]any)
			if again["unchanged"] != true || len(hints) == 0 || !strings.HasPrefix(hints[0].(string), row.hint) || !k.log[1].Unchanged || k.log[1].Outcome != "ok" {
				t.Errorf("again: %v, logged %+v; want %q", again, k.log[1], row.hint)
			}
		})
	}
}

// TestASessionThatThePassNeverHadIsAFault, and one that ended is none.
func TestASessionThatThePassNeverHadIsAFault(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	session, _ := k.redeem(1, 600)
	before := k.writes()
	_, err := k.End(t.Context(), manage.Change{Pass: passID, Session: pass.KeyOf([8]byte{9}), By: "ops"})
	if p := problemOf(t, err); p.Code != manage.Invalid || p.Fields["end.session"] != "is no session of pass "+passID+"; describe shows those that it has" {
		t.Errorf("%+v", p)
	}
	if k.writes() != before || k.log[0].Outcome != manage.Invalid {
		t.Errorf("something was written, or logged as done: %+v", k.log)
	}
	for i, unchanged := range []bool{false, true} {
		d, err := k.End(t.Context(), manage.Change{Pass: passID, Session: session, By: "ops"})
		if err != nil || d.Unchanged != unchanged || d.Sessions.Live != 0 {
			t.Errorf("ended for the %d. time: %+v, %v", i+1, d, err)
		}
	}
}

// TestALinkThatWasReplacedByAReissueIsSaidToBe, or may be a forged one.
func TestALinkThatWasReplacedByAReissueIsSaidToBe(t *testing.T) {
	k := newKit(t)
	reissued := &pass.Change{Key: pass.KeyOf([8]byte{7}), At: t0 + 5, Operation: pass.Reissuing, By: "support"}
	p := k.issue(func(p *pass.Pass) {
		p.Secrets, p.LastChange = map[pass.Digest]pass.NumericDate{{1}: 0}, reissued
	})
	want := fmt.Sprintf("it was replaced by a reissue (the last was at %s, by support), or it was never issued.", reissued.At)
	d, err := k.Describe(t.Context(), k.short.String())
	if err != nil || len(d.Hints) == 0 || !strings.HasPrefix(d.Hints[0], "The token given here") || !strings.HasSuffix(d.Hints[0], want) {
		t.Errorf("%v: %q, want %q", err, d.Hints, want)
	}
	later := *p
	later.LastChange = &pass.Change{Key: pass.KeyOf([8]byte{8}), At: t0 + 9, Operation: pass.Changing}
	k.Store = fixed{h: &pass.History{Pass: &later, Opens: &pass.Opens{V: pass.Version}, Changes: []pass.Change{*reissued}}}
	if d, err := k.Describe(t.Context(), k.short.String()); err != nil || len(d.Hints) == 0 || !strings.HasSuffix(d.Hints[0], want) {
		t.Errorf("changed since: %v: %+v, want %q", err, d, want)
	}
}

// TestADescriptionShowsWhatAChangeSet: data, and beside it what the link's page shows
// and how long its sessions last.
func TestADescriptionShowsWhatAChangeSet(t *testing.T) {
	k := newKit(t)
	k.issue(func(p *pass.Pass) {
		visitor(p)
		p.Invitation, p.SessionExpiresIn = &pass.Invitation{From: "Ann\x1b", Message: "hi"}, 600
	})
	d := k.answer(`{"change": {"pass": "` + passID + `", "by": "ops", "data": {"a": [1, "é"]}}}`)
	if got := fmt.Sprint(d["data"], d["invitation"], d["session_expires_in"]); got != "map[a:[1 é]] map[from:Ann\ufffd message:hi] 600" {
		t.Errorf("described as %s", got)
	}
	k.Store = fixed{h: &pass.History{Pass: &pass.Pass{V: pass.Version, ID: passID, Data: []byte("{")}}}
	if d := k.answer(`{"describe": {"pass": "` + passID + `"}}`); d["pass"] != passID || d["data"] != nil {
		t.Errorf("a pass with damaged data is described as %v", d)
	}
}
