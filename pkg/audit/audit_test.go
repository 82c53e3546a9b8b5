package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func line(t *testing.T, e audit.Event) string {
	t.Helper()
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAChangeMeansItsCallsAndEvents(t *testing.T) {
	item := func(edit func(*pass.Pass)) record.Item { return record.FromPass(fixture(edit)) }
	used := func(keys ...byte) func(*pass.Pass) {
		return func(p *pass.Pass) {
			for i, n := range keys {
				p.Uses[key(n)] = t0 + pass.NumericDate(i)
				p.LastUse = &pass.Use{Key: key(n), At: t0 + pass.NumericDate(i), Route: "GET /x"}
			}
		}
	}
	held := func(ends ...int64) func(*pass.Pass) {
		return func(p *pass.Pass) {
			for n, end := range ends {
				p.Sessions[key(byte(n+1))] = t0 + pass.NumericDate(end)
			}
		}
	}
	revoked := func(p *pass.Pass) { p.RevokedAt, p.RevokedBy, p.RevokedWhy = t0+5, "marked-by", "marked-why" }
	marker := record.Marker(passID, t0+50)
	opened := record.FromSession(session(1, t0+7))
	const common = `{"version":1,"id":"e1/%s","type":"%s","pass_id":"7Gm2kQpX4sVbN9aT","at":"2027-01-15T08:%s"%s}`
	event := func(typ, which, at, more string) string {
		return fmt.Sprintf(common, typ+which, typ, at, more)
	}
	tests := []struct {
		name     string
		old, new record.Item
		ttl      bool
		calls    []string
		events   []string
	}{
		{"a pass that appears is issued", nil, item(nil), false, []string{"marker 7Gm2kQpX4sVbN9aT 3600"},
			[]string{event("pass.issued", "", "01:00Z", `,"expires_at":"2027-01-15T09:00:00Z"`)}},
		{"a pass that stays as it is means nothing", item(nil), item(nil), false, nil, nil},
		{"another expiry moves the marker", item(nil), item(func(p *pass.Pass) { p.ExpiresAt = t0 + 9000 }), false, []string{"marker 7Gm2kQpX4sVbN9aT 9000"}, nil},
		{"a new use is kept with its details", item(used(1)), item(used(1, 2)), false, []string{"use 7Gm2kQpX4sVbN9aT AgAAAAAAAAA 1 GET /x 7200"},
			[]string{event("pass.used", "/AgAAAAAAAAA", "00:01Z", `,"use":"AgAAAAAAAAA","uses_left":1`)}},
		{"of two new uses only the newest has details", item(nil), item(used(1, 2)), false,
			[]string{"use 7Gm2kQpX4sVbN9aT AQAAAAAAAAA 0  7200", "use 7Gm2kQpX4sVbN9aT AgAAAAAAAAA 1 GET /x 7200"},
			[]string{event("pass.used", "/AQAAAAAAAAA", "00:00Z", `,"use":"AQAAAAAAAAA","uses_left":2`), event("pass.used", "/AgAAAAAAAAA", "00:01Z", `,"use":"AgAAAAAAAAA","uses_left":1`)}},
		{"the last use leaves none", item(used(1, 2)), item(used(1, 2, 3)), false, []string{"use 7Gm2kQpX4sVbN9aT AwAAAAAAAAA 2 GET /x 7200"},
			[]string{event("pass.used", "/AwAAAAAAAAA", "00:02Z", `,"use":"AwAAAAAAAAA","uses_left":0`)}},
		{"a use of an unlimited pass leaves nothing to count", item(func(p *pass.Pass) { p.MaxUses = 0 }), item(func(p *pass.Pass) { p.MaxUses = 0; used(1)(p) }), false,
			[]string{"use 7Gm2kQpX4sVbN9aT AQAAAAAAAAA 0 GET /x 7200"}, []string{event("pass.used", "/AQAAAAAAAAA", "00:00Z", `,"use":"AQAAAAAAAAA"`)}},
		{"a use that goes means nothing", item(used(1)), item(nil), false, nil, nil},
		{"revoked_at appears", item(nil), item(revoked), false, nil, []string{event("pass.revoked", "", "00:05Z", "")}},
		{"revoked_at stays", item(revoked), item(revoked), false, nil, nil},
		{"revoked_at disappears", item(revoked), item(nil), false, nil, []string{event("pass.restored", "", "01:00Z", "")}},
		{"a session's entry goes before its second", item(held(600, 61)), item(held(600)), false, nil,
			[]string{event("session.ended", "/AgAAAAAAAAA", "01:00Z", `,"session":"AgAAAAAAAAA"`)}},
		{"a session's entry goes at its second", item(held(600, 60)), item(held(600)), false, nil, nil},
		{"a session's entry comes", item(nil), item(held(600)), false, nil, nil},
		{"revoking ends the sessions", item(held(700, 600)), item(revoked), false, nil,
			[]string{event("pass.revoked", "", "00:05Z", ""), event("session.ended", "/AgAAAAAAAAA", "01:00Z", `,"session":"AgAAAAAAAAA"`), event("session.ended", "/AQAAAAAAAAA", "01:00Z", `,"session":"AQAAAAAAAAA"`)}},
		{"a session's record appears", nil, opened, false, nil,
			[]string{event("session.opened", "/S_USLzRFVMU", "00:07Z", `,"session":"S_USLzRFVMU","expires_at":"2027-01-15T08:10:07Z"`)}},
		{"a session's record is changed", opened, record.FromSession(session(1, t0+8)), false, nil, nil},
		{"a session's record is removed", opened, nil, true, nil, nil},
		{"the marker is put", nil, marker, false, nil, nil},
		{"the marker is put anew", record.Marker(passID, t0), marker, false, nil, nil},
		{"the marker is removed by TTL", marker, nil, true, nil, []string{event("pass.expired", "", "01:00Z", `,"expires_at":"2027-01-15T08:00:50Z"`)}},
		{"the marker is removed by TTL whose clock is ahead", record.Marker(passID, t0+70), nil, true, nil, []string{event("pass.expired", "", "01:00Z", `,"expires_at":"2027-01-15T08:01:10Z"`)}},
		{"the marker is cleared in its second", record.Marker(passID, t0+60), nil, false, nil, []string{event("pass.expired", "", "01:00Z", `,"expires_at":"2027-01-15T08:01:00Z"`)}},
		{"the marker is cleared before its second", record.Marker(passID, t0+61), nil, false, nil, nil},
		{"a pass is removed by TTL", item(held(600)), nil, true, []string{"clear 7Gm2kQpX4sVbN9aT"}, []string{event("pass.purged", "", "01:00Z", "")}},
		{"a pass is removed by somebody", item(held(600)), nil, false, []string{"clear 7Gm2kQpX4sVbN9aT"}, []string{event("pass.deleted", "", "01:00Z", "")}},
		{"a kept use appears", nil, record.UseItem(passID, pass.Use{Key: key(1), At: t0}, t0), false, nil, nil},
		{"a kept use is removed", record.UseItem(passID, pass.Use{Key: key(1), At: t0}, t0), nil, true, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var events []audit.Event
			f := &faults{store: nothing{}, events: &events}
			var report audit.Report
			a := &audit.Auditor{Store: f, Events: f, Log: func(r audit.Report) { report = r }}
			failed, err := a.Handle(context.Background(), []audit.Change{{ID: "e1", Sequence: "1", Old: tt.old, New: tt.new, TTL: tt.ttl, At: t0 + 60}})
			if failed != nil || err != nil {
				t.Fatal(failed, err)
			}
			var told []string
			for _, e := range events {
				told = append(told, line(t, e))
			}
			if diff := cmp.Diff(tt.events, told); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			calls := slices.DeleteFunc(f.calls, func(c string) bool { return strings.HasPrefix(c, "publish") })
			if diff := cmp.Diff(tt.calls, calls, cmp.Comparer(slices.Equal[[]string])); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if want := (audit.Report{Changes: 1, Handled: 1, Published: len(tt.events)}); !cmp.Equal(want, report) {
				t.Errorf("report %+v", report)
			}
		})
	}
}

