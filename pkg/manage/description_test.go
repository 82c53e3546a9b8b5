package manage_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// fixed is a store that has one history.
type fixed struct {
	manage.Store
	h *pass.History
}

func (f fixed) History(context.Context, string) (*pass.History, error) { return f.h, nil }

const described = `{
  "pass": "7Gm2kQpX4sVbN9aT",
  "state": "revoked",
  "decision": "revoked",
  "hints": [
    "Restoring it makes its link good again; sessions that were ended stay ended."
  ],
  "mode": "visitor",
  "format": "short",
  "scope": "report:66",
  "visitor": {
    "email": "ginger@example.com",
    "first_name": "Ginger"
  },
  "target": "https://app.example.com/reports/66",
  "issued_at": "2027-01-15T08:00:00Z",
  "issued_by": "reports",
  "not_before": "2027-01-15T08:00:10Z",
  "expires_at": "2027-01-15T09:00:00Z",
  "purge_at": "2027-01-15T10:00:00Z",
  "revoked": {
    "at": "2027-01-15T08:20:00Z",
    "by": "ops",
    "why": "lost phone"
  },
  "uses": {
    "left": 1,
    "of": 3,
    "each": [
      {
        "at": "2027-01-15T08:00:10Z",
        "id": "S_USLzRFVMU",
        "ip": "192.0.2.8",
        "user_agent": "Firefox"
      },
      {
        "at": "2027-01-15T08:05:00Z",
        "id": "28G0yQD_5I0",
        "ip": "192.0.2.8",
        "user_agent": "Firefox"
      }
    ]
  },
  "opens": {
    "gets": 2,
    "heads": 1,
    "refused_posts": 1,
    "first_at": "2027-01-15T08:00:10Z",
    "last_at": "2027-01-15T08:20:00Z"
  },
  "clients": 1,
  "sessions": {
    "live": 0,
    "each": [
      {
        "id": "S_USLzRFVMU",
        "state": "expired",
        "opened_at": "2027-01-15T08:00:10Z",
        "expires_at": "2027-01-15T08:15:10Z",
        "ip": "192.0.2.8",
        "user_agent": "Firefox",
        "origin": "https://mail.example.com"
      },
      {
        "id": "28G0yQD_5I0",
        "state": "ended",
        "opened_at": "2027-01-15T08:05:00Z",
        "expires_at": "2027-01-15T09:05:00Z",
        "ip": "192.0.2.8",
        "user_agent": "Firefox",
        "origin": "https://mail.example.com"
      }
    ]
  },
  "changes": [
    {
      "at": "2027-01-15T08:20:00Z",
      "operation": "revoke",
      "by": "ops",
      "why": "lost phone"
    }
  ],
  "refusals": {
    "query": "fields @timestamp, function, outcome, access, reason, route, operation, by, request_id, hint, error | filter pass_id = '7Gm2kQpX4sVbN9aT' | sort @timestamp desc | limit 200",
    "log_groups": [
      "/gatepass/gatepass/authorizer",
      "/gatepass/gatepass/visit",
      "/gatepass/gatepass/issue",
      "/gatepass/gatepass/manage"
    ]
  }
}
`

