package gate_test

import (
	"context"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestDecisions holds the gate to every row of the decision table, over the
// embedded store, with the calls it makes counted.
func TestDecisions(t *testing.T) { testDecisions(t, gatetest.Open(t), nil) }

// testDecisions runs the rows over a store. spent, if not nil, is what the
// store has been paid since it was last asked.
func testDecisions(t *testing.T, b storetest.Backend, spent func() float64) {
	for _, row := range rows(t) {
		if onPage(row) {
			continue // see testRedeemDecisions
		}
		t.Run(row.Name, func(t *testing.T) {
			gatetest.Plant(t, b, row)
			pay(spent)
			rec := storetest.Record(gatetest.Store(b.Store, row))
			ctx, cancel := context.WithCancel(t.Context())
			if row.Request.Store == "blocked" {
				ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
			}
			defer cancel()
			got := decide(ctx, t, gatetest.New(t, rec, row), row)
			compare(t, row, got)
			calls(t, row, rec.Calls())
			units(t, row, pay(spent))
			counted(t, b, row)
		})
	}
}

// pay returns what was spent since it was last asked, or -1 where nobody counts.
func pay(spent func() float64) float64 {
	if spent == nil {
		return -1
	}
	return spent()
}

// units compares the write units that were paid: none where nothing was written.
func units(t *testing.T, row decisions.Row, got float64) {
	t.Helper()
	if got >= 0 && got != float64(row.Want.Units) {
		t.Errorf("line %d: paid %v write units, want %d", row.Line, got, row.Want.Units)
	}
}

// decide asks the gate what the row asks.
func decide(ctx context.Context, t *testing.T, g *gate.Gate, row decisions.Row) gate.Decision {
	for _, p := range row.Present(gatetest.Mint(t)) {
		if p.Place == "check" {
			return g.Check(ctx, gate.Presentation{Credential: p.Value, Scope: row.Rule.ScopeFor(row.Request.ID), Accept: row.Rule.Accept, Look: row.Request.Look})
		}
	}
	return g.Authorize(ctx, gatetest.Request(t, row))
}

func compare(t *testing.T, row decisions.Row, got gate.Decision) {
	t.Helper()
	want := row.Want
	if string(got.Outcome) != string(want.Outcome) || string(got.Access) != want.Access || got.Reason != want.Reason || got.Counted != want.Counted {
		t.Errorf("line %d: got %s %s %s counted=%v, want %s %s %s counted=%v (%v)", row.Line,
			got.Outcome, got.Access, got.Reason, got.Counted, want.Outcome, want.Access, want.Reason, want.Counted, got.Err)
	}
	if by := by(row, got); by != want.By {
		t.Errorf("line %d: granted by %q, want %q", row.Line, by, want.By)
	}
}

// by tells which credential was granted.
func by(row decisions.Row, d gate.Decision) string {
	switch {
	case d.Access != gate.Granted:
		return ""
	case d.Pass.Mode == pass.Host:
		return "host"
	case d.SessionID == "":
		return "token"
	}
	for _, c := range row.Cookies {
		if pass.DigestOf(c.Secret[:]).Key() == d.SessionID {
			return c.Name
		}
	}
	return "nobody's session"
}

func calls(t *testing.T, row decisions.Row, got map[string]int) {
	t.Helper()
	writes := got["Use"] + got["Redeem"]
	if got["Read"] != row.Want.Reads || writes != row.Want.Writes || len(got) > 2 {
		t.Errorf("line %d: store calls %v, want %d reads and %d writes", row.Line, got, row.Want.Reads, row.Want.Writes)
	}
}

// counted compares the uses in the record with those before.
func counted(t *testing.T, b storetest.Backend, row decisions.Row) {
	t.Helper()
	if row.Token == nil || row.Token.Record == nil || row.Token.Record.V != pass.Version {
		return
	}
	entries, err := b.Read(t.Context(), []pass.Ref{{ID: row.Token.Record.ID}})
	if err != nil {
		t.Fatal(err)
	}
	want := len(row.Token.Record.Uses)
	if row.Want.Counted {
		want++
	}
	if got := len(entries[0].Pass.Uses); got != want {
		t.Errorf("line %d: the record holds %d uses, want %d", row.Line, got, want)
	}
}

func onPage(row decisions.Row) bool {
	for _, via := range via(row) {
		if via == "page" {
			return true
		}
	}
	return false
}

func via(row decisions.Row) []string {
	if row.Token == nil {
		return nil
	}
	return row.Token.Via
}

func rows(t testing.TB) []decisions.Row {
	t.Helper()
	rows, err := decisions.Load()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
