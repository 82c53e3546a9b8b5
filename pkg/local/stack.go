package local

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// StackConfig is what a Server of a template is made of. Stack and Functions are
// required.
type StackConfig struct {
	Stack *template.Stack
	// Beside are stacks that Stack shares functions or a custom domain with.
	Beside []*template.Stack
	// Functions are those of Stack by their logical ids, and those of a stack
	// beside it by <stack name>/<logical id>.
	Functions map[string]Function
	// Imports are functions of neither, by their ARNs without qualifier.
	Imports map[string]Function
	// Upstreams are where HTTP integrations lead, by the logical id of a plain
	// integration or method; without one it is its URI.
	Upstreams map[string]*url.URL
	// Switches turn the open ones of GatewayRules off or on, by name.
	Switches map[string]bool

	Now  func() time.Time // nil: time.Now
	Rand io.Reader        // of request ids; nil: crypto/rand
	Log  *slog.Logger     // nil: nowhere
}

// front is the APIs of one or more stacks.
type front struct {
	apis      []*gateway
	mappings  []template.Mapping // the longest base path first
	stacks    []*template.Stack
	functions map[string]string // name in Config.Functions, by ARN
	upstreams map[string]*url.URL
	off       map[string]bool
	cache     cache
}

// gateway is one API.
type gateway struct {
	api    *template.API
	table  *table
	routes map[string]*template.Route
}

// NewStack returns a server of every API of a stack, or every fault of the
// configuration together. A request reaches the API which its host's custom domain
// maps to, or whose id is the first label of its host; of Stack the logical id
// will do, and any host where it has one API.
func NewStack(cfg StackConfig) (*Server, error) {
	if cfg.Stack == nil {
		return nil, errors.New("local: there is no stack to serve")
	}
	f := &front{stacks: append([]*template.Stack{cfg.Stack}, cfg.Beside...), functions: map[string]string{}, upstreams: cfg.Upstreams, off: map[string]bool{}}
	c := Config{Functions: map[string]Function{}, Timeouts: map[string]time.Duration{}, NamePrefix: cfg.Stack.Name + "-", Now: cfg.Now, Rand: cfg.Rand, Log: cfg.Log}
	c.defaults()
	faults := append(f.switches(cfg.Switches), f.take(cfg, &c)...)
	for _, st := range f.stacks {
		for _, api := range st.APIs {
			g, err := newGateway(api)
			faults = append(faults, err)
			f.apis = append(f.apis, g)
			faults = append(faults, f.leads(api)...)
		}
		f.mappings = append(f.mappings, st.Mappings...)
	}
	slices.SortStableFunc(f.mappings, func(a, b template.Mapping) int { return cmp.Compare(len(b.BasePath), len(a.BasePath)) })
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Server{cfg: c, front: f}, nil
}

