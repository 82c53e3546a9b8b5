package dynamostore_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// Here each condition is the only one that refuses, or lets through at its edge,
// so that none can be left out without a row that says which. What the suite
// proves in minutes, these rows point at in a second.

const key pass.Key = "a"

func table(t *testing.T) storetest.Backend {
	t.Helper()
	return dynamolocal.NewTable(t, dynamolocal.Start(t)).Backend()
}

// plant puts a pass behind the store's back and returns what its item must still
// be after a refusal.
func plant(t *testing.T, b storetest.Backend, p *pass.Pass) record.Item {
	t.Helper()
	must(t, b.Put(record.FromPass(p)))
	return item(t, b, p.ID)
}

func item(t *testing.T, b storetest.Backend, id string) record.Item {
	t.Helper()
	it, err := b.Get(record.PassPK(id), record.PassSK)
	must(t, err)
	return it
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestEachConditionOfAUse(t *testing.T) {
	b := table(t)
	for _, row := range []struct {
		name   string
		change func(p *pass.Pass, a *pass.Ask)
		want   pass.Reason
	}{
		{"a newer version", func(p *pass.Pass, a *pass.Ask) { p.V++ }, pass.Unavailable},
		{"a wrong secret", func(p *pass.Pass, a *pass.Ask) { a.Secret = digest(9) }, pass.Unknown},
		{"a secret at its end", func(p *pass.Pass, a *pass.Ask) { p.Secrets[digest(0)] = now }, pass.Unknown},
		{"a secret in its last second", func(p *pass.Pass, a *pass.Ask) { p.Secrets[digest(0)] = now + 1 }, pass.OK},
		{"a signature instead of a secret", func(p *pass.Pass, a *pass.Ask) { a.Secret, a.Signed = digest(9), true }, pass.OK},
		{"a revoked pass", func(p *pass.Pass, a *pass.Ask) { p.RevokedAt = now + 1 }, pass.Revoked},
		{"an expired pass", func(p *pass.Pass, a *pass.Ask) { p.ExpiresAt = now }, pass.Expired},
		{"a pass in its last second", func(p *pass.Pass, a *pass.Ask) { p.ExpiresAt = now + 1 }, pass.OK},
		{"a pass of max_age", func(p *pass.Pass, a *pass.Ask) { a.MaxAge = 60 }, pass.Expired},
		{"a pass a second younger than max_age", func(p *pass.Pass, a *pass.Ask) { a.MaxAge = 61 }, pass.OK},
		{"a pass before its start", func(p *pass.Pass, a *pass.Ask) { p.NotBefore = now + 1 }, pass.NotYetValid},
		{"a pass in its first second", func(p *pass.Pass, a *pass.Ask) { p.NotBefore = now }, pass.OK},
		{"another scope", func(p *pass.Pass, a *pass.Ask) { a.Scope = "report:67" }, pass.WrongScope},
		{"another mode", func(p *pass.Pass, a *pass.Ask) { a.Accept = []pass.Mode{pass.None} }, pass.WrongMode},
		{"the last use", func(p *pass.Pass, a *pass.Ask) { p.MaxUses = 2 }, pass.OK},
		{"no use left", func(p *pass.Pass, a *pass.Ask) { p.MaxUses = 1 }, pass.Spent},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, a := request("P:"+row.name, 3), asking(key)
			p.Uses = map[pass.Key]pass.NumericDate{"other": now - 1}
			row.change(p, &a)
			was := plant(t, b, p)
			_, reason, err := b.Use(t.Context(), p.ID, a, using(key))
			if reason != row.want {
				t.Errorf("%s (%v), want %s", reason, err, row.want)
			}
			if row.want != pass.OK {
				same(t, "the item", item(t, b, p.ID), was)
			}
		})
	}
}

func TestAUseThatIsCountedKeepsItsDetails(t *testing.T) {
	b := table(t)
	p := request("P1", 3)
	plant(t, b, p)
	_, _, err := b.Use(t.Context(), p.ID, asking(key), using(key))
	must(t, err)
	was, again := item(t, b, p.ID), using(key)
	again.At, again.Route = now+1, "GET /other"
	if _, reason, err := b.Use(t.Context(), p.ID, asking(key), again); reason != pass.OK {
		t.Errorf("%s (%v), want ok", reason, err)
	}
	same(t, "the item", item(t, b, p.ID), was)
}

// visiting returns what opens a session of p.
func visiting(p *pass.Pass) (pass.Ask, *pass.Session) {
	s := &pass.Session{V: pass.Version, PassID: p.ID, Secret: digest(1), At: now, ExpiresAt: now + 60, PurgeAt: p.PurgeAt}
	a := asking(s.Key())
	a.Accept = []pass.Mode{p.Mode}
	return a, s
}

