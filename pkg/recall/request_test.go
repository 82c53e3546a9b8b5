package recall_test

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// TestWrongDocumentsNameTheirFields, all of them, and nothing is done.
func TestWrongDocumentsNameTheirFields(t *testing.T) {
	for _, row := range []struct {
		name, doc string
		fields    string // names with spaces between them
		says      string // of the first
	}{
		{"no JSON", `x`, "document", "must be one JSON object, such as {\"revoke\""},
		{"no operation", `{}`, "document", "must name one operation, not 0"},
		{"two operations", `{"revoke":{},"forget":{}}`, "document", "not 2"},
		{"an operation of manage", `{"describe":{}}`, "describe", "is no operation; there are revoke and forget, in lower case"},
		{"a capital letter", `{"Revoke":{}}`, "Revoke", "in lower case"},
		{"fields that are none", `{"revoke":[]}`, "revoke", "must be a JSON object"},
		{"nothing chosen", `{"revoke":{"by":"ops"}}`, "revoke.all", "required, as true, where neither"},
		{"all that is not", `{"revoke":{"all":false,"by":"ops"}}`, "revoke.all", "required, as true"},
		{"all and a choice", `{"revoke":{"all":true,"scope":"x","by":"ops"}}`, "revoke.all", "not those of one scope"},
		{"two choices", `{"revoke":{"email":"a@b.example","scope":"x","by":"ops"}}`, "revoke.email", "one too many beside scope"},
		{"a choice that is empty", `{"revoke":{"scope":"","by":"ops"}}`, "revoke.all revoke.scope", "required"},
		{"a scope that no pass has", `{"revoke":{"scope":"a b","by":"ops"}}`, "revoke.scope", "1 to 128 of the characters"},
		{"an address without @", `{"revoke":{"email":"vera","by":"ops"}}`, "revoke.email", "bytes; it must have 5"},
		{"an address with a name", `{"revoke":{"email":"Vera <vera@example.com>","by":"ops"}}`, "revoke.email", "one plain address"},
		{"a subject with blanks around it", `{"forget":{"subject":" fred","by":"ops"}}`, "forget.subject", "begin or end with a space"},
		{"a time that is none", `{"revoke":{"scope":"x","before":"now","by":"ops"}}`, "revoke.before", "RFC 3339"},
		{"a time of which nothing is before", `{"revoke":{"scope":"x","since":"2027-01-02T00:00:00Z","before":"2027-01-02T00:00:00Z","by":"ops"}}`, "revoke.since", "not earlier than before"},
		{"a time that is to come", `{"revoke":{"scope":"x","since":"2999-01-02T00:00:00Z","by":"ops"}}`, "revoke.since", "in the future"},
		{"nobody asks", `{"revoke":{"scope":"x"}}`, "revoke.by", "required: who asks"},
		{"a reason that holds a token", `{"revoke":{"scope":"x","by":"ops","why":"gp_0000000000000000xx"}}`, "revoke.why", "holds a token"},
		{"an unknown field", `{"revoke":{"scope":"x","by":"ops","Why":"y"}}`, "revoke.Why", "is no field of revoke, which has scope, subject, email, issued_by, all, since, before, by, why, cursor"},
		{"a field twice", `{"revoke":{"scope":"x","scope":"y","by":"ops"}}`, "revoke.scope", "twice"},
		{"a cursor that is none", `{"revoke":{"scope":"x","by":"ops","cursor":"x"}}`, "revoke.cursor", "not a valid cursor"},
		{"everything wrong", `{"revoke":{"scope":1,"before":null,"all":"yes","x":1}}`, "revoke.all revoke.before revoke.by revoke.scope revoke.x", "must be true or false"},
		{"nobody to forget", `{"forget":{"by":"ops"}}`, "forget.email", "whom to forget"},
		{"two to forget", `{"forget":{"email":"a@b.example","subject":"c","by":"ops"}}`, "forget.email", "one too many"},
		{"a subject for an address", `{"forget":{"email":"fred","by":"ops"}}`, "forget.email", "bytes; it must have 5"},
		{"nobody asks to forget", `{"forget":{"email":"a@b.example"}}`, "forget.by", "required"},
		{"a scope to forget", `{"forget":{"scope":"x","email":"a@b.example","by":"ops"}}`, "forget.scope", "which has email, subject, by, why, cursor"},
	} {
		t.Run(row.name, func(t *testing.T) {
			k := newKit(t)
			k.issue("a", t0, nil)
			recorded := storetest.Record(k.store)
			k.Store = recorded
			a, err := k.asks(t.Context(), row.doc)
			if err != nil || a.Error == nil || a.Error.Code != manage.Invalid {
				t.Fatalf("answered %+v, %v", a, err)
			}
			names := strings.Fields(row.fields)
			for _, name := range names {
				if a.Error.Fields[name] == "" {
					t.Errorf("%s is not named", name)
				}
			}
			if len(a.Error.Fields) != len(names) || !strings.Contains(a.Error.Fields[names[0]], row.says) {
				t.Errorf("named are %v, want %s: %s", a.Error.Fields, row.fields, row.says)
			}
			if calls := recorded.Calls(); len(calls) > 0 {
				t.Errorf("the store was asked for %v", calls)
			}
		})
	}
}

