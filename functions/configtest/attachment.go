package configtest

import (
	"fmt"
	"slices"
	"strings"
)

// contextKeys are what the authorizer tells the backend.
func contextKeys() []string {
	return []string{"access", "reason", "mode", "pass_id", "session_id", "scope", "subject", "visitor", "data"}
}

// mappings: what tells a backend who calls must replace what the client sent, of
// every key and on every route.
func mappings(t Template, say says) {
	walk("", t.At("Resources"), func(_ string, v any) {
		m, _ := v.(map[string]any)
		for key, to := range m {
			if strings.HasPrefix(key, "append:header.") && strings.Contains(fmt.Sprint(to), "authorizer") {
				say("%s: write overwrite:, since append leaves what the client sent in front", key)
			}
		}
	})
	for name, p := range t.Of("AWS::ApiGatewayV2::Integration") {
		mapped, _ := p["RequestParameters"].(map[string]any)
		text := fmt.Sprint(mapped) + "]"
		if !strings.Contains(text, "$context.authorizer.") {
			continue
		}
		for _, key := range contextKeys() {
			if !strings.Contains(text, "$context.authorizer."+key+" ") && !strings.Contains(text, "$context.authorizer."+key+"]") {
				say("%s: RequestParameters: $context.authorizer.%s overwrites no header, so that the backend believes the client's", name, key)
			}
		}
		for route, r := range t.Of("AWS::ApiGatewayV2::Route") {
			if strings.Contains(fmt.Sprint(r["Target"]), "${"+name+"}") && r["AuthorizationType"] != "CUSTOM" {
				say("%s: it leads to %s without the authorizer, so that the headers which name the caller are the client's own", route, name)
			}
		}
	}
}

// declarations: attach looks at the authorizers that there are. Those of a SAM
// API are made with it, others are resources that may come later.
func declarations(t Template, say says) {
	for name, p := range t.Of("Custom::GatepassRules") {
		if token := p["ServiceToken"]; output(token) != "AttachFunction" && ref(token) != "AttachFunction.Alias" {
			say("%s: ServiceToken: import AttachFunction", name)
		}
		if p["ServiceTimeout"] == nil {
			say("%s: a stack waits for an hour where nobody answers: set ServiceTimeout: 60", name)
		}
		before := list(t.At("Resources", name, "DependsOn"))
		if one, ok := t.At("Resources", name, "DependsOn").(string); ok {
			before = []string{one}
		}
		for _, kind := range []string{"AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::Authorizer"} {
			for a, z := range t.Of(kind) {
				of := ref(z["ApiId"]) + ref(z["RestApiId"])
				if of == ref(p["ApiId"]) && !slices.Contains(before, a) {
					say("%s: it may be made before %s, and then attach cannot see that it caches: set DependsOn: %s", name, a, a)
				}
			}
		}
	}
}

// pages: an API that serves the link pages itself.
func pages(t Template, say says) {
	for name, p := range t.Of("AWS::ApiGatewayV2::Integration") {
		if output(p["IntegrationUri"]) != "VisitFunction" {
			continue
		}
		if p["PayloadFormatVersion"] != "2.0" {
			say(`%s: PayloadFormatVersion must be "2.0", quoted: visit reads no other`, name)
		}
		permitted := false
		for _, may := range t.Of("AWS::Lambda::Permission") {
			permitted = permitted || output(may["FunctionName"]) == "VisitFunction" && may["Principal"] == "apigateway.amazonaws.com"
		}
		if !permitted {
			say("%s: API Gateway may not invoke visit: add an AWS::Lambda::Permission for it", name)
		}
	}
}

// preflights: as preflight, of an API in plain resources.
func preflights(t Template, say says) {
	for name, p := range t.Of("AWS::ApiGatewayV2::Api") {
		for route, r := range t.Of("AWS::ApiGatewayV2::Route") {
			key := fmt.Sprint(r["RouteKey"])
			if p["CorsConfiguration"] != nil && ref(r["ApiId"]) == name && r["AuthorizationType"] == "CUSTOM" && (key == "$default" || strings.HasPrefix(key, "ANY ")) {
				say("%s: a browser's preflight meets the authorizer, and has no credential: name the methods instead of ANY", route)
			}
		}
	}
}

// domains: links lead to PublicUrl, and their cookies come back to its host alone.
func domains(t Template, say says) {
	for name, p := range t.Of("AWS::ApiGatewayV2::ApiMapping") {
		if output(p["ApiId"]) != "LinkApi" {
			continue
		}
		if p["ApiMappingKey"] != nil {
			say("%s: the link pages post to /p/ at the root: leave out ApiMappingKey", name)
		}
		host := t.At("Resources", ref(p["DomainName"]), "Properties", "DomainName")
		if !strings.Contains(fmt.Sprint(host), "-LinkBase") {
			say("%s: its domain may be another host than PublicUrl, to which links lead: take it from the export LinkBase", name)
		}
	}
}