// life is all that can happen to a pass, from issue to its last trace.
func life(h *house) {
	ctx := context.Background()
	h.create(fixture(func(p *pass.Pass) { p.MaxUses = 5 }))
	h.redeem(1)
	h.now += 10
	h.redeem(2)
	_, err := h.bolt.EndSession(ctx, passID, session(1, t0).Key())
	h.must(err)
	h.now += 10
	_, err = h.bolt.Revoke(ctx, passID, h.now, "marked-by", "marked-why")
	h.must(err)
	_, err = h.bolt.Restore(ctx, passID)
	h.must(err)
	h.now = t0 + 1000
	h.redeem(3)
}

// die goes on to the end: the marker's removal, then all the rest.
func die(h *house) {
	h.now = t0 + 3600
	h.sweep()
	h.deliver()
	h.now = t0 + 7200
	h.sweep()
	h.deliver()
}

var lifeTypes = []string{"pass.issued", "session.opened", "pass.used", "session.opened", "pass.used", "session.ended", "pass.revoked", "session.ended",
	"pass.restored", "session.opened", "pass.used", "pass.expired", "pass.purged"}

func TestTheLifeOfAPassIsToldAndLeavesNothing(t *testing.T) {
	h := newHouse(t)
	life(h)
	h.deliver()
	if n := len(slices.DeleteFunc(slices.Collect(maps.Keys(h.items())), func(k string) bool { return !strings.Contains(k, " U#") })); n != 3 {
		t.Errorf("%d uses are kept, want 3", n)
	}
	die(h)
	if diff := cmp.Diff(lifeTypes, types(h.told())); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if left := h.items(); len(left) != 0 {
		t.Errorf("left over: %v", slices.Sorted(maps.Keys(left)))
	}
	if len(h.events) != len(lifeTypes) {
		t.Errorf("%d events were published, want each once", len(h.events))
	}
}

