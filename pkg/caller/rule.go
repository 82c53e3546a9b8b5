package caller

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
)

// Rule is what one handler asks for, as package rule has it. Its methods return
// changed copies, so a rule may be kept and varied. Rule.Then is a middleware of
// the usual form, func(http.Handler) http.Handler.
type Rule struct {
	guard  *Guard
	rule   rule.Rule
	none   bool // modes were to be accepted, and none was named
	noBody bool
	bypass func(*http.Request) bool
}

// RequireScope asks for a pass of this scope, in which path values may stand:
// "report:{id}" asks for report:66 on a route /reports/{id} for /reports/66. A
// value that can stand in no scope, and one that the router does not give, is
// wrong_scope. All four modes that can be issued are accepted unless Rule.Accept
// says otherwise.
//
// So a rule with path values belongs at its route, where they are known. In a
// middleware before the router they are not yet, and every request is wrong_scope:
// with chi write r.With(rule.Then).Get("/reports/{id}", reports), not r.Use.
func (g *Guard) RequireScope(scope string) Rule {
	return Rule{guard: g, rule: rule.Rule{Scope: scope}}
}

// Any asks for a pass, whatever its scope.
func (g *Guard) Any() Rule { return g.RequireScope(pass.AnyScope) }

// Accept names the modes that are let in, pass.Host among them where Config.Gate.Host
// is set.
func (r Rule) Accept(modes ...pass.Mode) Rule {
	r.rule.Accept, r.none = slices.Clone(modes), len(modes) == 0
	return r
}

// Optional lets requests without any credential through, as anonymous. Who
// presents one that is refused is refused.
func (r Rule) Optional() Rule {
	r.rule.Optional = true
	return r
}

// ForwardRefused lets the refused through to the handler too, with access refused
// and the reason.
func (r Rule) ForwardRefused() Rule {
	r.rule.ForwardRefused = true
	return r
}

// MaxAge is the seconds since a pass was issued, or its session opened, after
// which this handler no longer accepts it: 1 to pass.MaxLifetime.
func (r Rule) MaxAge(seconds int64) Rule {
	r.rule.MaxAge = seconds
	if seconds == 0 {
		r.rule.MaxAge = -1 // zero is any age in a declaration, where it is left out
	}
	return r
}

// NoBody leaves the bodies of this handler's requests alone: no credential is
// looked for in them. It is for handlers whose bodies have a field that is named as a
// query parameter of ours is, and holds something else.
func (r Rule) NoBody() Rule {
	r.noBody = true
	return r
}

// Bypass lets requests in of which the host knows better, such as those of its
// own staff, before any credential is looked at. Nothing is counted.
func (r Rule) Bypass(when func(*http.Request) bool) Rule {
	r.bypass = when
	return r
}

// Then puts the rule before a handler. Like http.ServeMux.Handle it panics where
// what was declared cannot hold, such as a scope that is none, and where there is no
// handler, so that no service starts with it.
func (r Rule) Then(next http.Handler) http.Handler {
	checked, names, err := r.check()
	if f, ok := next.(http.HandlerFunc); next == nil || ok && f == nil {
		err = errors.Join(err, errors.New("no handler stands behind it"))
	}
	if err != nil {
		panic(fmt.Sprintf("caller: the rule for scope %q: %v", r.rule.Scope, err))
	}
	cfg := r.guard.cfg
	if r.noBody {
		cfg.MaxBody = -1
	}
	g, err := gate.New(cfg.Gate, cfg.Store, cfg.JWTs, only{checked}, cfg.Now, cfg.Rand)
	if err != nil {
		panic(err) // New has seen the configuration
	}
	return &door{cfg: cfg, gate: g, names: names, scope: r.rule.Scope, bypass: r.bypass, next: next}
}

// check returns the rule as package rule has it, with its defaults, and the names
// of the path values in its scope. As no route is known here, one is made of
// these names.
func (r Rule) check() (*rule.Rule, []string, error) {
	names := namesIn(r.rule.Scope)
	route := "ANY /"
	for _, name := range names {
		if strings.HasSuffix(name, "...") {
			return nil, nil, fmt.Errorf("{%s} can hold slashes; use a path value of one segment", name)
		}
		route = strings.TrimSuffix(route, "/") + "/{" + name + "}"
	}
	if r.none {
		return nil, nil, errors.New("Accept names no mode")
	}
	r.rule.Route = route
	set, err := rule.NewSet(map[string]rule.Declaration{"": {Rules: []rule.Rule{r.rule}}})
	var faults rule.Faults
	if errors.As(err, &faults) {
		problems := make([]error, len(faults))
		for i, f := range faults {
			problems[i] = fmt.Errorf("%s: %s", f.Field[strings.LastIndex(f.Field, ".")+1:], f.Problem)
		}
		return nil, nil, errors.Join(problems...)
	}
	checked, _ := set.Match(route)
	if checked.Accepts(pass.Host) && r.guard.cfg.Gate.Host == nil {
		return nil, nil, errors.New("accept: host, of which nobody could be: Config.Gate.Host is not set")
	}
	return checked, names, nil
}

// namesIn returns the {names} in a scope, each once.
func namesIn(scope string) (names []string) {
	for {
		_, rest, found := strings.Cut(scope, "{")
		name, rest, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return names
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		scope = rest
	}
}

// only is the rules of one handler: whatever comes by it is asked for the same.
type only struct{ rule *rule.Rule }

// Match implements gate.Rules. The route is the one that the use is recorded by.
func (o only) Match(_ context.Context, req *gate.Request) (*rule.Rule, map[string]string, bool, error) {
	r := *o.rule
	r.Route = req.Route
	return &r, req.Params, true, nil
}
