package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/localtest"
	"github.com/gatepass/gatepass/pkg/local/template"
	"github.com/gatepass/gatepass/pkg/pass"
)

// gatepass is template.yaml deployed: its functions over one store, wired as the
// mains do from the environment that the template sets.
type gatepass struct {
	t         *testing.T
	stack     *template.Stack
	store     *boltstore.Store
	functions map[string]local.Function // by logical id
	stacks    []*template.Stack         // whose APIs API Gateway has
	log       bytes.Buffer              // of all functions
}

// change is a text of a template that is replaced, once; of ours where it is said.
type change struct {
	from, to string
	ours     bool
}

// deployGatepass deploys template.yaml.
func deployGatepass(t *testing.T, publicURL string, changes ...change) *gatepass {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	g := &gatepass{t: t, store: store}
	g.stack, err = template.Read(changed(t, "../../template.yaml", changes, true), map[string]string{"AWS::StackName": "gatepass", "PublicUrl": publicURL, "AllowSessionTokens": "true", "Sample": "true"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.stacks = []*template.Stack{g.stack}
	g.functions = map[string]local.Function{"SampleFunction": handler.Sample}
	for id, wire := range map[string]func(*config.Reader) (handler.Func, error){"IssueFunction": g.issue, "AuthorizerFunction": g.authorizer, "VisitFunction": g.visit, "AttachFunction": g.attach} {
		set := g.stack.Functions[id].Env
		env := config.NewReader(func(name string) (string, bool) { v, ok := set[name]; return v, ok })
		f, err := wire(env)
		if err != nil || env.Err() != nil {
			t.Fatal(id, err, env.Err())
		}
		g.functions[id] = local.Function(f)
	}
	return g
}

func changed(t *testing.T, file string, changes []change, ours bool) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, c := range changes {
		if c.ours != ours {
			continue
		}
		if strings.Count(text, c.from) != 1 {
			t.Fatalf("%s holds %q %d times", file, c.from, strings.Count(text, c.from))
		}
		text = strings.Replace(text, c.from, c.to, 1)
	}
	return []byte(text)
}

func (g *gatepass) logOf(function string) *handler.Log {
	return handler.NewLog(function, &g.log, time.Now)
}

func (g *gatepass) issue(env *config.Reader) (handler.Func, error) {
	cfg := env.Issue()
	sealer, err := keys.NewFileSealer(filepath.Join(g.t.TempDir(), "seal.key"))
	if err != nil {
		return nil, err
	}
	signer := keys.NewSigner(g.store, sealer, env.Signing(cfg.MaxLifetime), time.Now, rand.Reader)
	issuer, err := issue.New(cfg, g.store, signer, gatetest.Digests(), time.Now, rand.Reader)
	return handler.Issue(issuer, g.logOf("issue")), err
}

func (g *gatepass) authorizer(env *config.Reader) (handler.Func, error) {
	ring, book := keys.NewRing(g.store, env.Keys(), time.Now), gate.NewBook(g.store, time.Minute, time.Now)
	jwts := gate.JWTs{Issuer: env.Required("ISSUER"), Audience: env.Required("AUDIENCE"), Ring: ring}
	decides, err := gate.New(env.Gate(env.Cookies()), g.store, jwts, book, time.Now, rand.Reader)
	return handler.Authorizer(decides, env.Bool("SIMPLE_RESPONSES", false), g.logOf("authorizer"), ring, book), err
}

func (g *gatepass) visit(env *config.Reader) (handler.Func, error) {
	cookies := env.Cookies()
	link, err := gate.NewLink(env.Gate(cookies), g.store, env.RetentionSeconds(), time.Now, rand.Reader)
	ring, book := keys.NewRing(g.store, env.Keys(), time.Now), gate.NewBook(g.store, time.Minute, time.Now)
	cfg := handler.VisitConfig{QueryName: "token", NonceCookie: cookies.Nonce, SessionCookies: cookies.Sessions(), CookieDomain: cookies.Domain, Brand: env.Brand(), Forms: book}
	return handler.Visit(cfg, link, ring, g.logOf("visit"), ring, book), err
}

func (g *gatepass) attach(env *config.Reader) (handler.Func, error) {
	a := &attach.Attacher{Store: g.store, APIs: g, Function: env.FunctionARN("AUTHORIZER_ARN")}
	return handler.Attach(a, nil, g.logOf("attach")), nil
}

// Authorizers implements attach.APIs: those of the APIs that the templates make.
func (g *gatepass) Authorizers(_ context.Context, api, _ string) ([]attach.Authorizer, error) {
	for _, st := range g.stacks {
		for _, a := range st.APIs {
			if a.ID == api {
				return described(a), nil
			}
		}
	}
	return nil, pass.ErrNotFound
}

func described(api *template.API) []attach.Authorizer {
	found := map[string]bool{}
	var list []attach.Authorizer
	for _, rt := range api.Routes {
		z := rt.Authorizer
		if z == nil || found[z.Name] {
			continue
		}
		found[z.Name] = true
		d := attach.Authorizer{ID: z.Name, Name: z.Name, REST: api.Kind == template.REST, Type: z.Type, IdentitySources: z.IdentitySources,
			URI: "arn:aws:apigateway:local:lambda:path/2015-03-31/functions/" + template.Qualified(z.ARN, z.Qualifier) + "/invocations"}
		if seconds := int32(z.TTL); z.TTLSaid {
			d.TTL = &seconds
		}
		list = append(list, d)
	}
	return list
}

// app is a stack that attaches the authorizer, deployed beside Gatepass.
type app struct {
	*gatepass
	stack   *template.Stack
	server  *local.Server
	backend *localtest.Recorder // its function,
	run     local.Function      // unless there is this
	name    string              // of its file
	told    []string            // why attach refused
}

// attached deploys functions/attach/testdata/<name>.yaml as the stack app: its
// declarations go to the function that they name. upstream is for integrations
// that are no function.
func (g *gatepass) attached(name string, upstream *url.URL, changes ...change) *app {
	g.t.Helper()
	a := &app{gatepass: g, name: name, backend: &localtest.Recorder{}}
	parameters := map[string]string{"AWS::StackName": "app"}
	maps.Copy(parameters, map[string]map[string]string{
		"custom-domain": {"Certificate": "arn", "Zone": "Z1"}, "fargate": {"Vpc": "vpc-1", "Subnets": "subnet-1"}, "same-stack": {"PublicUrl": "https://app.example.com"}}[name])
	imports := localtest.Imports(g.stack)
	maps.Copy(imports, localtest.Nested("Gatepass", g.stack))
	var err error
	if a.stack, err = template.Read(changed(g.t, "testdata/"+name+".yaml", changes, false), parameters, imports); err != nil {
		g.t.Fatal(err)
	}
	g.stacks = append(g.stacks, a.stack)
	if len(a.stack.Declarations) == 0 {
		g.t.Fatalf("%s declares no rules", name)
	}
	for _, d := range a.stack.Declarations {
		a.declare(d)
	}
	functions := map[string]local.Function{}
	for id, f := range g.functions {
		functions["gatepass/"+id] = f
	}
	for id := range a.stack.Functions {
		functions[id] = func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
			if a.run != nil {
				return a.run(ctx, event)
			}
			return a.backend.Invoke(ctx, event)
		}
	}
	upstreams := map[string]*url.URL{}
	if upstream != nil {
		upstreams["Integration"] = upstream
	}
	a.server = localtest.New(g.t, local.StackConfig{Stack: a.stack, Beside: []*template.Stack{g.stack}, Functions: functions, Upstreams: upstreams})
	return a
}