func TestEachUseOfARoutePassIsKeptWithItsDetails(t *testing.T) {
	h := newHouse(t)
	h.create(fixture(func(p *pass.Pass) { p.Mode = pass.Request }))
	for n := range byte(3) {
		h.now++
		h.use(n)
	}
	h.deliver()
	got, err := h.bolt.History(context.Background(), passID)
	h.must(err)
	var want []pass.Use
	for n := range byte(3) {
		want = append(want, pass.Use{Key: key(n), At: t0 + 1 + pass.NumericDate(n), Route: "GET /x", IP: "192.0.2.66", UserAgent: "marked-agent"})
	}
	if diff := cmp.Diff(want, got.Uses); diff != "" {
		t.Errorf("uses (-want +got):\n%s", diff)
	}
}

func TestADeletedPassIsClearedAndSaidToBeDeleted(t *testing.T) {
	h := newHouse(t)
	h.create(fixture(func(p *pass.Pass) { p.PurgeAt = t0 + 1 }))
	h.redeem(1)
	h.deliver()
	if n := len(h.items()); n != 4 {
		t.Fatalf("%d items, want the pass, its session, its use and its marker", n)
	}
	// The store deletes no pass, so TTL does, and the stream says it was somebody.
	h.now++
	h.sweep()
	gone := h.changes(h.read)
	if len(gone) != 2 || gone[0].Old[record.SK] != record.PassSK {
		t.Fatalf("changes %v, want the removal of the pass and its use", gone)
	}
	gone[0].TTL = false
	if _, err := h.audit.Handle(context.Background(), gone); err != nil {
		t.Fatal(err)
	}
	h.read += 2
	h.deliver()
	if diff := cmp.Diff([]string{"pass.issued", "session.opened", "pass.used", "pass.deleted"}, types(h.told())); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if left := h.items(); len(left) != 0 {
		t.Errorf("left over: %v", slices.Sorted(maps.Keys(left)))
	}
}

func TestAPassPurgedBeforeItsMarkerStillExpires(t *testing.T) {
	h := newHouse(t)
	h.create(fixture(func(p *pass.Pass) { p.PurgeAt = p.ExpiresAt }))
	h.deliver()
	h.now = t0 + 3600
	// TTL keeps no order. Here it takes the pass first, and Clear the marker.
	if n, err := h.bolt.Sweep(context.Background(), h.now, 1); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	h.deliver()
	if diff := cmp.Diff([]string{"pass.issued", "pass.purged", "pass.expired"}, types(h.told())); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestAFailureAnywhereEndsTheSame(t *testing.T) {
	clean := newHouse(t)
	life(clean)
	clean.deliver()
	kept := clean.items()
	die(clean)
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			h := newHouse(t)
			h.faults.at, h.faults.after = at, after
			life(h)
			failures := h.deliver()
			if diff := cmp.Diff(kept, h.items()); diff != "" {
				t.Errorf("call %d failing, after it was made %v, leaves other items (-clean +got):\n%s", at, after, diff)
			}
			die(h)
			if diff := cmp.Diff(line2(t, clean.told()), line2(t, h.told())); diff != "" {
				t.Errorf("call %d failing, after it was made %v, tells otherwise (-clean +got):\n%s", at, after, diff)
			}
			if left := h.items(); len(left) != 0 {
				t.Errorf("call %d failing leaves %v", at, slices.Sorted(maps.Keys(left)))
			}
			if at > len(h.faults.calls) {
				if failures != 0 || at < 9 {
					t.Fatalf("the walk over the calls ended at %d with %d failures", at, failures)
				}
				break
			}
		}
	}
}

// line2 writes events sorted by id: after a failure an earlier event may be
// told later than a later one, never missing.
func line2(t *testing.T, events []audit.Event) (out []string) {
	for _, e := range events {
		out = append(out, line(t, e))
	}
	slices.Sort(out)
	return out
}

