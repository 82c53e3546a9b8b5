package audit_test

import (
	"bytes"
	"context"
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
		{"an order", audit.Change{New: record.FromOrder(&pass.Order{V: pass.Version, Key: "k"})}, foreign},
		{"an order that was done", audit.Change{Old: record.FromOrder(&pass.Order{V: pass.Version, Key: "k"}), New: record.FromOrder(&pass.Order{V: pass.Version, Key: "k", Done: true})}, foreign},
		{"an order that was cleared away", audit.Change{Old: record.FromOrder(&pass.Order{V: pass.Version, Key: "k"}), TTL: true}, foreign},
		{"something else of a pass", audit.Change{New: with(p, record.SK, "Z#later")}, foreign},
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
	for _, s := range []string{"marked", "192.0.", string(pass.Client(passID, "192.0.4.66", "marked-agent")), secret.String(), session(1, t0).Secret.String(), session(1, t0).Secret.String()[11:]} {
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
