package template_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// read reads a template text, which must have no fault.
func read(t *testing.T, text string, parameters, imports map[string]string) *template.Stack {
	t.Helper()
	s, err := template.Read([]byte(text), parameters, imports)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const head = "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function: { CodeUri: ., Handler: bootstrap, Runtime: provided.al2023, AutoPublishAlias: live, Timeout: 7, Environment: { Variables: { A: global, B: global } } }\nResources:\n"

// TestWhatSAMAddsIsRead: routes, permissions and authorizers as the translator
// makes them.
func TestWhatSAMAddsIsRead(t *testing.T) {
	s := read(t, head+`
  Guard: { Type: AWS::Serverless::Function, Properties: { MemorySize: 256, Timeout: 5, Environment: { Variables: { B: own } } } }
  App:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Read: { Type: HttpApi, Properties: { ApiId: !Ref Api, Method: get, Path: "/x/{id}" } }
        Rest: { Type: HttpApi, Properties: { ApiId: !Ref Api, Auth: { Authorizer: NONE }, PayloadFormatVersion: "1.0" } }
        Own: { Type: Api, Properties: { Path: /implicit, Method: any } }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Gate
        Authorizers:
          Gate: { FunctionArn: !Ref Guard.Alias, AuthorizerPayloadFormatVersion: "2.0", EnableFunctionDefaultPermissions: true, Identity: { Context: [routeKey], Headers: [Authorization, X], QueryStrings: [q], StageVariables: [v] } }
`, map[string]string{"AWS::StackName": "app"}, nil)
	arn := "arn:aws:lambda:local:000000000000:function:app-"
	if diff := cmp.Diff(map[string]*template.Function{
		"Guard": {LogicalID: "Guard", Name: "app-Guard", ARN: arn + "Guard", Alias: "live", Env: map[string]string{"A": "global", "B": "own"}, Timeout: 5 * time.Second, MemoryMB: 256},
		"App":   {LogicalID: "App", Name: "app-App", ARN: arn + "App", Alias: "live", Env: map[string]string{"A": "global", "B": "global"}, Timeout: 7 * time.Second, MemoryMB: 128},
	}, s.Functions); diff != "" {
		t.Error(diff)
	}
	execute := "arn:aws:execute-api:local:000000000000:app-"
	app := template.Integration{Kind: template.Lambda, Function: "App", ARN: arn + "App", Qualifier: "live", PayloadVersion: "2.0"}
	app1 := app
	app1.PayloadVersion = "1.0"
	gate := &template.Authorizer{Name: "Gate", Type: "REQUEST", Function: "Guard", ARN: arn + "Guard", Qualifier: "live", PayloadVersion: "2.0",
		IdentitySources: []string{"$request.header.Authorization", "$request.header.X", "$request.querystring.q", "$stageVariables.v", "$context.routeKey"},
		MayInvoke:       true, Source: execute + "Api/authorizers/Gate"}
	if diff := cmp.Diff(&template.API{LogicalID: "Api", ID: "app-Api", Kind: template.HTTP, Stage: "$default", Routes: []template.Route{
		{Key: "GET /x/{id}", Integration: app, Authorizer: gate}, {Key: "$default", Integration: app1}}}, s.APIs["Api"]); diff != "" {
		t.Error(diff)
	}
	if got := s.APIs["ServerlessRestApi"]; got == nil || got.Kind != template.REST || got.Stage != "Prod" || got.Routes[0].Key != "ANY /implicit" {
		t.Errorf("the implicit API is %+v", got)
	}
	live := arn + "App:live"
	if diff := cmp.Diff([]template.Permission{{live, execute + "ServerlessRestApi/*/*/implicit"}, {arn + "Guard:live", execute + "Api/authorizers/*"},
		{live, execute + "Api/*/GET/x/*"}, {live, execute + "Api/*/*"}}, s.Permissions); diff != "" {
		t.Error(diff)
	}
}

// TestDefaultsOfAuthorizers: what is said nowhere, and matters.
func TestDefaultsOfAuthorizers(t *testing.T) {
	rest := func(authorizer string) string {
		return head + "  Guard: { Type: AWS::Serverless::Function }\n  App: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /x, Method: GET } } } } }\n" +
			"  Api: { Type: AWS::Serverless::Api, Properties: { StageName: prod, Auth: { DefaultAuthorizer: G, Authorizers: { G: { FunctionArn: !GetAtt Guard.Arn" + authorizer + " } } } } }\n"
	}
	http := strings.NewReplacer("Type: Api", "Type: HttpApi", "RestApiId", "ApiId", "Serverless::Api", "Serverless::HttpApi", "StageName: prod, ", "")
	for name, c := range map[string]struct {
		text                                    string
		kind, sources, qualifier                string
		ttl                                     int
		ttlSaid, mayInvoke, simple, oneFunction bool
	}{
		"REST is TOKEN of Authorization, caches for 300 s, and may be invoked": {rest(""), "TOKEN", "method.request.header.Authorization", "", 300, false, true, false, true},
		"REST may say that it may not":                                         {rest(", DisableFunctionDefaultPermissions: true"), "TOKEN", "method.request.header.Authorization", "", 300, false, false, false, true},
		"REST REQUEST with TTL 0 needs no source":                              {rest(", FunctionPayloadType: REQUEST, Identity: { ReauthorizeEvery: 0 }"), "REQUEST", "", "", 0, true, true, false, true},
		"HTTP may not be invoked":                                              {http.Replace(rest(`, AuthorizerPayloadFormatVersion: "2.0"`)), "REQUEST", "", "", 0, false, false, false, true},
		"HTTP may say that it may":                                             {http.Replace(rest(`, AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true, EnableFunctionDefaultPermissions: true`)), "REQUEST", "", "", 0, false, true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := read(t, c.text, nil, nil).APIs["Api"].Routes[0].Authorizer
			if a.Type != c.kind || strings.Join(a.IdentitySources, ",") != c.sources || a.Qualifier != c.qualifier || a.TTL != c.ttl || a.TTLSaid != c.ttlSaid || a.MayInvoke != c.mayInvoke || a.Simple != c.simple {
				t.Errorf("%+v", *a)
			}
		})
	}
}

