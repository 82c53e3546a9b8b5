package manage_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

func TestDescribeTellsHowAPassStands(t *testing.T) {
	tests := []struct {
		name  string
		edit  func(*pass.Pass)
		do    func(*kit)
		state string
		hint  string // part of the hints; empty: none
		more  bool   // there is more than one hint
	}{
		{"a fresh pass is live", nil, nil, "live", "", false},
		{"a fresh visitor pass is live", visitor, nil, "live", "", false},
		{"a visitor pass with a session is live", visitor, func(k *kit) { k.redeem(1, 3600) }, "live", "", false},
		{"a pass is live in its last second", nil, func(k *kit) { k.now = t0 + 3599 }, "live", "", false},
		{"a pass is expired from its expiry on", nil, func(k *kit) { k.now = t0 + 3600 }, "expired", "issue a new pass", false},
		{"a pass that starts later is not yet valid", func(p *pass.Pass) { p.NotBefore = t0 + 60 }, nil, "not_yet_valid", "good from 2027-01-15T08:01:00Z on", false},
		{"a pass is live from its start on", func(p *pass.Pass) { p.NotBefore = t0 + 60 }, func(k *kit) { k.now = t0 + 60 }, "live", "", false},
		{"a pass with a use left is live", nil, func(k *kit) { k.use(1); k.use(2) }, "live", "", false},
		{"a pass without uses left is spent", nil, func(k *kit) { k.use(1); k.use(2); k.use(3) }, "spent", "All 3 of its uses", false},
		{"a revoked pass is revoked", nil, func(k *kit) { k.revoke() }, "revoked", "Restoring it makes its link good again", false},
		{"a revoked pass past its expiry says both", nil, func(k *kit) { k.revoke(); k.now = t0 + 3600 }, "revoked", "restoring it would let nobody in", false},
		{"a pass with all the sessions it can have is full", visitor, func(k *kit) {
			for n := range byte(pass.MaxSessions) {
				k.redeem(n, 3600)
			}
		}, "full", "50 live sessions", false},
		{"sessions that live on after the link are told", func(p *pass.Pass) { p.Mode, p.SessionExpiresIn = pass.SessionMode, 86400 },
			func(k *kit) { k.redeem(1, 86400); k.now = t0 + 3600 }, "expired", "1 session is still live", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t)
			k.issue(tt.edit)
			if tt.do != nil {
				tt.do(k)
			}
			d, err := k.Describe(context.Background(), passID)
			if err != nil {
				t.Fatal(err)
			}
			if d.State != tt.state {
				t.Errorf("state %q, want %q", d.State, tt.state)
			}
			hints := strings.Join(d.Hints, "\n")
			if (tt.hint == "") != (hints == "") || !strings.Contains(hints, tt.hint) || len(d.Hints) > 1 != tt.more {
				t.Errorf("hints %q, want %q in them", hints, tt.hint)
			}
		})
	}
}

func (k *kit) revoke() {
	k.t.Helper()
	if _, err := k.Revoke(context.Background(), manage.Change{Pass: passID, By: "ops", Why: "lost phone"}); err != nil {
		k.t.Fatal(err)
	}
}

func TestTheDecisionIsWhatAGoodPresentationGets(t *testing.T) {
	for _, redeems := range []bool{false, true} {
		k := newKit(t)
		k.issue(func(p *pass.Pass) {
			p.NotBefore = t0 + 10
			if redeems {
				p.Mode = pass.VisitorMode
			}
		})
		told := map[pass.Reason]bool{}
		for n := range byte(80) {
			k.now = t0 + pass.NumericDate(n)*50
			switch n {
			case 30:
				k.revoke()
			case 40:
				if _, err := k.Restore(context.Background(), manage.Change{Pass: passID, By: "ops"}); err != nil {
					t.Fatal(err)
				}
			}
			d, err := k.Describe(context.Background(), passID)
			if err != nil {
				t.Fatal(err)
			}
			got := pass.Reason("")
			if redeems {
				_, got = k.redeem(n, 3600)
			} else {
				got = k.use(n)
			}
			if d.Decision != got {
				t.Errorf("redeems %v, after %d s: described as %s, presented it was %s", redeems, n, d.Decision, got)
			}
			told[got] = true
		}
		for _, r := range []pass.Reason{pass.OK, pass.NotYetValid, pass.Spent, pass.Revoked, pass.Expired} {
			if !told[r] {
				t.Errorf("redeems %v: the walk never came to %s", redeems, r)
			}
		}
	}
}

