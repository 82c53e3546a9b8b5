package manage_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// change is a document that changes the pass.
func change(more string) string {
	return `{"change": {"pass": "7Gm2kQpX4sVbN9aT", "by": "ops"` + more + `}}`
}

// record is the pass as it lies in the store.
func (k *kit) record() *pass.Pass {
	k.t.Helper()
	entries, err := k.bolt.Read(context.Background(), []pass.Ref{{ID: passID}})
	if err != nil {
		k.t.Fatal(err)
	}
	return entries[0].Pass
}

func login(p *pass.Pass) {
	p.Mode, p.Scope, p.SessionExpiresIn, p.ExpiresAt = pass.SessionMode, "login", 86400, t0+60
	p.PurgeAt = p.EndOfLife() + 3600
}

func TestAChangeMakesWhatItSaysAndNothingElse(t *testing.T) {
	tests := []struct {
		name string
		edit func(*pass.Pass)
		more string
		want func(*pass.Pass)
	}{
		{"a later end, and the record's", nil, `, "expires_in": 7200`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+7200, t0+10800 }},
		{"an earlier end", nil, `, "expires_in": 1`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+1, t0+3601 }},
		{"an end by date, without its fraction", nil, `, "expires_at": "2027-01-15T10:30:00.9+01:00"`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+5400, t0+9000 }},
		{"the longest life", nil, `, "expires_in": 34560000`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+pass.MaxLifetime, t0+pass.MaxLifetime+3600 }},
		{"the longest life of a login's link, and of its sessions behind it", login, `, "expires_in": 600`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+600, t0+600+86400+3600 }},
		{"the end of one that has ended", func(p *pass.Pass) { p.ExpiresAt = t0 - 5 }, `, "expires_in": 60`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+60, t0+3660 }},
		{"an end after the start", func(p *pass.Pass) { p.NotBefore = t0 + 59 }, `, "expires_in": 60`, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = t0+60, t0+3660 }},
		{"more uses", nil, `, "max_uses": 100`, func(p *pass.Pass) { p.MaxUses = 100 }},
		{"no count", nil, `, "unlimited": true`, func(p *pass.Pass) { p.MaxUses = 0 }},
		{"a count", visitor, `, "max_uses": 1`, func(p *pass.Pass) { p.MaxUses = 1 }},
		{"another scope", nil, `, "scope": "report:67"`, func(p *pass.Pass) { p.Scope = "report:67" }},
		{"other data, compact and in ASCII", nil, `, "data": { "a" : "é" }`, func(p *pass.Pass) { p.Data = []byte(`{"a":"\u00e9"}`) }},
		{"no data to speak of", nil, `, "data": {}`, func(p *pass.Pass) { p.Data = []byte(`{}`) }},
		{"another target, anywhere", nil, `, "target": "https://api.example.net/x?y#z"`, func(p *pass.Pass) { p.Target = "https://api.example.net/x?y#z" }},
		{"a visitor's target here", visitor, `, "target": "https://PASS.example.com/x"`, func(p *pass.Pass) { p.Target = "https://PASS.example.com/x" }},
		{"all of it", nil, `, "expires_in": 60, "max_uses": 9, "scope": "s", "data": {"b":1}, "target": "/t"`, func(p *pass.Pass) {
			p.ExpiresAt, p.PurgeAt, p.MaxUses, p.Scope, p.Data, p.Target = t0+60, t0+3660, 9, "s", []byte(`{"b":1}`), "/t"
		}},
		{"one that was revoked", func(p *pass.Pass) { p.RevokedAt, p.RevokedBy = t0-1, "vera" }, `, "scope": "s"`, func(p *pass.Pass) { p.Scope = "s" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t)
			want := k.issue(tt.edit)
			k.answer(change(`, "why": "asked by phone"` + tt.more))
			got := k.record()
			tt.want(want)
			if c := got.LastChange; c == nil || len(c.Key) != 11 {
				t.Fatalf("last change %+v", c)
			}
			want.LastChange = &pass.Change{Key: got.LastChange.Key, At: t0, Operation: pass.Changing, By: "ops", Why: "asked by phone"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the record (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAChangeIsAnsweredWithTheNewStateAndMadeOnce(t *testing.T) {
	k := newKit(t)
	k.issue(func(p *pass.Pass) { p.ExpiresAt = t0 - 1 })
	first := k.answer(change(`, "expires_at": "2027-01-15T09:00:00Z", "scope": "report:67"`))
	if first["state"] != "live" || first["expires_at"] != "2027-01-15T09:00:00Z" || first["scope"] != "report:67" || first["refusals"] != nil {
		t.Errorf("answer %v", first)
	}
	writes := k.writes()
	k.now += 5
	for _, doc := range []string{`, "expires_at": "2027-01-15T09:00:00Z", "scope": "report:67"`, `, "scope": "report:67"`} {
		if diff := cmp.Diff(first, k.made(change(doc))); diff != "" {
			t.Errorf("again (-first +again):\n%s", diff)
		}
	}
	if k.writes() != writes {
		t.Error("again something was written")
	}
}

func TestAWrongChangeIsAnsweredWithEveryWrongField(t *testing.T) {
	const both = "expires_in expires_at"
	tests := []struct {
		name   string
		edit   func(*pass.Pass)
		more   string
		fields string // without change.
	}{
		{"nothing to change", nil, ``, "pass"},
		{"nothing but why", nil, `, "why": "so"`, "pass"},
		{"two ends", nil, `, "expires_in": 60, "expires_at": "2027-01-15T09:00:00Z"`, both},
		{"an end now", nil, `, "expires_in": 0`, "expires_in"},
		{"an end before now", nil, `, "expires_at": "2027-01-15T08:00:00Z"`, "expires_at"},
		{"an end too far off", nil, `, "expires_in": 34560001`, "expires_in"},
		{"a date too far off", nil, `, "expires_at": "2028-02-19T08:00:01Z"`, "expires_at"},
		{"a login's link that lives too long", login, `, "expires_in": 601`, "expires_in"},
		{"a login's link that lives too long, by date", login, `, "expires_at": "2027-01-15T08:10:01Z"`, "expires_at"},
		{"an end at the start", func(p *pass.Pass) { p.NotBefore = t0 + 60 }, `, "expires_in": 60`, "expires_in"},
		{"an end at the start, by date", func(p *pass.Pass) { p.NotBefore = t0 + 60 }, `, "expires_at": "2027-01-15T08:01:00Z"`, "expires_at"},
		{"no uses", nil, `, "max_uses": 0`, "max_uses"},
		{"too many uses", nil, `, "max_uses": 101`, "max_uses"},
		{"far too many uses", nil, `, "max_uses": 18446744073709551616`, "max_uses"},
		{"limited", nil, `, "unlimited": false`, "unlimited"},
		{"uses without limit", nil, `, "unlimited": true, "max_uses": 5`, "unlimited max_uses"},
		{"a login without limit", login, `, "unlimited": true`, "unlimited"},
		{"no scope", nil, `, "scope": ""`, "scope"},
		{"a scope that is none", nil, `, "scope": "report 66"`, "scope"},
		{"any scope", nil, `, "scope": "*"`, "scope"},
		{"data with a name twice", nil, `, "data": {"a": 1, "a": 2}`, "data"},
		{"too much data", nil, `, "data": {"a": "` + strings.Repeat("x", 4089) + `"}`, "data"},
		{"no target", nil, `, "target": ""`, "target"},
		{"a target without https", nil, `, "target": "http://api.example.net/x"`, "target"},
		{"a target that is no URL", nil, `, "target": "//evil.example"`, "target"},
		{"a target with the credential's name", nil, `, "target": "/x?token=1"`, "target"},
		{"a visitor's target elsewhere", visitor, `, "target": "https://api.example.net/x"`, "target"},
		{"a target that is too much for the link's page", nil, `, "target": "/?` + strings.Repeat("a&", 200) + `"`, "target"},
		{"wrong types", nil, `, "expires_in": "60", "expires_at": 1, "max_uses": "5", "unlimited": 1, "scope": 1, "data": [], "target": {}`,
			"expires_in expires_at max_uses unlimited scope data target"},
		{"numbers that are not whole", nil, `, "expires_in": 1.5, "max_uses": 1e1`, "expires_in max_uses"},
		{"null", nil, `, "data": null, "scope": null`, "data scope"},
		{"twice", nil, `, "scope": "a", "scope": "a"`, "scope"},
		{"of other operations", nil, `, "session": "AAAAAAAAAAA", "keep_old_for": 5, "scope": "a"`, "session keep_old_for"},
		{"everything at once", nil, `, "expires_in": -1, "max_uses": 0, "unlimited": false, "scope": "?", "data": 1, "target": "x", "why": "\n"`,
			"expires_in max_uses unlimited scope data target why"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			k := newKit(t)
			k.issue(tt.edit)
			before := k.writes()
			p, _ := k.answer(change(tt.more))["error"].(map[string]any)
			fields, _ := p["fields"].(map[string]any)
			var want []string
			for f := range strings.FieldsSeq(tt.fields) {
				want = append(want, "change."+f)
			}
			if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(maps.Keys(fields))); diff != "" || p["code"] != manage.Invalid {
				t.Errorf("%v, fields (-want +got):\n%s", p, diff)
			}
			if k.writes() != before {
				t.Error("something was written")
			}
		})
	}
}

func TestLoginsAreChangedOnlyWhereTheyMayBeIssued(t *testing.T) {
	k := newKit(t)
	k.issue(login)
	k.configured(func(c *manage.Config) { c.AllowSessionTokens = false })
	if p, _ := k.answer(change(`, "max_uses": 3`))["error"].(map[string]any); p["code"] != manage.Invalid || p["fields"].(map[string]any)["change.pass"] == nil {
		t.Errorf("answer %v", p)
	}
	k.configured(func(c *manage.Config) { c.AllowSessionTokens = true })
	if d := k.answer(change(`, "max_uses": 3`)); d["state"] != "live" {
		t.Errorf("answer %v", d)
	}
}

func TestAChangeGoesByTheStacksBounds(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	k.configured(func(c *manage.Config) { c.MaxLifetime, c.QueryName, c.PublicURL = 60, "rt", "http://localhost:8080" })
	for more, good := range map[string]bool{
		`, "expires_in": 60`: true, `, "expires_in": 61`: false, `, "target": "/?token=1"`: true, `, "target": "/?rt=1"`: false, `, "target": "http://localhost:8080/x"`: true,
	} {
		if got := k.answer(change(more)); (got["error"] == nil) != good {
			t.Errorf("%s: good is %t: %v", more, good, got)
		}
	}
	for name, set := range map[string]terms.Settings{
		"PublicURL": {}, "MaxLifetime": {PublicURL: "https://a.example", MaxLifetime: pass.MaxLifetime + 1}, "QueryName": {PublicURL: "https://a.example", QueryName: "a b"},
		"MaxLoginLinkExpiry": {PublicURL: "https://a.example", MaxLifetime: 60, MaxLoginLinkExpiry: 61}, "Retention": {PublicURL: "https://a.example", Retention: -1},
	} {
		if m, err := manage.New(manage.Config{Settings: set}, k.bolt, nil); err == nil || m != nil || !strings.Contains(err.Error(), "manage: "+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A change by Go goes the same way.
func TestAChangeByGo(t *testing.T) {
	k := newKit(t)
	k.issue(nil)
	c := manage.Change{Pass: k.short.String(), By: "ops"}
	d, err := k.Change(context.Background(), c, manage.Terms{MaxUses: new(int64(7)), Scope: new("s")})
	if err != nil || d.Scope != "s" || d.Uses.Of != 7 {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = k.Change(context.Background(), c, manage.Terms{})
	if p := problemOf(t, err); p.Fields["change.pass"] == "" {
		t.Errorf("%+v", p)
	}
	_, err = k.Change(context.Background(), manage.Change{Pass: sign(t, true), By: "ops"}, manage.Terms{MaxUses: new(int64(7))})
	if p := problemOf(t, err); p.Code != manage.Stateless {
		t.Errorf("%+v", p)
	}
	k.Rand = iotest.ErrReader(errors.New("no entropy"))
	if _, err = k.Change(context.Background(), c, manage.Terms{MaxUses: new(int64(8))}); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("without a key: %v", err)
	}
}

func TestAPassThatOutlivesItsTokenSaysSo(t *testing.T) {
	k := newKit(t)
	k.issue(func(p *pass.Pass) { p.Format, p.TokenExpiresAt = pass.JWT, t0+3600 })
	told := func(more string) (end any, hint bool) {
		t.Helper()
		d := k.answer(change(more))
		hints, _ := d["hints"].([]any)
		for _, h := range hints {
			hint = hint || strings.Contains(h.(string), `issue {"reissue": "7Gm2kQpX4sVbN9aT", "keep_link": true}`)
		}
		return d["token_expires_at"], hint
	}
	for _, step := range []struct {
		more string
		end  any
	}{{`, "expires_in": 3599`, nil}, {`, "expires_in": 3600`, nil}, {`, "expires_in": 3601`, "2027-01-15T09:00:00Z"}, {`, "scope": "s"`, "2027-01-15T09:00:00Z"}} {
		if end, hint := told(step.more); end != step.end || hint != (step.end != nil) {
			t.Errorf("%s: token_expires_at %v, a hint: %t", step.more, end, hint)
		}
	}
	k.now = t0 + 3601
	d, err := k.Describe(context.Background(), passID)
	if err != nil || strings.Contains(strings.Join(d.Hints, ""), "reissue\":") {
		t.Errorf("a pass that is over besides: %q, %v", d.Hints, err)
	}
}
