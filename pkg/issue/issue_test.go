package issue_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/token"
)

func dates() map[pass.Key]pass.NumericDate { return map[pass.Key]pass.NumericDate{} }

// What each mode's shortest request becomes, and what it says was decided.
func TestDefaultsOfEachMode(t *testing.T) {
	const days = 24 * 3600
	visitor := &pass.Visitor{Email: "ginger@example.com"}
	for name, row := range map[string]struct {
		doc      string
		want     pass.Pass
		defaults string
	}{
		"none": {`{"scope":"report:66"}`,
			pass.Pass{Mode: pass.None, Scope: "report:66", MaxUses: 10, ExpiresAt: start + 7*days, PurgeAt: start + 37*days},
			`{"expires_in":604800,"format":"short","max_uses":10,"mode":"none"}`},
		"request": {`{"mode":"request","scope":"report:66","subject":"42"}`,
			pass.Pass{Mode: pass.Request, Scope: "report:66", Subject: "42", MaxUses: 10, ExpiresAt: start + 7*days, PurgeAt: start + 37*days},
			`{"expires_in":604800,"format":"short","max_uses":10}`},
		"session": {`{"mode":"session","subject":"42"}`,
			pass.Pass{Mode: pass.SessionMode, Scope: "login", Subject: "42", MaxUses: 1, ExpiresAt: start + 600, SessionExpiresIn: 14 * days, PurgeAt: start + 600 + 44*days},
			`{"expires_in":600,"format":"short","max_uses":1,"scope":"login","session_expires_in":1209600}`},
		"visitor": {`{"visitor":{"email":"ginger@example.com"},"scope":"report:66"}`,
			pass.Pass{Mode: pass.VisitorMode, Scope: "report:66", Visitor: visitor, ExpiresAt: start + days, PurgeAt: start + 31*days},
			`{"expires_in":86400,"format":"short","mode":"visitor","session_expires_in":86400,"unlimited":true}`},
		"jwt": {`{"scope":"report:66","format":"jwt"}`,
			pass.Pass{Mode: pass.None, Format: pass.JWT, Scope: "report:66", MaxUses: 10, ExpiresAt: start + 7*days, PurgeAt: start + 37*days},
			`{"expires_in":604800,"max_uses":10,"mode":"none"}`},
		"nothing": {`{"mode":"none","scope":"report:66","format":"short","max_uses":3,"expires_in":60}`,
			pass.Pass{Mode: pass.None, Scope: "report:66", MaxUses: 3, ExpiresAt: start + 60, PurgeAt: start + 60 + 30*days},
			`{}`},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			a, got := k.good(row.doc)
			want := row.want
			want.V, want.ID, want.IssuedAt, want.Uses, want.Sessions = pass.Version, a.ID, start, dates(), dates()
			if want.Format == "" {
				want.Format = pass.Short
			}
			if want.Format == pass.JWT {
				want.TokenExpiresAt = want.ExpiresAt
			}
			want.Secrets = map[pass.Digest]pass.NumericDate{k.short(a).Digest(): 0}
			k.named(&want)
			if diff := cmp.Diff(&want, got); diff != "" {
				t.Errorf("the record (-want +got):\n%s", diff)
			}
			if got := mustJSON(t, a.Defaults); got != row.defaults {
				t.Errorf("defaults %s, want %s", got, row.defaults)
			}
			if a.ExpiresAt != want.ExpiresAt.String() || a.Mode != want.Mode || a.Form != want.Format || a.URL != "" {
				t.Errorf("answer %s", mustJSON(t, a))
			}
		})
	}
}

func TestEverythingAskedForIsInTheRecord(t *testing.T) {
	k := newKit(t)
	_, got := k.good(`{"mode":"visitor","scope":"a/b:c~d._-","visitor":{"email":"Ginger.R@Example.COM","first_name":"Ginger","last_name":"Røgers"},
		"invitation":{"from":"Fred","purpose":"the premiere","message":"two\nlines"},"data":{ "b" : [1, 2.50] , "a":"é" },"target":"/seats/12?row=1",
		"max_uses":100,"expires_at":"2026-09-22T14:13:20+02:00","not_before":"2026-09-21T15:13:20Z","session_expires_in":60,"format":"short","issued_by":"box office"}`)
	want := &pass.Pass{V: 1, Mode: pass.VisitorMode, Format: pass.Short, Scope: "a/b:c~d._-",
		Visitor:    &pass.Visitor{Email: "Ginger.R@Example.COM", FirstName: "Ginger", LastName: "Røgers"},
		Invitation: &pass.Invitation{From: "Fred", Purpose: "the premiere", Message: "two\nlines"},
		Data:       json.RawMessage(`{"b":[1,2.50],"a":"\u00e9"}`), Target: "/seats/12?row=1",
		MaxUses: 100, ExpiresAt: start + 22*3600, NotBefore: start + 3600, SessionExpiresIn: 60, IssuedBy: "box office", IssuedAt: start,
		PurgeAt: start + 22*3600 + 30*24*3600, Uses: dates(), Sessions: dates()}
	k.named(want)
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(pass.Pass{}, "ID", "Secrets")); diff != "" {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
}

// admitted holds the record against the rules, with the token's own secret.
func admitted(k *kit, p *pass.Pass, short token.Short) {
	k.Helper()
	ask := pass.Ask{Secret: short.Digest(), Scope: p.Scope, Accept: []pass.Mode{p.Mode}}
	if r := pass.Admit(p, ask, start); r != pass.OK {
		k.Errorf("the token is refused: %s", r)
	}
	ask.Secret[0] ^= 1
	if r := pass.Admit(p, ask, start); r != pass.Unknown {
		k.Errorf("another token is %s", r)
	}
}

