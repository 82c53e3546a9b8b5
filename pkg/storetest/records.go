package storetest

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func recordPromises() []promise {
	return []promise{
		{"a pass comes back with every field it was created with", fullPass},
		{"a session comes back with every field it was opened with", fullSession},
		{"the smallest pass comes back, with the maps that conditions measure", smallPass},
		{"text of any script, length and control character comes back", strangeText},
		{"an id that is taken is refused and its record left as it is", takenID},
		{"what was handed in may be changed afterwards", handedIn},
		{"what was handed out may be changed", handedOut},
		{"a read answers each ref in its order, and nil for what is not there", readOrder},
		{"a session and its pass come in one read, beside the pass of a token", readTogether},
		{"the same ref may be read twice at once", readTwice},
		{"a session of one pass is not found under another", readForeign},
	}
}

// full returns a pass with no field left empty, those of later issues included.
func full(k kit) *pass.Pass {
	p := counted()
	p.Visitor = &pass.Visitor{Email: "vera@example.com", FirstName: "Věra", LastName: "O'Neill"}
	p.Invitation = &pass.Invitation{From: "Ginger", Purpose: "the report", Message: "Have a look."}
	p.Data = json.RawMessage(`{"n":1.50,"s":"\u00e9","deep":{"list":[1,null,true]}}`)
	p.Target = "https://example.com/reports/66?x=1#part"
	p.Secrets[secret(1)] = now + hour
	p.NotBefore = now - minute
	p.Uses[key(1)] = now - 2
	p.LastUse = &pass.Use{Key: key(1), At: now - 2, Route: "GET /reports/{id}", IP: "2001:db8::1", UserAgent: "curl/8.9"}
	p.Sessions[key(2)] = now + hour
	p.SessionExpiresIn = hour
	p.RevokedAt, p.RevokedBy, p.RevokedWhy, p.IssuedBy = now-1, "Olga", "left", "billing"
	p.Completed = true
	p.Holder, p.Issuer = "holder", "issuer"
	p.TokenExpiresAt, p.LastChange = now+hour, &pass.Change{Key: key(3), At: now - 1, Operation: pass.Revoking, By: "Olga", Why: "left"}
	filled(k, *p)
	c := *p.LastChange
	c.Was.MaxUses, c.Sequence = 1, "1" // of one in the history alone
	filled(k, c)
	filled(k, *p.Visitor)
	filled(k, *p.Invitation)
	filled(k, *p.LastUse)
	return p
}

// filled fails the test if a field is empty, such as one that is new and that
// the stores do not keep yet.
func filled(k kit, v any) {
	k.Helper()
	for rv, i := reflect.ValueOf(v), 0; i < rv.NumField(); i++ {
		if f := rv.Field(i); f.IsZero() || f.Kind() == reflect.Map && f.Len() == 0 {
			k.Fatalf("the suite does not fill %T.%s", v, rv.Type().Field(i).Name)
		}
	}
}

func fullPass(k kit) {
	p := full(k)
	k.created(p)
	k.same("pass", k.read(p.ID), p)
	k.same("item", k.rawPass(p.ID), record.FromPass(p))
}

func fullSession(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	filled(k, *s)
	_, opened := k.redeemed(s, pass.OK)
	k.same("answer", opened, s)
	k.same("session", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}).Session, s)
	k.same("item", k.rawSession(s), record.FromSession(s))
}

func smallPass(k kit) {
	p := &pass.Pass{V: pass.Version, ID: newID(), Mode: pass.None, Format: pass.Short, Scope: "x", ExpiresAt: now + 1}
	k.created(p)
	k.same("pass", k.read(p.ID), p)
	it := k.rawPass(p.ID)
	for name, shard := range map[string]string{"by_time": "T#", "by_scope": "S#"} {
		if v, _ := it[name].(string); !strings.HasPrefix(v, shard) {
			k.Errorf("%s is %q", name, v)
		}
		delete(it, name)
	}
	k.same("item", it, record.Item{"pk": "P#" + p.ID, "sk": "P", "v": int64(1), "mode": "none", "format": "short", "scope": "x", "listed_at": "00000000000#" + p.ID,
		"expires_at": int64(now) + 1, "secrets": record.Item{}, "uses": record.Item{}, "sessions": record.Item{}})
}

