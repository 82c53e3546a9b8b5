package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// Limits of a REST API, in bytes and characters.
const (
	maxARN      = 1600
	maxResource = 512
)

// ruling is an authorizer's answer, before it is held against a route.
type ruling struct {
	simple, allow bool
	policy        *policyDocument
	grant         grant
}

// authorize asks the route's authorizer, if it has one.
func (e *exchange) authorize() *refusal {
	a := e.route.Authorizer
	if a == nil {
		return nil
	}
	if e.g.api.Kind == template.REST && e.f.on(ruleARNLength) && len(e.arn()) > maxARN {
		return &refusal{kind: "DEFAULT_4XX", status: http.StatusRequestURITooLong}
	}
	sources, ok := e.sources(a)
	if !ok && e.f.on(ruleSource) || !e.valid(a, sources) {
		return &refusal{kind: "UNAUTHORIZED"}
	}
	if e.f.on(rulePermission) && !e.f.mayInvoke(a.ARN, a.Qualifier, a.Source) {
		e.s.cfg.Log.Error("the API may not invoke its authorizer: no AWS::Lambda::Permission names both", "api", e.g.api.LogicalID, "authorizer", a.Name,
			"function", template.Qualified(a.ARN, a.Qualifier))
		return &refusal{kind: "AUTHORIZER_CONFIGURATION_ERROR"}
	}
	key := e.cacheKey(a, sources)
	r, kept := e.f.cache.get(key, e.s.cfg.Now())
	if !kept {
		var why *refusal
		if r, why = e.ask(a, sources); why != nil {
			if !e.f.on(ruleCacheErrors) {
				e.f.cache.put(key, &ruling{simple: true}, e.s.cfg.Now().Add(e.ttl(a)))
			}
			return why
		}
		e.f.cache.put(key, r, e.s.cfg.Now().Add(e.ttl(a)))
	}
	return e.judge(r, kept)
}

// sources returns the values of the identity sources; false where one is missing.
func (e *exchange) sources(a *template.Authorizer) ([]string, bool) {
	var out []string
	all := true
	for _, s := range a.IdentitySources {
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "$"), "method."), "route.")
		v, ok := e.variable(name)
		out = append(out, v)
		all = all && ok && v != ""
	}
	return out, all
}

// valid holds a TOKEN to its expression.
func (e *exchange) valid(a *template.Authorizer, sources []string) bool {
	if a.Type != "TOKEN" || a.Validation == "" || !e.f.on(ruleValidation) {
		return true
	}
	re, err := regexp.Compile("^(?:" + a.Validation + ")$")
	return err == nil && re.MatchString(sources[0])
}

// ask calls the authorizer.
func (e *exchange) ask(a *template.Authorizer, sources []string) (*ruling, *refusal) {
	event, err := e.question(a, sources)
	if err != nil {
		return nil, &refusal{kind: "AUTHORIZER_FAILURE"}
	}
	out, failed, late := e.wait(e.f.functions[a.ARN], event, authorizeTime)
	if late {
		return nil, &refusal{kind: "AUTHORIZER_FAILURE"}
	}
	if failed != nil {
		rule := ruleUnauthorizedREST
		if e.g.api.Kind == template.HTTP {
			rule = ruleUnauthorizedHTTP
		}
		if failed.Message == "Unauthorized" && e.f.on(rule) {
			return nil, &refusal{kind: "UNAUTHORIZED"}
		}
		return nil, &refusal{kind: "AUTHORIZER_CONFIGURATION_ERROR"}
	}
	r, err := e.ruling(a, out)
	if err != nil {
		e.s.cfg.Log.Error("answer of no use as an authorizer's", "authorizer", a.Name, "request_id", e.id, "error", err)
		return nil, &refusal{kind: "AUTHORIZER_CONFIGURATION_ERROR"}
	}
	return r, nil
}

// ruling reads an authorizer's answer in the one form that it is set to.
func (e *exchange) ruling(a *template.Authorizer, out json.RawMessage) (*ruling, error) {
	var w verdictWire
	if err := jsonv2.Unmarshal(out, &w); err != nil {
		return nil, err
	}
	simple := w.IsAuthorized != nil && w.Policy == nil
	switch {
	case w.IsAuthorized != nil && w.Policy != nil:
		return nil, errors.New("it is both a simple answer and a policy")
	case w.IsAuthorized == nil && w.Policy == nil:
		return nil, errors.New("it has neither isAuthorized nor policyDocument")
	case simple && !a.Simple && e.f.on(ruleOnlyPolicy):
		return nil, errors.New("it is a simple answer, and simple responses are not enabled")
	case !simple && a.Simple && e.f.on(ruleOnlySimple):
		return nil, errors.New("it is a policy, and simple responses are enabled")
	case !simple && w.PrincipalID == "":
		return nil, errors.New("a policy needs a principalId")
	}
	if err := e.scalars(w.Context); err != nil {
		return nil, err
	}
	r := &ruling{simple: simple, policy: w.Policy, grant: grant{w.PrincipalID, w.Context}}
	if simple {
		r.allow = *w.IsAuthorized
		return r, nil
	}
	if _, _, err := w.Policy.judge("", template.Wild); err != nil {
		return nil, fmt.Errorf("policyDocument: %w", err)
	}
	return r, e.resources(w.Policy)
}

// scalars refuses a context that REST and WebSocket APIs do.
func (e *exchange) scalars(context map[string]any) error {
	if e.g.api.Kind == template.HTTP || !e.f.on(ruleScalars) {
		return nil
	}
	for k, v := range context {
		switch v.(type) {
		case map[string]any, []any:
			return fmt.Errorf("context %q is neither text, number nor boolean", k)
		}
	}
	return nil
}

func (e *exchange) resources(p *policyDocument) error {
	for _, st := range p.Statement {
		for _, r := range st.Resource {
			if len(r) > maxResource && e.f.on(ruleResourceLength) {
				return fmt.Errorf("a Resource of %d characters, more than %d", len(r), maxResource)
			}
		}
	}
	return nil
}

// judge holds a ruling against the route that is called.
func (e *exchange) judge(r *ruling, kept bool) *refusal {
	e.granted = &r.grant
	if r.simple {
		if !r.allow {
			return e.denied(true)
		}
		return nil
	}
	match := template.Wild
	if !e.f.on(ruleWildcards) {
		match = func(pattern, s string) bool { return pattern == s }
	}
	if kept && !e.f.on(ruleCachePolicy) {
		match = func(string, string) bool { return true }
	}
	allowed, denied, err := r.policy.judge(e.arn(), match)
	switch {
	case err != nil:
		return &refusal{kind: "AUTHORIZER_CONFIGURATION_ERROR"}
	case denied || !allowed:
		return e.denied(denied)
	}
	return nil
}

// denied words a denial; an HTTP API's is always the same.
func (e *exchange) denied(explicit bool) *refusal {
	if e.g.api.Kind == template.HTTP {
		if !e.f.on(ruleDenyHTTP) {
			return &refusal{kind: "UNAUTHORIZED"}
		}
		return &refusal{kind: "ACCESS_DENIED"}
	}
	why := &refusal{kind: "ACCESS_DENIED"}
	if explicit && e.f.on(ruleExplicitDeny) {
		why.message = "User is not authorized to access this resource with an explicit deny"
	}
	if !explicit && !e.f.on(ruleImplicitDeny) {
		why.message = "Forbidden"
	}
	return why
}
