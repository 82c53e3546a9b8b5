package template

import (
	"maps"
	"slices"
	"strings"
)

// samHTTP reads an AWS::Serverless::HttpApi; its routes are events.
func (r *reader) samHTTP(x *resource) {
	api := &API{LogicalID: x.id, ID: r.physical(x.id), Kind: HTTP, Stage: x.text("StageName"), StageVariables: pairs(x.below("StageVariables"))}
	if api.Stage == "" {
		api.Stage = "$default"
	}
	switch c := x.below("CorsConfiguration").(type) {
	case map[string]any:
		api.CORS = r.cors(c, x.at("CorsConfiguration"))
	case string:
		if r.truth(c, x.at("CorsConfiguration")) {
			api.CORS = &CORS{AllowOrigins: []string{"*"}}
		}
	}
	r.stack.APIs[x.id] = api
	r.samDomain(x, api)
}

func (r *reader) cors(c map[string]any, at node) *CORS {
	out := &CORS{AllowOrigins: textsOf(c["AllowOrigins"]), AllowMethods: textsOf(c["AllowMethods"]), AllowHeaders: textsOf(c["AllowHeaders"]),
		ExposeHeaders: textsOf(c["ExposeHeaders"]), AllowCredentials: r.truth(c["AllowCredentials"], at)}
	out.MaxAge, _ = r.numberOf(c["MaxAge"], at)
	if out.AllowCredentials && slices.Contains(out.AllowOrigins, "*") {
		r.fault(at, "AllowCredentials needs origins by name, not *")
	}
	return out
}

// samREST reads an AWS::Serverless::Api; its methods are events.
func (r *reader) samREST(x *resource) {
	api := &API{LogicalID: x.id, ID: r.physical(x.id), Kind: REST, Stage: x.text("StageName"), StageVariables: pairs(x.below("Variables")), Responses: map[string]GatewayResponse{}}
	if api.Stage == "" {
		r.fault(x.at("StageName"), "an AWS::Serverless::Api needs one")
	}
	all, _ := x.below("GatewayResponses").(map[string]any)
	for kind, v := range all {
		g := GatewayResponse{Headers: pairs(within(v, "ResponseParameters", "Headers")), Templates: pairs(within(v, "ResponseTemplates"))}
		g.Status, _ = r.numberOf(within(v, "StatusCode"), x.at("GatewayResponses."+kind))
		r.responseKnown(kind, x.at("GatewayResponses."+kind))
		api.Responses[kind] = g
	}
	r.stack.APIs[x.id] = api
	r.samDomain(x, api)
}

func (r *reader) samDomain(x *resource, api *API) {
	domain := x.text("Domain", "DomainName")
	if domain == "" {
		return
	}
	paths := textsOf(x.below("Domain", "BasePath"))
	if len(paths) == 0 {
		paths = []string{""}
	}
	for _, p := range paths {
		r.stack.Mappings = append(r.stack.Mappings, Mapping{Domain: domain, BasePath: strings.Trim(p, "/"), API: api.ID, Stage: api.Stage})
	}
}

// samAuthorizer returns an API's authorizer by name, nil for none.
func (r *reader) samAuthorizer(api *API, name string, at node) *Authorizer {
	if name == "" || name == "NONE" {
		return nil
	}
	x := r.resources[api.LogicalID]
	v := x.below("Auth", "Authorizers", name)
	if v == nil {
		r.fault(at, "%s has no authorizer %q", api.LogicalID, name)
		return nil
	}
	at = x.at("Auth.Authorizers." + name)
	arn, _ := within(v, "FunctionArn").(string)
	a := r.authorizer(api, name, r.byARN(at, arn))
	identity := within(v, "Identity")
	if api.Kind == HTTP {
		r.samHTTPAuthorizer(a, v, at)
	} else {
		r.samRESTAuthorizer(a, v, at)
	}
	r.ttl(a, within(identity, "ReauthorizeEvery"), at, map[Kind]int{REST: restTTL}[api.Kind])
	r.deployable(api.Kind, a, at)
	return a
}

func samKind(k Kind) string {
	if k == HTTP {
		return "AWS::Serverless::HttpApi"
	}
	return "AWS::Serverless::Api"
}

func (r *reader) samHTTPAuthorizer(a *Authorizer, v any, at node) {
	a.PayloadVersion, _ = within(v, "AuthorizerPayloadFormatVersion").(string)
	a.Simple = r.truth(within(v, "EnableSimpleResponses"), at)
	a.IdentitySources = samSources(within(v, "Identity"), "$request.", "$")
	if r.truth(within(v, "EnableFunctionDefaultPermissions"), at) {
		r.mayAuthorize(a)
	}
}

