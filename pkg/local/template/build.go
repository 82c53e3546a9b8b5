package template

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// build makes the model, in the order in which its parts need each other.
func (r *reader) build() {
	for _, step := range []struct {
		kind string
		do   func(*resource)
	}{
		{"AWS::Serverless::Function", r.function},
		{"AWS::Lambda::Function", r.function},
		{"AWS::Lambda::Permission", r.permission},
		{"AWS::Serverless::HttpApi", r.samHTTP},
		{"AWS::Serverless::Api", r.samREST},
		{"AWS::ApiGatewayV2::Api", r.api2},
		{"AWS::ApiGateway::RestApi", r.api1},
		{"AWS::ApiGatewayV2::Route", r.route2},
		{"AWS::ApiGateway::Method", r.method1},
		{"AWS::ApiGateway::GatewayResponse", r.response1},
		{"AWS::Serverless::Function", r.events},
		{"AWS::ApiGatewayV2::ApiMapping", r.mapping2},
		{"AWS::ApiGateway::BasePathMapping", r.mapping1},
		{"Custom::GatepassRules", r.declaration},
	} {
		for x := range r.of(step.kind) {
			step.do(x)
		}
	}
	r.samCORS()
	r.finish()
	r.circles()
}

// of yields the resources of a type, by logical id.
func (r *reader) of(kind string) func(yield func(*resource) bool) {
	return func(yield func(*resource) bool) {
		for _, id := range slices.Sorted(maps.Keys(r.resources)) {
			if x := r.resources[id]; x.kind == kind && !yield(x) {
				return
			}
		}
	}
}

// finish connects what was read, and refuses what would serve nothing.
func (r *reader) finish() {
	for _, id := range slices.Sorted(maps.Keys(r.stack.APIs)) {
		api := r.stack.APIs[id]
		at := node{path: "Resources." + id}
		if api.Stage == "" {
			r.fault(at, "the API has no stage, so it serves nothing")
		}
		if len(api.Routes) == 0 {
			r.fault(at, "the API has no route")
		}
		for _, m := range r.stack.Mappings {
			if m.API == api.ID {
				api.Mappings = append(api.Mappings, m)
			}
		}
		seen := map[string]bool{}
		for i := range api.Routes {
			if key := api.Routes[i].Key; seen[key] {
				r.fault(at, "two routes %q", key)
			}
			seen[api.Routes[i].Key] = true
			if a := api.Routes[i].Authorizer; a != nil {
				a.MayInvoke = r.stack.MayInvoke(Qualified(a.ARN, a.Qualifier), a.Source)
			}
		}
	}
}

func (r *reader) function(x *resource) {
	f := &Function{LogicalID: x.id, Name: r.functionName(x), ARN: r.lambdaARN(r.functionName(x)), Alias: x.text("AutoPublishAlias"),
		Env: map[string]string{}, Timeout: 3 * time.Second, MemoryMB: 128} // Lambda's defaults
	env, _ := x.below("Environment", "Variables").(map[string]any)
	for k, v := range env {
		f.Env[k], _ = v.(string)
	}
	if n, ok := r.number(x, "Timeout"); ok {
		f.Timeout = time.Duration(n) * time.Second
	}
	if n, ok := r.number(x, "MemorySize"); ok {
		f.MemoryMB = n
	}
	r.stack.Functions[x.id] = f
}

func (r *reader) permission(x *resource) {
	if x.text("Action") != "lambda:InvokeFunction" || x.text("Principal") != "apigateway.amazonaws.com" {
		return // lets somebody else, or something else
	}
	if a := x.text("SourceAccount"); a != "" && a != account {
		return
	}
	r.stack.Permissions = append(r.stack.Permissions, Permission{Function: r.lambdaARN(x.text("FunctionName")), Source: x.text("SourceArn")})
}

// below returns a nested property, or nil.
func (x *resource) below(path ...string) any { return within(x.props, path...) }

func within(v any, path ...string) any {
	for _, k := range path {
		m, _ := v.(map[string]any)
		v = m[k]
	}
	return v
}

// text returns a property that is text, "" for any other.
func (x *resource) text(path ...string) string {
	s, _ := x.below(path...).(string)
	return s
}

// number returns a property that is a whole number, if it is there.
func (r *reader) number(x *resource, path ...string) (int, bool) {
	return r.numberOf(x.below(path...), x.at(strings.Join(path, ".")))
}

func (r *reader) numberOf(v any, at node) (int, bool) {
	if v == nil {
		return 0, false
	}
	s, _ := v.(string)
	n, err := strconv.Atoi(s)
	if err != nil {
		r.fault(at, "%v is no whole number", v)
	}
	return n, err == nil
}

// truth returns a property that is true or false.
func (r *reader) truth(v any, at node) bool {
	switch v {
	case nil, "false":
		return false
	case "true":
		return true
	}
	r.fault(at, "%v is neither true nor false", v)
	return false
}

// strings returns a property that is a list of texts, or one text.
func textsOf(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		out := make([]string, 0, len(v))
		for _, item := range v {
			s, _ := item.(string)
			out = append(out, s)
		}
		return out
	}
	return nil
}

// pairs returns a property that maps names to texts.
func pairs(v any) map[string]string {
	m, _ := v.(map[string]any)
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k], _ = v.(string)
	}
	return out
}
