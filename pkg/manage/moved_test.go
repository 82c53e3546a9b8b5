package manage_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

const (
	oldUUID   = "123e4567-e89b-12d3-a456-426614174000"
	oldJWT    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtYXgiOjEwLCJzdWIiOiJmb28iLCJtb2QiOiJuIiwianRpIjoiNyIsImlhdCI6MTcwMDAwMDAwMH0.oxf1y5JCCFoY7ZLDPninTA9TRbxBOmZux9S79QV2F6U"
	oldSesame = "AAAAASy_mbjLPW_HHnsjK7rIayE:1r31eq:bBNH_5QTF7vstXUjx8aPmKa5FmA"
	another   = "00000000-e89b-12d3-a456-426614174000"
)

// TestALinkOfBeforeFindsItsPass: however it was pasted; nothing of it is answered
// or logged.
func TestALinkOfBeforeFindsItsPass(t *testing.T) {
	for credential, ways := range map[string][]string{
		oldUUID: {
			"C", " C\n", "https://example.com/reports/?vuid=C", "https://example.com/?a=1&vuid=C&b=2#top", "<https://example.com/?vuid=C>.", "https://example.com/magic-link/C/",
			"https://example.com/magic-link/C", "https://pass.example.com/p/C", "https://pass.example.com/p/C/reports-66.", "(https://pass.example.com/p/C)",
			"https://safe.example/?url=https%3A%2F%2Fexample.com%2F%3Fvuid%3DC%26b%3D2&data=x", "https://safe.example/?url=https%3A%2F%2Fpass.example.com%2Fp%2FC%2Flabel", "https://safe.example/?url=https%3A%2F%2Fexample.com%2Fmagic-link%2FC%2F",
			"https://example.com/projects/" + another + "/?vuid=C",
		},
		oldJWT:    {"C", "https://example.com/reports/66?rt=C", "Dear Sir, https://example.com/reports/66?rt=C, which I clicked", "https://pass.example.com/p/C"},
		oldSesame: {"C", "https://example.com/login/?sesame=" + strings.ReplaceAll(oldSesame, ":", "%3A"), "https://example.com/login/?sesame=C"},
	} {
		k := newKit(t)
		k.configured(func(c *manage.Config) { c.MovedIn = []string{"rt", "vuid", "sesame"} })
		k.short, _ = token.Moved(credential)
		p := k.issue(func(p *pass.Pass) {
			p.ID, p.Secrets = k.short.ID, map[pass.Digest]pass.NumericDate{k.short.Digest(): 0}
		})
		for _, way := range ways {
			text := strings.ReplaceAll(way, "C", credential)
			if strings.Contains(way, "sesame") {
				text = way
				text = strings.ReplaceAll(text, "=C", "="+credential)
			}
			doc, _ := json.Marshal(map[string]any{"describe": map[string]string{"pass": text}})
			out, err := k.Handle(t.Context(), doc)
			if err != nil || !strings.Contains(string(out), `"pass": "`+p.ID+`"`) || !strings.Contains(string(out), `"state": "live"`) {
				t.Errorf("%s: answered %s, %v", text, out, err)
			}
			if logged, _ := json.Marshal(k.log); strings.Contains(string(out)+string(logged), credential[10:]) {
				t.Errorf("%s: the credential came out: %s, %s", text, out, logged)
			}
		}
		k.configured(func(c *manage.Config) { c.MovedIn = nil })
		if _, err := k.Describe(t.Context(), credential); err == nil {
			t.Error("it is found in a stack that nothing moves into")
		}
	}
}