func (r *reader) samRESTAuthorizer(a *Authorizer, v any, at node) {
	identity := within(v, "Identity")
	switch kind := within(v, "FunctionPayloadType"); kind {
	case nil, "TOKEN":
		a.Type = "TOKEN"
		header, ok := within(identity, "Header").(string)
		if !ok {
			header = "Authorization"
		}
		a.IdentitySources = []string{"method.request.header." + header}
		a.Validation, _ = within(identity, "ValidationExpression").(string)
	case "REQUEST":
		a.IdentitySources = samSources(identity, "method.request.", "")
	default:
		r.fault(at, "FunctionPayloadType is TOKEN or REQUEST")
	}
	if !r.truth(within(v, "DisableFunctionDefaultPermissions"), at) {
		r.mayAuthorize(a)
	}
}

// mayAuthorize adds the permission that SAM makes for an authorizer.
func (r *reader) mayAuthorize(a *Authorizer) {
	source := strings.TrimSuffix(a.Source, a.Name) + "*"
	r.permit(Permission{Function: Qualified(a.ARN, a.Qualifier), Source: source})
}

func (r *reader) permit(p Permission) {
	if !slices.Contains(r.stack.Permissions, p) {
		r.stack.Permissions = append(r.stack.Permissions, p)
	}
}

// samSources writes identity sources as SAM does, in its order.
func samSources(identity any, request, other string) []string {
	var out []string
	for _, s := range []struct{ property, prefix string }{
		{"Headers", request + "header."}, {"QueryStrings", request + "querystring."}, {"StageVariables", other + "stageVariables."}, {"Context", other + "context."},
	} {
		for _, name := range textsOf(within(identity, s.property)) {
			out = append(out, s.prefix+name)
		}
	}
	return out
}

// samCORS adds the OPTIONS methods that a REST API's Cors stands for: on every
// path that has none.
func (r *reader) samCORS() {
	for x := range r.of("AWS::Serverless::Api") {
		var headers map[string]string
		switch c := x.below("Cors").(type) {
		case string:
			headers = map[string]string{"Access-Control-Allow-Origin": c}
		case map[string]any:
			headers = r.samCORSHeaders(x, c)
		default:
			continue
		}
		api := r.stack.APIs[x.id]
		var guard *Authorizer
		if x.text("Auth", "AddDefaultAuthorizerToCorsPreflight") != "false" {
			guard = r.samAuthorizer(api, x.text("Auth", "DefaultAuthorizer"), x.at("Auth"))
		}
		paths := map[string]string{} // to the methods there are
		for _, rt := range api.Routes {
			method, path, _ := strings.Cut(rt.Key, " ")
			paths[path] += " " + method + " "
		}
		for _, path := range slices.Sorted(maps.Keys(paths)) {
			if strings.Contains(paths[path], " OPTIONS ") {
				continue
			}
			own := maps.Clone(headers)
			if _, said := own["Access-Control-Allow-Methods"]; !said {
				own["Access-Control-Allow-Methods"] = "'" + corsMethods(paths[path]) + "'"
			}
			api.Routes = append(api.Routes, Route{Key: "OPTIONS " + path, Authorizer: guard,
				Integration: Integration{Kind: Mock, Mock: &GatewayResponse{Status: 200, Headers: own, Templates: map[string]string{"application/json": "{}\n"}}}})
		}
	}
}

// corsMethods lists the methods of a path and OPTIONS.
func corsMethods(have string) string {
	list := append(strings.Fields(have), "OPTIONS")
	if slices.Contains(list, "ANY") {
		list = []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

func (r *reader) samCORSHeaders(x *resource, c map[string]any) map[string]string {
	headers := map[string]string{}
	for property, name := range map[string]string{"AllowOrigin": "Origin", "AllowMethods": "Methods", "AllowHeaders": "Headers"} {
		if v, ok := c[property].(string); ok {
			headers["Access-Control-Allow-"+name] = v
		}
	}
	if v, ok := c["MaxAge"].(string); ok {
		headers["Access-Control-Max-Age"] = v
	}
	if r.truth(c["AllowCredentials"], x.at("Cors.AllowCredentials")) {
		headers["Access-Control-Allow-Credentials"] = "'true'"
	}
	for name, v := range headers {
		if len(v) < 2 || v[0] != '\'' || v[len(v)-1] != '\'' {
			r.fault(x.at("Cors"), "%s is %s: a REST API takes it in quotes within quotes, such as \"'*'\"", name, v)
		}
	}
	return headers
}
