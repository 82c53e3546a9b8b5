package handler_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/terms"
)

// house is all the functions over one store, wired as the mains do, with a clock
// that the test moves.
type house struct {
	store                            *storetest.Recorder
	now                              time.Time
	log                              bytes.Buffer
	issue, authorizer, manage, visit handler.Func
	recall                           handler.Func
}

const allRules = `{"rules":[
	{"route":"GET /reports/{id}","scope":"report:{id}","accept":["none","request"]},
	{"route":"GET /visitors","scope":"visit","accept":["visitor"]},
	{"route":"GET /account","scope":"login","accept":["session"]}],
	"forms":{"reference":{"scope":"visit","target":"/visitors"}}}`

func newHouse(t testing.TB) *house {
	t.Helper()
	return newHouseOn(t, gatetest.Open(t).Store)
}

func newHouseOn(t testing.TB, store storetest.Store, movedIn ...string) *house {
	t.Helper()
	recorded := storetest.Record(store)
	return newHouseOf(t, recorded, func(string) storetest.Store { return recorded }, movedIn...)
}

// newHouseOf gives each function the store that of returns for it. The house's
// own is for who sets it up. movedIn is its setting of that name.
func newHouseOf(t testing.TB, store *storetest.Recorder, of func(function string) storetest.Store, movedIn ...string) *house {
	t.Helper()
	h := &house{store: store, now: gatetest.Clock()}
	clock := func() time.Time { return h.now }
	sealer, err := keys.NewFileSealer(filepath.Join(t.TempDir(), "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := keys.Config{RefreshSeconds: 60, Warn: handler.NewLog("issue", &h.log, clock).Warn}
	if err := h.store.PutRules(t.Context(), "a1b2c3d4e5", "test", []byte(allRules)); err != nil {
		t.Fatal(err)
	}
	atOnce := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	settings := terms.Settings{PublicURL: "https://pass.example.com", AllowSessionTokens: true, MovedIn: movedIn}
	issuer, err := issue.New(issue.Config{Settings: settings, Issuer: "gatepass", Audience: "api", Pause: atOnce}, of("issue"),
		keys.NewSigner(of("issue"), sealer, cfg, clock, rand.Reader), keys.NewMarkingDigester(gatetest.Mac(), of("issue")), clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring, book := keys.NewRing(of("authorizer"), cfg, clock), gate.NewBook(of("authorizer"), time.Minute, clock)
	deployed := gatetest.Config()
	deployed.MovedIn = movedIn
	g, err := gate.New(deployed, of("authorizer"), gate.JWTs{Issuer: "gatepass", Audience: "api", Ring: ring}, book, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	link, err := gate.NewLink(deployed, of("visit"), 30, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h.issue = handler.Issue(issuer, handler.NewLog("issue", &h.log, clock))
	h.authorizer = handler.Authorizer(g, true, handler.NewLog("authorizer", &h.log, clock), ring, book)
	log := handler.NewLog("manage", &h.log, clock)
	manager, err := manage.New(manage.Config{Settings: settings, Stack: "gatepass"}, of("manage"), keys.NewDigester(gatetest.Mac(), of("manage")))
	if err != nil {
		t.Fatal(err)
	}
	manager.Now, manager.Log = clock, log.Entry
	h.manage = handler.Operate(manager, log)
	recalls := handler.NewLog("recall", &h.log, clock)
	h.recall = handler.Operate(&recall.Recaller{Store: of("recall"), Digests: keys.NewDigester(gatetest.Mac(), of("recall")), Now: clock, Log: recalls.Recalled,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}, recalls)
	ring, book = keys.NewRing(of("visit"), cfg, clock), gate.NewBook(of("visit"), time.Minute, clock)
	h.visit = handler.Visit(handler.VisitConfig{QueryName: "token", MovedIn: movedIn, NonceCookie: "__Host-gatepass-nonce", SessionCookies: []string{"__Host-gatepass", "__Host-gatepass-visitor"}, Desk: newDesk(t, of("visit"), clock), Forms: book}, link, ring, handler.NewLog("visit", &h.log, clock), ring, book)
	h.store.Reset()
	return h
}

// issued is what issue answers.
type issued struct{ ID, Token, Link, URL string }

func (h *house) mint(t testing.TB, doc string) issued {
	t.Helper()
	out, err := h.issue(t.Context(), json.RawMessage(doc))
	var a issued
	if err != nil || json.Unmarshal(out, &a) != nil || a.Token == "" {
		t.Fatalf("issue answered %s, %v", out, err)
	}
	return a
}

// ask asks the authorizer and returns the reason it logged.
func (h *house) ask(t testing.TB, req *gate.Request, id string) string {
	t.Helper()
	h.log.Reset()
	if _, err := h.authorizer(t.Context(), event(t, apigw.HTTP2, req, id)); err != nil {
		t.Fatal(err)
	}
	var ln struct{ Reason string }
	for line := range strings.Lines(h.log.String()) {
		if strings.Contains(line, `"message":"decision"`) && json.Unmarshal([]byte(line), &ln) != nil {
			t.Fatal(line)
		}
	}
	return ln.Reason
}

func report(token string) *gate.Request {
	return &gate.Request{Route: "GET /reports/{id}", Method: "GET", Query: map[string][]string{"token": {token}}}
}

// TestSecondDecisionReadsNeitherKeysNorRules also holds the calls of a warm
// function: one read and one write for a counted JWT, none for a stateless one.
func TestSecondDecisionReadsNeitherKeysNorRules(t *testing.T) {
	h := newHouse(t)
	counted := h.mint(t, `{"scope":"report:66","format":"jwt"}`).Token
	stateless := h.mint(t, `{"scope":"report:66","format":"stateless","unlimited":true}`).Token
	h.store.Reset()
	h.ask(t, report(counted), "66")
	if got := h.store.Calls(); got["PublicKeys"] == 0 || got["Rules"] != 1 {
		t.Errorf("the first decision makes the calls %v, want the keys and the rules read", got)
	}
	for i, c := range []struct {
		name, token string
		want        map[string]int
	}{
		{"the second reads neither", counted, map[string]int{"Read": 1, "Use": 1}},
		{"a stateless token makes no call at all", stateless, map[string]int{}},
	} {
		h.store.Reset()
		if reason := h.ask(t, report(c.token), "66"); reason != "ok" {
			t.Fatalf("decision %d: %s", i+1, reason)
		}
		if diff := cmp.Diff(c.want, h.store.Calls()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	h.now = h.now.Add(61 * time.Second)
	h.store.Reset()
	h.ask(t, report(stateless), "66")
	if got := h.store.Calls(); got["Rules"] != 1 || got["PublicKeys"] != 1 {
		t.Errorf("after the refresh time the calls are %v, want the keys and rules read beside the request", got)
	}
}

// TestRulesAreFoundSoonAfterTheyAreDeclared: an unknown route has the rules read
// anew, but at most every five seconds, so that no client can drive reads.
func TestRulesAreFoundSoonAfterTheyAreDeclared(t *testing.T) {
	h := newHouse(t)
	req := func() *gate.Request { return &gate.Request{Route: "GET /new", Method: "GET"} }
	h.ask(t, report("gp_none"), "66")
	for range 50 {
		if reason := h.ask(t, req(), "66"); reason != "no_rule" {
			t.Fatal(reason)
		}
	}
	if got := h.store.Calls()["Rules"]; got != 1 {
		t.Errorf("fifty unknown routes had the rules read %d times, want 1", got)
	}
	if err := h.store.PutRules(t.Context(), "a1b2c3d4e5", "other", []byte(`{"rules":[{"route":"GET /new","scope":"*"}]}`)); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(5 * time.Second)
	if reason := h.ask(t, req(), "66"); reason != "missing" {
		t.Errorf("five seconds after its declaration the route is %s, want missing", reason)
	}
}

// TestLifeOfAPass walks one pass of each kind from issue to its end by the
// functions alone, and then looks for its credentials in every log line.
func TestLifeOfAPass(t *testing.T) {
	h := newHouse(t)
	var out bytes.Buffer
	step := func(what, got, want string) {
		t.Helper()
		out.Write(h.log.Bytes())
		if got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	once := h.mint(t, `{"scope":"report:66","max_uses":1,"expires_in":60}`)
	step("the first use", h.ask(t, report(once.Token), "66"), "ok")
	step("the second", h.ask(t, report(once.Token), "66"), "spent")
	short := h.mint(t, `{"scope":"report:66","expires_in":60}`)
	step("another report", h.ask(t, report(short.Token), "67"), "wrong_scope")
	if _, err := h.manage(t.Context(), json.RawMessage(`{"revoke":{"pass":"`+short.Link+`","by":"test","why":"test"}}`)); err != nil {
		t.Fatal(err)
	}
	step("after revoke", h.ask(t, report(short.Token), "66"), "revoked")
	if _, err := h.manage(t.Context(), json.RawMessage(`{"restore":{"pass":"`+short.ID+`","by":"test"}}`)); err != nil {
		t.Fatal(err)
	}
	step("after restore", h.ask(t, report(short.Token), "66"), "ok")
	h.now = h.now.Add(59 * time.Second)
	step("in its last second", h.ask(t, report(short.Token), "66"), "ok")
	h.now = h.now.Add(time.Second)
	step("in the second it expires", h.ask(t, report(short.Token), "66"), "expired")
	for _, secret := range []string{once.Token, once.Token[19:41], short.Token, short.Token[19:41]} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("a credential is in the log")
		}
	}
}
