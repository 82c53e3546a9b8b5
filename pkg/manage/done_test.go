package manage_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// told hands the newest change on, as the stream does some seconds later.
func (k *kit) told() {
	k.t.Helper()
	p := k.record()
	c := *p.LastChange
	c.Sequence = strconv.Itoa(k.writes())
	if err := k.bolt.PutChange(context.Background(), passID, c, p.PurgeAt); err != nil {
		k.t.Fatal(err)
	}
}

// TestADescriptionTellsWhatWasDone in its order, within one second too.
func TestADescriptionTellsWhatWasDone(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	k.redeem(1, 3600)
	if d := k.answer(operations["describe"]); d["changes"] != nil {
		t.Errorf("a fresh pass has the changes %v", d["changes"])
	}
	for _, doc := range []string{"end all", "revoke", "restore", "change"} {
		k.answer(operations[doc])
		if doc != "change" {
			k.told()
		}
	}
	want := []manage.Done{
		{At: "2027-01-15T08:00:00Z", Operation: "end", By: "ops"},
		{At: "2027-01-15T08:00:00Z", Operation: "revoke", By: "ops", Why: "lost"},
		{At: "2027-01-15T08:00:00Z", Operation: "restore", By: "ops", Why: "found"},
		{At: "2027-01-15T08:00:00Z", Operation: "change", By: "ops", Why: "asked for more"},
	}
	for _, told := range []string{"before the stream tells the newest", "after it"} {
		d, err := k.Describe(context.Background(), passID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, d.Changes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", told, diff)
		}
		k.told()
	}
}

func TestAChangeAndARestorationReactivate(t *testing.T) {
	for _, docs := range [][]string{{"change", "restore"}, {"restore", "change"}} {
		k := newKit(t)
		k.issue(func(p *pass.Pass) { p.ExpiresAt = t0 - 1 })
		k.revoke()
		var states []any
		for _, doc := range docs {
			states = append(states, k.answer(operations[doc])["state"])
		}
		if want := map[string]any{"change": "revoked", "restore": "expired"}[docs[0]]; states[0] != want || states[1] != "live" {
			t.Errorf("%v make it %v", docs, states)
		}
	}
}

func TestChangesComeOldestFirstAndTheNewestAreShown(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	for n := range manage.MaxChangesShown + 5 {
		k.now++
		k.answer(change(fmt.Sprintf(`, "why": "%d", "scope": "s:%d"`, n, n)))
		if n < manage.MaxChangesShown {
			k.told()
		}
	}
	d, err := k.Describe(context.Background(), passID)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Changes) != manage.MaxChangesShown || d.ChangesNotShown != 1 || d.Changes[0].Why != "1" || d.Changes[manage.MaxChangesShown-1].Why != "104" {
		t.Errorf("%d changes, %d not shown, from %+v to %+v", len(d.Changes), d.ChangesNotShown, d.Changes[0], d.Changes[len(d.Changes)-1])
	}
	for i := 1; i < len(d.Changes); i++ {
		if d.Changes[i].At <= d.Changes[i-1].At {
			t.Errorf("%+v after %+v", d.Changes[i], d.Changes[i-1])
		}
	}
}

func TestWhoAndWhyAreShownAsTheyCanBe(t *testing.T) {
	h := &pass.History{Opens: &pass.Opens{V: pass.Version}, Pass: &pass.Pass{V: pass.Version, ID: passID, Mode: pass.None,
		LastChange: &pass.Change{Key: "k", At: t0, Operation: "change\x1b", By: "ops\x1b[2J", Why: "a\nb"}}}
	k := newKit(t)
	k.Store = fixed{h: h}
	d, err := k.Describe(context.Background(), passID)
	if err != nil {
		t.Fatal(err)
	}
	if want := (manage.Done{At: "2027-01-15T08:00:00Z", Operation: "change\ufffd", By: "ops\ufffd[2J", Why: "a\ufffdb"}); d.Changes[0] != want {
		t.Errorf("%+v", d.Changes)
	}
}

func TestADescriptionSaysWhereRefusalsAreTold(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	want := &manage.Refusals{
		Query: "fields @timestamp, function, outcome, access, reason, route, operation, by, request_id, hint, error" +
			" | filter pass_id = '7Gm2kQpX4sVbN9aT' | sort @timestamp desc | limit 200",
		LogGroups: []string{"/gatepass/gatepass/authorizer", "/gatepass/gatepass/visit", "/gatepass/gatepass/issue", "/gatepass/gatepass/manage"},
	}
	for _, stack := range []string{"gatepass", ""} {
		if k.configured(func(c *manage.Config) { c.Stack = stack }); stack == "" {
			want = &manage.Refusals{Look: "the lines that this process writes about pass 7Gm2kQpX4sVbN9aT"}
		}
		d, err := k.Describe(context.Background(), k.short.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, d.Refusals); diff != "" {
			t.Errorf("stack %q (-want +got):\n%s", stack, diff)
		}
	}
	if d := k.answer(operations["revoke"]); d["refusals"] != nil {
		t.Errorf("a revocation is answered with %v", d["refusals"])
	}
}