func TestEachConditionOfARedemption(t *testing.T) {
	b := table(t)
	opens := digest(1).Key()
	live := func(p *pass.Pass, n int, end pass.NumericDate) {
		for i := range n {
			p.Sessions[keyOf(i)] = end
		}
	}
	for _, row := range []struct {
		name   string
		change func(p, known *pass.Pass)
		want   pass.Reason
	}{
		{"no use left", func(p, known *pass.Pass) { p.Uses["other"] = now }, pass.Spent},
		{"a pass that counts since the caller saw it", func(p, known *pass.Pass) { known.MaxUses = 0 }, pass.OK},
		{"a pass that no longer counts", func(p, known *pass.Pass) { p.MaxUses = 0 }, pass.OK},
		{"a use that is counted, of a session that is gone", func(p, known *pass.Pass) { p.MaxUses, p.Uses[opens] = 2, now-1 }, pass.Spent},
		{"fifty live sessions", func(p, known *pass.Pass) { live(p, pass.MaxSessions, now+1) }, pass.RateLimited},
		{"forty-nine live sessions", func(p, known *pass.Pass) { live(p, pass.MaxSessions-1, now+1); known.Sessions = p.Sessions }, pass.OK},
		{"fifty dead sessions", func(p, known *pass.Pass) { live(p, pass.MaxSessions, now) }, pass.OK},
	} {
		t.Run(row.name, func(t *testing.T) {
			p, known := request("P:"+row.name, 1), request("P:"+row.name, 1)
			p.Mode, p.Uses, p.Sessions = pass.VisitorMode, map[pass.Key]pass.NumericDate{}, map[pass.Key]pass.NumericDate{}
			row.change(p, known)
			was := plant(t, b, p)
			a, s := visiting(p)
			after, opened, reason, err := b.Redeem(t.Context(), known, a, s)
			if reason != row.want || (opened != nil) != (row.want == pass.OK) {
				t.Fatalf("%s and %v (%v), want %s", reason, opened, err, row.want)
			}
			if row.want != pass.OK {
				same(t, "the item", item(t, b, p.ID), was)
				return
			}
			if after.Counted(opens) != (p.MaxUses > 0) || len(after.Sessions) > pass.MaxSessions || after.LiveSessions(now) != p.LiveSessions(now)+1 {
				t.Errorf("uses %v, %d sessions and %d of them live", after.Uses, len(after.Sessions), after.LiveSessions(now))
			}
		})
	}
}

func TestASessionThatIsThereIsNotOverwritten(t *testing.T) {
	b := table(t)
	p := request("P1", 0)
	p.Mode = pass.VisitorMode
	plant(t, b, p)
	a, s := visiting(p)
	first := *s
	first.At, first.IP = now-1, "192.0.2.1"
	must(t, b.Put(record.FromSession(&first)))
	if _, _, reason, err := b.Redeem(t.Context(), p, a, s); reason != pass.Spent {
		t.Errorf("%s (%v), want spent", reason, err)
	}
	it, err := b.Get(record.PassPK(p.ID), record.SessionSK(s.Secret))
	must(t, err)
	same(t, "the session", it, record.FromSession(&first))
}

func TestEachConditionOfManaging(t *testing.T) {
	b, done := table(t), pass.Change{Key: "k", At: now}
	for _, row := range []struct {
		name   string
		change func(p *pass.Pass)
		do     func(id string) (*pass.Pass, error)
		kind   error
	}{
		{"a newer version is not revoked", func(p *pass.Pass) { p.V++ }, func(id string) (*pass.Pass, error) { return b.Revoke(t.Context(), id, pass.Change{At: now}) }, pass.ErrUnavailable},
		{"who revoked first is kept", func(p *pass.Pass) { p.RevokedAt, p.RevokedBy = now-1, "vera" }, func(id string) (*pass.Pass, error) {
			return b.Revoke(t.Context(), id, pass.Change{Key: "k", At: now, By: "fred"})
		}, nil},
		{"restoring what is not revoked ends no session", func(p *pass.Pass) {}, func(id string) (*pass.Pass, error) { return b.Restore(t.Context(), id, done) }, nil},
		{"a newer version is not changed", func(p *pass.Pass) { p.V++ }, func(id string) (*pass.Pass, error) {
			return b.Change(t.Context(), id, pass.Amendment{Scope: "s", Change: done})
		}, pass.ErrUnavailable},
		{"what is so already is not changed", func(p *pass.Pass) { p.Scope, p.MaxUses = "s", 0 }, func(id string) (*pass.Pass, error) {
			return b.Change(t.Context(), id, pass.Amendment{Scope: "s", Unlimited: true, Change: done})
		}, nil},
		{"a session that is not there is not ended", func(p *pass.Pass) {}, func(id string) (*pass.Pass, error) {
			return b.EndSession(t.Context(), id, keyOf(9), done)
		}, nil},
		{"no sessions are not ended", func(p *pass.Pass) { clear(p.Sessions) }, func(id string) (*pass.Pass, error) {
			return b.EndSessions(t.Context(), id, done)
		}, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := request("P:"+row.name, 3)
			p.Sessions = map[pass.Key]pass.NumericDate{key: now + 60}
			row.change(p)
			was := plant(t, b, p)
			_, err := row.do(p.ID)
			wantKind(t, row.name, err, row.kind)
			same(t, "the item", item(t, b, p.ID), was)
		})
	}
	t.Run("revoking ends the sessions", func(t *testing.T) {
		p := request("P1", 3)
		p.Sessions = map[pass.Key]pass.NumericDate{key: now + 60}
		plant(t, b, p)
		if after, err := b.Revoke(t.Context(), p.ID, pass.Change{At: now}); err != nil || len(after.Sessions) != 0 {
			t.Errorf("%+v, %v", after, err)
		}
	})
}

// No engine can show a read that was not consistent, so the requests are looked at.
func TestEveryReadIsConsistent(t *testing.T) {
	for name, read := range map[string]func(*dynamostore.Store) error{
		"of keys":        func(s *dynamostore.Store) error { _, err := s.Read(t.Context(), []pass.Ref{{ID: "P1"}}); return err },
		"of a partition": func(s *dynamostore.Store) error { _, err := s.Rules(t.Context(), "api"); return err },
	} {
		t.Run(name, func(t *testing.T) {
			says := &script{answers: []answer{ok(`{}`)}}
			must(t, read(over(t, says)))
			in := says.sent[0]
			if asked, ok := in["RequestItems"].(map[string]any); ok {
				in = asked["gatepass"].(map[string]any)
			}
			if in["ConsistentRead"] != true {
				t.Errorf("asked %v", says.sent[0])
			}
		})
	}
}
