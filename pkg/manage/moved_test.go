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
		k.MovedIn = []string{"rt", "vuid", "sesame"}
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
		k.MovedIn = nil
		if _, err := k.Describe(t.Context(), credential); err == nil {
			t.Error("it is found in a stack that nothing moves into")
		}
	}
}

// TestWhatIsNoLinkOfBefore finds nothing, or says that it is not one alone.
func TestWhatIsNoLinkOfBefore(t *testing.T) {
	k := newKit(t)
	k.MovedIn = []string{"rt", "vuid"}
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
	k.MovedIn = []string{"rt", "vuid"}
	for _, why := range []string{"they sent https://example.com/?vuid=" + oldUUID, "?rt=" + oldSesame, "at /p/" + oldUUID} {
		for _, c := range []manage.Change{{Pass: p.ID, By: "me", Why: why}, {Pass: p.ID, By: why}} {
			if _, err := k.Revoke(t.Context(), c); err == nil || !strings.Contains(fieldsOf(err), "link of before") {
				t.Errorf("%q is kept: %v", why, err)
			}
		}
	}
	if _, err := k.Revoke(t.Context(), manage.Change{Pass: p.ID, By: "me", Why: "they said their-link-was-lost-on-a-train"}); err != nil {
		t.Errorf("a word of many letters is refused: %v", err)
	}
}
