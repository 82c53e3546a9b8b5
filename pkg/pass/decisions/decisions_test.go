package decisions_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/pass/testdata"
)

const head = "## A section\nA sentence.\n\nname | pass | session | request | rule | outcome | by | reason | counted | calls | units\n"

const good = "a token is good | mode=none | - | via=query | scope=report:{id} | allow granted | token | ok | yes | r1 w1 | 1\n"

func TestTableIsOneOfSentences(t *testing.T) {
	rows := load(t)
	if len(rows) < 250 {
		t.Errorf("%d rows, want some hundreds", len(rows))
	}
	for _, row := range rows {
		if row.Section == "" || row.Line == 0 || len(strings.Fields(row.Name)) < 3 {
			t.Errorf("line %d, section %q: %q is no sentence", row.Line, row.Section, row.Name)
		}
	}
}

// Two rows that begin alike must end alike, whatever they are called.
func TestNoTwoRowsAreAboutTheSame(t *testing.T) {
	seen := map[string]string{}
	for _, line := range strings.Split(testdata.Decisions(), "\n") {
		name, rest, ok := strings.Cut(line, "|")
		if !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "name ") {
			continue
		}
		world := strings.Join(strings.Fields(strings.Join(strings.Split(rest, "|")[:4], " | ")), " ")
		if was := seen[world]; was != "" {
			t.Errorf("%q and %q are about the same: %s", was, strings.TrimSpace(name), world)
		}
		seen[world] = strings.TrimSpace(name)
	}
}

func TestLoadBuildsAnew(t *testing.T) {
	one, two := load(t), load(t)
	if d := cmp.Diff(one, two); d != "" {
		t.Fatalf("the second load differs:\n%s", d)
	}
	for _, row := range one {
		for _, p := range row.Passes() {
			p.Scope = "changed"
			clear(p.Uses)
		}
	}
	if d := cmp.Diff(load(t), two); d != "" {
		t.Errorf("a change of one load shows in another:\n%s", d)
	}
}

// All rows may lie in one store: no id, secret or session stands in two rows.
func TestRowsShareNothing(t *testing.T) {
	ids, digests := map[string]string{}, map[pass.Digest]string{}
	for _, row := range load(t) {
		for _, p := range row.Passes() {
			if was := ids[p.ID]; was != "" || len(p.ID) != 16 {
				t.Errorf("%q: id %s is that of %q", row.Name, p.ID, was)
			}
			ids[p.ID] = row.Name
			for d := range p.Secrets {
				if was := digests[d]; was != "" {
					t.Errorf("%q: a secret is that of %q", row.Name, was)
				}
				digests[d] = row.Name
			}
		}
		for _, s := range row.Sessions() {
			if was := digests[s.Secret]; was != "" {
				t.Errorf("%q: a session's secret is that of %q", row.Name, was)
			}
			digests[s.Secret] = row.Name
		}
	}
}

// What a store cannot hold a row must not ask for.
func TestRecordsAreWithinBounds(t *testing.T) {
	for _, row := range load(t) {
		for _, p := range row.Passes() {
			if p.MaxUses > pass.MaxUses || p.ExpiresAt-p.IssuedAt > pass.MaxLifetime || len(p.Sessions) > pass.MaxSessions {
				t.Errorf("line %d: %+v", row.Line, p)
			}
			if p.PurgeAt <= p.EndOfLife() {
				t.Errorf("line %d: cleared away while alive", row.Line)
			}
		}
	}
}

func TestWordsBuildTheirWorld(t *testing.T) {
	row := parse(t, "r | mode=request subject=rogers scope=a uses=2/3 exp=+5 nbf=-6 iat=-7 revoked=-8 secret=old:+9 sessions=2 dead-sessions=1"+
		" | visitor(scope=b at=-1 exp=+2 pass-exp=+3 revoked=-4) user(subject=x v=2 pass-v=3) | via=query+bearer token=wrong-secret method=PUT site=none origin=own id=7 store=down"+
		" | scope=a:{id} accept=none,visitor optional forward max_age=8 | error | - | unavailable | no | r1 | -")
	now := decisions.Now
	p := row.Token.Record
	if p.Subject != "rogers" || p.Scope != "a" || len(p.Uses) != 2 || p.MaxUses != 3 || p.ExpiresAt != now+5 || p.NotBefore != now-6 ||
		p.IssuedAt != now-7 || p.RevokedAt != now-8 || len(p.Secrets) != 2 || len(p.Sessions) != 3 || p.LiveSessions(now) != 2 {
		t.Errorf("pass: %+v", p)
	}
	if _, ok := p.Secrets[pass.DigestOf(row.Token.Secret[:])]; ok {
		t.Error("the wrong secret is one of the pass's")
	}
	v, u := row.Cookies[0], row.Cookies[1]
	if v.Name != "visitor" || v.Pass.Mode != pass.VisitorMode || v.Pass.Scope != "b" || v.Session.At != now-1 || v.Session.ExpiresAt != now+2 ||
		v.Pass.ExpiresAt != now+3 || v.Pass.RevokedAt != now-4 || v.Session.PassID != v.Pass.ID || v.Pass.Sessions[v.Session.Key()] != now+2 {
		t.Errorf("visitor: %+v of %+v", v.Session, v.Pass)
	}
	if u.Pass.Subject != "x" || u.Session.V != 2 || u.Pass.V != 3 {
		t.Errorf("user: %+v of %+v", u.Session, u.Pass)
	}
	if want := (decisions.Request{Method: "PUT", Site: "none", Origin: decisions.Origin, ID: "7", Store: "down"}); row.Request != want {
		t.Errorf("request: %+v", row.Request)
	}
	if d := cmp.Diff(&decisions.Rule{Scope: "a:{id}", Accept: []pass.Mode{pass.None, pass.VisitorMode}, Optional: true, Forward: true, MaxAge: 8}, row.Rule); d != "" {
		t.Errorf("rule (-want +got):\n%s", d)
	}
	if row.Rule.ScopeFor("7") != "a:7" {
		t.Errorf("scope %q", row.Rule.ScopeFor("7"))
	}
	if want := (decisions.Want{Outcome: decisions.Error, Reason: pass.Unavailable, Reads: 1}); row.Want != want {
		t.Errorf("want: %+v", row.Want)
	}
}

