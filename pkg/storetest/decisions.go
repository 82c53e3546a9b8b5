package storetest

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/record"
)

// RunDecisions drives a store by the decision table: each row that lies wholly
// in the rules of package pass is planted, asked for, and answered as it says.
func RunDecisions(t *testing.T, open func(t *testing.T) Backend) {
	rows, err := decisions.Load()
	if err != nil {
		t.Fatal(err)
	}
	b, driven := open(t), 0
	for _, row := range rows {
		for _, c := range []struct {
			of   func() (decisions.Case, bool)
			test func(kit, decisions.Row, decisions.Case) pass.Reason
		}{{row.Admit, decideUse}, {row.AdmitRedeem, decideRedeem}, {row.AdmitSession, decideSession}} {
			in, ok := c.of()
			if !ok || !in.Stored {
				continue
			}
			driven++
			t.Run(row.Name, func(t *testing.T) {
				if got := c.test(newKit(t, b), row, in); got != in.Want {
					t.Errorf("%s, want %s", got, in.Want)
				}
			})
		}
	}
	if driven < 50 {
		t.Errorf("%d of %d rows drive a store", driven, len(rows))
	}
}

// decideUse uses the pass of a row, or only looks at it.
func decideUse(k kit, row decisions.Row, c decisions.Case) pass.Reason {
	it := k.table(c.Pass)
	if c.Ask.Key == "" {
		return pass.Admit(k.read(row.Token.ID), c.Ask, decisions.Now)
	}
	return k.judgedUse(row.Token.ID, it, c.Ask, useAt(c.Ask, decisions.Now))
}

func decideRedeem(k kit, row decisions.Row, c decisions.Case) pass.Reason {
	r := redemption{pass: k.table(c.Pass), read: &pass.Pass{ID: row.Token.ID}, ask: c.Ask, opens: row.NewSession()}
	if c.Session != nil {
		r.session = record.FromSession(c.Session)
		k.plant(r.session)
	}
	return k.judgedRedeem(r)
}

func decideSession(k kit, row decisions.Row, c decisions.Case) pass.Reason {
	k.table(c.Pass)
	for _, s := range row.Sessions() {
		k.plant(record.FromSession(s))
	}
	cookie := row.Cookies[0]
	d := pass.DigestOf(cookie.Secret[:])
	e := k.entry(pass.Ref{ID: cookie.ID, Session: &d})
	return pass.AdmitSession(e.Pass, e.Session, c.Ask, decisions.Now)
}

// table plants the pass of a row, if it has one.
func (k kit) table(p *pass.Pass) record.Item {
	k.Helper()
	if p == nil {
		return nil
	}
	k.plant(record.FromPass(p))
	return record.FromPass(p)
}
