package template

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// api1 reads an AWS::ApiGateway::RestApi with its deployment and stage.
func (r *reader) api1(x *resource) {
	api := &API{LogicalID: x.id, ID: r.physical(x.id), Kind: REST, Responses: map[string]GatewayResponse{}}
	r.stack.APIs[x.id] = api
	for d := range r.of("AWS::ApiGateway::Deployment") {
		if d.text("RestApiId") != api.ID {
			continue
		}
		r.setStage(api, d, d.text("StageName"))
		for m := range r.of("AWS::ApiGateway::Method") {
			if m.text("RestApiId") == api.ID && !slices.Contains(d.dependsOn, m.id) {
				r.fault(node{path: "Resources." + d.id + ".DependsOn"}, "%s is missing: what is deployed before a method is without it", m.id)
			}
		}
	}
	for s := range r.of("AWS::ApiGateway::Stage") {
		if s.text("RestApiId") == api.ID {
			r.setStage(api, s, s.text("StageName"))
			api.StageVariables = pairs(s.below("Variables"))
		}
	}
}

func (r *reader) setStage(api *API, x *resource, name string) {
	if name != "" && api.Stage != "" {
		r.fault(x.at("StageName"), "a second stage of %s: one is served", api.LogicalID)
	}
	if name != "" {
		api.Stage = name
	}
}

// pathOf returns the path of a resource of a REST API, by its id.
func (r *reader) pathOf(x *resource, id string, depth int) string {
	api := x.text("RestApiId")
	if id == api+".RootResourceId" {
		return "/"
	}
	res := r.named("AWS::ApiGateway::Resource", id)
	if res == nil || res.text("RestApiId") != api || depth > maxDepth {
		r.fault(x.at("ResourceId"), "%q is no resource of this API", id)
		return "/"
	}
	return strings.TrimSuffix(r.pathOf(res, res.text("ParentId"), depth+1), "/") + "/" + res.text("PathPart")
}

func (r *reader) method1(x *resource) {
	api := r.own(x, "RestApiId")
	if api == nil {
		return
	}
	key, _ := r.keyOf(x.at("HttpMethod"), x.text("HttpMethod"), r.pathOf(x, x.text("ResourceId"), 0))
	rt := Route{Key: key, Integration: r.integration1(x)}
	if r.truth(x.below("ApiKeyRequired"), x.at("ApiKeyRequired")) {
		r.fault(x.at("ApiKeyRequired"), "API keys are not known here")
	}
	switch kind := x.text("AuthorizationType"); kind {
	case "NONE":
		if x.text("AuthorizerId") != "" {
			r.fault(x.at("AuthorizationType"), "an AuthorizerId without AuthorizationType: CUSTOM authorizes nobody")
		}
	case "CUSTOM":
		rt.Authorizer = r.authorizer1(api, x)
	default:
		r.fault(x.at("AuthorizationType"), "%q is not known here: NONE or CUSTOM", kind)
	}
	api.Routes = append(api.Routes, rt)
}

func (r *reader) integration1(x *resource) Integration {
	in := Integration{LogicalID: x.id, Kind: Lambda, RequestParameters: pairs(x.below("Integration", "RequestParameters"))}
	if n, ok := r.number(x, "Integration", "TimeoutInMillis"); ok {
		in.Timeout = time.Duration(n) * time.Millisecond
	}
	uri := x.text("Integration", "Uri")
	switch kind := x.text("Integration", "Type"); kind {
	case "AWS_PROXY":
		c := r.byURI(x.at("Integration.Uri"), uri)
		in.Function, in.ARN, in.Qualifier = c.function, c.arn, c.qualifier
		if x.text("Integration", "IntegrationHttpMethod") != "POST" {
			r.fault(x.at("Integration.IntegrationHttpMethod"), "a function is invoked by POST")
		}
		if len(in.RequestParameters) > 0 {
			r.fault(x.at("Integration.RequestParameters"), "AWS_PROXY hands everything on; there is nothing to map")
		}
	case "HTTP_PROXY":
		in.Kind, in.URI, in.Method = HTTPProxy, uri, x.text("Integration", "IntegrationHttpMethod")
		for key, value := range in.RequestParameters {
			if !strings.HasPrefix(key, "integration.request.header.") && !strings.HasPrefix(key, "integration.request.querystring.") && !strings.HasPrefix(key, "integration.request.path.") {
				r.fault(x.at("Integration.RequestParameters"), "%q is no integration.request.header, querystring or path", key)
			}
			if _, declared := within(x.props, "RequestParameters", value).(string); strings.HasPrefix(value, "method.request.") && !declared {
				r.fault(x.at("RequestParameters"), "%q is mapped, and so must be declared here", value)
			}
		}
	case "MOCK":
		in.Kind, in.Mock = Mock, r.mock(x)
	default:
		r.fault(x.at("Integration.Type"), "%q is not known here: AWS_PROXY, HTTP_PROXY or MOCK", kind)
	}
	return in
}

