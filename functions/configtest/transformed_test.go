package configtest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/record"
)

// transformed judges what moto cannot make, or forgets, in what SAM makes of the
// template.
func (s *stack) transformed() {
	t := s.Transformed
	s.want("the types that moto leaves out", s.LeftOut, s.leftOut())
	s.want("the TTL", t.At("Resources", "Table", "Properties", "TimeToLiveSpecification"), object{"AttributeName": record.PurgeAt, "Enabled": true})
	s.want("point-in-time recovery", t.At("Resources", "Table", "Properties", "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"), true)
	s.want("DigestKey's use", []any{t.At("Resources", "DigestKey", "Properties", "KeySpec"), t.At("Resources", "DigestKey", "Properties", "KeyUsage")}, []any{"HMAC_256", "GENERATE_VERIFY_MAC"})
	for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		s.want("DeadBatches' "+block, t.At("Resources", "DeadBatches", "Properties", "PublicAccessBlockConfiguration", block), true)
	}
	s.want("whom the stream wakes", t.At("Resources", "ExpireFunctionChanges", "Properties", "FunctionName"), ref("ExpireFunctionAliaslive"))
	for _, r := range s.roles() {
		s.deployed(r)
	}
	s.authorizer()
	s.routes()
	s.stage()
	for name, p := range t.Of("AWS::CloudWatch::Alarm") {
		s.alarm(name, p)
	}
	for name, p := range t.Of("AWS::Logs::QueryDefinition") {
		for _, g := range p["LogGroupNames"].([]any) {
			group, _ := g.(object)["Ref"].(string)
			s.want(name+"'s log group "+group, s.Made.At(group, "Type"), "AWS::Logs::LogGroup")
		}
	}
}

// leftOut are the types that moto's CloudFormation does not have. One more here
// is one more that nothing but the transformed template is compared with.
func (s *stack) leftOut() []string {
	types := []string{"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage", "AWS::CloudWatch::Alarm", "AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup", "AWS::Logs::QueryDefinition"}
	return append(types, "Custom::GatepassRules") // whether or not its condition holds
}

// deployed: a function of the right processor, with a log of its own, behind an
// alias that moves by canary and back on an alarm.
func (s *stack) deployed(r configtest.Role) {
	name := r.Resource("Function")
	at := func(path ...string) any {
		return s.Transformed.At(append([]string{"Resources", name, "Properties"}, path...)...)
	}
	s.want(name+"'s processor", at("Architectures"), []any{ref("Architecture")})
	s.want(name+"'s log", at("LoggingConfig"), object{"LogFormat": "JSON", "LogGroup": ref(r.Resource("Logs"))})
	alias := configtest.Template(s.Transformed.At("Resources", name+"Aliaslive").(object))
	s.want(name+"'s alias", []any{alias.At("Properties", "Name"), alias.At("Properties", "FunctionName")}, []any{"live", ref(name)})
	if r.Function == "sample" {
		return
	}
	group := ref(name + "DeploymentGroup")
	s.want(name+"'s move to new code", alias.At("UpdatePolicy", "CodeDeployLambdaAliasUpdate", "DeploymentGroupName"), group)
	moves := configtest.Template(s.Transformed.At("Resources", name+"DeploymentGroup", "Properties").(object))
	alarms := []any{object{"Name": ref(r.Resource("Errors"))}}
	if undecided := map[string]string{"authorizer": "Undecided", "visit": "VisitUndecided", "issue": "IssueUnfinished"}[r.Function]; undecided != "" {
		alarms = append(alarms, object{"Name": ref(undecided)})
	}
	s.want(name+"'s alarms", moves.At("AlarmConfiguration"), object{"Enabled": true, "Alarms": alarms})
	s.want(name+"'s way back", moves.At("AutoRollbackConfiguration", "Enabled"), true)
	s.want(name+"'s canary", moves.At("DeploymentConfigName"), object{"Fn::Sub": []any{"CodeDeployDefault.Lambda${ConfigName}", object{"ConfigName": s.parameter("Deployment")}}})
}

// authorizer: at the alias, asked about every request, whatever is in it.
func (s *stack) authorizer() {
	at := func(path ...string) any {
		return s.Transformed.At(append([]string{"Resources", "Api", "Properties", "Body", "components", "securitySchemes"}, path...)...)
	}
	schemes, _ := at().(object)
	s.want("the API's authorizers", slices.Sorted(maps.Keys(schemes)), []string{"Gatepass"})
	a := configtest.Template(object{})
	if found, ok := at("Gatepass", "x-amazon-apigateway-authorizer").(object); ok {
		a = found
	}
	s.want("the authorizer's cache", a.At("authorizerResultTtlInSeconds"), 0)
	s.want("the authorizer's identity sources", a.At("identitySource"), []any{})
	s.want("the authorizer's payload", []any{a.At("type"), a.At("authorizerPayloadFormatVersion")}, []any{"request", "2.0"})
	s.want("the authorizer's answers", s.value(a.At("enableSimpleResponses")), s.holds("IsSimple"))
	uri, _ := a.At("authorizerUri", "Fn::Sub").([]any)
	if len(uri) != 2 {
		s.say("the authorizer's URI is %v", a.At("authorizerUri"))
		return
	}
	s.want("whom the authorizer's URI names", uri[1], object{"__FunctionArn__": ref("AuthorizerFunctionAliaslive")})
}

