package issue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

const (
	visitorsUUID = "123e4567-e89b-12d3-a456-426614174000"
	movesIn      = `{"scope":"report:66","credential":"` + visitorsUUID + `","max_uses":3,"target":"/reports/66","expires_in":60}`
)

// TestACredentialMovesIn: the pass is as any other, but for its id and secret,
// which follow from the credential; the answer has the equivalent token alone.
func TestACredentialMovesIn(t *testing.T) {
	k := newKit(t)
	a, p := k.good(movesIn)
	want, _ := token.Moved(visitorsUUID)
	if a.ID != want.ID || a.Token != want.String() || a.Link != "https://pass.example.com/p/"+want.String()+"/reports-66" || a.URL != "https://pass.example.com/reports/66?token="+want.String() || a.Form != pass.Short {
		t.Errorf("answered %s", mustJSON(t, a))
	}
	if diff := cmp.Diff(map[pass.Digest]pass.NumericDate{want.Digest(): 0}, p.Secrets); diff != "" || p.MaxUses != 3 || p.ExpiresAt != start+60 {
		t.Errorf("the record is %v (-want +got):\n%s", p, diff)
	}
	if said := fmt.Sprintf("%v %+v %s %+v", a, a, mustJSON(t, a), *p); strings.Contains(said, visitorsUUID) {
		t.Errorf("the credential is in %s", said)
	}
}