func TestADescriptionCanBeReadInATerminal(t *testing.T) {
	k := newKit(t)
	k.issue(func(p *pass.Pass) {
		visitor(p)
		p.MaxUses, p.NotBefore, p.Target = 3, t0+10, "https://app.example.com/reports/66"
	})
	k.now = t0 + 10
	k.look(pass.Head, pass.Get)
	k.redeem(1, 900)
	k.now = t0 + 300
	k.redeem(2, 3600)
	k.now = t0 + 1200
	k.revoke()
	k.look(pass.Get, pass.RefusedPost)
	b, err := k.Handle(context.Background(), []byte(operations["describe"]))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(strings.Split(described, "\n"), strings.Split(string(b), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUsesHaveTheDetailsThatAreKnown(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	ctx := context.Background()
	k.use(1)
	k.now += 5
	k.use(2)
	key := func(n byte) pass.Key { return pass.KeyOf([8]byte{n}) }
	bare := manage.Use{At: "2027-01-15T08:00:00Z", ID: key(1)}
	newest := manage.Use{At: "2027-01-15T08:00:05Z", ID: key(2), Route: "GET /reports/{id}", IP: "192.0.2.7", UserAgent: "curl/8"}
	check := func(when string, want ...manage.Use) {
		t.Helper()
		d, err := k.Describe(ctx, passID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(want, d.Uses.Each); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		if *d.Uses.Left != 1 || d.Uses.Of != 3 || d.Uses.Unlimited {
			t.Errorf("%s: %d left of %d, unlimited %v", when, *d.Uses.Left, d.Uses.Of, d.Uses.Unlimited)
		}
	}
	check("before the audit", bare, newest)
	if err := k.bolt.PutUse(ctx, passID, pass.Use{Key: key(1), At: t0, Route: "GET /x", IP: "192.0.2.9"}, t0+7200); err != nil {
		t.Fatal(err)
	}
	bare.Route, bare.IP = "GET /x", "192.0.2.9"
	check("after the audit", bare, newest)
}

func TestTheDetailsOfARedemptionAreThoseOfItsSession(t *testing.T) {
	k := newKit(t)
	k.issue(func(p *pass.Pass) { visitor(p); p.MaxUses = 3 })
	id, _ := k.redeem(1, 600)
	for _, audited := range []pass.Use{{Key: id, At: t0}, {Key: id, At: t0, Route: "link page", IP: "192.0.2.9"}} {
		if err := k.bolt.PutUse(context.Background(), passID, audited, t0+7200); err != nil {
			t.Fatal(err)
		}
		d, err := k.Describe(context.Background(), passID)
		if err != nil {
			t.Fatal(err)
		}
		want := []manage.Use{{At: "2027-01-15T08:00:00Z", ID: id, Route: audited.Route, IP: cmp.Or(audited.IP, "192.0.2.8"), UserAgent: "Firefox"}}
		if diff := gocmp.Diff(want, d.Uses.Each); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestAnUnlimitedPassHasNoUsesToCount(t *testing.T) {
	k := newKit(t)
	k.issue(func(p *pass.Pass) { p.MaxUses = 0 })
	uses := k.answer(operations["describe"])["uses"]
	if diff := gocmp.Diff(map[string]any{"unlimited": true, "each": []any{}}, uses); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSessionsAreShownByTheirState(t *testing.T) {
	k := newKit(t)
	p := k.issue(visitor)
	h := &pass.History{Pass: p}
	add := func(n byte, v int, from, to pass.NumericDate, held bool) string {
		s := pass.Session{V: v, PassID: passID, Secret: pass.DigestOf([]byte{n}), At: from, ExpiresAt: to}
		h.Sessions = append(h.Sessions, s)
		if held {
			p.Sessions[s.Key()] = to
		}
		return string(s.Key())
	}
	want := []string{
		add(1, 1, t0, t0+1000, true) + " live",
		add(2, 1, t0+1, t0+1000, false) + " ended",
		add(3, 1, t0+2, t0+100, true) + " expired",
		add(4, 1, t0+3, t0+100, false) + " expired",
		add(5, 1, t0+4, t0+99, true) + " expired",
		add(6, 2, t0+5, t0+1000, true) + " unknown",
		add(7, 1, t0+6, t0+5000, true) + " live",
	}
	k.Store, k.now = fixed{h: h}, t0+100
	if diff := gocmp.Diff(want, shownSessions(k)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	k.now = t0 + 3600
	for i, s := range shownSessions(k) {
		if !strings.HasSuffix(s, " expired") && i != 5 {
			t.Errorf("a visitor's session outlives its pass: %s", s)
		}
	}
	p.Mode, k.now = pass.SessionMode, t0+3600
	h.Sessions[0].ExpiresAt, h.Sessions[1].ExpiresAt = t0+5000, t0+5000
	if s := shownSessions(k); !strings.HasSuffix(s[0], " live") || !strings.HasSuffix(s[1], " ended") {
		t.Errorf("after its pass a login is %s, one that was ended is %s", s[0], s[1])
	}
}

func shownSessions(k *kit) (out []string) {
	k.t.Helper()
	d, err := k.Describe(context.Background(), passID)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, s := range d.Sessions.Each {
		out = append(out, fmt.Sprintf("%s %s", s.ID, s.State))
	}
	return out
}

func TestOfManySessionsTheLiveAndTheNewestAreShown(t *testing.T) {
	k := newKit(t)
	p := k.issue(visitor)
	h := &pass.History{Pass: p}
	const all = manage.MaxSessionsShown + 100
	for n := range all {
		s := pass.Session{V: 1, PassID: passID, Secret: pass.DigestOf(fmt.Append(nil, n)), At: t0 + pass.NumericDate(n), ExpiresAt: t0 + 3000}
		h.Sessions = append(h.Sessions, s)
		if n == 0 {
			p.Sessions[s.Key()] = s.ExpiresAt
		}
	}
	k.Store = fixed{h: h}
	d, err := k.Describe(context.Background(), passID)
	if err != nil {
		t.Fatal(err)
	}
	got := d.Sessions
	if got.Live != 1 || len(got.Each)+got.NotShown != all || len(got.Each) != manage.MaxSessionsShown+1 {
		t.Errorf("%d live, %d shown, %d not shown", got.Live, len(got.Each), got.NotShown)
	}
	if first, last := got.Each[0], got.Each[len(got.Each)-1]; first.State != "live" || last.ID != h.Sessions[all-1].Key() {
		t.Errorf("first %+v, last %+v", first, last)
	}
}

func TestWhatBrowsersSentCannotWriteToTheTerminal(t *testing.T) {
	k := newKit(t)
	const bad = "a\x1b[2J\u009b2J\u202eb\xff\r\nc"
	p := k.issue(func(p *pass.Pass) {
		visitor(p)
		p.Subject, p.Target, p.IssuedBy, p.RevokedAt, p.RevokedBy, p.RevokedWhy = bad, bad, bad, 1, bad, bad
		p.Visitor = &pass.Visitor{Email: bad, FirstName: bad, LastName: bad}
	})
	use := pass.Use{Key: "k", At: 1, Route: bad, IP: bad, UserAgent: bad}
	p.LastUse = &use
	k.Store = fixed{h: &pass.History{Pass: p, Sessions: []pass.Session{{V: 1, IP: bad, UserAgent: bad, Origin: bad}}}}
	b, err := k.Handle(context.Background(), []byte(operations["describe"]))
	if err != nil {
		t.Fatal(err)
	}
	// Escaped or not: a reader of the JSON prints what it decodes.
	for _, r := range []string{"\x1b", `\u001b`, "\u009b", "\u202e", "\r", `\r`, `\n`} {
		if strings.Contains(string(b), r) {
			t.Errorf("%q came through:\n%s", r, b)
		}
	}
	if n := strings.Count(string(b), "a\ufffd[2J\ufffd2J\ufffdb\ufffd\ufffd\ufffdc"); n != 14 {
		t.Errorf("%d cleaned texts, want 14:\n%s", n, b)
	}
}

func TestOtherScriptsAndEmojiAreShownAsTheyAre(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	const why = "perdu\u00a0: 失くした می\u200cخواهم 👩\u200d💻"
	d, err := k.Revoke(context.Background(), manage.Change{Pass: passID, By: "Zoë", Why: why})
	if err != nil {
		t.Fatal(err)
	}
	if d.Revoked.Why != why || d.Revoked.By != "Zoë" {
		t.Errorf("revoked %+v", d.Revoked)
	}
}

func TestEveryOperationIsLoggedOnce(t *testing.T) {
	k := newKit(t)
	k.issue(visitor)
	want := []manage.Entry{
		{Operation: "describe", PassID: passID, Outcome: "ok"},
		{Operation: "revoke", PassID: passID, By: "ops", Outcome: "ok"},
		{Operation: "restore", PassID: passID, By: "ops", Outcome: "ok"},
		{Operation: "end", PassID: passID, By: "ops", Unchanged: true, Outcome: "ok"},
		{Operation: "end", PassID: passID, By: "ops", Outcome: "invalid_request", Fields: 1},
		{Operation: "end", Outcome: "invalid_request", Fields: 2},
		{Outcome: "invalid_request", Fields: 1},
	}
	for _, doc := range []string{operations["describe"], operations["revoke"], operations["restore"], operations["end all"], operations["end one session"], `{"end": {}}`, `{}`} {
		k.answer(doc)
	}
	if diff := gocmp.Diff(want, k.log); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	k.Log = nil
	k.answer(operations["describe"])
}