// TestRESTCorsBecomesMethods: with the default authorizer, unless that is said
// otherwise.
func TestRESTCorsBecomesMethods(t *testing.T) {
	for said, guarded := range map[string]bool{"": true, ", AddDefaultAuthorizerToCorsPreflight: true": true, ", AddDefaultAuthorizerToCorsPreflight: false": false} {
		s := read(t, head+`  App: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: Api, Properties: { RestApiId: !Ref Api, Path: /x, Method: GET } } } } }
  Api: { Type: AWS::Serverless::Api, Properties: { StageName: prod, Cors: "'*'", Auth: { DefaultAuthorizer: G, Authorizers: { G: { FunctionArn: !GetAtt App.Arn } }`+said+` } } }
`, nil, nil)
		rt := s.APIs["Api"].Routes[1]
		want := map[string]string{"Access-Control-Allow-Origin": "'*'", "Access-Control-Allow-Methods": "'GET,OPTIONS'"}
		if diff := cmp.Diff(want, rt.Integration.Mock.Headers); diff != "" || rt.Key != "OPTIONS /x" || (rt.Authorizer != nil) != guarded {
			t.Errorf("%q: %s behind %v %s", said, rt.Key, rt.Authorizer, diff)
		}
	}
}

// TestIntrinsicsAndConditions evaluates every function in an output.
func TestIntrinsicsAndConditions(t *testing.T) {
	text := `
Parameters:
  Name: { Type: String, Default: a, AllowedValues: [a, b] }
  List: { Type: CommaDelimitedList, Default: "x, y" }
Mappings: { Sizes: { a: { Small: "1" }, b: { Small: "2" } } }
Conditions:
  IsA: !Equals [!Ref Name, a]
  NotA: !Not [!Condition IsA]
  Both: !And [Condition: IsA, !Or [Condition: NotA, !Equals [x, x]]]
Rules:
  Fine: { RuleCondition: !Equals [!Ref Name, b], Assertions: [{ Assert: !Contains [[b, c], !Ref Name], AssertDescription: b alone }] }
Resources:
  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: !If [NotA, x, !Ref AWS::NoValue] } }
  OnlyB: { Type: AWS::SQS::Queue, Condition: NotA }
Outputs:
  Join: { Value: !Join ["-", [!Ref Name, !Select [1, !Ref List], !Select [0, !Split ["/", "p/q"]]]] }
  Sub: { Value: !Sub ["${Name} ${Own} ${!Literal} ${Q.Arn} ${AWS::Region}", { Own: !FindInMap [Sizes, !Ref Name, Small] }] }
  If: { Value: !If [Both, yes, no] }
  Import: { Value: { "Fn::ImportValue": !Sub "${AWS::StackName}-x" }, Export: { Name: made } }
  Dynamic: { Value: "{{resolve:ssm:/a/b}}" }
  Only: { Condition: NotA, Value: !GetAtt OnlyB.Arn }
`
	imports := map[string]string{"stack-x": "imported", "resolve:ssm:/a/b": "from-ssm"}
	s := read(t, text, nil, imports)
	if diff := cmp.Diff(map[string]string{"Join": "a-y-p", "Sub": "a 1 ${Literal} arn:aws:sqs:local:000000000000:/stack-Q local", "If": "yes", "Import": "imported", "Dynamic": "from-ssm"}, s.Outputs); diff != "" {
		t.Error(diff)
	}
	if s.Exports["made"] != "imported" {
		t.Errorf("exports %v", s.Exports)
	}
	if got := read(t, text, map[string]string{"Name": "b"}, imports).Outputs; got["If"] != "no" || got["Only"] == "" {
		t.Errorf("with b: %v", got)
	}
}

