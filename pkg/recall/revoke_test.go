package recall_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/record"
)

// TestRevokingByEachOfTheChoices: what is in the list of the choice, issued before
// the time, and nothing else.
func TestRevokingByEachOfTheChoices(t *testing.T) {
	onBoth(t, func(k *kit) {
		ids := []string{"fred old", "fred", "fred elsewhere", "vera", "olga"}
		k.issue("fred old", t0-7200, nil)
		k.issue("fred", t0, nil)
		k.issue("fred elsewhere", t0-1, func(p *pass.Pass) { p.Scope, p.IssuedBy = "report:67", "billing" })
		k.issue("vera", t0-1, func(p *pass.Pass) { visitor("Vera@example.com")(p); p.Scope = "visit" })
		k.issue("olga", t0-1, func(p *pass.Pass) { visitor("olga@example.com")(p); p.Scope = "visit" })
		for _, row := range []struct {
			name, doc string
			want      []string
		}{
			{"by scope", `"scope":"report:66"`, []string{"fred old", "fred"}},
			{"by subject", `"subject":"fred"`, []string{"fred old", "fred", "fred elsewhere"}},
			{"by email, in whatever case", `"email":"VERA@example.com"`, []string{"vera"}},
			{"by who issued them", `"issued_by":"billing"`, []string{"fred elsewhere"}},
			{"all", `"all":true`, ids},
			{"by scope, before a time", `"scope":"report:66","before":"2099-12-31T23:00:00Z"`, []string{"fred old"}},
			{"by subject, before a time", `"subject":"fred","before":"2100-01-01T00:00:00Z"`, []string{"fred old", "fred elsewhere"}},
			{"all, before a time with a fraction", `"all":true,"before":"2099-12-31T22:00:00.5Z"`, []string{"fred old"}},
			{"all, before the second of the oldest", `"all":true,"before":"2099-12-31T22:00:00Z"`, nil},
			{"by a scope that others begin with", `"scope":"report:6"`, nil},
			{"by a subject that is somebody's address", `"subject":"vera@example.com"`, nil},
		} {
			a := k.ask(`{"revoke":{` + row.doc + `,"by":"ops"}}`)
			if a.Seen != len(row.want) || a.Revoked != len(row.want) || a.Cursor != "" {
				k.t.Errorf("%s: answered %+v, want %d", row.name, a, len(row.want))
			}
			if diff := cmp.Diff(row.want, k.revokedOf(ids...)); diff != "" {
				k.t.Errorf("%s: revoked (-want +are):\n%s", row.name, diff)
			}
			for _, id := range ids {
				_, err := k.store.Restore(t.Context(), id, pass.Change{})
				k.must(err)
			}
		}
	})
}

func TestARevocationSaysWhoAndWhyAndEndsSessions(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, func(p *pass.Pass) { p.Sessions["s"] = t0 + 60 })
	k.ask(`{"revoke":{"scope":"report:66","by":"ops","why":"a leak"}}`)
	p := k.pass("a")
	if p.RevokedAt != t0 || p.RevokedBy != "ops" || p.RevokedWhy != "a leak" || len(p.Sessions) != 0 {
		t.Errorf("it is %+v", p)
	}
	if c := p.LastChange; c == nil || c.Operation != pass.Revoking || c.By != "ops" || c.Why != "a leak" || c.At != t0 || len(c.Key) != 11 {
		t.Errorf("its history gets %+v", c)
	}
}

// TestWhatWasRevokedBeforeIsSeenAndStays, whoever did it, and however often.
func TestWhatWasRevokedBeforeIsSeenAndStays(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, nil)
	k.issue("b", t0, nil)
	_, err := k.store.Revoke(t.Context(), "a", pass.Change{Key: "k", At: t0 - 5, By: "olga", Why: "first"})
	k.must(err)
	const doc = `{"revoke":{"scope":"report:66","by":"ops","before":"2100-01-01T00:01:00Z"}}`
	for i, want := range []answer{{Seen: 2, Revoked: 1}, {Seen: 2}, {Seen: 2}} { // in one second, too
		a := k.ask(doc)
		if a.Seen != want.Seen || a.Revoked != want.Revoked {
			t.Errorf("call %d is answered %+v, want %+v", i+1, a, want)
		}
	}
	if p := k.pass("a"); p.RevokedAt != t0-5 || p.RevokedBy != "olga" || p.RevokedWhy != "first" {
		t.Errorf("it is revoked by %s at %s", p.RevokedBy, p.RevokedAt)
	}
}

// TestWhatIsIssuedAfterwardsIsNotTouched, though a call that goes on is later.
func TestWhatIsIssuedAfterwardsIsNotTouched(t *testing.T) {
	k := newKit(t)
	k.issue("before", t0-1, nil)
	k.issue("in this second", t0, nil)
	k.issue("after", t0+1, nil)
	var cursor string
	k.cut(1)
	if a, err := k.asks(t.Context(), `{"revoke":{"scope":"report:66","by":"ops"}}`); err != nil || a.Cursor == "" {
		t.Fatalf("answered %+v, %v, want a cursor", a, err)
	} else {
		cursor = a.Cursor
	}
	k.whole()
	k.now += 3600
	k.ask(`{"revoke":{"scope":"report:66","by":"ops","cursor":"` + cursor + `"}}`)
	if diff := cmp.Diff([]string{"before", "in this second"}, k.revokedOf("before", "in this second", "after")); diff != "" {
		t.Errorf("revoked (-want +are):\n%s", diff)
	}
}

