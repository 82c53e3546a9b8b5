package pass_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestUsesLeft(t *testing.T) {
	for _, row := range []struct {
		name    string
		most    int
		used    int
		left    int
		counted bool
	}{
		{"an unlimited pass is not counted", 0, 0, 0, false},
		{"an unlimited pass with uses from before is not counted", 0, 3, 0, false},
		{"a new pass has all its uses", 10, 0, 10, true},
		{"a used pass has the rest", 10, 9, 1, true},
		{"a spent pass has none", 10, 10, 0, true},
		{"a pass whose limit was lowered below its uses has none", 3, 5, 0, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := &pass.Pass{MaxUses: row.most, Uses: uses(row.used, 1)}
			if left, counted := p.UsesLeft(); left != row.left || counted != row.counted {
				t.Errorf("%d, %v, want %d, %v", left, counted, row.left, row.counted)
			}
		})
	}
}

func TestSessionEnd(t *testing.T) {
	for _, row := range []struct {
		name string
		p    pass.Pass
		want pass.NumericDate
	}{
		{"a login has its own time", pass.Pass{Mode: pass.SessionMode, SessionExpiresIn: 3600, ExpiresAt: 1_001}, 4_600},
		{"a login may be shorter than its link", pass.Pass{Mode: pass.SessionMode, SessionExpiresIn: 5, ExpiresAt: 9_000}, 1_005},
		{"a visit lasts as long as its pass", pass.Pass{Mode: pass.VisitorMode, ExpiresAt: 9_000}, 9_000},
		{"a visit may be shorter than its pass", pass.Pass{Mode: pass.VisitorMode, SessionExpiresIn: 60, ExpiresAt: 9_000}, 1_060},
		{"a visit never outlives its pass", pass.Pass{Mode: pass.VisitorMode, SessionExpiresIn: 60, ExpiresAt: 1_059}, 1_059},
		{"a visit may end with its pass", pass.Pass{Mode: pass.VisitorMode, SessionExpiresIn: 60, ExpiresAt: 1_060}, 1_060},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.p.SessionEnd(1_000); got != row.want {
				t.Errorf("%d, want %d", got, row.want)
			}
		})
	}
}

func TestEndOfLife(t *testing.T) {
	for _, row := range []struct {
		name string
		p    pass.Pass
		want pass.NumericDate
	}{
		{"a public link lives until it expires", pass.Pass{Mode: pass.None, ExpiresAt: 9_000}, 9_000},
		{"a subject's pass lives until it expires", pass.Pass{Mode: pass.Request, ExpiresAt: 9_000, SessionExpiresIn: 60}, 9_000},
		{"a visitor's pass lives until it expires", pass.Pass{Mode: pass.VisitorMode, ExpiresAt: 9_000, SessionExpiresIn: 60}, 9_000},
		{"a login lives as long as a session opened at the last second", pass.Pass{Mode: pass.SessionMode, ExpiresAt: 9_000, SessionExpiresIn: 60}, 9_060},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.p.EndOfLife(); got != row.want {
				t.Errorf("%d, want %d", got, row.want)
			}
		})
	}
}

// From its end of life on neither a pass nor any session it could have opened
// admits anybody, so that clearing it away then takes nothing from anyone.
func TestNobodyIsAdmittedAfterTheEndOfLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, _ := goodSession(t, now)
		p.SessionExpiresIn = rapid.Int64Range(0, 10_000).Draw(t, "session time")
		opened := p.ExpiresAt - pass.NumericDate(rapid.Int64Range(1, 200).Draw(t, "opened before the end"))
		s := &pass.Session{V: pass.Version, Secret: secretOf(9), At: opened, ExpiresAt: p.SessionEnd(opened)}
		p.Sessions = map[pass.Key]pass.NumericDate{s.Key(): s.ExpiresAt}
		after := p.EndOfLife() + pass.NumericDate(rapid.Int64Range(0, 10_000).Draw(t, "after"))
		if got := pass.AdmitSession(p, s, pass.Ask{Scope: scope, Accept: []pass.Mode{p.Mode}}, after); got != pass.SessionEnded {
			t.Fatalf("session: %s, want %s", got, pass.SessionEnded)
		}
		if got := pass.AdmitRedeem(p, nil, redeemAsk(), after); got != pass.Expired {
			t.Fatalf("redeem: %s, want %s", got, pass.Expired)
		}
	})
}

func TestRedeems(t *testing.T) {
	for mode, want := range map[pass.Mode]bool{pass.None: false, pass.Request: false, pass.Host: false, "": false, pass.SessionMode: true, pass.VisitorMode: true} {
		if got := mode.Redeems(); got != want {
			t.Errorf("%q: %v, want %v", mode, got, want)
		}
	}
}

func TestNumericDate(t *testing.T) {
	if got := pass.At(time.Unix(1_800_000_000, 999_999_999)); got != 1_800_000_000 {
		t.Errorf("At rounds: %d", got)
	}
	if got, want := pass.NumericDate(1_800_000_000).String(), "2027-01-15T08:00:00Z"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := pass.NumericDate(0).String(); got != "" {
		t.Errorf("not set: %q, want nothing", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := times().Draw(t, "second")
		if got := pass.At(d.Time()); got != d {
			t.Fatalf("%d, want %d", got, d)
		}
		if d.Time().Location() != time.UTC {
			t.Fatal("not in UTC")
		}
	})
}

// Whatever wraps a kind of error is still told apart from the others.
func TestErrorKindsAreDistinct(t *testing.T) {
	kinds := []error{pass.ErrUnavailable, pass.ErrNotFound, pass.ErrExists}
	for i, err := range kinds {
		for j, kind := range kinds {
			if got := errors.Is(fmt.Errorf("pass P: %w", err), kind); got != (i == j) {
				t.Errorf("%v is %v: %v", err, kind, got)
			}
		}
	}
}