// TestACursorOfAnotherQuestionIsRefused: it would skip passes, and nobody would know.
func TestACursorOfAnotherQuestionIsRefused(t *testing.T) {
	k := newKit(t)
	k.many(30)
	k.cut(20)
	const mine = `"scope":"report:66","before":"2100-01-01T00:00:00Z"`
	a := k.ask(`{"revoke":{` + mine + `,"by":"ops"}}`)
	if a.Cursor == "" {
		t.Fatal("there is no cursor")
	}
	k.whole()
	for name, doc := range map[string]string{
		"of another scope":   `{"revoke":{"scope":"report:67","by":"ops"`,
		"of a subject":       `{"revoke":{"subject":"report:66","by":"ops"`,
		"of all":             `{"revoke":{"all":true,"by":"ops"`,
		"of another since":   `{"revoke":{"scope":"report:66","since":"2020-01-01T00:00:00Z","by":"ops"`,
		"of another before":  `{"revoke":{"scope":"report:66","before":"2100-01-01T00:00:01Z","by":"ops"`,
		"of other operation": `{"forget":{"subject":"report:66","by":"ops"`,
	} {
		got, err := k.asks(t.Context(), doc+`,"cursor":"`+a.Cursor+`"}}`)
		if err != nil || got.Error == nil || !strings.Contains(got.Error.Fields["revoke.cursor"]+got.Error.Fields["forget.cursor"], "belongs to a different request") {
			t.Errorf("%s: answered %+v, %v", name, got, err)
		}
	}
	for _, cursor := range []string{a.Cursor[:20], a.Cursor + "!", strings.Repeat("A", 200)} {
		if got, err := k.asks(t.Context(), `{"revoke":{`+mine+`,"by":"ops","cursor":"`+cursor+`"}}`); err != nil || got.Error == nil {
			t.Errorf("%s: answered %+v, %v", cursor, got, err)
		}
	}
	if got := k.ask(`{"revoke":{` + mine + `,"by":"somebody else","cursor":"` + a.Cursor + `"}}`); a.Seen+got.Seen != 30 || a.Revoked+got.Revoked != 30 {
		t.Errorf("answered %+v and then %+v", a, got)
	}
}

// TestACursorDoesNotTellWhomItIsAbout, nor can anybody find out by trying: what
// marks it depends on the deployment's key.
func TestACursorDoesNotTellWhomItIsAbout(t *testing.T) {
	marks := map[string]bool{}
	for _, key := range []string{"one", "another"} {
		k := newKit(t)
		k.many(40)
		k.Digests = named(key)
		k.cutOf(listing{k.store}, 20)
		a := k.ask(`{"revoke":{"email":"vera@example.com","by":"ops"}}`)
		b, err := base64.RawURLEncoding.DecodeString(a.Cursor)
		if err != nil || len(b) < 8 {
			t.Fatalf("the cursor is %q: %v", a.Cursor, err)
		}
		marks[string(b[:8])] = true
	}
	if len(marks) != 2 {
		t.Error("whatever the deployment's key is, the question is marked alike")
	}
}

// named is a Digests with a key of its own, which shows.
type named string

func (n named) Subject(_ context.Context, s string) (string, error) { return string(n) + s, nil }
func (n named) Email(_ context.Context, s string) (string, error)   { return string(n) + s, nil }
func (n named) Issuer(_ context.Context, s string) (string, error)  { return string(n) + s, nil }

// listing has a store list everything, whoever is asked for.
type listing struct{ storetest.Store }

func (l listing) Find(ctx context.Context, q pass.Listing) ([]pass.Place, error) {
	q.Index, q.Value = pass.ByTime, ""
	return l.Store.Find(ctx, q)
}

// TestGoCallersAreAnsweredAsDocumentsAre.
func TestGoCallersAreAnsweredAsDocumentsAre(t *testing.T) {
	k := newKit(t)
	k.issue("a", t0, nil)
	var p *manage.Problem
	if _, err := k.Revoke(t.Context(), recall.Selection{By: "ops"}); !errors.As(err, &p) || p.Fields["revoke.all"] == "" {
		t.Errorf("nothing chosen: %v", err)
	}
	a, err := k.Revoke(t.Context(), recall.Selection{Whose: manage.Whose{Subject: "fred"}, Before: t0.Time().Add(time.Second), By: "ops"})
	if err != nil || a.Revoked != 1 || a.Cursor != "" {
		t.Errorf("answered %+v, %v", a, err)
	}
	f, err := k.Forget(t.Context(), recall.Person{Subject: "fred", By: "ops"})
	if err != nil || f.Forgotten != 1 {
		t.Errorf("answered %+v, %v", f, err)
	}
	if _, err := k.Forget(t.Context(), recall.Person{Subject: "fred"}); !errors.As(err, &p) || p.Fields["forget.by"] == "" {
		t.Errorf("nobody asks: %v", err)
	}
}