// routes: what leads to the link page is open, and what leads to the sample is
// not; all at the alias, by payload 2.0.
func (s *stack) routes() {
	want := map[string]string{"ANY /p/{token+}": "Visit", "GET /.well-known/jwks.json": "Visit", "GET /refused": "Visit", "GET /register/{form}": "Visit",
		"POST /register/{form}": "Visit", "POST /session/end": "Visit"}
	if s.holds("HasSample") {
		maps.Copy(want, map[string]string{"GET /account": "Gatepass: Sample", "GET /reports/{id}": "Gatepass: Sample", "GET /visitors": "Gatepass: Sample"})
	}
	got := map[string]string{}
	paths, _ := s.Transformed.At("Resources", "Api", "Properties", "Body", "paths").(object)
	for path, methods := range paths {
		found, _ := s.value(methods).(object)
		for method, v := range found {
			route, ok := s.value(v).(object)
			if !ok {
				continue
			}
			if method == "x-amazon-apigateway-any-method" {
				method = "any"
			}
			got[strings.ToUpper(method)+" "+path] = s.leads(route)
		}
	}
	s.want("the routes", got, want)
}

// leads tells of a route which authorizer stands before which function.
func (s *stack) leads(route configtest.Template) string {
	integration, _ := route.At("x-amazon-apigateway-integration").(object)
	uri, _ := integration["uri"].(object)
	if branches, ok := uri["Fn::If"].([]any); ok {
		uri, _ = branches[1].(object)
	}
	const before, after = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${", "FunctionAliaslive}/invocations"
	text, begins := strings.CutPrefix(fmt.Sprint(uri["Fn::Sub"]), before)
	text, ends := strings.CutSuffix(text, after)
	if !begins || !ends || integration["type"] != "aws_proxy" || integration["payloadFormatVersion"] != "2.0" {
		text = fmt.Sprint(integration)
	}
	if security, ok := first(route.At("security")).(object); ok {
		text = strings.Join(slices.Sorted(maps.Keys(security)), " ") + ": " + text
	}
	return text
}

func (s *stack) stage() {
	stage := s.Transformed.Of("AWS::ApiGatewayV2::Stage")["ApiApiGatewayDefaultStage"]
	s.want("the stage", []any{stage["StageName"], stage["AutoDeploy"]}, []any{"$default", true})
	settings, _ := stage["AccessLogSettings"].(object)
	s.want("where the access log goes", settings["DestinationArn"], object{"Fn::GetAtt": []any{"AccessLogs", "Arn"}})
	s.want("the access log", settings["Format"], s.Template.At("Resources", "Api", "Properties", "AccessLogSettings", "Format"))
	limits, _ := stage["DefaultRouteSettings"].(object)
	s.want("the throttle", []any{limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]}, []any{ref("ThrottleRate"), ref("ThrottleBurst")})
}

// alarm: CloudWatch takes any metric, and one that nobody writes is silent for
// ever. Lambda's are in its guide ("Types of metrics for Lambda functions"), with
// their dimensions; ours has those that handler.Log writes.
func (s *stack) alarm(name string, p object) {
	dimensions := map[string]any{}
	for _, v := range p["Dimensions"].([]any) {
		d := v.(object)
		dimensions[fmt.Sprint(d["Name"])] = d["Value"]
	}
	names := strings.Join(slices.Sorted(maps.Keys(dimensions)), " ")
	switch p["Namespace"] {
	case "AWS/Lambda":
		if !slices.Contains([]any{"Errors", "Throttles", "Duration", "IteratorAge"}, p["MetricName"]) || names != "FunctionName" && names != "FunctionName Resource" {
			s.say("%s watches the metric %v by %s, which Lambda does not have", name, p["MetricName"], names)
		}
		function, _ := dimensions["FunctionName"].(object)
		of := fmt.Sprint(function["Ref"])
		s.want(name+"'s function", s.Made.At(of, "Type"), "AWS::Lambda::Function")
		if at, there := dimensions["Resource"]; there {
			s.want(name+"'s alias", at, object{"Fn::Sub": "${" + of + "}:live"})
		}
	case "Gatepass":
		s.want(name+"'s metric and dimensions", []any{p["MetricName"], names}, []any{"count", "function outcome reason stack"})
	default:
		s.say("%s watches the namespace %v", name, p["Namespace"])
	}
	if s.holds("HasTopic") {
		actions, _ := s.value(p["AlarmActions"]).([]any)
		s.want(name+"'s actions", actions, []any{ref("AlarmTopic")})
	}
}
