package template

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
)

var pathVariable = regexp.MustCompile(`\{[^{}]*\}`)

// api2 reads an AWS::ApiGatewayV2::Api with its stage.
func (r *reader) api2(x *resource) {
	api := &API{LogicalID: x.id, ID: r.physical(x.id), Kind: HTTP}
	switch x.text("ProtocolType") {
	case "HTTP":
	case "WEBSOCKET":
		api.Kind = WebSocket
		if !strings.HasPrefix(x.text("RouteSelectionExpression"), "$request.body.") {
			r.fault(x.at("RouteSelectionExpression"), "a WebSocket API needs one, such as $request.body.action")
		}
	default:
		r.fault(x.at("ProtocolType"), "it is HTTP or WEBSOCKET")
	}
	if c, ok := x.below("CorsConfiguration").(map[string]any); ok {
		if api.Kind != HTTP {
			r.fault(x.at("CorsConfiguration"), "it is for HTTP APIs")
		}
		api.CORS = r.cors(c, x.at("CorsConfiguration"))
	}
	for s := range r.of("AWS::ApiGatewayV2::Stage") {
		if s.text("ApiId") != api.ID {
			continue
		}
		if api.Stage != "" {
			r.fault(s.at("ApiId"), "a second stage of %s: one is served", x.id)
		}
		api.Stage, api.StageVariables = s.text("StageName"), pairs(s.below("StageVariables"))
		if !r.truth(s.below("AutoDeploy"), s.at("AutoDeploy")) && s.text("DeploymentId") == "" {
			r.fault(s.at("AutoDeploy"), "neither AutoDeploy nor DeploymentId: nothing is deployed to the stage")
		}
	}
	r.stack.APIs[x.id] = api
}

// own returns the API of this template that a property names.
func (r *reader) own(x *resource, property string) *API {
	for _, api := range r.stack.APIs {
		if api.ID == x.text(property) {
			return api
		}
	}
	r.fault(x.at(property), "%q is no API of this template", x.text(property))
	return nil
}

// named returns the resource of a type whose physical id a text is.
func (r *reader) named(kind, id string) *resource {
	for x := range r.of(kind) {
		if r.physical(x.id) == id {
			return x
		}
	}
	return nil
}

func (r *reader) route2(x *resource) {
	api := r.own(x, "ApiId")
	target, ok := strings.CutPrefix(x.text("Target"), "integrations/")
	in := r.named("AWS::ApiGatewayV2::Integration", target)
	switch {
	case api == nil:
		return
	case !ok || in == nil:
		r.fault(x.at("Target"), "%q is no integrations/<integration of this template>", x.text("Target"))
		return
	case in.text("ApiId") != api.ID:
		r.fault(x.at("Target"), "the integration is another API's")
	}
	rt := Route{Key: x.text("RouteKey"), Integration: r.integration2(api, in)}
	if method, path, ok := strings.Cut(rt.Key, " "); api.Kind == HTTP && rt.Key != "$default" && (!ok || !slices.Contains(methodsKnown(), method) || !strings.HasPrefix(path, "/")) {
		r.fault(x.at("RouteKey"), "%q is no route key", rt.Key)
	}
	switch kind := x.text("AuthorizationType"); kind {
	case "", "NONE":
		if x.text("AuthorizerId") != "" {
			r.fault(x.at("AuthorizationType"), "an AuthorizerId without AuthorizationType: CUSTOM authorizes nobody")
		}
	case "CUSTOM":
		rt.Authorizer = r.authorizer2(api, x)
	default:
		r.fault(x.at("AuthorizationType"), "%q is not known here", kind)
	}
	if api.Kind == WebSocket && rt.Authorizer != nil && rt.Key != "$connect" {
		r.fault(x.at("AuthorizerId"), "of a WebSocket API only $connect is authorized")
	}
	api.Routes = append(api.Routes, rt)
}

func (r *reader) integration2(api *API, x *resource) Integration {
	in := Integration{LogicalID: x.id, Kind: Lambda, PayloadVersion: x.text("PayloadFormatVersion"), RequestParameters: pairs(x.below("RequestParameters"))}
	if n, ok := r.number(x, "TimeoutInMillis"); ok {
		in.Timeout = time.Duration(n) * time.Millisecond
	}
	switch x.text("IntegrationType") {
	case "AWS_PROXY":
		var c called
		if uri := x.text("IntegrationUri"); api.Kind == HTTP && strings.HasPrefix(uri, "arn:"+partition+":lambda:") {
			c = r.byARN(x.at("IntegrationUri"), uri)
		} else {
			c = r.byURI(x.at("IntegrationUri"), uri)
		}
		in.Function, in.ARN, in.Qualifier = c.function, c.arn, c.qualifier
		if in.PayloadVersion != "1.0" && in.PayloadVersion != "2.0" && api.Kind == HTTP {
			r.fault(x.at("PayloadFormatVersion"), "it is %q: a function behind an HTTP API needs \"1.0\" or \"2.0\"", in.PayloadVersion)
		}
	case "HTTP_PROXY":
		in.Kind, in.URI, in.Method = HTTPProxy, x.text("IntegrationUri"), x.text("IntegrationMethod")
		if in.Method == "" {
			r.fault(x.at("IntegrationMethod"), "an HTTP integration needs one")
		}
		if x.text("ConnectionType") == "VPC_LINK" && x.text("ConnectionId") == "" {
			r.fault(x.at("ConnectionId"), "a VPC_LINK needs one")
		}
	default:
		r.fault(x.at("IntegrationType"), "%q is not known here: AWS_PROXY or HTTP_PROXY", x.text("IntegrationType"))
	}
	if api.Kind == HTTP {
		r.mappingsKnown(in.RequestParameters, x.at("RequestParameters"))
	} else if len(in.RequestParameters) > 0 {
		r.fault(x.at("RequestParameters"), "of a WebSocket API they are not known here")
	}
	return in
}