func TestShortTokenOpensItsRecord(t *testing.T) {
	k := newKit(t)
	a, p := k.good(`{"scope":"report:66"}`)
	short, ok := token.ParseShort(a.Token)
	if !ok || short.ID != a.ID || short != k.short(a) || a.Parameters["token"] != a.Token {
		t.Fatalf("answer %s", mustJSON(t, a))
	}
	admitted(k, p, short)
	if strings.Contains(mustJSON(t, record.FromPass(p)), a.Token[19:41]) {
		t.Error("the record holds the secret")
	}
}

func TestJWTAndItsLinkLeadToOneRecord(t *testing.T) {
	k := newKit(t)
	a, p := k.good(`{"mode":"request","scope":"report:66","subject":"42","format":"jwt","data":{"a":1},"not_before":"2026-09-21T15:13:20Z"}`)
	got := k.verify(a.Token)
	want := token.Claims{Issuer: k.cfg.Issuer, Audience: k.cfg.Audience, Subject: "42", Scope: "report:66", ID: a.ID, KID: got.KID,
		Mode: pass.Request, IssuedAt: start, NotBefore: start + 3600, ExpiresAt: p.ExpiresAt}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	short := k.short(a)
	if short.ID != a.ID || p.Format != pass.JWT || a.Parameters["token"] != a.Token || strings.Contains(a.Link, a.Token) {
		t.Errorf("answer %s", mustJSON(t, a))
	}
	p.NotBefore = 0
	admitted(k, p, short)
}

func TestStatelessTokenHasNoRecord(t *testing.T) {
	k := newKit(t)
	for _, doc := range []string{
		`{"scope":"report:66","format":"stateless","data":{"a":"é"},"target":"/x"}`,
		`{"mode":"request","subject":"42","scope":"report:66","format":"stateless","unlimited":true,"data":{"a":"é"},"target":"/x","expires_in":60}`,
	} {
		a, p := k.good(doc)
		if p != nil || len(k.store.puts) > 0 {
			t.Error("a record was put")
		}
		c := k.verify(a.Token)
		if !c.Stateless || c.ID != a.ID || string(c.Data) != `{"a":"\u00e9"}` || c.ExpiresAt.String() != a.ExpiresAt {
			t.Errorf("claims %+v", c)
		}
		if a.Link != "" || a.URL != "https://pass.example.com/x?token="+a.Token || a.Form != pass.Stateless {
			t.Errorf("answer %s", mustJSON(t, a))
		}
		if _, said := a.Defaults["unlimited"]; said == strings.Contains(doc, "unlimited") {
			t.Errorf("%s: defaults %v", doc, a.Defaults)
		}
	}
}

// The largest claims that the bounds allow must fit into a token.
func TestLargestStatelessTokenFits(t *testing.T) {
	k := newKit(t)
	k.cfg.Issuer, k.cfg.Audience = strings.Repeat("i", 255), strings.Repeat("a", 255)
	doc := `{"mode":"request","format":"stateless","scope":"` + strings.Repeat("s", 128) + `","subject":"` + strings.Repeat(`\"`, 255) +
		`","data":{"a":"` + strings.Repeat("x", 1024-8) + `"},"expires_in":34560000,"not_before":"2026-10-21T14:33:20Z"}`
	a, _ := k.good(doc)
	if c := k.verifyAt(a.Token, start+31*24*3600); len(c.Data) != 1024 {
		t.Errorf("data of %d bytes", len(c.Data))
	}
}

func TestAnswerAsJSON(t *testing.T) {
	k := newKit(t)
	a, _ := k.good(`{"scope":"report:66","target":"https://api.example.net/reports/66"}`)
	b := strings.ReplaceAll(strings.ReplaceAll(mustJSON(t, a), a.Token, "TOKEN"), a.ID, "ID")
	want := `{"id":"ID","token":"TOKEN","link":"https://pass.example.com/p/TOKEN/reports-66","url":"https://api.example.net/reports/66?token=TOKEN",` +
		`"parameters":{"token":"TOKEN"},"expires_at":"2026-09-28T14:13:20Z","mode":"none","format":"short",` +
		`"defaults":{"expires_in":604800,"format":"short","max_uses":10,"mode":"none"}}`
	if b != want {
		t.Errorf("got  %s\nwant %s", b, want)
	}
	got := mustJSON(t, k.issue(`{"scope":"report:66","max_uses":0}`))
	want = `{"error":{"code":"invalid_request","message":"nothing was issued; wrong: max_uses","fields":{"max_uses":"it is 0; it must be 1 to 100, or say \"unlimited\": true instead"}}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestQueryNameOfTheStack(t *testing.T) {
	k := newKit(t)
	k.cfg.QueryName = "rt"
	a, _ := k.good(`{"scope":"report:66","target":"/x?token=1"}`)
	if a.Parameters["rt"] != a.Token || len(a.Parameters) != 1 || a.URL != "https://pass.example.com/x?token=1&rt="+a.Token {
		t.Errorf("answer %s", mustJSON(t, a))
	}
	k.refused(`{"scope":"report:66","target":"/x?rt=1"}`, "target")
}

func TestTwoPassesShareNothing(t *testing.T) {
	k := newKit(t)
	a, _ := k.good(`{"scope":"report:66"}`)
	b, _ := k.good(`{"scope":"report:66"}`)
	if a.ID == b.ID || a.Token[19:41] == b.Token[19:41] {
		t.Error("drawn twice")
	}
}
