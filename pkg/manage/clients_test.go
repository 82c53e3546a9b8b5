package manage_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestADescriptionCountsTheClients of all that it knows: sessions, uses that the
// audit has, those that only the pass has, and a session's use once.
func TestADescriptionCountsTheClients(t *testing.T) {
	session := func(n byte, ip, browser string) pass.Session {
		return pass.Session{V: pass.Version, PassID: passID, Secret: pass.DigestOf([]byte{n}), At: t0, ExpiresAt: t0 + 60, IP: ip, UserAgent: browser}
	}
	use := func(n byte, ip, browser string) pass.Use {
		return pass.Use{Key: pass.KeyOf([8]byte{n}), At: t0, Route: "GET /x", IP: ip, UserAgent: browser}
	}
	const home, work, firefox, phone = "192.0.2.7", "198.51.100.7", "Firefox", "Phone"
	k := newKit(t)
	p := k.issue(visitor)
	for name, row := range map[string]struct {
		h    pass.History
		last *pass.Use
		want int
	}{
		"nobody":                          {},
		"one who came twice":              {h: pass.History{Sessions: []pass.Session{session(1, home, firefox), session(2, "192.0.2.99", firefox)}}, want: 1},
		"one at home and at work":         {h: pass.History{Sessions: []pass.Session{session(1, home, firefox), session(2, work, firefox)}}, want: 2},
		"one with two browsers":           {h: pass.History{Uses: []pass.Use{use(1, home, firefox), use(2, home, phone), use(3, home, firefox)}}, want: 2},
		"a use and the session it opened": {h: pass.History{Sessions: []pass.Session{session(1, home, firefox)}, Uses: []pass.Use{{Key: pass.DigestOf([]byte{1}).Key(), At: t0, IP: home, UserAgent: firefox}}}, want: 1},
		"a use whose audit is to come":    {h: pass.History{Uses: []pass.Use{use(1, home, firefox)}}, last: &pass.Use{Key: pass.KeyOf([8]byte{2}), At: t0, IP: work, UserAgent: firefox}, want: 2},
		"uses of whom nothing is known":   {h: pass.History{Uses: []pass.Use{use(1, "", ""), use(2, "", ""), use(3, home, "")}}, want: 1},
		"a session of a newer version":    {h: pass.History{Sessions: []pass.Session{{V: 2, PassID: passID, Secret: pass.DigestOf([]byte{1})}}}},
		"a hundred and one":               {h: many(101), want: 101},
	} {
		q := *p
		q.LastUse = row.last
		row.h.Pass, row.h.Opens = &q, &pass.Opens{V: pass.Version, Gets: 30, Heads: 30}
		k.Store = fixed{h: &row.h}
		d, err := k.Describe(context.Background(), passID)
		if err != nil {
			t.Fatal(err)
		}
		if d.Clients == nil || *d.Clients != row.want {
			b, _ := json.Marshal(d.Clients)
			t.Errorf("%s: %s clients, want %d", name, b, row.want)
		}
		if b, err := json.Marshal(d); err != nil || !strings.Contains(string(b), `"clients":`) {
			t.Errorf("%s: %s, %v", name, b, err)
		}
	}
}

func many(n int) (h pass.History) {
	for i := range n {
		h.Sessions = append(h.Sessions, pass.Session{V: pass.Version, PassID: passID, Secret: pass.DigestOf([]byte{byte(i), 1}), At: t0, ExpiresAt: t0 + 60, UserAgent: strings.Repeat("x", i+1)})
	}
	return h
}

// Of a change only the pass is read, which does not have all of its visits.
func TestChangesSayNothingOfClients(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	d, err := k.Revoke(context.Background(), manage.Change{Pass: passID, By: "ops"})
	if err != nil || d.Clients != nil {
		t.Errorf("%v clients, %v", d, err)
	}
}