func TestCookiesLeadWhereTheySay(t *testing.T) {
	for words, want := range map[string]struct{ pass, session, right, held bool }{
		"":             {true, true, true, true},
		"ended":        {true, true, true, false},
		"orphan":       {false, true, true, false},
		"unknown":      {false, false, false, false},
		"wrong-secret": {true, true, false, true},
	} {
		c := parse(t, "r | - | user("+words+") | - | scope=a | deny | - | session_ended | no | r1 | -").Cookies[0]
		if (c.Pass != nil) != want.pass || (c.Session != nil) != want.session {
			t.Errorf("user(%s): pass %v, session %v", words, c.Pass, c.Session)
			continue
		}
		if c.Session != nil && (c.Session.Secret == pass.DigestOf(c.Secret[:])) != want.right {
			t.Errorf("user(%s): the cookie's secret is right: %v", words, !want.right)
		}
		if c.Pass != nil {
			if _, held := c.Pass.Sessions[c.Session.Key()]; held != want.held {
				t.Errorf("user(%s): held by its pass: %v", words, held)
			}
		}
	}
}

// What the same redemption opened is in the pass's uses, not beside them.
func TestOpenedIsTheNewestUse(t *testing.T) {
	row := parse(t, "r | mode=session uses=1/1 | opened(at=-30) | via=page | redeem | allow granted | token | ok | no | r1 | -")
	p, key := row.Token.Record, row.Opened.Key()
	if len(p.Uses) != 1 || p.Uses[key] != decisions.Now-30 || p.Sessions[key] != row.Opened.ExpiresAt {
		t.Errorf("opened %s: uses %v, sessions %v", key, p.Uses, p.Sessions)
	}
	if row.NewSession().Key() != key {
		t.Error("the same redemption would open another session")
	}
	if row.Request.Method != "POST" {
		t.Errorf("the page's form is sent by %s", row.Request.Method)
	}
}

func TestPresent(t *testing.T) {
	mint := func(c decisions.Credential) string { return c.ID + "/good" }
	for words, want := range map[string][]string{
		"":                                      nil,
		"via=query":                             {"query T"},
		"via=query+vuid":                        {"query T", "vuid T"},
		"via=bearer token=cut":                  {"bearer T-"},
		"via=query token=mistyped":              {"query T~"},
		"via=query token=empty":                 {"query "},
		"via=vuid token=foreign":                {"vuid F"},
		"via=query+foreign-bearer":              {"query T", "bearer F"},
		"via=bearer+foreign-query":              {"bearer T", "query F"},
		"via=query token=joined":                {"query T,O"},
		"via=query token=twice-same":            {"query T", "query T"},
		"via=query token=twice-different":       {"query T", "query O"},
		"via=query+vuid token=twice-same":       {"query T", "vuid T"},
		"via=vuid+bearer token=twice-different": {"vuid T", "bearer O"},
	} {
		row := parse(t, "r | - | - | "+words+" | scope=a | deny | - | missing | no | - | -")
		var got []string
		for _, p := range row.Present(mint) {
			got = append(got, p.Place+" "+shorten(p.Value, row))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", words, got, want)
		}
	}
}

// shorten writes the token T, cut T-, mistyped T~, another O, a foreign one F.
func shorten(value string, row decisions.Row) string {
	token := row.Token.ID + "/good"
	if len(value) == len(token) && value != token && value[:10] == token[:10] {
		return "T~"
	}
	value = strings.NewReplacer(decisions.Foreign, "F", token, "T", token[:len(token)-1], "T-").Replace(value)
	if at := strings.Index(value, "other"); at >= 0 {
		value = value[:at] + "O"
	}
	return value
}

func load(t *testing.T) []decisions.Row {
	t.Helper()
	rows, err := decisions.Load()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// parse reads a table of one row.
func parse(t *testing.T, row string) decisions.Row {
	t.Helper()
	rows, err := decisions.Parse(head + row)
	if err != nil {
		t.Fatal(err)
	}
	return rows[0]
}