// declare sends what CloudFormation would to the function that d names.
func (a *app) declare(d template.Declaration) {
	a.t.Helper()
	var properties struct{ ServiceToken string }
	event, err := json.Marshal(map[string]any{"RequestType": "Create", "StackId": "arn:aws:cloudformation:local:000000000000:stack/app/0a1b", "RequestId": "r",
		"LogicalResourceId": d.LogicalID, "ResourceType": "Custom::GatepassRules", "ResourceProperties": d.Properties})
	if err != nil || json.Unmarshal(d.Properties, &properties) != nil {
		a.t.Fatal(err)
	}
	if ours := a.gatepass.stack.Functions["AttachFunction"]; properties.ServiceToken != template.Qualified(ours.ARN, ours.Alias) {
		a.t.Fatalf("ServiceToken is %s, want attach at its alias", properties.ServiceToken)
	}
	out, err := a.functions["AttachFunction"](a.t.Context(), event)
	var told struct{ Status, Reason string }
	if err != nil || json.Unmarshal(out, &told) != nil {
		a.t.Fatalf("attach answered %s, %v", out, err)
	}
	if told.Status != "SUCCESS" {
		a.told = append(a.told, told.Reason)
	}
}

// issued is what issue answers.
type issued struct{ ID, Token, Link string }

func (g *gatepass) pass(doc string) issued {
	g.t.Helper()
	out, err := g.functions["IssueFunction"](g.t.Context(), json.RawMessage(doc))
	var p issued
	if err != nil || json.Unmarshal(out, &p) != nil || p.Token == "" {
		g.t.Fatalf("issue answered %s, %v", out, err)
	}
	return p
}

// reason is why the last request was decided as it was, "" where nothing was
// decided since it was last called.
func (g *gatepass) reason() string {
	g.t.Helper()
	var last struct{ Reason string }
	for line := range strings.Lines(g.log.String()) {
		if strings.Contains(line, `"message":"decision"`) && json.Unmarshal([]byte(line), &last) != nil {
			g.t.Fatal(line)
		}
	}
	g.log.Reset()
	return last.Reason
}