func TestChangesAnswerWithTheNewState(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	first, _ := k.redeem(1, 3600)
	k.redeem(2, 3600)
	k.redeem(3, 3600)
	change := manage.Change{Pass: passID, By: "ops", Why: "asked by phone"}
	one := change
	one.Session = first
	steps := []struct {
		name  string
		do    func() (*manage.Description, error)
		state string
		live  int
	}{
		{"ending one session leaves the others", func() (*manage.Description, error) { return k.End(context.Background(), one) }, "live", 2},
		{"ending all leaves the pass", func() (*manage.Description, error) { return k.End(context.Background(), change) }, "live", 0},
		{"revoking", func() (*manage.Description, error) { return k.Revoke(context.Background(), change) }, "revoked", 0},
		{"restoring brings no session back", func() (*manage.Description, error) { return k.Restore(context.Background(), change) }, "live", 0},
	}
	for _, s := range steps {
		got, err := s.do()
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if got.State != s.state || got.Sessions.Live != s.live {
			t.Errorf("%s: %s with %d sessions, want %s with %d", s.name, got.State, got.Sessions.Live, s.state, s.live)
		}
		before := k.writes()
		again, err := s.do()
		if err != nil {
			t.Fatalf("%s again: %v", s.name, err)
		}
		if diff := cmp.Diff(got, again, cmpopts.IgnoreFields(manage.Description{}, "Hints", "Unchanged")); diff != "" || !again.Unchanged {
			t.Errorf("%s again answered otherwise (-first +again):\n%s", s.name, diff)
		}
		if n := k.writes(); n != before {
			t.Errorf("%s again made %d changes", s.name, n-before)
		}
		all, err := k.Describe(context.Background(), passID)
		if err != nil || all.State != got.State || all.Sessions.Live != got.Sessions.Live {
			t.Errorf("%s: describe says %s with %d sessions (%v)", s.name, all.State, all.Sessions.Live, err)
		}
	}
}

func TestTheFirstRevocationStays(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	k.revoke()
	k.now += 60
	d, err := k.Revoke(context.Background(), manage.Change{Pass: passID, By: "somebody else", Why: "again"})
	if err != nil {
		t.Fatal(err)
	}
	want := &manage.Revocation{At: "2027-01-15T08:00:00Z", By: "ops", Why: "lost phone"}
	if diff := cmp.Diff(want, d.Revoked); diff != "" {
		t.Errorf("revoked (-want +got):\n%s", diff)
	}
}

func TestRestoringAnExpiredPassSaysThatItHelpsNobody(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	k.revoke()
	k.now = t0 + 3600
	d, err := k.Restore(context.Background(), manage.Change{Pass: passID, By: "ops"})
	if err != nil {
		t.Fatal(err)
	}
	if d.State != "expired" || d.Revoked != nil || !strings.Contains(strings.Join(d.Hints, "\n"), "no restoring changes") {
		t.Errorf("restored to %s with hints %q", d.State, d.Hints)
	}
}

// operations are one change each, and what a store does for it.
var operations = map[string]string{
	"describe":        `{"describe": {"pass": "7Gm2kQpX4sVbN9aT"}}`,
	"change":          `{"change": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": "asked for more", "expires_at": "2027-01-16T08:00:00Z", "scope": "report:67"}}`,
	"revoke":          `{"revoke": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": "lost"}}`,
	"restore":         `{"restore": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops", "why": "found"}}`,
	"end all":         `{"end": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops"}}`,
	"end one session": `{"end": {"pass": "7Gm2kQpX4sVbN9aT", "session": "S_USLzRFVMU", "by": "ops"}}`,
}

