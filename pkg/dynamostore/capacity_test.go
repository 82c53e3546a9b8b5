package dynamostore_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// cost is what a method asked of DynamoDB: operations in order, and the units
// of all together.
type cost struct {
	Operations []string
	Units      float64
}

func costs(r *dynamolocal.Recorder, f func()) cost {
	r.Reset()
	f()
	var c cost
	for _, call := range r.Calls() {
		c.Operations = append(c.Operations, call.Operation)
		c.Units += call.Units
	}
	return c
}

func TestEveryMethodMakesTheStatedCalls(t *testing.T) {
	r := &dynamolocal.Recorder{}
	db := dynamolocal.NewTable(t, dynamolocal.Start(t), r.Option)
	ctx := t.Context()
	p := request("P1", 3)
	v := request("P2", 0)
	v.Mode, v.Holder, v.Issuer = pass.VisitorMode, "holder", "issuer"
	s := &pass.Session{V: pass.Version, PassID: "P2", Secret: digest(9), At: now, ExpiresAt: now + 60, IP: "203.0.113.7"}
	redeem := asking(s.Key())
	d := s.Secret
	o := &pass.Order{V: pass.Version, Key: "K1", KID: "kid", At: now, PurgeAt: now + pass.OrderLife}
	for _, row := range []struct {
		says string
		want cost
		call func() error
	}{
		{"a pass is created by one put, and entered in two lists", cost{[]string{"PutItem"}, 1 + 2}, func() error { return db.Create(ctx, p) }},
		{"one with a holder and an issuer is in four", cost{[]string{"PutItem"}, 1 + 4}, func() error { return db.Create(ctx, v) }},
		{"a list of one holder is one query", cost{[]string{"Query"}, 0.5}, func() error {
			_, err := db.Find(ctx, pass.Listing{Index: pass.ByHolder, Value: v.Holder, Limit: 50})
			return err
		}},
		{"a list of all is one query of each part", cost{slices.Repeat([]string{"Query"}, record.Shards), 0.5 /* the engine takes nothing for what is empty */}, func() error {
			_, err := db.Find(ctx, pass.Listing{Index: pass.ByTime, Limit: 50})
			return err
		}},
		{"a use is one update", cost{[]string{"UpdateItem"}, 1}, func() error { _, _, err := db.Use(ctx, "P1", asking("a"), using("a")); return err }},
		{"a use that is counted already is one update, refused", cost{[]string{"UpdateItem"}, 0}, func() error { _, _, err := db.Use(ctx, "P1", asking("a"), using("a")); return err }},
		{"a redemption is one transaction and one read", cost{[]string{"TransactWriteItems", "BatchGetItem"}, 4 + 2}, func() error { _, _, _, err := db.Redeem(ctx, v, redeem, s); return err }},
		{"the same again is one transaction, refused, and one read", cost{[]string{"TransactWriteItems", "BatchGetItem"}, 2}, func() error { _, _, _, err := db.Redeem(ctx, v, redeem, s); return err }},
		{"a wrong secret is one transaction, refused", cost{[]string{"TransactWriteItems"}, 0}, func() error {
			other := *s
			other.Secret = digest(8)
			_, _, _, err := db.Redeem(ctx, v, pass.Ask{Secret: digest(1), Key: other.Key()}, &other)
			return err
		}},
		{"a reissue is one read and one update", cost{[]string{"BatchGetItem", "UpdateItem"}, 2}, func() error {
			_, err := db.Reissue(ctx, "P1", pass.Renewal{Secret: digest(5), KeepOld: now + 60, Uses: 2, At: now})
			return err
		}},
		{"a pass is read in one batch", cost{[]string{"BatchGetItem"}, 1}, func() error { _, err := db.Read(ctx, []pass.Ref{{ID: "P1"}}); return err }},
		{"a token's pass, a session and its pass are read in one batch", cost{[]string{"BatchGetItem"}, 3}, func() error {
			_, err := db.Read(ctx, []pass.Ref{{ID: "P1"}, {ID: "P2", Session: &d}})
			return err
		}},
		{"a pass that two refs need is read once", cost{[]string{"BatchGetItem"}, 2}, func() error {
			_, err := db.Read(ctx, []pass.Ref{{ID: "P2"}, {ID: "P2", Session: &d}, {ID: "P2", Session: &d}})
			return err
		}},
		{"reading nothing is no call", cost{}, func() error { _, err := db.Read(ctx, nil); return err }},
		{"revoking is one update", cost{[]string{"UpdateItem"}, 1}, func() error { _, err := db.Revoke(ctx, "P1", pass.Change{At: now, By: "ops", Why: "lost"}); return err }},
		{"ending a session is one update", cost{[]string{"UpdateItem"}, 1}, func() error { _, err := db.EndSession(ctx, "P2", s.Key(), pass.Change{}); return err }},
		{"changing a pass is one update", cost{[]string{"UpdateItem"}, 1}, func() error {
			_, err := db.Change(ctx, "P1", pass.Amendment{ExpiresAt: now + 90, Target: "/x", Change: pass.Change{Key: "k", At: now, By: "ops"}})
			return err
		}},
		{"what is so already is one update, refused", cost{[]string{"UpdateItem"}, 0}, func() error { _, err := db.Change(ctx, "P1", pass.Amendment{Target: "/x"}); return err }},
		{"the audit of a change is one put", cost{[]string{"PutItem"}, 1}, func() error { return db.PutChange(ctx, "P1", pass.Change{Key: "k"}, now) }},
		{"a history is one query", cost{[]string{"Query"}, 1}, func() error { _, err := db.History(ctx, "P2"); return err }},
		{"the audit of a use is one put", cost{[]string{"PutItem"}, 1}, func() error { return db.PutUse(ctx, "P1", using("a"), now) }},
		{"the first look at a link page is one update", cost{[]string{"UpdateItem"}, 1}, func() error { return db.Opened(ctx, "P2", pass.Look{Touch: pass.Head, At: now, PurgeAt: now}) }},
		{"so is every other", cost{[]string{"UpdateItem"}, 1}, func() error { return db.Opened(ctx, "P2", pass.Look{Touch: pass.Get, At: now, PurgeAt: now}) }},
		{"a client is one update", cost{[]string{"UpdateItem"}, 1}, func() error {
			_, err := db.Seen(ctx, "P1", pass.Visit{Client: keyOf(1), Key: "a", PurgeAt: now})
			return err
		}},
		{"so is one that is known", cost{[]string{"UpdateItem"}, 0}, func() error { _, err := db.Seen(ctx, "P1", pass.Visit{Client: keyOf(1), Key: "b"}); return err }},
		{"a visit of which nothing is known is no call", cost{}, func() error { _, err := db.Seen(ctx, "P1", pass.Visit{Key: "b"}); return err }},
		{"an order is put by one put", cost{[]string{"PutItem"}, 1}, func() error { _, err := db.PutOrder(ctx, o); return err }},
		{"one that stands is refused by one put", cost{[]string{"PutItem"}, 0}, func() error { _, err := db.PutOrder(ctx, o); return err }},
		{"it is read in one batch", cost{[]string{"BatchGetItem"}, 1}, func() error { _, err := db.Order(ctx, o.Key); return err }},
		{"it is finished by one update", cost{[]string{"UpdateItem"}, 1}, func() error { return db.FinishOrder(ctx, o) }},
		{"keeping what lies beside a pass is one query, and one update each", cost{[]string{"Query", "UpdateItem", "UpdateItem", "UpdateItem"}, 4}, func() error { return db.Keep(ctx, "P1", now+1) }},
		{"keeping it no longer is one query", cost{[]string{"Query"}, 1}, func() error { return db.Keep(ctx, "P1", now) }},
		{"clearing beside a pass that is there is one read", cost{[]string{"BatchGetItem"}, 1}, func() error { return db.Clear(ctx, "P1") }},
	} {
		var err error
		got := costs(r, func() { err = row.call() })
		wantKind(t, row.says, err, nil)
		if d := cmp.Diff(row.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", row.says, d)
		}
	}
}

// A use takes 17 bytes of its pass, and 1 KB is a unit: what is left of 2 KB
// after a hundred uses is 340 bytes, enough for a pass without data and target.
func TestAUseCostsOneUnitAndTheHundredthTwo(t *testing.T) {
	r := &dynamolocal.Recorder{}
	db := dynamolocal.NewTable(t, dynamolocal.Start(t), r.Option)
	p := request("P1", pass.MaxUses)
	p.Data, p.Target, p.IssuedBy = nil, "", ""
	must(t, db.Create(t.Context(), p))
	for n := range pass.MaxUses {
		got := costs(r, func() {
			_, reason, err := db.Use(t.Context(), "P1", asking(keyOf(n)), pass.Use{Key: keyOf(n), At: now, Route: "GET /reports/{id}", IP: "203.0.113.7"})
			if reason != pass.OK {
				t.Fatalf("use %d: %s (%v)", n+1, reason, err)
			}
		})
		if n < 40 && got.Units != 1 || n == pass.MaxUses-1 && got.Units != 2 {
			t.Errorf("use %d cost %v units", n+1, got.Units)
		}
	}
}
