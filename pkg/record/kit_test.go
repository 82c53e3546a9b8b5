package record_test

import (
	"encoding/json"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// same compares records. A map that is empty and one that is not there mean the
// same to the rules.
func same() cmp.Options { return cmp.Options{cmpopts.EquateEmpty()} }

func text() *rapid.Generator[string] { return rapid.String() }

func second() *rapid.Generator[pass.NumericDate] {
	return rapid.Custom(func(t *rapid.T) pass.NumericDate {
		return pass.NumericDate(rapid.Int64().Draw(t, "second"))
	})
}

func digest() *rapid.Generator[pass.Digest] {
	return rapid.Custom(func(t *rapid.T) pass.Digest {
		return pass.DigestOf(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "secret"))
	})
}

func key() *rapid.Generator[pass.Key] {
	return rapid.Custom(func(t *rapid.T) pass.Key { return digest().Draw(t, "key of").Key() })
}

func id() *rapid.Generator[string] { return rapid.StringMatching(`[A-Za-z0-9]{16}`) }

func use() *rapid.Generator[pass.Use] {
	return rapid.Custom(func(t *rapid.T) pass.Use {
		return pass.Use{Key: key().Draw(t, "use key"), At: second().Draw(t, "used at"), Route: text().Draw(t, "route"),
			IP: text().Draw(t, "ip"), UserAgent: text().Draw(t, "user agent")}
	})
}

func change() *rapid.Generator[pass.Change] {
	return rapid.Custom(func(t *rapid.T) pass.Change {
		return pass.Change{Key: key().Draw(t, "change key"), At: second().Draw(t, "changed at"), Operation: text().Draw(t, "operation"),
			By: text().Draw(t, "by"), Why: text().Draw(t, "why")}
	})
}

// passes are records of any content; only version and id are as they must be.
func passes() *rapid.Generator[*pass.Pass] {
	return rapid.Custom(func(t *rapid.T) *pass.Pass {
		p := &pass.Pass{V: pass.Version, ID: id().Draw(t, "id"),
			Mode:   pass.Mode(rapid.SampledFrom([]string{"none", "request", "session", "visitor", "", "later"}).Draw(t, "mode")),
			Format: pass.Format(rapid.SampledFrom([]string{"short", "jwt", "", "later"}).Draw(t, "format")),
			Scope:  text().Draw(t, "scope"), Subject: text().Draw(t, "subject"), Target: text().Draw(t, "target"),
			Secrets:   rapid.MapOfN(digest(), second(), 0, 2).Draw(t, "secrets"),
			NotBefore: second().Draw(t, "not before"), ExpiresAt: second().Draw(t, "expires at"),
			MaxUses: rapid.IntRange(0, pass.MaxUses).Draw(t, "max uses"), Uses: rapid.MapOfN(key(), second(), 0, 5).Draw(t, "uses"),
			Sessions:         rapid.MapOfN(key(), second(), 0, 5).Draw(t, "sessions"),
			SessionExpiresIn: rapid.Int64().Draw(t, "session expires in"),
			RevokedAt:        second().Draw(t, "revoked at"), RevokedBy: text().Draw(t, "revoked by"), RevokedWhy: text().Draw(t, "revoked why"),
			IssuedBy: text().Draw(t, "issued by"), IssuedAt: second().Draw(t, "issued at"), Holder: text().Draw(t, "holder"), Issuer: text().Draw(t, "issuer"), PurgeAt: second().Draw(t, "purge at")}
		if rapid.Bool().Draw(t, "has data") {
			p.Data = json.RawMessage(`{"n":` + rapid.StringMatching(`[1-9][0-9]{0,3}`).Draw(t, "data") + `}`)
		}
		if rapid.Bool().Draw(t, "has visitor") {
			p.Visitor = &pass.Visitor{Email: text().Draw(t, "email"), FirstName: text().Draw(t, "first"), LastName: text().Draw(t, "last")}
		}
		if rapid.Bool().Draw(t, "has invitation") {
			p.Invitation = &pass.Invitation{From: text().Draw(t, "from"), Purpose: text().Draw(t, "purpose"), Message: text().Draw(t, "message")}
		}
		if rapid.Bool().Draw(t, "was used") {
			u := use().Draw(t, "last use")
			p.LastUse = &u
		}
		if rapid.Bool().Draw(t, "was changed") {
			c := change().Draw(t, "last change")
			p.LastChange, p.TokenExpiresAt = &c, second().Draw(t, "token expires at")
		}
		return p
	})
}

func sessions() *rapid.Generator[*pass.Session] {
	return rapid.Custom(func(t *rapid.T) *pass.Session {
		return &pass.Session{V: pass.Version, PassID: id().Draw(t, "pass id"), Secret: digest().Draw(t, "session secret"),
			At: second().Draw(t, "at"), ExpiresAt: second().Draw(t, "expires at"), IP: text().Draw(t, "ip"),
			UserAgent: text().Draw(t, "user agent"), Origin: text().Draw(t, "origin"), PurgeAt: second().Draw(t, "purge at")}
	})
}

// failer is a test or a property.
type failer interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// throughJSON writes an item and reads it again, as a store or stream does.
func throughJSON(t failer, it record.Item) record.Item {
	t.Helper()
	b, err := json.Marshal(it)
	if err != nil {
		t.Fatalf("%v", err)
	}
	var out record.Item
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return out
}

// whole is a pass with every attribute.
func whole() *pass.Pass {
	d := pass.DigestOf([]byte("abc"))
	return &pass.Pass{V: pass.Version, ID: "token00000000001", Mode: pass.VisitorMode, Format: pass.Short, Scope: "report:66", Subject: "ginger",
		Visitor:    &pass.Visitor{Email: "fred@example.com", FirstName: "Fred", LastName: "Astaire"},
		Invitation: &pass.Invitation{From: "RKO", Purpose: "dance", Message: "come"},
		Data:       json.RawMessage(`{"a":1}`), Target: "https://example.com/", Secrets: map[pass.Digest]pass.NumericDate{d: 0},
		NotBefore: 1, ExpiresAt: 2, MaxUses: 3, Uses: map[pass.Key]pass.NumericDate{d.Key(): 4}, Sessions: map[pass.Key]pass.NumericDate{d.Key(): 5},
		LastChange: &pass.Change{Key: d.Key(), At: 7, Operation: pass.Revoking, By: "op", Why: "lost"}, TokenExpiresAt: 10,
		LastUse:          &pass.Use{Key: d.Key(), At: 4, Route: "GET /", IP: "192.0.2.1", UserAgent: "curl"},
		SessionExpiresIn: 6, RevokedAt: 7, RevokedBy: "op", RevokedWhy: "lost", Completed: true, IssuedBy: "shop", IssuedAt: 8, Holder: "holder", Issuer: "issuer", PurgeAt: 9}
}

func wholeSession() *pass.Session {
	return &pass.Session{V: pass.Version, PassID: "token00000000001", Secret: pass.DigestOf([]byte("abc")), At: 1, ExpiresAt: 2,
		IP: "192.0.2.1", UserAgent: "curl", Origin: "https://example.com", PurgeAt: 3}
}