func strangeText(k kit) {
	p := counted()
	p.Invitation = &pass.Invitation{Message: "<b>&amp; \u2028 \u0000\u001f \U0001F600 \"\\ ' كتاب"}
	p.Data = json.RawMessage(`{"<>&":"\u2028"}`)
	k.created(p)
	k.same("pass", k.read(p.ID), p)
}

func takenID(k kit) {
	p := k.created(counted())
	p = k.used(p.ID, ask(p, key(1)), now, pass.OK)
	again := login()
	again.ID = p.ID
	k.kind("create", k.Create(k.ctx, again), pass.ErrExists)
	k.kind("create of the same", k.Create(k.ctx, p), pass.ErrExists)
	k.same("pass", k.read(p.ID), p)
}

func handedIn(k kit) {
	p, want := full(k), full(k)
	want.ID = p.ID
	k.created(p)
	p.Uses[key(9)], p.Secrets[secret(9)], p.Visitor.Email, p.Data[2] = now, 0, "x", 'x'
	k.same("pass", k.read(p.ID), want)
}

func handedOut(k kit) {
	p := visitor()
	p.MaxUses = 3
	k.created(p)
	s := session(p, 1, now)
	used := k.used(p.ID, ask(p, key(2)), now, pass.OK)
	after, opened := k.redeemed(s, pass.OK)
	want := k.read(p.ID)
	for _, p := range []*pass.Pass{used, after, k.read(p.ID)} {
		clear(p.Uses)
		clear(p.Secrets)
		clear(p.Sessions)
		p.Visitor.Email, p.LastUse.IP, opened.IP = "x", "x", "x"
	}
	k.same("pass", k.read(p.ID), want)
	k.same("session", k.entry(pass.Ref{ID: p.ID, Session: &s.Secret}).Session, s)
}

func readOrder(k kit) {
	a, b := k.created(counted()), k.created(visitor())
	none := secret(9)
	entries, err := k.Read(k.ctx, []pass.Ref{{ID: b.ID}, {ID: newID()}, {ID: a.ID, Session: &none}, {ID: newID(), Session: &none}})
	k.must(err)
	k.same("entries", entries, []pass.Entry{{Pass: b}, {}, {Pass: a}, {}})
	entries, err = k.Read(k.ctx, nil)
	k.must(err)
	k.same("entries of no refs", entries, []pass.Entry{})
}

func readTogether(k kit) {
	token, p := k.created(counted()), k.created(visitor())
	s := session(p, 1, now)
	p, _ = k.redeemed(s, pass.OK)
	entries, err := k.Read(k.ctx, []pass.Ref{{ID: token.ID}, {ID: p.ID, Session: &s.Secret}})
	k.must(err)
	k.same("entries", entries, []pass.Entry{{Pass: token}, {Pass: p, Session: s}})
}

// readTwice is a token and a cookie of one pass: a batch read of DynamoDB itself
// refuses a key that is named twice.
func readTwice(k kit) {
	p := k.created(visitor())
	s := session(p, 1, now)
	p, _ = k.redeemed(s, pass.OK)
	entries, err := k.Read(k.ctx, []pass.Ref{{ID: p.ID}, {ID: p.ID, Session: &s.Secret}, {ID: p.ID, Session: &s.Secret}})
	k.must(err)
	k.same("entries", entries, []pass.Entry{{Pass: p}, {Pass: p, Session: s}, {Pass: p, Session: s}})
}

func readForeign(k kit) {
	a, b := k.created(visitor()), k.created(visitor())
	s := session(a, 1, now)
	k.redeemed(s, pass.OK)
	k.same("entry", k.entry(pass.Ref{ID: b.ID, Session: &s.Secret}), pass.Entry{Pass: b})
}