func TestReadingTheWholeStreamAgainChangesNothing(t *testing.T) {
	h := newHouse(t)
	life(h)
	h.deliver()
	before, told, all := h.items(), h.told(), h.changes(0)
	if _, err := h.audit.Handle(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, h.items()); diff != "" {
		t.Errorf("items (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(told, h.told()); diff != "" {
		t.Errorf("events (-before +after):\n%s", diff)
	}
	if len(h.events) <= len(told) {
		t.Error("nothing was told again")
	}
}

func TestFromTheFirstFailureOnAllIsHandedOverAgain(t *testing.T) {
	foreign := record.Item{record.PK: record.PublicPK, record.SK: record.SequenceSK(1), record.V: int64(1)}
	pass1 := record.FromPass(fixture(nil))
	changes := []audit.Change{
		{ID: "a", Sequence: "10", New: foreign, At: t0},
		{ID: "b", Sequence: "11", New: pass1, At: t0},
		{ID: "c", Sequence: "12", New: foreign, At: t0},
		{ID: "d", Sequence: "13", Old: pass1, TTL: true, At: t0},
		{ID: "e", Sequence: "14", New: foreign, At: t0},
	}
	tests := []struct {
		name   string
		at     int
		failed []string
		calls  []string
	}{
		{"nothing fails", 0, nil, []string{"marker 7Gm2kQpX4sVbN9aT 3600", "clear 7Gm2kQpX4sVbN9aT", "publish 2"}},
		{"the first store call fails", 1, []string{"11", "12", "13", "14"}, []string{"marker 7Gm2kQpX4sVbN9aT 3600"}},
		{"the second fails, and what was done before is told", 2, []string{"13", "14"}, []string{"marker 7Gm2kQpX4sVbN9aT 3600", "clear 7Gm2kQpX4sVbN9aT", "publish 1"}},
		{"publishing fails, and the first with an event is the first again", 3, []string{"11", "12", "13", "14"}, []string{"marker 7Gm2kQpX4sVbN9aT 3600", "clear 7Gm2kQpX4sVbN9aT", "publish 2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var events []audit.Event
			var report audit.Report
			f := &faults{store: nothing{}, events: &events, at: tt.at}
			a := &audit.Auditor{Store: f, Events: f, Log: func(r audit.Report) { report = r }}
			failed, err := a.Handle(context.Background(), changes)
			if diff := cmp.Diff(tt.failed, failed); diff != "" {
				t.Errorf("failed (-want +got):\n%s", diff)
			}
			if (tt.at > 0) != errors.Is(err, errFault) {
				t.Errorf("error %v", err)
			}
			if diff := cmp.Diff(tt.calls, f.calls); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if report.Handled != len(changes)-len(failed) || report.Err != err || len(failed) > 0 && report.FailedAt != failed[0] {
				t.Errorf("report %+v", report)
			}
		})
	}
	t.Run("both fail", func(t *testing.T) {
		broken := errors.New("bus down")
		f := &faults{store: nothing{}, at: 2}
		a := &audit.Auditor{Store: f, Events: failing{broken}}
		failed, err := a.Handle(context.Background(), changes)
		if len(failed) != 4 || failed[0] != "11" || !errors.Is(err, errFault) || !errors.Is(err, broken) {
			t.Errorf("failed %v, error %v", failed, err)
		}
	})
	t.Run("no time is left", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		f := &faults{store: nothing{}}
		failed, err := (&audit.Auditor{Store: f, Events: f}).Handle(ctx, changes)
		if len(failed) != len(changes) || !errors.Is(err, context.Canceled) || len(f.calls) != 0 {
			t.Errorf("failed %v, error %v, calls %v", failed, err, f.calls)
		}
	})
	t.Run("nothing to do", func(t *testing.T) {
		failed, err := (&audit.Auditor{}).Handle(context.Background(), nil)
		if failed != nil || err != nil {
			t.Errorf("failed %v, error %v", failed, err)
		}
	})
}

type failing struct{ err error }

func (f failing) Publish(context.Context, []audit.Event) error { return f.err }

