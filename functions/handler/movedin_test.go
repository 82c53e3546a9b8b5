package handler_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// Credentials as the ancestors make them.
const (
	oldJWT    = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJtYXgiOjEwLCJzdWIiOiJmb28iLCJtb2QiOiJuIiwianRpIjoiNyIsImlhdCI6MTcwMDAwMDAwMH0.oxf1y5JCCFoY7ZLDPninTA9TRbxBOmZux9S79QV2F6U"
	oldUUID   = "123e4567-e89b-12d3-a456-426614174000"
	oldSesame = "AAAAAQdIEADuz8bx0ZqgpL5-"
	olderOne  = "AAAAASy_mbjLPW_HHnsjK7rIayE:1r31eq:bBNH_5QTF7vstXUjx8aPmKa5FmA"
)

func oldOnes() []string { return []string{oldJWT, oldUUID, oldSesame, olderOne} }

func newMovedHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOn(t, gatetest.Open(t).Store, "rt", "vuid", "sesame")
}

// moveIn has a credential move in by a request to issue without it.
func (h *house) moveIn(t testing.TB, credential, doc string) issued {
	t.Helper()
	return h.mint(t, strings.Replace(doc, "{", `{"credential":"`+credential+`",`, 1))
}

// TestALinkThatMovedInLeadsToItsPage: with a label and without, and whatever a mail
// left behind it. Looking uses nothing, the button redeems, for each.
func TestALinkThatMovedInLeadsToItsPage(t *testing.T) {
	for _, credential := range oldOnes() {
		h := newMovedHouse(t)
		p := h.moveIn(t, credential, visitorDoc)
		if strings.Contains(p.Link, credential) || !strings.Contains(p.Link, "/p/gp_") {
			t.Errorf("the link is %s", p.Link)
		}
		for _, left := range []string{"", "/", "/visitors", "/visitors.", ".", "...", ":", ")", ").", ",", ";", "!", "'", "\"", "<", ">", "\u201d", "%20", "&x"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				res := h.browse(t, method, "/p/"+credential+left, nil, nil, "")
				if res.StatusCode != http.StatusOK || !strings.Contains(res.Body, "Ginger &lt;b&gt;") {
					t.Errorf("%s of %s and %q answered %d", method, credential, left, res.StatusCode)
				}
			}
		}
		if n := h.uses(t, p.ID); n != 0 {
			t.Errorf("looking used %d", n)
		}
		for used, link := range []string{"/p/" + credential, path(p.Link)} { // either spelling is the same pass
			res := h.redeem(t, "https://pass.example.com"+link)
			if res.StatusCode != http.StatusSeeOther || res.Headers["location"] != "/visitors" || h.uses(t, p.ID) != used+1 {
				t.Errorf("the click on %s answered %d, and %d were used", link, res.StatusCode, h.uses(t, p.ID))
			}
			visit := &gate.Request{Route: "GET /visitors", Method: "GET", Cookies: []string{cookieOf(res, "__Host-gatepass-visitor")}}
			if got := h.ask(t, visit, "-"); got != "ok" {
				t.Errorf("the session is %s", got)
			}
		}
		if res := h.redeem(t, "https://pass.example.com/p/"+credential); res.StatusCode != http.StatusForbidden || !strings.Contains(res.Body, "has been used already") {
			t.Errorf("the third click on two uses answered %d", res.StatusCode)
		}
	}
}

// TestThePageOfALinkThatMovedInHoldsTheTokenAlone: its button goes to the target
// with the token that the credential is equivalent to, which routes take.
func TestThePageOfALinkThatMovedInHoldsTheTokenAlone(t *testing.T) {
	h := newMovedHouse(t)
	p := h.moveIn(t, oldJWT, `{"scope":"report:66","target":"/reports/66","max_uses":2}`)
	res := h.browse(t, http.MethodGet, "/p/"+oldJWT+"/reports-66", nil, nil, "")
	body := strings.ReplaceAll(res.Body, `action="/p/`+oldJWT+`/reports-66"`, "") // itself
	if res.StatusCode != http.StatusOK || !strings.Contains(body, `name="token" value="`+p.Token+`"`) || strings.Contains(body, oldJWT) {
		t.Errorf("answered %d: %s", res.StatusCode, res.Body)
	}
	by := func(name, value string) *gate.Request {
		return &gate.Request{Route: "GET /reports/{id}", Method: "GET", Query: map[string][]string{name: {value}}}
	}
	for i, req := range []*gate.Request{by("token", p.Token), by("rt", oldJWT), by("rt", p.Token)} {
		if got, want := h.ask(t, req, "66"), []string{"ok", "ok", "spent"}[i]; got != want {
			t.Errorf("use %d is %s, want %s", i+1, got, want)
		}
	}
	both := by("token", p.Token)
	both.Query["rt"] = []string{oldJWT}
	if got := h.ask(t, both, "66"); got != "spent" {
		t.Errorf("both spellings at once are %s: one token, of a spent pass", got)
	}
}

