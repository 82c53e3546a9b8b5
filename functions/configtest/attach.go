package configtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Attached returns what is wrong with how a template puts Gatepass's authorizer
// before its routes: each line names the resource, what is wrong with it and what
// to write instead. It holds for the stack's own template and for the stacks that
// attach to it. Sources: reference pages of API Gateway's Lambda authorizers and
// of SAM's HttpApi and Api.
func Attached(t Template) []string {
	var faults []string
	say := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	for _, kind := range []string{"AWS::Serverless::HttpApi", "AWS::Serverless::Api"} {
		for name, p := range t.Of(kind) {
			auth, _ := p["Auth"].(map[string]any)
			authorizers, _ := auth["Authorizers"].(map[string]any)
			for a, props := range authorizers {
				props, _ := props.(map[string]any)
				samAuthorizer(t, name+"."+a, kind, props, say)
			}
			preflight(t, name, kind, p, auth, say)
		}
	}
	for _, kind := range []string{"AWS::ApiGatewayV2::Authorizer", "AWS::ApiGateway::Authorizer"} {
		for name, p := range t.Of(kind) {
			rawAuthorizer(t, name, kind, p, say)
		}
	}
	mappings(t, say)
	declarations(t, say)
	preflights(t, say)
	pages(t, say)
	domains(t, say)
	slices.Sort(faults)
	return faults
}

type says = func(format string, a ...any)

func samAuthorizer(t Template, name, kind string, p map[string]any, say says) {
	atAlias(t, name+".FunctionArn", p["FunctionArn"], say)
	identity, _ := p["Identity"].(map[string]any)
	if ttl, there := identity["ReauthorizeEvery"]; !there || ttl != 0 {
		say("%s: the authorizer caches: set Identity: { ReauthorizeEvery: 0 }, or what is spent or revoked is let in", name)
	}
	for _, source := range slices.Sorted(maps.Keys(identity)) {
		token := kind == "AWS::Serverless::Api" && p["FunctionPayloadType"] == "TOKEN" && source == "Header"
		if source != "ReauthorizeEvery" && !token {
			say("%s: Identity.%s is an identity source: requests without it get 401 and the function is not asked", name, source)
		}
	}
	if kind == "AWS::Serverless::HttpApi" {
		if p["AuthorizerPayloadFormatVersion"] != "2.0" && p["AuthorizerPayloadFormatVersion"] != "1.0" {
			say(`%s: AuthorizerPayloadFormatVersion must be "2.0" or "1.0", quoted`, name)
		}
		if p["EnableFunctionDefaultPermissions"] != true && !imported(t, p["FunctionArn"]) {
			say("%s: API Gateway may not invoke the authorizer: set EnableFunctionDefaultPermissions: true", name)
		}
	}
}

// imported reports the authorizer of another stack, which has permitted its
// account's APIs already: an import, an output of a nested stack, a parameter.
func imported(t Template, v any) bool {
	m, _ := v.(map[string]any)
	name, _ := m["Ref"].(string)
	return output(v) == "AuthorizerArn" || t.At("Parameters", name) != nil
}

// output returns which output of Gatepass's a value is: what ends the name of an
// export, or is got from a nested stack.
func output(v any) string {
	m, _ := v.(map[string]any)
	text := fmt.Sprint(m["Fn::ImportValue"])
	if parts, ok := m["Fn::GetAtt"].([]any); ok && len(parts) == 2 {
		return strings.TrimPrefix(fmt.Sprint(parts[1]), "Outputs.")
	}
	return strings.TrimRight(text[strings.LastIndex(text, "-")+1:], "]}")
}

// atAlias: an ARN without the alias goes on with the newest code, past the canary.
func atAlias(t Template, name string, v any, say says) {
	m, _ := v.(map[string]any)
	if text, _ := m["Ref"].(string); !imported(t, v) && !strings.HasSuffix(text, ".Alias") {
		say("%s: the authorizer is not at its alias: write !Ref AuthorizerFunction.Alias, or import AuthorizerArn", name)
	}
}

// preflight: an HTTP API answers it, unless a route behind the authorizer takes
// every method (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
func preflight(t Template, name, kind string, p, auth map[string]any, say says) {
	if auth["DefaultAuthorizer"] == nil || p["CorsConfiguration"] == nil && p["Cors"] == nil {
		return
	}
	if kind == "AWS::Serverless::Api" && auth["AddDefaultAuthorizerToCorsPreflight"] != false {
		say("%s: a browser's preflight meets the authorizer, and has no credential: set AddDefaultAuthorizerToCorsPreflight: false", name)
	}
	for f, function := range t.Of("AWS::Serverless::Function") {
		events, _ := function["Events"].(map[string]any)
		for e := range events {
			route, _ := t.At("Resources", f, "Properties", "Events", e, "Properties").(map[string]any)
			own, _ := route["Auth"].(map[string]any)
			if kind == "AWS::Serverless::HttpApi" && ref(route["ApiId"]) == name && own["Authorizer"] != "NONE" && (route["Method"] == nil || strings.EqualFold(fmt.Sprint(route["Method"]), "ANY")) {
				say("%s.%s: a browser's preflight meets the authorizer, and has no credential: name the methods instead of ANY", f, e)
			}
		}
	}
}

func rawAuthorizer(t Template, name, kind string, p map[string]any, say says) {
	uri := fmt.Sprint(p["AuthorizerUri"])
	if !strings.Contains(uri, "AuthorizerArn") && !strings.Contains(uri, ".Alias") {
		say("%s: AuthorizerUri is not at the authorizer's alias: build it of the export AuthorizerArn", name)
	}
	if ttl, there := p["AuthorizerResultTtlInSeconds"]; !there || ttl != 0 {
		if kind == "AWS::ApiGateway::Authorizer" || there {
			say("%s: the authorizer caches: set AuthorizerResultTtlInSeconds: 0, or what is spent or revoked is let in", name)
		}
	}
	if p["IdentitySource"] != nil && p["Type"] != "TOKEN" {
		say("%s: IdentitySource: requests without it get 401 and the function is not asked", name)
	}
	if version := p["AuthorizerPayloadFormatVersion"]; kind == "AWS::ApiGatewayV2::Authorizer" && !webSocket(t, p) && version != "2.0" && version != "1.0" {
		say(`%s: AuthorizerPayloadFormatVersion must be "2.0" or "1.0", quoted`, name)
	}
}

func webSocket(t Template, p map[string]any) bool {
	return t.At("Resources", ref(p["ApiId"]), "Properties", "ProtocolType") == "WEBSOCKET"
}