func TestWhatCannotBeReadIsSkippedAndCounted(t *testing.T) {
	with := func(it record.Item, name string, v any) record.Item {
		it = maps.Clone(it)
		if it[name] = v; v == nil {
			delete(it, name)
		}
		return it
	}
	p := record.FromPass(fixture(nil))
	s := record.FromSession(session(1, t0))
	marker := record.Marker(passID, t0)
	const far = int64(1) << 60
	malformed, version, foreign := audit.Report{Malformed: []string{"bad"}}, audit.Report{Versions: 1}, audit.Report{Foreign: 1}
	tests := []struct {
		name   string
		change audit.Change
		want   audit.Report
	}{
		{"a record that could not be read", audit.Change{Err: errors.New("x")}, malformed},
		{"a change without images", audit.Change{}, malformed},
		{"a pass with uses that are no map", audit.Change{Old: p, New: with(p, record.Uses, "x")}, malformed},
		{"a pass that was malformed", audit.Change{Old: with(p, record.Uses, "x"), New: p}, malformed},
		{"a new pass with a time that is text", audit.Change{New: with(p, record.ExpiresAt, "x")}, malformed},
		{"a new pass that expires in no year", audit.Change{New: with(p, record.ExpiresAt, far)}, malformed},
		{"a pass revoked in no year", audit.Change{Old: p, New: with(p, record.RevokedAt, -far)}, malformed},
		{"a session without a digest", audit.Change{New: with(s, record.SK, "S#x")}, malformed},
		{"a session that expires in no year", audit.Change{New: with(s, record.ExpiresAt, far)}, malformed},
		{"a marker without its time", audit.Change{Old: with(marker, record.PurgeAt, nil), TTL: true}, malformed},
		{"a newer pass", audit.Change{Old: p, New: with(p, record.V, int64(2))}, version},
		{"a newer pass before", audit.Change{Old: with(p, record.V, int64(2)), New: p}, version},
		{"a newer pass removed", audit.Change{Old: with(p, record.V, int64(2)), TTL: true}, version},
		{"a newer session", audit.Change{New: with(s, record.V, int64(2))}, version},
		{"a pass without a version", audit.Change{New: with(p, record.V, nil)}, version},
		{"a signing key", audit.Change{New: record.Item{record.PK: record.PublicPK, record.SK: record.SequenceSK(1)}}, foreign},
		{"a rule", audit.Change{New: record.Item{record.PK: record.RulesPK("a"), record.SK: "x"}}, foreign},
		{"something else of a pass", audit.Change{New: with(p, record.SK, "O")}, foreign},
		{"an item of another table", audit.Change{Old: record.Item{"id": int64(1)}}, foreign},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			tt.change.ID, tt.change.Sequence, tt.change.At = "bad", "2", t0
			good := func(id, n string) audit.Change { return audit.Change{ID: id, Sequence: n, New: p, At: t0} }
			failed, err := h.audit.Handle(context.Background(), []audit.Change{good("e1", "1"), tt.change, good("e3", "3")})
			if failed != nil || err != nil {
				t.Fatalf("failed %v, error %v", failed, err)
			}
			tt.want.Changes, tt.want.Handled, tt.want.Published = 3, 3, 2
			if diff := cmp.Diff([]audit.Report{tt.want}, h.log); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
			if len(h.faults.calls) != 3 {
				t.Errorf("calls %v", h.faults.calls)
			}
		})
	}
}

func TestNoEventOrLogHoldsMoreThanIds(t *testing.T) {
	var out bytes.Buffer
	h := newHouse(t)
	h.audit.Events = audit.NewLogEvents(&out)
	h.audit.Log = func(r audit.Report) { fmt.Fprintf(&out, "%+v\n", r) }
	life(h)
	h.deliver()
	broken := record.FromPass(fixture(nil))
	broken[record.Uses] = "marked-uses"
	doc, err := audit.ToStream([]audit.Change{{ID: "e90", Sequence: "90", New: broken, At: t0}})
	h.must(err)
	doc = append(doc[:len(doc)-2], `,{"eventID":"e91","dynamodb":{"SequenceNumber":"91","NewImage":{"a":{"N":"marked-number"}}}}]}`...)
	if _, err := h.audit.HandleStream(context.Background(), doc); err != nil {
		t.Fatal(err)
	}
	h.faults.at = len(h.faults.calls) + 1
	if _, err := h.audit.Handle(context.Background(), h.changes(0)); !errors.Is(err, errFault) {
		t.Fatal(err)
	}
	die(h)
	for _, s := range []string{"marked", "192.0.2.66", secret.String(), session(1, t0).Secret.String(), session(1, t0).Secret.String()[11:]} {
		if i := strings.Index(out.String(), s); i >= 0 {
			t.Errorf("%q came out: %.300s", s, out.String()[max(0, i-200):])
		}
	}
	for _, s := range append([]string{"Malformed:[e90 e91]", errFault.Error()}, lifeTypes...) {
		if !strings.Contains(out.String(), s) {
			t.Errorf("the test does not reach %s", s)
		}
	}
}
