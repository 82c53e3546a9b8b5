package audit_test

import (
	"context"
	"encoding/json"
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
	request := func(edit func(*pass.Pass)) record.Item {
		return item(func(p *pass.Pass) {
			if p.Mode = pass.Request; edit != nil {
				edit(p)
			}
		})
	}
	used := func(keys ...byte) func(*pass.Pass) {
		return func(p *pass.Pass) {
			for i, n := range keys {
				p.Uses[key(n)] = t0 + pass.NumericDate(i)
				p.LastUse = &pass.Use{Key: key(n), At: t0 + pass.NumericDate(i), Route: "GET /x", IP: "192.0.2.66"}
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
	secrets := func(ns ...byte) func(*pass.Pass) {
		return func(p *pass.Pass) {
			p.Secrets = map[pass.Digest]pass.NumericDate{}
			for _, n := range ns {
				p.Secrets[pass.DigestOf([]byte{n})] = 0
			}
		}
	}
	revoked := func(p *pass.Pass) { p.RevokedAt, p.RevokedBy, p.RevokedWhy = t0+5, "marked-by", "marked-why" }
	done := func(n byte, operation string) func(*pass.Pass) {
		c := did(n, operation)
		return func(p *pass.Pass) { p.LastChange = &c }
	}
	marker := record.Marker(passID, t0+50)
	opened := record.FromSession(session(1, t0+7))
	looked := func(n int64) record.Item {
		return record.FromOpens(passID, pass.Opens{V: pass.Version, Gets: n, FirstAt: t0, LastAt: t0 + 1, PurgeAt: t0 + 50})
	}
	wished := func(n int64) record.Item {
		return record.FromLinkRequest(passID, pass.LinkRequest{V: pass.Version, At: t0 + 5*pass.NumericDate(n), Count: n, PurgeAt: t0 + 7200})
	}
	registered := record.FromRegistration(&pass.Registration{V: pass.Version, ID: passID, Form: "reference", Scope: "marked-scope", Target: "/marked",
		Visitor: pass.Visitor{Email: "marked@example.com", FirstName: "marked-name", LastName: "marked-name"}, At: t0 + 5, PurgeAt: t0 + pass.RegistrationLife})
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
		{"a use of a route is by a client", request(nil), request(used(1)), false, []string{"use 7Gm2kQpX4sVbN9aT AQAAAAAAAAA 0 GET /x 7200", "seen 7Gm2kQpX4sVbN9aT AQAAAAAAAAA 7200"},
			[]string{event("pass.used", "/AQAAAAAAAAA", "00:00Z", `,"use":"AQAAAAAAAAA","uses_left":2`)}},
		{"what was done is kept", item(nil), item(done(1, pass.Restoring)), false, []string{"change 7Gm2kQpX4sVbN9aT AQAAAAAAAAA restore 7200"}, nil},
		{"a change is told", item(done(1, pass.Ending)), item(done(2, pass.Changing)), false, []string{"change 7Gm2kQpX4sVbN9aT AgAAAAAAAAA change 7200"},
			[]string{event("pass.changed", "", "00:05Z", "")}},
		{"a change that was told is told no more", item(done(2, pass.Changing)), item(func(p *pass.Pass) { done(2, pass.Changing)(p); p.Scope = "other" }), false, nil, nil},
		{"a later end moves the marker, and what lies beside stays as long", item(nil), item(func(p *pass.Pass) { done(2, pass.Changing)(p); p.ExpiresAt, p.PurgeAt = t0+9000, t0+9600 }), false,
			[]string{"marker 7Gm2kQpX4sVbN9aT 9000", "keep 7Gm2kQpX4sVbN9aT 9600", "change 7Gm2kQpX4sVbN9aT AgAAAAAAAAA change 9600"}, []string{event("pass.changed", "", "00:05Z", "")}},
		{"an earlier end leaves what lies beside", item(nil), item(func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+60, t0+660 }), false, []string{"marker 7Gm2kQpX4sVbN9aT 60"}, nil},
		{"a pass comes back with its last change", nil, item(done(1, pass.Ending)), false, []string{"marker 7Gm2kQpX4sVbN9aT 3600", "change 7Gm2kQpX4sVbN9aT AQAAAAAAAAA end 7200"},
			[]string{event("pass.issued", "", "01:00Z", `,"expires_at":"2027-01-15T09:00:00Z"`)}},
		{"a kept change appears", nil, record.ChangeItem(passID, did(1, pass.Ending), t0), false, nil, nil},
		{"a kept change is removed", record.ChangeItem(passID, did(1, pass.Ending), t0), nil, true, nil, nil},
		{"a use that goes means nothing", item(used(1)), item(nil), false, nil, nil},
		{"a new secret comes", item(secrets(1)), item(secrets(1, 2)), false, nil, []string{event("pass.reissued", "", "01:00Z", `,"expires_at":"2027-01-15T09:00:00Z"`)}},
		{"a token signed anew is a reissue", item(done(1, pass.Ending)), item(done(2, pass.Reissuing)), false, []string{"change 7Gm2kQpX4sVbN9aT AgAAAAAAAAA reissue 7200"},
			[]string{event("pass.reissued", "", "01:00Z", `,"expires_at":"2027-01-15T09:00:00Z"`)}},
		{"a new secret comes with a new end", item(secrets(1)), item(func(p *pass.Pass) { secrets(2)(p); p.ExpiresAt = t0 + 9000 }), false, []string{"marker 7Gm2kQpX4sVbN9aT 9000"},
			[]string{event("pass.reissued", "", "01:00Z", `,"expires_at":"2027-01-15T10:30:00Z"`)}},
		{"a secret goes", item(secrets(1, 2)), item(secrets(2)), false, nil, nil},
		{"revoked_at appears", item(nil), item(revoked), false, nil, []string{event("pass.revoked", "", "00:05Z", "")}},
		{"revoked_at stays", item(revoked), item(revoked), false, nil, nil},
		{"revoked_at disappears", item(revoked), item(nil), false, nil, []string{event("pass.restored", "", "01:00Z", "")}},
		{"a session's entry goes before its second", item(held(600, 61)), item(held(600)), false, nil,
			[]string{event("session.ended", "/AgAAAAAAAAA", "01:00Z", `,"session":"AgAAAAAAAAA"`)}},
		{"a session's entry goes at its second", item(held(600, 60)), item(held(600)), false, nil, nil},
		{"a session's entry comes", item(nil), item(held(600)), false, nil, nil},
		{"revoking ends the sessions", item(held(700, 600)), item(revoked), false, nil,
			[]string{event("pass.revoked", "", "00:05Z", ""), event("session.ended", "/AgAAAAAAAAA", "01:00Z", `,"session":"AgAAAAAAAAA"`), event("session.ended", "/AQAAAAAAAAA", "01:00Z", `,"session":"AQAAAAAAAAA"`)}},
		{"a session's record appears", nil, opened, false, []string{"seen 7Gm2kQpX4sVbN9aT S_USLzRFVMU 7200"},
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
		{"the first look at the link page is counted", nil, looked(1), false, nil, nil},
		{"another look is counted", looked(1), looked(2), false, nil, nil},
		{"the looks are removed", looked(2), nil, true, nil, nil},
		{"a new link is asked for", nil, wished(1), false, nil, []string{event("link.requested", "", "00:05Z", "")}},
		{"a new link is asked for again", wished(1), wished(2), false, nil, []string{event("link.requested", "", "00:10Z", "")}},
		{"a request for a new link stays as it is", wished(2), wished(2), false, nil, nil},
		{"a form is posted", nil, registered, false, nil, []string{event("visitor.registered", "", "00:05Z", `,"form":"reference"`)}},
		{"a registration is removed", registered, nil, true, nil, nil},
		{"a request for a new link is removed", wished(2), nil, true, nil, nil},
		{"a client is noted", nil, record.FromClients(passID, pass.Clients{V: pass.Version}), false, nil, nil},
		{"the clients are removed", record.FromClients(passID, pass.Clients{V: pass.Version}), nil, true, nil, nil},
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
	_, err := h.bolt.EndSession(ctx, passID, session(1, t0).Key(), did(1, pass.Ending))
	h.must(err)
	h.now += 10
	_, err = h.bolt.Revoke(ctx, passID, did(2, pass.Revoking))
	h.must(err)
	_, err = h.bolt.Restore(ctx, passID, did(3, pass.Restoring))
	h.must(err)
	_, err = h.bolt.Change(ctx, passID, pass.Amendment{MaxUses: 6, Change: did(4, pass.Changing)})
	h.must(err)
	h.now = t0 + 1000
	h.redeem(3)
	h.redeem(4)
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
	"pass.restored", "pass.changed", "session.opened", "pass.shared", "pass.used", "session.opened", "pass.shared", "pass.used", "pass.expired", "pass.purged"}

func TestTheLifeOfAPassIsToldAndLeavesNothing(t *testing.T) {
	h := newHouse(t)
	life(h)
	h.deliver()
	for prefix, kept := range map[string]string{" U#": "uses", " C#": "changes"} {
		if n := len(slices.DeleteFunc(slices.Collect(maps.Keys(h.items())), func(k string) bool { return !strings.Contains(k, prefix) })); n != 4 {
			t.Errorf("%d %s are kept, want 4", n, kept)
		}
	}
	got, err := h.bolt.History(context.Background(), passID)
	h.must(err)
	want := []pass.Change{did(1, pass.Ending), did(2, pass.Revoking), did(3, pass.Restoring), did(4, pass.Changing)}
	want[3].Was.MaxUses = 5
	for i := range got.Changes {
		if i > 0 && pass.CompareChanges(got.Changes[i-1], got.Changes[i]) >= 0 {
			t.Errorf("change %d is not told to be after the one before it", i)
		}
		got.Changes[i].Sequence = ""
	}
	if diff := cmp.Diff(want, got.Changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
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

// TestACompletedPassIsToldAsThat, and not as one that was withdrawn as well.
func TestACompletedPassIsToldAsThat(t *testing.T) {
	h, ctx := newHouse(t), context.Background()
	h.create(fixture(nil))
	h.redeem(1)
	for _, operation := range []string{pass.Completing, pass.Revoking} {
		_, err := h.bolt.Revoke(ctx, passID, did(2, operation))
		h.must(err)
		_, err = h.bolt.Restore(ctx, passID, did(3, pass.Restoring))
		h.must(err)
	}
	h.deliver()
	want := []string{"pass.issued", "session.opened", "pass.used", "pass.completed", "session.ended", "pass.restored", "pass.revoked", "pass.restored"}
	if diff := cmp.Diff(want, types(h.told())); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
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

// TestWhatLiesBesideAnExtendedPassStaysWithIt, past the time at which it would have
// gone, and goes with it; the count of its clients goes on where it was.
func TestWhatLiesBesideAnExtendedPassStaysWithIt(t *testing.T) {
	h := newHouse(t)
	p := fixture(nil)
	h.create(p)
	h.arrives(p, 1, fred)
	_, err := h.bolt.Revoke(context.Background(), passID, did(7, pass.Revoking))
	h.must(err)
	_, err = h.bolt.Restore(context.Background(), passID, did(8, pass.Restoring))
	h.must(err)
	h.deliver()
	_, err = h.bolt.Change(context.Background(), passID, pass.Amendment{ExpiresAt: t0 + 20000, PurgeAt: t0 + 30000, Change: did(9, pass.Changing)})
	h.must(err)
	h.deliver()
	h.now = t0 + 7201
	h.sweep()
	h.deliver()
	h.arrives(p, 2, ginger)
	h.deliver()
	got, err := h.bolt.History(context.Background(), passID)
	h.must(err)
	if len(got.Uses) != 2 || len(got.Sessions) != 2 || len(got.Changes) != 3 {
		t.Errorf("%d uses, %d sessions, %d changes are kept, want 2, 2, 3", len(got.Uses), len(got.Sessions), len(got.Changes))
	}
	if told := h.shared(); len(told) != 1 || !strings.Contains(told[0], "is client 2") {
		t.Errorf("shared: %v", told)
	}
	h.now = t0 + 30000
	h.sweep()
	h.deliver()
	if left := h.items(); len(left) != 0 {
		t.Errorf("left over: %v", slices.Sorted(maps.Keys(left)))
	}
}

func TestADeletedPassIsClearedAndSaidToBeDeleted(t *testing.T) {
	h := newHouse(t)
	h.create(fixture(func(p *pass.Pass) { p.PurgeAt = t0 + 1 }))
	h.redeem(1)
	h.deliver()
	if n := len(h.items()); n != 5 {
		t.Fatalf("%d items, want the pass, its session, its use, its client and its marker", n)
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