// TestDeclarationsAreAsCloudFormationSendsThem: every scalar is a string.
func TestDeclarationsAreAsCloudFormationSendsThem(t *testing.T) {
	s := read(t, head+`  App: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /x, Method: GET } } } } }
  Api: { Type: AWS::Serverless::HttpApi }
  Rules: { Type: Custom::GatepassRules, Properties: { ServiceToken: !ImportValue attach, ServiceTimeout: 60, ApiId: !Ref Api, Rules: [{ Route: GET /x, Scope: x, Optional: true, MaxAge: 300 }] } }
`, nil, map[string]string{"attach": "arn"})
	want := []template.Declaration{{LogicalID: "Rules", API: "stack-Api", Rules: []byte(`[{"MaxAge":"300","Optional":"true","Route":"GET /x","Scope":"x"}]`),
		Properties: []byte(`{"ApiId":"stack-Api","Rules":[{"MaxAge":"300","Optional":"true","Route":"GET /x","Scope":"x"}],"ServiceTimeout":"60","ServiceToken":"arn"}`)}}
	if diff := cmp.Diff(want, s.Declarations); diff != "" {
		t.Error(diff)
	}
}

// TestOurTemplateIsRead: with every choice that it has.
func TestOurTemplateIsRead(t *testing.T) {
	text, err := os.ReadFile("../../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, sample := range []string{"false", "true"} {
		s := read(t, string(text), map[string]string{"PublicUrl": "https://api.example.com", "Sample": sample, "SimpleResponses": sample}, nil)
		if len(s.APIs) != 1 || s.APIs["Api"].Kind != template.HTTP || len(s.Functions) < 5 {
			t.Errorf("Sample %s: %d APIs, %d functions", sample, len(s.APIs), len(s.Functions))
		}
		guarded := false
		for _, rt := range s.APIs["Api"].Routes {
			if a := rt.Authorizer; a != nil {
				guarded = true
				if a.Function != "AuthorizerFunction" || a.Qualifier != s.Functions["AuthorizerFunction"].Alias || a.TTL != 0 || !a.TTLSaid || !a.MayInvoke || a.Simple != (sample == "true") {
					t.Errorf("%s: %+v", rt.Key, *a)
				}
			}
		}
		if guarded != (sample == "true") {
			t.Errorf("Sample %s: guarded %v", sample, guarded)
		}
	}
}