// mock reads what a mock answers: its one integration response.
func (r *reader) mock(x *resource) *GatewayResponse {
	list, _ := x.below("Integration", "IntegrationResponses").([]any)
	if len(list) != 1 {
		r.fault(x.at("Integration.IntegrationResponses"), "a mock has one here, not %d", len(list))
		return &GatewayResponse{Status: 200}
	}
	g := &GatewayResponse{Headers: map[string]string{}, Templates: pairs(within(list[0], "ResponseTemplates"))}
	g.Status, _ = r.numberOf(within(list[0], "StatusCode"), x.at("Integration.IntegrationResponses"))
	for key, value := range pairs(within(list[0], "ResponseParameters")) {
		name, ok := strings.CutPrefix(key, "method.response.header.")
		if !ok {
			r.fault(x.at("Integration.IntegrationResponses"), "%q is no method.response.header", key)
		}
		g.Headers[name] = value
	}
	return g
}

func (r *reader) authorizer1(api *API, method *resource) *Authorizer {
	x := r.named("AWS::ApiGateway::Authorizer", method.text("AuthorizerId"))
	if x == nil || x.text("RestApiId") != api.ID {
		r.fault(method.at("AuthorizerId"), "%q is no authorizer of this API", method.text("AuthorizerId"))
		return nil
	}
	a := r.authorizer(api, r.physical(x.id), r.byURI(x.at("AuthorizerUri"), x.text("AuthorizerUri")))
	a.Name, a.Type, a.Validation = x.text("Name"), x.text("Type"), x.text("IdentityValidationExpression")
	for _, s := range strings.Split(x.text("IdentitySource"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			a.IdentitySources = append(a.IdentitySources, s)
		}
	}
	if a.Type != "TOKEN" && a.Type != "REQUEST" {
		r.fault(x.at("Type"), "%q is not known here: TOKEN or REQUEST", a.Type)
	}
	r.ttl(a, x.below("AuthorizerResultTtlInSeconds"), x.at("AuthorizerResultTtlInSeconds"), restTTL)
	r.deployable(REST, a, x.at("IdentitySource"))
	return a
}

func (r *reader) response1(x *resource) {
	api := r.own(x, "RestApiId")
	if api == nil {
		return
	}
	g := GatewayResponse{Headers: map[string]string{}, Templates: pairs(x.below("ResponseTemplates"))}
	g.Status, _ = r.number(x, "StatusCode")
	all := pairs(x.below("ResponseParameters"))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		name, ok := strings.CutPrefix(key, "gatewayresponse.header.")
		if !ok {
			r.fault(x.at("ResponseParameters"), "%q is no gatewayresponse.header", key)
		}
		g.Headers[name] = all[key]
	}
	r.responseKnown(x.text("ResponseType"), x.at("ResponseType"))
	api.Responses[x.text("ResponseType")] = g
}

// responseKnown refuses what is no type of gateway response (supported-gateway-response-types.html).
func (r *reader) responseKnown(kind string, at node) {
	if !slices.Contains([]string{"ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE", "BAD_REQUEST_PARAMETERS",
		"BAD_REQUEST_BODY", "DEFAULT_4XX", "DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE",
		"MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"}, kind) {
		r.fault(at, "%q is no type of gateway response", kind)
	}
}