// TestALinkThatNothingMovedInByIsAsAnyUnknownOne: the same page and store calls, but
// for its reference; what cannot have moved in is not looked up.
func TestALinkThatNothingMovedInByIsAsAnyUnknownOne(t *testing.T) {
	h := newMovedHouse(t)
	p := h.mint(t, visitorDoc)
	unknown := h.browse(t, http.MethodGet, "/p/"+forge(t, "gp_NoSuchPassAtAll0", p.Token), nil, nil, "")
	moved, _ := token.Moved(oldUUID)
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		h.store.Reset()
		res := h.browse(t, method, "/p/"+oldUUID, nil, nil, "")
		if res.StatusCode != http.StatusNotFound || strings.ReplaceAll(res.Body, moved.ID, "NoSuchPassAtAll0") != unknown.Body {
			t.Errorf("%s answered %d: %s", method, res.StatusCode, res.Body)
		}
		if calls := h.store.Calls(); calls["Read"] != 1 || len(calls) != 1 {
			t.Errorf("%s made the calls %v", method, calls)
		}
	}
	h.store.Reset()
	if res := h.browse(t, http.MethodGet, "/p/"+oldUUID[:21], nil, nil, ""); res.StatusCode != http.StatusNotFound || h.store.Calls()["Read"] != 0 {
		t.Errorf("one too short answered %d with the calls %v", res.StatusCode, h.store.Calls())
	}
	bare := newHouse(t)
	bare.store.Reset()
	if res := bare.browse(t, http.MethodGet, "/p/"+oldUUID, nil, nil, ""); res.StatusCode != http.StatusNotFound || bare.store.Calls()["Read"] != 0 {
		t.Errorf("where nothing moves in it answered %d with the calls %v", res.StatusCode, bare.store.Calls())
	}
}

// TestALinkThatMovedInLeadsOnToANewOne: its holder asks for one as any other's, and
// what the host reissues opens the same pass.
func TestALinkThatMovedInLeadsOnToANewOne(t *testing.T) {
	h := newMovedHouse(t)
	p := h.moveIn(t, oldUUID, strings.Replace(visitorDoc, "3600", "1", 1))
	h.now = h.now.Add(2e9)
	if res := h.browse(t, http.MethodGet, "/p/"+oldUUID, nil, nil, ""); res.StatusCode != http.StatusForbidden || !strings.Contains(res.Body, `value="new_link"`) {
		t.Errorf("after its end the page answered %d: %s", res.StatusCode, res.Body)
	}
	if res := h.wish(t, "https://pass.example.com/p/"+oldUUID, "same-origin"); res.StatusCode != http.StatusOK {
		t.Errorf("the wish answered %d", res.StatusCode)
	}
	var again issued
	out, err := h.issue(t.Context(), json.RawMessage(`{"reissue":"`+p.ID+`","expires_in":60}`))
	if err != nil || json.Unmarshal(out, &again) != nil || again.ID != p.ID {
		t.Fatalf("the reissue answered %s, %v", out, err)
	}
	if res := h.redeem(t, again.Link); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the new link answered %d", res.StatusCode)
	}
	if res := h.browse(t, http.MethodGet, "/p/"+oldUUID, nil, nil, ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("the link of before, which nothing kept, answered %d", res.StatusCode)
	}
}

// TestASessionsEndLeadsToNoLinkOfBefore: next is the client's, and a link of before
// in it would be in an answer's header.
func TestASessionsEndLeadsToNoLinkOfBefore(t *testing.T) {
	h := newMovedHouse(t)
	for next, want := range map[string]int{"/p/" + oldUUID: 200, "/visitors?vuid=" + oldUUID: 200, "/x?a=1&rt=" + oldJWT: 200, "/visitors?token=1&x=" + oldUUID: 303, "/a/" + oldUUID: 303, "/visitors": 303} {
		if res := h.browse(t, http.MethodPost, "/session/end", nil, nil, "next="+strings.NewReplacer("?", "%3F", "&", "%26", "=", "%3D").Replace(next)); res.StatusCode != want {
			t.Errorf("%s answered %d to %q", next, res.StatusCode, res.Headers["location"])
		}
	}
}

// TestALinksPathIsNotLogged: REST TOKEN events name a route by its path alone, and a
// credential of before behind /p/ looks like nothing that could be told there.
func TestALinksPathIsNotLogged(t *testing.T) {
	h := newMovedHouse(t)
	for _, path := range []string{"p/" + oldUUID, "base/p/" + oldUUID + "/label"} {
		h.log.Reset()
		if _, err := h.authorizer(t.Context(), json.RawMessage(`{"type":"TOKEN","authorizationToken":"Bearer x","methodArn":"`+stageARN+`GET/`+path+`"}`)); err != nil {
			t.Fatal(err)
		}
		if log := h.log.String(); strings.Contains(log, oldUUID) || !strings.Contains(log, "p/…") || !strings.Contains(log, `"no_rule"`) {
			t.Errorf("logged %s", log)
		}
	}
}
