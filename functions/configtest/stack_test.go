package configtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/configtest"
)

const template = "../../template.yaml"

func faults(t configtest.Template) []string {
	return append(configtest.Stack(t), configtest.Attached(t)...)
}

func TestTemplateHasNoFault(t *testing.T) {
	for _, f := range faults(configtest.ReadTemplate(t, template)) {
		t.Error(f)
	}
}

// TestAWrongTemplateIsFound: one row each for what goes wrong in templates like
// this one, and what is said of it.
func TestAWrongTemplateIsFound(t *testing.T) {
	authorizer := []string{"Resources", "Api", "Properties", "Auth", "Authorizers", "Gatepass"}
	at := func(path []string, more ...string) []string { return append(slices.Clone(path), more...) }
	for _, row := range []struct {
		name string
		edit func(configtest.Template)
		said string
	}{
		{"API Gateway may not invoke the authorizer", set(nil, at(authorizer, "EnableFunctionDefaultPermissions")...), "may not invoke the authorizer"},
		{"a payload version that there is not", set("3.0", at(authorizer, "AuthorizerPayloadFormatVersion")...), "AuthorizerPayloadFormatVersion must be"},
		{"a payload version that YAML reads as a number", set(2.0, at(authorizer, "AuthorizerPayloadFormatVersion")...), "AuthorizerPayloadFormatVersion must be"},
		{"an authorizer that caches", set(60, at(authorizer, "Identity", "ReauthorizeEvery")...), "the authorizer caches"},
		{"an authorizer that says nothing of its cache", set(nil, at(authorizer, "Identity")...), "the authorizer caches"},
		{"an authorizer that is not at the alias", set(map[string]any{"Fn::GetAtt": []any{"AuthorizerFunction", "Arn"}}, at(authorizer, "FunctionArn")...), "not at its alias"},
		{"an authorizer that is the function's name", set(map[string]any{"Ref": "AuthorizerFunction"}, at(authorizer, "FunctionArn")...), "not at its alias"},
		{"an identity source", set([]any{"Authorization"}, at(authorizer, "Identity", "Headers")...), "is an identity source"},
		{"a REST API whose preflight meets the authorizer", set(map[string]any{"Type": "AWS::Serverless::Api", "Properties": map[string]any{"Cors": "'*'",
			"Auth": map[string]any{"DefaultAuthorizer": "Gatepass"}}}, "Resources", "Rest"), "preflight meets the authorizer"},
		{"a header mapping that appends", set(map[string]any{"append:header.Gatepass-Subject": "$context.authorizer.subject"}, "Resources", "Api", "Properties", "Mapping"), "write overwrite:"},
		{"another TTL attribute", set("ttl", "Resources", "Table", "Properties", "TimeToLiveSpecification", "AttributeName"), "the TTL attribute is ttl"},
		{"a stream without old images", set("NEW_IMAGE", "Resources", "Table", "Properties", "StreamSpecification", "StreamViewType"), "both images"},
		{"a link base that is read from the API", set(map[string]any{"Fn::GetAtt": []any{"Api", "ApiEndpoint"}}, "Resources", "IssueFunction", "Properties", "Environment", "Variables", "PUBLIC_URL"), "PUBLIC_URL must be"},
		{"an access log with the path", set(`{"path":"$context.path"}`, "Resources", "Api", "Properties", "AccessLogSettings", "Format"), "$context.path"},
		{"an access log with the whole request line", set(`$context.requestId $context.protocol $context.rawQueryString`, "Resources", "Api", "Properties", "AccessLogSettings", "Format"), "$context.rawQueryString"},
		{"an access log with the client's address", set(`$context.requestId $context.identity.sourceIp`, "Resources", "Api", "Properties", "AccessLogSettings", "Format"), "somebody's address"},
		{"no access log", set(nil, "Resources", "Api", "Properties", "AccessLogSettings"), "no access log"},
		{"no throttle", set(nil, "Resources", "Api", "Properties", "DefaultRouteSettings"), "nothing bounds"},
		{"a function without a log group", set(nil, "Resources", "VisitFunction", "Properties", "LoggingConfig"), "log group"},
		{"a log group without an end", set(nil, "Resources", "VisitLogs", "Properties", "RetentionInDays"), "log group"},
		{"a function without an alarm", set([]any{}, "Resources", "IssueFunction", "Properties", "DeploymentPreference", "Alarms"), "a canary and an alarm"},
		{"an alarm on another function", set(ref("VisitErrors"), "Resources", "IssueErrors", "Properties", "Dimensions"), "does not watch its alias"},
		{"no alarm where the link page answers nobody", set([]any{ref("VisitErrors")}, "Resources", "VisitFunction", "Properties", "DeploymentPreference", "Alarms"), "VisitFunction: it answers what it could not do"},
		{"an alarm on what another function could not do", set([]any{ref("VisitErrors"), ref("Undecided")}, "Resources", "VisitFunction", "Properties", "DeploymentPreference", "Alarms"), "the alarm Undecided does not watch"},
		{"a query that misses refusals", set("filter outcome = 'deny' | stats count(*) by reason", "Resources", "QueryRefusals", "Properties", "QueryString"), "misses the refusals that were forwarded"},
		{"a dashboard that misses refusals", set(`{"query":"SOURCE 'a' | filter outcome != 'allow' | limit 20"}`, "Resources", "Dashboard", "Properties", "DashboardBody"), "misses the refusals that were forwarded"},
		{"no alias", set(nil, "Globals", "Function", "AutoPublishAlias"), "has no alias"},
		{"an alias that a changed parameter does not reach", set(nil, "Resources", "VisitFunction", "Properties", "AutoPublishAliasAllProperties"), "follows each change"},
		{"a policy beside the role", set([]any{"DynamoDBCrudPolicy"}, "Resources", "VisitFunction", "Properties", "Policies"), "which says all that it may do"},
		{"a wildcard for a resource", set("*", "Resources", "VisitRole", "Properties", "Policies", "Resource"), `"*" is too wide`},
		{"a wildcard for an action", set("dynamodb:*", "Resources", "MayIssue", "Properties", "PolicyDocument", "Action"), `"dynamodb:*" is too wide`},
		{"a managed policy", set([]any{"arn"}, "Resources", "ExpireRole", "Properties", "ManagedPolicyArns"), "a managed policy"},
		{"a table that goes with the stack", set(nil, "Resources", "Table", "DeletionPolicy"), "must be RetainExceptOnCreate"},
		{"a key that goes with the stack", set("Delete", "Resources", "SealKey", "UpdateReplacePolicy"), "must be Retain"},
		{"a stream of everything", set(nil, "Resources", "ExpireFunction", "Properties", "Events", "Changes", "Properties", "FilterCriteria"), "not filtered to passes"},
	} {
		t.Run(row.name, func(t *testing.T) {
			wrong := configtest.ReadTemplate(t, template)
			row.edit(wrong)
			if got := strings.Join(faults(wrong), "\n"); !strings.Contains(got, row.said) {
				t.Errorf("it says %q, want %q in it", got, row.said)
			}
		})
	}
}

func set(v any, path ...string) func(configtest.Template) {
	return func(t configtest.Template) { t.Set(v, path...) }
}

func ref(name string) map[string]any { return map[string]any{"Ref": name} }
