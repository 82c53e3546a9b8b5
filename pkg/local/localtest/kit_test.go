package localtest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/localtest"
	"github.com/gatepass/gatepass/pkg/local/template"
	"github.com/gatepass/gatepass/pkg/terms"
)

const ours = "../../../template.yaml"

// house is Gatepass's own functions, wired as the mains do, over one store.
type house struct {
	t     *testing.T
	own   *template.Stack
	store interface {
		PutRules(ctx context.Context, api, name string, body []byte) error
	}
	functions map[string]local.Function // by logical id of template.yaml
	now       time.Time
	passes    bytes.Buffer // the functions' log
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, now: gatetest.Clock()}
	store := gatetest.Open(t).Store
	h.store = store
	h.own = localtest.Read(t, ours, map[string]string{"AWS::StackName": "gatepass", "PublicUrl": "https://pass.example.com", "Sample": "true"}, nil)
	clock := func() time.Time { return h.now }
	sealer, err := keys.NewFileSealer(filepath.Join(t.TempDir(), "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := keys.Config{RefreshSeconds: 60}
	issuer, err := issue.New(issue.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com"}, Issuer: "gatepass", Audience: "api"}, store,
		keys.NewSigner(store, sealer, cfg, clock, rand.Reader), gatetest.Digests(), clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ring, book := keys.NewRing(store, cfg, clock), gate.NewBook(store, time.Minute, clock)
	g, err := gate.New(gatetest.Config(), store, gate.JWTs{Issuer: "gatepass", Audience: "api", Ring: ring}, book, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	link, err := gate.NewLink(gatetest.Config(), store, 30, clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	log := func(function string) *handler.Log { return handler.NewLog(function, &h.passes, clock) }
	h.functions = map[string]local.Function{
		"IssueFunction":      local.Function(handler.Issue(issuer, log("issue"))),
		"AuthorizerFunction": local.Function(handler.Authorizer(g, false, log("authorizer"), ring, book)),
		"VisitFunction":      local.Function(handler.Visit(handler.VisitConfig{QueryName: "token", NonceCookie: "__Host-gatepass-nonce", SessionCookies: []string{"__Host-gatepass", "__Host-gatepass-visitor"}}, link, ring, log("visit"), ring)),
		"SampleFunction":     handler.Sample,
	}
	return h
}

// rules declares an API's rules, as attach would.
func (h *house) rules(api, body string) {
	h.t.Helper()
	if err := h.store.PutRules(h.t.Context(), api, "test", []byte(body)); err != nil {
		h.t.Fatal(err)
	}
}

// pass issues one, and returns its token and link.
func (h *house) pass(doc string) (token, link string) {
	h.t.Helper()
	out, err := h.functions["IssueFunction"](h.t.Context(), json.RawMessage(doc))
	var a struct{ Token, Link string }
	if err != nil || json.Unmarshal(out, &a) != nil || a.Token == "" {
		h.t.Fatalf("issue answered %s, %v", out, err)
	}
	return a.Token, a.Link
}

// change is a text of a template that is replaced, once.
type change struct{ from, to string }

// attached serves a stack that attaches the authorizer, and is beside ours.
func (h *house) attached(file string, app local.Function, upstream *url.URL, changes ...change) *local.Server {
	h.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		h.t.Fatal(err)
	}
	doc := string(text)
	for _, c := range changes {
		if strings.Count(doc, c.from) != 1 {
			h.t.Fatalf("%s holds %q %d times", file, c.from, strings.Count(doc, c.from))
		}
		doc = strings.Replace(doc, c.from, c.to, 1)
	}
	stack, err := template.Read([]byte(doc), map[string]string{"AWS::StackName": "app"}, localtest.Imports(h.own))
	if err != nil {
		h.t.Fatal(err)
	}
	functions := map[string]local.Function{}
	for id, f := range h.functions {
		functions["gatepass/"+id] = f
	}
	if stack.Functions["App"] != nil {
		functions["App"] = app
	}
	return localtest.New(h.t, local.StackConfig{Stack: stack, Beside: []*template.Stack{h.own}, Functions: functions,
		Upstreams: map[string]*url.URL{"Service": upstream}, Now: func() time.Time { return h.now }})
}