// defaults fills what a configuration leaves out.
func (c *Config) defaults() {
	if c.API == "" {
		c.API = "local"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}

// switches takes the open rules as they are asked for.
func (f *front) switches(asked map[string]bool) []error {
	var faults []error
	known := map[string]bool{}
	for _, rule := range GatewayRules() {
		on, said := asked[rule.Name]
		if said && !rule.Open {
			faults = append(faults, fmt.Errorf("local: the rule %q is no switch: %s", rule.Name, rule.Page))
		}
		known[rule.Name] = true
		f.off[rule.Name] = !rule.On && !said || said && !on
	}
	for name := range asked {
		if !known[name] {
			faults = append(faults, fmt.Errorf("local: there is no rule %q", name))
		}
	}
	return faults
}

// take takes the functions by their ARNs, with the time each has.
func (f *front) take(cfg StackConfig, c *Config) []error {
	var faults []error
	used := map[string]bool{}
	for i, st := range f.stacks {
		for id, fn := range st.Functions {
			name := id
			if i > 0 {
				name = st.Name + "/" + id
			}
			if cfg.Functions[name] != nil {
				c.Functions[name], c.Timeouts[name] = cfg.Functions[name], fn.Timeout
				f.functions[fn.ARN], used[name] = name, true
			}
		}
	}
	for name := range cfg.Functions {
		if !used[name] {
			faults = append(faults, fmt.Errorf("local: no stack has the function %q", name))
		}
	}
	for arn, function := range cfg.Imports {
		c.Functions[arn], f.functions[arn] = function, arn
	}
	return faults
}

// leads reports the functions that an API needs and nobody gave.
func (f *front) leads(api *template.API) []error {
	var faults []error
	need := func(arn, use string) {
		if f.functions[arn] == "" {
			faults = append(faults, fmt.Errorf("local: no function was given for %s, which is named as %s", arn, use))
		}
	}
	for _, rt := range api.Routes {
		if rt.Integration.Kind == template.Lambda {
			need(rt.Integration.ARN, "integration of "+rt.Key+" of "+api.LogicalID)
		}
		if rt.Authorizer != nil {
			need(rt.Authorizer.ARN, "authorizer "+rt.Authorizer.Name+" of "+api.LogicalID)
		}
	}
	return faults
}

func newGateway(api *template.API) (*gateway, error) {
	g := &gateway{api: api, routes: map[string]*template.Route{}}
	var list []Route
	for i := range api.Routes {
		rt := &api.Routes[i]
		g.routes[rt.Key] = rt
		if api.Kind != template.WebSocket {
			list = append(list, Route{Key: rt.Key})
		}
	}
	t, err := newTable(list)
	if err != nil {
		err = fmt.Errorf("%s: %w", api.LogicalID, err)
	}
	g.table = t
	return g, err
}

// choose finds the API and the stage that a request is for, and the path below
// them: its stage or base path is taken off. found is false where nothing is.
func (f *front) choose(r *http.Request) (e *exchange, found bool) {
	path := r.URL.EscapedPath()
	e = &exchange{f: f, r: r, shown: path, host: hostname(r.Host)}
	if f.on(ruleDomain) {
		if custom, ok := f.domain(e, path); custom {
			return e, ok
		}
	}
	if e.g = f.byHost(e.host); e.g == nil {
		return e, false
	}
	e.path = path
	if e.g.api.Stage == "$default" || !f.on(ruleStagePath) {
		return e, true
	}
	rest, ok := below(path, e.g.api.Stage)
	e.path, e.shown = rest, rest
	return e, ok
}

// byHost returns the API whose id, or in the stack itself logical id, is the
// host's first label, or else the one API of the stack.
func (f *front) byHost(host string) *gateway {
	label, _, _ := strings.Cut(host, ".")
	var own []*gateway
	for _, g := range f.apis {
		if strings.EqualFold(label, g.api.ID) {
			return g
		}
		if f.stacks[0].APIs[g.api.LogicalID] == g.api {
			own = append(own, g)
		}
	}
	for _, g := range own {
		if len(own) == 1 || strings.EqualFold(label, g.api.LogicalID) {
			return g
		}
	}
	return nil
}

// domain looks for a custom domain; custom says that the host is one.
func (f *front) domain(e *exchange, path string) (custom, ok bool) {
	for _, m := range f.mappings {
		if !strings.EqualFold(m.Domain, e.host) {
			continue
		}
		custom = true
		rest, within := below(path, m.BasePath)
		if !within {
			continue
		}
		for _, g := range f.apis {
			if g.api.ID == m.API && g.api.Stage == m.Stage {
				e.g, e.path, e.custom = g, rest, true
				return true, true
			}
		}
	}
	return custom, false
}

// below takes a first part off a path.
func below(path, first string) (string, bool) {
	if first == "" {
		return path, true
	}
	rest, ok := strings.CutPrefix(path, "/"+first)
	switch {
	case !ok || rest != "" && rest[0] != '/':
		return path, false
	case rest == "":
		return "/", true
	}
	return rest, true
}

// mayInvoke reports whether some stack's permission lets one of these callers
// invoke a function.
func (f *front) mayInvoke(arn, qualifier string, sources ...string) bool {
	names := []string{template.Qualified(arn, qualifier)}
	if !f.on(ruleAlias) {
		names = append(names, arn)
	}
	for _, st := range f.stacks {
		for _, source := range sources {
			for _, name := range names {
				if st.MayInvoke(name, source) {
					return true
				}
			}
		}
	}
	return false
}

// port returns a host's port.
func port(host string) string {
	if _, p, err := net.SplitHostPort(host); err == nil {
		return p
	}
	return "80"
}
