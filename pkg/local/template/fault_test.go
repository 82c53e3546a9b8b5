package template_test

import (
	"os"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// faulty is what is wrong with a template, and what is said of it.
type faulty struct{ name, file, from, to, want string }

func faults() []faulty {
	return []faulty{
		{"an unknown section", "http", "Resources:", "Macros: x\nResources:", "Macros: no section of a template"},
		{"an unknown transform", "http", "AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", "Transform: only AWS::Serverless-2016-10-31"},
		{"an unknown type", "http", "Type: AWS::Serverless::HttpApi", "Type: AWS::AppSync::GraphQLApi", `Resources.Api.Type: the resource type "AWS::AppSync::GraphQLApi" is not known here`},
		{"an unknown property", "http", "StageName: $default", "DisableExecuteApiEndpoint: true", "Resources.Api.Properties.DisableExecuteApiEndpoint: the property is not known here"},
		{"an unknown property far below", "http", "EnableSimpleResponses: false", "FunctionInvokeRole: x", "Resources.Api.Properties.Auth.Authorizers.Gate.FunctionInvokeRole: the property is not known here"},
		{"an unknown property of what plays no part", "plain-http", "Properties: { LoadBalancerArn: x,", "Properties: { Colour: red, LoadBalancerArn: x,", "Resources.Listener.Properties.Colour: the property is not known here"},
		{"an unknown property of an event", "http", "Method: ANY, Path: /any", "Method: ANY, Path: /any, Colour: red", "Resources.App.Properties.Events.Any.Properties.Colour"},
		{"an unknown global", "http", "AutoPublishAlias: live }", "AutoPublishAlias: live, Colour: red }", "Globals.Function.Colour: the property is not known here"},
		{"an unknown attribute of a resource", "http", "  Api:\n", "  Api:\n    Colour: red\n", "Resources.Api.Colour: no attribute of a resource"},
		{"an unknown function", "http", "StageName: $default", "StageName: !GetAZs x", "Resources.Api.Properties.StageName: the function Fn::GetAZs is not known here"},
		{"an unknown GetAtt", "websocket", "!GetAtt App.Arn", "!GetAtt App.Colour", `AWS::Serverless::Function has no attribute "Colour"`},
		{"a Ref to nothing", "http", "ApiId: !Ref Api, Method: ANY", "ApiId: !Ref Nothing, Method: ANY", `Ref: there is no parameter or resource "Nothing"`},
		{"an alias that is not published", "http", "AutoPublishAlias: live", "Timeout: 3", "Guard.Alias needs a SAM function with AutoPublishAlias"},
		{"a parameter without value", "plain-http", "GuardArn: { Type: String }", "GuardArn: { Type: String }\n  More: { Type: String }", "Parameters.More: it has no default"},
		{"a value that is not allowed", "plain-http", "GuardArn: { Type: String }", "GuardArn: { Type: String, AllowedPattern: x }", "Parameters.GuardArn.AllowedPattern"},
		{"an import that is not given", "plain-http", "FunctionName: !Ref GuardArn", "FunctionName: !ImportValue x", `the import "x" was not given`},
		{"a key that is there twice", "http", "StageName: $default", "StageName: $default\n      StageName: x", "Resources.Api.Properties.StageName: it is there twice"},
		{"null", "http", "StageName: $default", "StageName:", "Resources.Api.Properties.StageName: null"},
		{"SAM without its transform", "http", "Transform: AWS::Serverless-2016-10-31", "Description: x", "needs Transform"},
		{"an authorizer that is not there", "http", "DefaultAuthorizer: Gate", "DefaultAuthorizer: Gait", `Api has no authorizer "Gait"`},
		{"no payload version", "http", "AuthorizerPayloadFormatVersion: \"2.0\"", "EnableFunctionDefaultPermissions: false", "it is there twice"},
		{"a payload version that is none", "http", "AuthorizerPayloadFormatVersion: \"2.0\"", "AuthorizerPayloadFormatVersion: \"2\"", `AuthorizerPayloadFormatVersion is "2"`},
		{"simple responses with 1.0", "http", "AuthorizerPayloadFormatVersion: \"2.0\"\n            EnableSimpleResponses: false", "AuthorizerPayloadFormatVersion: \"1.0\"\n            EnableSimpleResponses: true", "simple responses are for HTTP APIs with payload 2.0"},
		{"a TTL of more than an hour", "http", "ReauthorizeEvery: 0", "ReauthorizeEvery: 3601", "a TTL is 0 to 3600 s"},
		{"REQUEST that caches by nothing", "rest", "FunctionArn: !Ref Guard.Alias\n            Identity: { ReauthorizeEvery: 0 }", "FunctionArn: !Ref Guard.Alias", "a REQUEST authorizer needs an identity source"},
		{"an identity source of another API", "plain-rest", "AuthorizerResultTtlInSeconds: 0", "IdentitySource: $request.header.Authorization", "is no identity source of a REST API's REQUEST authorizer"},
		{"credentials with any origin", "http", `["https://app.example"]`, `["*"]`, "AllowCredentials needs origins by name"},
		{"a REST origin without its second quotes", "rest", `"'https://app.example'"`, `"https://app.example"`, "in quotes within quotes"},
		{"a gateway response that is none", "rest", "GatewayResponses: {}", "GatewayResponses: { NO_WAY: { StatusCode: 401 } }", `"NO_WAY" is no type of gateway response`},
		{"an API without stage", "websocket", "StageName: prod, ", "StageName: '', ", "the API has no stage"},
		{"a stage that nothing is deployed to", "websocket", ", AutoDeploy: true", "", "nothing is deployed to the stage"},
		{"an authorizer that is never asked", "websocket", "AuthorizationType: CUSTOM, ", "", "without AuthorizationType: CUSTOM authorizes nobody"},
		{"an authorizer behind $connect", "websocket", "RouteKey: $connect", "RouteKey: chat", "only $connect is authorized"},
		{"an integration that invokes nothing", "websocket", "functions/${App.Arn}/invocations", "functions/${App.Arn}", "does not invoke a function"},
		{"a method that is deployed too late", "plain-rest", "DependsOn: [Read, Preflight]", "DependsOn: [Read]", "Resources.Deployment.DependsOn: Preflight is missing"},
		{"a mapped parameter that is not declared", "plain-rest", "RequestParameters: { method.request.path.id: true }", "RequestParameters: {}", `"method.request.path.id" is mapped, and so must be declared`},
		{"a reserved header", "plain-http", "overwrite:header.Gatepass-Subject", "overwrite:header.Authorization", "the header is reserved"},
		{"a mapping that is none", "plain-http", "overwrite:header.Gatepass-Subject", "replace:header.Gatepass-Subject", `"replace:header.Gatepass-Subject" is no mapping`},
		{"two equal routes", "http", "Method: ANY, Path: /any", "Method: POST, Path: /open", `two routes "POST /open"`},
		{"a link base read from the API", "http", "Properties:\n      Events:", "Properties:\n      Environment: { Variables: { PUBLIC_URL: !GetAtt Api.ApiEndpoint } }\n      Events:", "a circular dependency: Api -> App.Alias -> App -> Api"},
		{"an alarm of an alias that waits for it", "http", "  App:\n    Type: AWS::Serverless::Function\n    Properties:\n",
			"  Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { ComparisonOperator: x, EvaluationPeriods: 1, Dimensions: [{ Name: Resource, Value: !Ref App.Alias }] } }\n" +
				"  App:\n    Type: AWS::Serverless::Function\n    Properties:\n      DeploymentPreference: { Type: Canary10Percent5Minutes, Alarms: [!Ref Alarm] }\n",
			"a circular dependency: Alarm -> App.Alias -> Alarm"},
		{"a dependence on nothing", "plain-rest", "DependsOn: [Read, Preflight]", "DependsOn: [Read, Preflight, Nothing]", `there is no resource "Nothing"`},
	}
}

// TestFaultsAreNamed: each is refused, with its path or its name.
func TestFaultsAreNamed(t *testing.T) {
	for _, f := range faults() {
		t.Run(f.name, func(t *testing.T) {
			b, err := os.ReadFile("../testdata/stacks/" + f.file + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			parameters := map[string]string{}
			if f.file == "plain-http" {
				parameters["GuardArn"] = "arn:aws:lambda:local:000000000000:function:gatepass-AuthorizerFunction:live"
			}
			if _, err := template.Read(b, parameters, nil); err != nil {
				t.Fatalf("before the change: %v", err)
			}
			if !strings.Contains(string(b), f.from) {
				t.Fatalf("%s does not hold %q", f.file, f.from)
			}
			_, err = template.Read([]byte(strings.Replace(string(b), f.from, f.to, 1)), parameters, nil)
			if err == nil || !strings.Contains(err.Error(), f.want) {
				t.Errorf("got  %v\nwant %s", err, f.want)
			}
		})
	}
}

// TestParameters: what is given must be asked for.
func TestParameters(t *testing.T) {
	const text = "Parameters: { N: { Type: Number, Default: 5, MinValue: 1, MaxValue: 9 }, S: { Type: String, Default: ab, MinLength: 2, MaxLength: 3 } }\nResources: { Q: { Type: AWS::SQS::Queue } }\n"
	for name, c := range map[string]struct {
		given map[string]string
		want  string
	}{
		"the defaults do":     {nil, ""},
		"at the bounds":       {map[string]string{"N": "9", "S": "abc"}, ""},
		"one that is not":     {map[string]string{"M": "1"}, `there is no parameter "M"`},
		"too small":           {map[string]string{"N": "0"}, "Parameters.N.MinValue"},
		"too large":           {map[string]string{"N": "10"}, "Parameters.N.MaxValue"},
		"no number":           {map[string]string{"N": "many"}, `"many" is no number`},
		"too short":           {map[string]string{"S": "a"}, "Parameters.S.MinLength"},
		"too long":            {map[string]string{"S": "abcd"}, "Parameters.S.MaxLength"},
		"all faults together": {map[string]string{"N": "0", "S": "a"}, "Parameters.S.MinLength"},
	} {
		_, err := template.Read([]byte(text), c.given, nil)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