// mappingsKnown refuses mappings that an HTTP API would, or that are not served.
func (r *reader) mappingsKnown(all map[string]string, at node) {
	for key, value := range all {
		action, target, _ := strings.Cut(key, ":")
		header, isHeader := strings.CutPrefix(target, "header.")
		switch {
		case key == "overwrite:path":
		case !slices.Contains([]string{"append", "overwrite", "remove"}, action) || !isHeader && !strings.HasPrefix(target, "querystring."):
			r.fault(at, "%q is no mapping: append|overwrite|remove:header.<name> or querystring.<name>, or overwrite:path", key)
		case isHeader && reserved(header):
			r.fault(at, "%q: the header is reserved", key)
		case strings.Contains(value, "$request.body"):
			r.fault(at, "%q: values of the body are not known here", key)
		}
	}
}

// reserved reports whether a header cannot be mapped (http-api-parameter-mapping.html).
func reserved(header string) bool {
	h := strings.ToLower(header)
	for _, prefix := range []string{"access-control-", "apigw-", "x-amz-", "x-amzn-", "x-forwarded-"} {
		if strings.HasPrefix(h, prefix) {
			return true
		}
	}
	return slices.Contains([]string{"authorization", "connection", "content-encoding", "content-length", "content-location", "forwarded", "keep-alive", "origin",
		"proxy-authenticate", "proxy-authorization", "te", "trailers", "transfer-encoding", "upgrade", "via"}, h)
}

func (r *reader) authorizer2(api *API, route *resource) *Authorizer {
	x := r.named("AWS::ApiGatewayV2::Authorizer", route.text("AuthorizerId"))
	if x == nil || x.text("ApiId") != api.ID {
		r.fault(route.at("AuthorizerId"), "%q is no authorizer of this API", route.text("AuthorizerId"))
		return nil
	}
	if x.text("AuthorizerType") != "REQUEST" {
		r.fault(x.at("AuthorizerType"), "%q is not known here: REQUEST", x.text("AuthorizerType"))
	}
	a := r.authorizer(api, r.physical(x.id), r.byURI(x.at("AuthorizerUri"), x.text("AuthorizerUri")))
	a.Name = x.text("Name")
	a.PayloadVersion, a.Simple = x.text("AuthorizerPayloadFormatVersion"), r.truth(x.below("EnableSimpleResponses"), x.at("EnableSimpleResponses"))
	a.IdentitySources = textsOf(x.below("IdentitySource"))
	if api.Kind == WebSocket && (a.PayloadVersion != "" || x.below("AuthorizerResultTtlInSeconds") != nil) {
		r.fault(x.at("AuthorizerPayloadFormatVersion"), "payload version and TTL are for HTTP APIs")
	}
	r.ttl(a, x.below("AuthorizerResultTtlInSeconds"), x.at("AuthorizerResultTtlInSeconds"), 0)
	r.deployable(api.Kind, a, x.at("AuthorizerUri"))
	return a
}

func (r *reader) mapping2(x *resource) {
	r.stack.Mappings = append(r.stack.Mappings, Mapping{Domain: x.text("DomainName"), BasePath: strings.Trim(x.text("ApiMappingKey"), "/"), API: x.text("ApiId"), Stage: x.text("Stage")})
}

func (r *reader) mapping1(x *resource) {
	r.stack.Mappings = append(r.stack.Mappings, Mapping{Domain: x.text("DomainName"), BasePath: strings.Trim(x.text("BasePath"), "/"), API: x.text("RestApiId"), Stage: x.text("Stage")})
}

// declaration reads the rules that attach would be sent.
func (r *reader) declaration(x *resource) {
	d := Declaration{LogicalID: x.id, API: x.text("ApiId")}
	for _, need := range []string{"ServiceToken", "ApiId"} {
		if x.text(need) == "" {
			r.fault(x.at(need), "it is missing")
		}
	}
	if x.below("Rules") == nil && x.below("Forms") == nil {
		r.fault(x.at("Rules"), "it is missing")
	}
	d.Properties, _ = json.Marshal(x.props) // texts, lists and maps: cannot fail
	d.Rules, _ = json.Marshal(x.below("Rules"))
	r.stack.Declarations = append(r.stack.Declarations, d)
}