// TestWhatIsGoneIsPassedOver, and so is what was never issued.
func TestWhatIsGoneIsPassedOver(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, visitor("vera@example.com"))
	holder := k.pass("a").Holder
	k.must(k.store.Register(t.Context(), &pass.Registration{V: pass.Version, ID: "form", Form: "f", Holder: holder, At: t0 - 1, PurgeAt: t0 + 60}))
	if a := k.ask(`{"revoke":{"email":"vera@example.com","by":"ops"}}`); a.Seen != 1 || a.Revoked != 1 || a.Cursor != "" {
		t.Errorf("answered %+v", a)
	}
}

// TestWhatCannotBeReadIsNamedAndStopsNothing.
func TestWhatCannotBeReadIsNamedAndStopsNothing(t *testing.T) {
	onBoth(t, func(k *kit) {
		for _, id := range []string{"a", "b", "c"} {
			k.issue(id, t0, nil)
		}
		it := record.FromPass(k.pass("b"))
		it[record.V] = int64(2)
		k.must(k.put(it))
		a := k.ask(`{"revoke":{"scope":"report:66","by":"ops"}}`)
		want := answer{Seen: 2, Revoked: 2, Unreadable: []string{"b"}}
		if diff := cmp.Diff(want, a, cmpopts.IgnoreFields(answer{}, "Hints")); diff != "" || !slices.ContainsFunc(a.Hints, func(h string) bool { return strings.Contains(h, "newer version") }) {
			k.t.Errorf("hints %q, and (-want +answered):\n%s", a.Hints, diff)
		}
		if len(k.waited) > 0 {
			k.t.Errorf("it was tried again after %v: that never helps", k.waited)
		}
	})
}

// TestManyThatCannotBeReadEndACall, which then goes on.
func TestManyThatCannotBeReadEndACall(t *testing.T) {
	k := newKit(t)
	ids := k.many(1150)
	for _, id := range ids {
		it := record.FromPass(k.pass(id))
		it[record.V] = int64(2)
		k.must(k.put(it))
	}
	first := k.ask(`{"revoke":{"scope":"report:66","by":"ops"}}`)
	if len(first.Unreadable) != pass.MaxPlaces || first.Cursor == "" {
		t.Fatalf("%d are named, and the cursor is %q", len(first.Unreadable), first.Cursor)
	}
	last := k.ask(`{"revoke":{"scope":"report:66","by":"ops","cursor":"` + first.Cursor + `"}}`)
	if all := append(first.Unreadable, last.Unreadable...); len(all) != len(ids) || last.Cursor != "" {
		t.Errorf("%d of %d are named, and the cursor is %q", len(all), len(ids), last.Cursor)
	}
}

func TestTheLastAnswerSaysThatListsAreLate(t *testing.T) {
	k := newKit(t)
	if a := k.ask(`{"revoke":{"scope":"report:66","by":"ops"}}`); len(a.Hints) != 1 || !strings.Contains(a.Hints[0], "a moment behind") {
		t.Errorf("the hints are %q", a.Hints)
	}
}

func TestEachCallIsLoggedWithoutWhomItIsAbout(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, visitor("vera@example.com"))
	k.ask(`{"revoke":{"email":"vera@example.com","by":"ops","why":"vera@example.com asked us"}}`)
	k.ask(`{"forget":{"email":"vera@example.com","by":"ops","why":"vera@example.com asked us"}}`)
	_, err := k.asks(t.Context(), `{"revoke":{"email":"vera@example.com"}}`)
	k.must(err)
	_, err = k.asks(t.Context(), `{"delete":{}}`)
	k.must(err)
	want := []recall.Entry{
		{Operation: "revoke", By: "ops", Seen: 1, Revoked: 1, Outcome: "ok"},
		{Operation: "forget", By: "ops", Forgotten: 1, Outcome: "ok"},
		{Operation: "revoke", Outcome: "invalid_request", Fields: 1},
		{Outcome: "invalid_request", Fields: 1},
	}
	if diff := cmp.Diff(want, k.log); diff != "" {
		t.Errorf("(-want +logged):\n%s", diff)
	}
	k.Log = nil
	k.ask(`{"revoke":{"all":true,"by":"ops"}}`)
}

// TestARevocationSinceASecondSparesWhatIsOlder: of what was issued while somebody was
// where they must not be.
func TestARevocationSinceASecondSparesWhatIsOlder(t *testing.T) {
	onBoth(t, func(k *kit) {
		ids := []string{"older", "first", "inside", "before", "after"}
		for i, at := range []pass.NumericDate{-11, -10, -7, -6, -5} {
			k.issue(ids[i], t0+at, nil)
		}
		span := fmt.Sprintf(`"since":%q,"before":%q`, (t0 - 10).Time().Add(900*time.Millisecond).Format(time.RFC3339Nano), (t0 - 5).Time().Format(time.RFC3339))
		if a := k.ask(`{"revoke":{"all":true,"by":"ops",` + span + `}}`); a.Seen != 3 || a.Cursor != "" {
			t.Errorf("answered %+v", a)
		}
		if got := k.revokedOf(ids...); !slices.Equal(got, ids[1:4]) {
			t.Errorf("revoked are %v", got)
		}
	})
}
