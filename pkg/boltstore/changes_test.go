package boltstore_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

const now pass.NumericDate = 4_102_444_800

// newPass returns a visitor pass of ten uses.
func newPass(id string) *pass.Pass {
	return &pass.Pass{V: pass.Version, ID: id, Mode: pass.VisitorMode, Format: pass.Short, Scope: "x", MaxUses: 10,
		ExpiresAt: now + 3600, IssuedAt: now, PurgeAt: now + 7200}
}

func visit(p *pass.Pass, i int) *pass.Session {
	return &pass.Session{V: pass.Version, PassID: p.ID, Secret: pass.DigestOf([]byte{byte(i)}), At: now, ExpiresAt: p.ExpiresAt, PurgeAt: p.PurgeAt}
}

func signed(p *pass.Pass, k pass.Key) pass.Ask {
	return pass.Ask{Signed: true, Scope: p.Scope, Accept: []pass.Mode{p.Mode}, Key: k}
}

// must is for calls that cannot fail in a test.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func changes(t *testing.T, s *boltstore.Store, after uint64, limit int) []boltstore.Change {
	t.Helper()
	out, err := s.Changes(context.Background(), after, limit)
	must(t, err)
	return out
}

// dated opens a store whose change log is dated by a fixed clock.
func dated(t *testing.T, at time.Time) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"),
		boltstore.Options{Now: func() time.Time { return at }, UnsafeNoSyncLosesAcknowledgedWrites: true})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func TestEveryChangeIsToldWithBothImages(t *testing.T) {
	at, ctx := time.Date(2100, 1, 1, 12, 0, 0, 500, time.UTC), context.Background()
	s, p := dated(t, at), newPass("a")
	must(t, s.Create(ctx, p))
	created := record.FromPass(p)
	v := visit(p, 1)
	after, _, r, err := s.Redeem(ctx, p, signed(p, v.Key()), v)
	if r != pass.OK {
		t.Fatal(r, err)
	}
	must(t, s.PutMarker(ctx, "a", now))
	must(t, s.PutMarker(ctx, "a", now+1))
	want := []boltstore.Change{
		{Sequence: 1, New: created, At: at},
		{Sequence: 2, New: record.FromSession(v), At: at},
		{Sequence: 3, Old: created, New: record.FromPass(after), At: at},
		{Sequence: 4, New: record.Marker("a", now), At: at},
		{Sequence: 5, Old: record.Marker("a", now), New: record.Marker("a", now+1), At: at},
	}
	if d := cmp.Diff(want, changes(t, s, 0, 100)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(want[2:4], changes(t, s, 2, 2)); d != "" {
		t.Error("after 2, at most 2:", d)
	}
	if got := changes(t, s, 5, 2); len(got) != 0 {
		t.Error("after the last:", got)
	}
}

func TestWhatChangesNothingIsNotTold(t *testing.T) {
	ctx := context.Background()
	s, p := dated(t, time.Now()), newPass("a")
	u, v := pass.Use{Key: "k", At: now}, visit(p, 1)
	must(t, s.Create(ctx, p))
	for range 3 {
		s.Create(ctx, p)
		s.Use(ctx, "a", signed(p, "k"), u)
		s.Use(ctx, "a", pass.Ask{Key: "k"}, u)
		s.Use(ctx, "b", signed(p, "k"), u)
		s.Redeem(ctx, p, signed(p, v.Key()), v)
		s.PutUse(ctx, "a", u, now)
		s.PutMarker(ctx, "a", now)
		s.PutRules(ctx, "api", "a/R", []byte(`{}`))
		s.DeleteRules(ctx, "api", "b/R")
		s.Restore(ctx, "a", pass.Change{})
		s.EndSession(ctx, "a", "none", pass.Change{})
		s.Clear(ctx, "a")
		s.Clear(ctx, "c")
		s.Sweep(ctx, now-1, 10)
	}
	var got []string
	for _, c := range changes(t, s, 0, 100) {
		got = append(got, c.New[record.SK].(string))
	}
	want := []string{"P", "P", record.SessionSK(v.Secret), "P", record.UseSK(now, "k"), "X", "a/R"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestForgottenChangesAreGoneAndNumbersGoOn(t *testing.T) {
	ctx := context.Background()
	s := dated(t, time.Now())
	for i := range 10 {
		must(t, s.PutMarker(ctx, "a", now+pass.NumericDate(i)))
	}
	must(t, s.DropChanges(ctx, 4))
	if got := changes(t, s, 0, 100); len(got) != 6 || got[0].Sequence != 5 {
		t.Error("after forgetting four:", got)
	}
	for range 2 {
		must(t, s.DropChanges(ctx, 10))
	}
	must(t, s.PutMarker(ctx, "a", now))
	if got := changes(t, s, 0, 100); len(got) != 1 || got[0].Sequence != 11 {
		t.Error("after forgetting all:", got)
	}
	must(t, s.DropChanges(ctx, 1000))
}

func TestSweepRemovesWhatIsOverdueToTheSecond(t *testing.T) {
	ctx := context.Background()
	s := dated(t, time.Now())
	for i, id := range []string{"c", "b", "a"} {
		must(t, s.PutMarker(ctx, id, now+pass.NumericDate(10*i)))
	}
	must(t, s.PutRules(ctx, "api", "a/R", []byte(`{}`)))
	must(t, s.PutMarker(ctx, "c", now+15))
	told := changes(t, s, 0, 100)
	for _, c := range []struct {
		at          pass.NumericDate
		limit, want int
	}{{-1, 10, 0}, {now + 9, 10, 0}, {now + 10, 10, 1}, {now + 10, 10, 0}, {now + 100, 1, 1}, {now + 100, 0, 0}, {now + 100, 10, 1}, {now + 1000, 10, 0}} {
		got, err := s.Sweep(ctx, c.at, c.limit)
		if must(t, err); got != c.want {
			t.Errorf("sweep at %d of at most %d removed %d, want %d", c.at-now, c.limit, got, c.want)
		}
	}
	var removed []string
	for _, c := range changes(t, s, told[len(told)-1].Sequence, 100) {
		if !c.TTL || c.New != nil || c.Old == nil {
			t.Errorf("change %+v", c)
		}
		removed = append(removed, c.Old[record.PK].(string))
	}
	if d := cmp.Diff([]string{"P#b", "P#c", "P#a"}, removed); d != "" {
		t.Error("the most overdue first:", d)
	}
	if rules, err := s.Rules(ctx, "api"); err != nil || len(rules) != 1 {
		t.Error("rules, which have no purge_at:", rules, err)
	}
}

// A sweep tells TTL, other removals do not: that is how expire knows them apart.
func TestOnlySweepIsTTL(t *testing.T) {
	ctx := context.Background()
	s := dated(t, time.Now())
	must(t, s.PutMarker(ctx, "a", now))
	must(t, s.Clear(ctx, "a"))
	got := changes(t, s, 1, 100)
	if len(got) != 1 || got[0].TTL || got[0].New != nil {
		t.Errorf("%+v", got)
	}
}

// A login pass must be there as long as its session: swept too early it would
// end a session that has two weeks to go.
func TestLoginSessionSurvivesEverySweepUntilItsEnd(t *testing.T) {
	ctx := context.Background()
	s, p := dated(t, time.Now()), newPass("a")
	p.Mode, p.SessionExpiresIn = pass.SessionMode, 14*24*3600
	p.PurgeAt = p.EndOfLife() + 1
	must(t, s.Create(ctx, p))
	v := visit(p, 1)
	v.At = p.ExpiresAt - 1
	v.ExpiresAt, v.PurgeAt = p.SessionEnd(v.At), p.PurgeAt
	if _, _, r, err := s.Redeem(ctx, p, signed(p, v.Key()), v); r != pass.OK {
		t.Fatal(r, err)
	}
	for _, at := range []pass.NumericDate{p.ExpiresAt, p.ExpiresAt + 3600, v.ExpiresAt - 1} {
		if n, err := s.Sweep(ctx, at, 10); n != 0 || err != nil {
			t.Fatalf("sweep at %s removed %d (%v)", at, n, err)
		}
		e, err := s.Read(ctx, []pass.Ref{{ID: "a", Session: &v.Secret}})
		must(t, err)
		if r := pass.AdmitSession(e[0].Pass, e[0].Session, signed(p, ""), at); r != pass.OK {
			t.Errorf("session at %s: %s", at, r)
		}
	}
	if n, err := s.Sweep(ctx, p.PurgeAt, 10); n != 2 || err != nil {
		t.Errorf("sweep at purge_at removed %d (%v)", n, err)
	}
}

func TestPurgeAtThatIsNoWholeNumberIsKept(t *testing.T) {
	ctx := context.Background()
	s := dated(t, time.Now())
	for i, at := range []any{"4102444800", json.Number("1.5"), int64(0), int64(-5)} {
		must(t, s.PutItem(record.Item{record.PK: "x", record.SK: string(rune('a' + i)), record.PurgeAt: at}))
	}
	if n, err := s.Sweep(ctx, now+1_000_000, 10); n != 0 || err != nil {
		t.Errorf("removed %d (%v)", n, err)
	}
}