// TestWhatIsNoLinkOfBefore finds nothing, or says that it is not one alone.
func TestWhatIsNoLinkOfBefore(t *testing.T) {
	k := newKit(t)
	k.configured(func(c *manage.Config) { c.MovedIn = []string{"rt", "vuid"} })
	for text, says := range map[string]string{
		"https://example.com/?sesame=" + oldUUID[:30] + "x":                      "neither a pass id nor a token",
		"https://example.com/?xvuid=" + oldUUID:                                  "neither",
		"https://example.com/a-title-of-many-words-in-a-path/":                   "neither",
		"https://example.com/?vuid=" + oldUUID[:20]:                              "neither",
		"https://example.com/?vuid=" + oldUUID + "&rt=" + another:                "different passes",
		"https://example.com/magic-link/" + oldUUID + "/ and /m/" + another:      "different passes",
		"https://example.com/?vuid=" + oldUUID + " https://x/p/" + another + "/": "different passes",
	} {
		_, err := k.Describe(t.Context(), text)
		if err == nil || !strings.Contains(err.Error()+fieldsOf(err), says) || strings.Contains(err.Error()+fieldsOf(err), oldUUID[:20]) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

func fieldsOf(err error) string {
	b, _ := json.Marshal(err)
	return string(b)
}

// TestNoLinkOfBeforeIsKeptAsAReason: in by or why, where it would be kept and logged.
// The credential alone cannot be told from a word, and is not refused.
func TestNoLinkOfBeforeIsKeptAsAReason(t *testing.T) {
	k := newKit(t)
	p := k.issue(nil)
	k.configured(func(c *manage.Config) { c.MovedIn = []string{"rt", "vuid"} })
	for _, why := range []string{"they sent https://example.com/?vuid=" + oldUUID, "?rt=" + oldSesame, "at /p/" + oldUUID} {
		for _, c := range []manage.Change{{Pass: p.ID, By: "me", Why: why}, {Pass: p.ID, By: why}} {
			if _, err := k.Revoke(t.Context(), c); err == nil || !strings.Contains(fieldsOf(err), "contains a link from the old system") {
				t.Errorf("%q is kept: %v", why, err)
			}
		}
	}
	if _, err := k.Revoke(t.Context(), manage.Change{Pass: p.ID, By: "me", Why: "they said their-link-was-lost-on-a-train"}); err != nil {
		t.Errorf("a word of many letters is refused: %v", err)
	}
}

// TestNoOperationKeepsWhatItsPassMovedInBy: the credential is told by the id that it
// has, which needs no setting, and by its field; one of another pass is a word.
func TestNoOperationKeepsWhatItsPassMovedInBy(t *testing.T) {
	for _, credential := range []string{oldUUID, oldJWT, oldSesame} {
		k := newKit(t)
		k.configured(func(c *manage.Config) { c.MovedIn = []string{"vuid"} })
		k.short, _ = token.Moved(credential)
		p := k.issue(func(p *pass.Pass) { p.ID = k.short.ID })
		encoded := strings.NewReplacer(":", "%3A", "4", "%34", "J", "%4A").Replace(credential)
		for i, row := range []struct{ op, field, more string }{
			{"change", "data", `"by":"x","data":{"k":"C"}`}, {"change", "data", `"by":"x","data":{"k":["see \u003cC\u003e"]}`}, {"change", "data", `"by":"x","data":{"C":1}`},
			{"change", "data", `"by":"x","data":{"k":"U"}`}, {"change", "target", `"by":"x","target":"/r?x=C"`}, {"change", "target", `"by":"x","target":"/r/E/%25zz"`},
			{"change", "scope", `"by":"x","scope":"report:C"`}, {"change", "by", `"by":"C","scope":"s"`}, {"revoke", "by", `"by":"me, C."`}, {"revoke", "why", `"by":"x","why":"was:C"`},
			{"restore", "why", `"by":"x","why":"E"`}, {"end", "why", `"by":"x","why":"has C"`},
		} {
			if row.field == "by" && len(credential) > manage.MaxBy || row.field == "scope" && len(credential) > 80 {
				continue // refused for its length
			}
			escaped := `\u00` + "31" + credential[1:]
			if credential[0] != '1' {
				escaped = credential
			}
			doc := `{"` + row.op + `":{"pass":"` + [2]string{p.ID, credential}[i%2] + `",` + strings.NewReplacer("C", credential, "E", encoded, "U", escaped).Replace(row.more) + `}}`
			b, _ := json.Marshal(k.answer(doc))
			logged, _ := json.Marshal(k.log)
			if !strings.Contains(string(b), `"`+row.op+"."+row.field+`":"holds the credential`) || strings.Contains(string(b)+string(logged), credential[10:]) {
				t.Errorf("%s is answered %s, logged %s", doc, b, logged)
			}
		}
		if n := k.writes(); n != 1 {
			t.Errorf("%d writes", n)
		}
		if b, _ := json.Marshal(k.answer(`{"change":{"pass":"` + p.ID + `","by":"x","data":{"k":"` + another + `"}}}`)); strings.Contains(string(b), "error") {
			t.Errorf("another word is answered %s", b)
		}
	}
}

// TestNoChangeMakesATargetThatNobodyCouldUse: with a name in it that credentials
// come in.
func TestNoChangeMakesATargetThatNobodyCouldUse(t *testing.T) {
	k := newKit(t)
	p := k.issue(nil)
	k.configured(func(c *manage.Config) { c.MovedIn, c.QueryNames = []string{"rt"}, []string{"token", "vuid"} })
	for _, name := range []string{"token", "vuid", "rt"} {
		target := "/x?" + name + "=1"
		_, err := k.Change(t.Context(), manage.Change{Pass: p.ID, By: "x"}, manage.Terms{Target: &target})
		if err == nil || !strings.Contains(fieldsOf(err), "in its query already") {
			t.Errorf("%s: %v", target, err)
		}
	}
}