// TestACredentialMovesInOnce: whatever the second request says, the pass stays as
// it is, its uses too; the answer has its id.
func TestACredentialMovesInOnce(t *testing.T) {
	k := newKit(t)
	first, was := k.good(movesIn)
	for _, doc := range []string{movesIn, strings.Replace(movesIn, `:3`, `:9`, 1), `{"mode":"session","subject":"42","credential":"` + visitorsUUID + `"}`} {
		a := k.issue(doc)
		if a.Error == nil || a.Error.Code != issue.AlreadyIssued || a.ID != first.ID || a.Token != "" || !strings.Contains(a.Error.Fields["credential"], first.ID) {
			t.Errorf("%s: answered %s", doc, mustJSON(t, a))
		}
		if strings.Contains(mustJSON(t, a), visitorsUUID) {
			t.Errorf("the credential is answered: %s", mustJSON(t, a))
		}
	}
	entries, err := k.store.Read(t.Context(), []pass.Ref{{ID: first.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(was, entries[0].Pass); diff != "" {
		t.Errorf("the pass was changed (-was +is):\n%s", diff)
	}
}

// TestWhatCannotMoveInIsRefusedByName, without a word of it, and nothing is written.
func TestWhatCannotMoveInIsRefusedByName(t *testing.T) {
	k := newKit(t)
	_, _ = k.good(anyShort)
	gp, _ := token.Moved(visitorsUUID)
	puts := len(k.store.puts)
	for name, c := range map[string]struct{ credential, says string }{
		"nothing":                {"", "22 to 1024"},
		"too short":              {visitorsUUID[:21], "21 bytes"},
		"too long":               {strings.Repeat("a", 1025), "1025 bytes"},
		"a link":                 {"https://example.com/?rt=" + visitorsUUID, "as it stands in links"},
		"what mails left behind": {visitorsUUID + ".", "as it stands in links"},
		"still encoded":          {"AAAA%3A" + visitorsUUID, "as it stands in links"},
		"with a line break":      {visitorsUUID + "\n", "as it stands in links"},
		"beyond ASCII":           {visitorsUUID + "é", "as it stands in links"},
		"a token of ours":        {gp.String(), "Gatepass's own"},
		"a session of ours":      {gp.Cookie(), "Gatepass's own"},
		"a JWT of ours":          {"eyJ0eXAiOiJnYXRlcGFzcytqd3QifQ.eyJqdGkiOiJ4In0.c2ln", "Gatepass's own"},
	} {
		t.Run(name, func(t *testing.T) {
			why := k.on(t).refused(mustJSON(t, map[string]any{"scope": "s", "credential": c.credential}), "credential")["credential"]
			if !strings.Contains(why, c.says) || c.credential != "" && strings.Contains(why, c.credential) {
				t.Errorf("it says %q, want %q", why, c.says)
			}
		})
	}
	for name, c := range map[string]struct{ doc, says string }{
		"a JWT":              {`{"scope":"s","format":"jwt","credential":"` + visitorsUUID + `"}`, "format"},
		"a stateless token":  {`{"scope":"s","format":"stateless","credential":"` + visitorsUUID + `"}`, "format"},
		"an idempotency key": {`{"scope":"s","idempotency_key":"k","credential":"` + visitorsUUID + `"}`, "idempotency_key"},
		"a reissue":          {`{"reissue":"0123456789abcdef","credential":"` + visitorsUUID + `"}`, "no such field"},
		"a registration":     {`{"registration":"0123456789abcdef","credential":"` + visitorsUUID + `"}`, "who registered"},
		"no text":            {`{"scope":"s","credential":["` + visitorsUUID + `"]}`, "string"},
	} {
		t.Run("beside "+name, func(t *testing.T) {
			if why := k.on(t).refused(c.doc, "credential")["credential"]; !strings.Contains(why, c.says) {
				t.Errorf("it says %q, want %q", why, c.says)
			}
		})
	}
	many := k.issue(`{"idempotency_key":"k","passes":[{"scope":"s","credential":"` + visitorsUUID + `"}]}`)
	if many.Many == nil || many.Refused != 1 || !strings.Contains(many.Passes[0].Error.Fields["credential"], "a request of its own") {
		t.Errorf("one of many is answered %s", mustJSON(t, many))
	}
	if len(k.store.puts) != puts {
		t.Errorf("%d passes were put", len(k.store.puts)-puts)
	}
}

// TestNothingIsKeptOfACredentialButItsDigest: whoever copies a link of before into
// another field is told so.
func TestNothingIsKeptOfACredentialButItsDigest(t *testing.T) {
	k := newKit(t)
	for field, rest := range map[string]string{
		"target":     `"target":"/magic-link/C/"`,
		"scope":      `"scope":"C"`,
		"issued_by":  `"issued_by":"the loop, of C"`,
		"data":       `"data":{"a":{"was":"C"}}`,
		"subject":    `"mode":"request","subject":"C"`,
		"visitor":    `"visitor":{"email":"a@example.com","first_name":"C"}`,
		"invitation": `"invitation":{"message":"Your C"}`,
	} {
		doc := `{"credential":"C",` + rest + `}`
		if field != "scope" {
			doc = strings.Replace(doc, "{", `{"scope":"s",`, 1)
		}
		if why := k.refused(strings.ReplaceAll(doc, "C", visitorsUUID), field)[field]; strings.Contains(why, visitorsUUID) {
			t.Errorf("%s: it says %q", field, why)
		}
	}
	hidden := "12%33e4567" + visitorsUUID[8:]
	for _, rest := range []string{`"target":"/r?x=` + hidden + `"`, `"target":"/` + hidden + `/"`, `"data":{"a":"12\u0033e4567` + visitorsUUID[8:] + `"}`} {
		k.refused(`{"scope":"s","credential":"`+visitorsUUID+`",`+rest+`}`, rest[1:strings.Index(rest, `":`)])
	}
	if len(k.store.puts) > 0 {
		t.Errorf("%d passes were put", len(k.store.puts))
	}
}

// TestAReissueIsNotMarkedWithWhatMovedIn: who asks is kept with the pass, and logged.
func TestAReissueIsNotMarkedWithWhatMovedIn(t *testing.T) {
	k := newKit(t)
	a, _ := k.good(`{"scope":"s","credential":"` + visitorsUUID + `"}`)
	for _, by := range []string{visitorsUUID, "the loop, of " + visitorsUUID, "/p/" + visitorsUUID + "/", "12%33e4567" + visitorsUUID[8:]} {
		doc := mustJSON(t, map[string]any{"reissue": a.ID, "issued_by": by})
		if why := k.refused(doc, "issued_by")["issued_by"]; !strings.Contains(why, "take it out") || strings.Contains(why, visitorsUUID) {
			t.Errorf("%s: it says %q", by, why)
		}
	}
	if k.store.reissues > 0 {
		t.Errorf("%d passes were reissued", k.store.reissues)
	}
	k.good(mustJSON(t, map[string]any{"reissue": a.ID, "issued_by": "support, of another 123e4567-e89b-12d3-a456-426614174999"}))
}

// TestATargetHasNoNameThatCredentialsComeIn: whether this request has one or not, the
// route would take both for two.
func TestATargetHasNoNameThatCredentialsComeIn(t *testing.T) {
	k := newKit(t)
	k.cfg.QueryNames = []string{"token", "vuid"}
	for _, name := range []string{"rt", "vuid", "token", "%72t"} {
		for _, more := range []string{"", `,"credential":"` + visitorsUUID + `"`, `,"mode":"visitor","visitor":{"email":"a@example.com"}`, `,"format":"stateless"`} {
			why := k.refused(`{"scope":"s","target":"/x?a=1&`+name+`=2"`+more+`}`, "target")["target"]
			if !strings.Contains(why, "in its query already") {
				t.Errorf("%s: it says %q", name, why)
			}
		}
	}
	k.good(`{"scope":"s","target":"/x?art=1"}`)
}

// TestNothingMovesInUnlessTheStackSaysSo.
func TestNothingMovesInUnlessTheStackSaysSo(t *testing.T) {
	k := newKit(t)
	k.cfg.MovedIn = nil
	if why := k.refused(movesIn, "credential")["credential"]; !strings.Contains(why, "MovedIn") {
		t.Errorf("it does not say which setting: %q", why)
	}
}

// TestALostAnswerToMovingInMayBeRepeated: the pass is there, once.
func TestALostAnswerToMovingInMayBeRepeated(t *testing.T) {
	k := newKit(t)
	k.store.after = func() error { return errInjected }
	if _, err := k.issuer().Issue(t.Context(), []byte(movesIn)); err == nil {
		t.Fatal("the answer was not lost")
	}
	k.store.after = nil
	want, _ := token.Moved(visitorsUUID)
	if a := k.issue(movesIn); a.Error == nil || a.Error.Code != issue.AlreadyIssued || a.ID != want.ID {
		t.Errorf("repeated it is answered %s", mustJSON(t, a))
	}
}

// TestWhatMovedInIsReissuedAsAnyOther: with a secret of its own, which the
// credential no longer opens unless it is kept.
func TestWhatMovedInIsReissuedAsAnyOther(t *testing.T) {
	k := newKit(t)
	first, _ := k.good(movesIn)
	a, p := k.good(`{"reissue":"` + first.ID + `","keep_old_for":30}`)
	moved, _ := token.Moved(visitorsUUID)
	if a.ID != first.ID || a.Token == first.Token || p.Secrets[moved.Digest()] != start+30 || len(p.Secrets) != 2 {
		t.Errorf("answered %s, and the secrets are %v", mustJSON(t, a), p.Secrets)
	}
}