func TestAPassThatIsNotThereIsAnAnswer(t *testing.T) {
	for name, doc := range operations {
		k := newKit(t)
		got := k.answer(doc)["error"].(map[string]any)
		if got["code"] != manage.NotFound {
			t.Errorf("%s: %v", name, got)
		}
		if k.writes() != 0 {
			t.Errorf("%s made a record", name)
		}
		if len(k.log) != 1 || k.log[0].Outcome != manage.NotFound || k.log[0].PassID != passID {
			t.Errorf("%s: logged %+v", name, k.log)
		}
	}
	_, err := newKit(t).Describe(context.Background(), passID)
	if !errors.Is(err, pass.ErrNotFound) || errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("a Go caller gets %v", err)
	}
}

func TestAFailingStoreIsAnErrorAndRepeatingEndsTheSame(t *testing.T) {
	fault := errors.New("cable cut")
	for name, doc := range operations {
		for _, after := range []bool{false, true} {
			clean, k := newKit(t), newKit(t)
			for _, one := range []*kit{clean, k} {
				one.issue(visitor)
				one.redeem(1, 3600)
				one.redeem(2, 3600)
			}
			f := &faulty{Store: k.bolt}
			if f.before = fault; after {
				f.before, f.after = nil, fault
			}
			k.Store = f
			b, err := k.Handle(context.Background(), []byte(doc))
			if b != nil || !errors.Is(err, pass.ErrUnavailable) || !errors.Is(err, fault) {
				t.Errorf("%s, failing after the write %v: answer %q, error %v", name, after, b, err)
			}
			if e := k.log[len(k.log)-1]; e.Outcome != "unavailable" || e.PassID != passID || !errors.Is(e.Err, fault) {
				t.Errorf("%s: logged %+v", name, e)
			}
			f.before, f.after = nil, nil
			if diff := cmp.Diff(clean.made(doc), k.made(doc)); diff != "" {
				t.Errorf("%s, failing after the write %v, ends otherwise (-clean +repeated):\n%s", name, after, diff)
			}
			describe := operations["describe"]
			if diff := cmp.Diff(clean.answer(describe), k.answer(describe)); diff != "" {
				t.Errorf("%s, failing after the write %v, leaves another state (-clean +repeated):\n%s", name, after, diff)
			}
		}
	}
}

func TestARecordOfANewerVersionIsLeftAlone(t *testing.T) {
	for name, doc := range operations {
		k := newKit(t)
		k.issue(func(p *pass.Pass) { p.V = 2 })
		before := k.writes()
		b, err := k.Handle(context.Background(), []byte(doc))
		if b != nil || !errors.Is(err, pass.ErrUnavailable) {
			t.Errorf("%s: answer %q, error %v", name, b, err)
		}
		if k.writes() != before {
			t.Errorf("%s changed it", name)
		}
	}
}

func TestAStoreThatAnswersWhatItMustNotIsUnavailable(t *testing.T) {
	for name, h := range map[string]*pass.History{"nothing": nil, "no pass": {}, "a newer version": {Pass: &pass.Pass{V: 2}}} {
		k := newKit(t)
		k.Store = fixed{h: h}
		if d, err := k.Describe(context.Background(), passID); d != nil || !errors.Is(err, pass.ErrUnavailable) {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}

func TestTheSampleDocumentsWork(t *testing.T) {
	want := map[string]string{"manage-describe.json": "live", "manage-complete.json": "completed", "manage-revoke.json": "completed", "manage-restore.json": "live", "manage-end.json": "live", "manage-change.json": "live"}
	k := newKit(t)
	k.issue(visitor)
	k.redeem(1, 3600) // S_USLzRFVMU
	for _, name := range []string{"manage-describe.json", "manage-complete.json", "manage-revoke.json", "manage-restore.json", "manage-end.json", "manage-change.json"} {
		doc, err := os.ReadFile(filepath.Join("..", "..", "events", name))
		if err != nil {
			t.Fatal(err)
		}
		if got := k.answer(string(doc)); got["state"] != want[name] || got["pass"] != passID {
			t.Errorf("%s: %v", name, got)
		}
	}
}
