package configtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/record"
)

// Stack returns what is wrong with Gatepass's own template, besides how it
// attaches its authorizer (see Attached) and what its roles may do (see Grants).
func Stack(t Template) []string {
	var faults []string
	say := func(format string, a ...any) { faults = append(faults, fmt.Sprintf(format, a...)) }
	table(t, say)
	for name, p := range t.Of("AWS::Serverless::Function") {
		function(t, name, p, say)
	}
	for name, p := range t.Of("AWS::Serverless::HttpApi") {
		accessLog(name, p, say)
	}
	for name, p := range t.Of("AWS::IAM::Role") {
		narrow(name, p, say)
	}
	for name, p := range t.Of("AWS::IAM::ManagedPolicy") {
		narrow(name, p, say)
	}
	queries(t, say)
	kept(t, say)
	permits(t, say)
	slices.Sort(faults)
	return faults
}

// table: with another TTL attribute nothing is ever cleared away, and nothing
// else would tell.
func table(t Template, say says) {
	if got := t.At("Resources", "Table", "Properties", "TimeToLiveSpecification", "AttributeName"); got != record.PurgeAt {
		say("Table: the TTL attribute is %v, and records carry %s", got, record.PurgeAt)
	}
	if t.At("Resources", "Table", "Properties", "StreamSpecification", "StreamViewType") != "NEW_AND_OLD_IMAGES" {
		say("Table: the stream needs both images")
	}
	if t.At("Resources", "Table", "Properties", "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
		say("Table: there is no point-in-time recovery")
	}
	filter := fmt.Sprint(t.At("Resources", "ExpireFunction", "Properties", "Events", "Changes", "Properties", "FilterCriteria"))
	if !strings.Contains(filter, `"prefix":"P#"`) {
		say("ExpireFunction: the stream is not filtered to passes: %s", filter)
	}
}

// function: each has a role and a log group of its own, an alarm, an alias that
// new code moves to by canary, and the one base of links that the operator said.
func function(t Template, name string, p map[string]any, say says) {
	short := strings.TrimSuffix(name, "Function")
	if ref(p["Role"]) != short+"Role" || p["Policies"] != nil {
		say("%s: it needs the role %sRole of its own, which says all that it may do", name, short)
	}
	logging, _ := p["LoggingConfig"].(map[string]any)
	group, _ := t.At("Resources", ref(logging["LogGroup"]), "Properties").(map[string]any)
	if logging["LogFormat"] != "JSON" || group["RetentionInDays"] == nil {
		say("%s: it needs a log group that ends, and LogFormat: JSON", name)
	}
	if t.At("Globals", "Function", "AutoPublishAlias") == nil && p["AutoPublishAlias"] == nil || p["AutoPublishAliasAllProperties"] != true {
		say("%s: it has no alias that follows each change", name)
	}
	if env, _ := p["Environment"].(map[string]any); env != nil {
		vars, _ := env["Variables"].(map[string]any)
		if base, there := vars["PUBLIC_URL"]; there && ref(base) != "PublicUrl" {
			say("%s: PUBLIC_URL must be !Ref PublicUrl: behind a custom domain every other base makes links to a host that has no cookie", name)
		}
	}
	if name == "SampleFunction" {
		return
	}
	preference, _ := p["DeploymentPreference"].(map[string]any)
	alarms, _ := preference["Alarms"].([]any)
	if ref(preference["Type"]) != "Deployment" || len(alarms) == 0 {
		say("%s: new code needs a canary and an alarm that takes it back", name)
	}
	undecided := false
	for _, a := range alarms {
		alarm, _ := t.At("Resources", ref(a), "Properties").(map[string]any)
		dimensions := fmt.Sprint(alarm["Dimensions"])
		switch unavailable := fmt.Sprintf("[map[Name:stack Value:map[Ref:AWS::StackName]] map[Name:function Value:%s] map[Name:outcome Value:error] map[Name:reason Value:unavailable]]", strings.ToLower(short)); {
		case alarm["MetricName"] == "count" && dimensions == unavailable:
			undecided = true
		case alarm["MetricName"] != "Errors" || !strings.Contains(dimensions, "${"+name+"}:live"):
			say("%s: the alarm %s does not watch its alias", name, ref(a))
		}
	}
	if !undecided && slices.Contains([]string{"AuthorizerFunction", "VisitFunction", "IssueFunction"}, name) {
		say("%s: it answers what it could not do, so that Lambda counts no error: it needs an alarm on its own count of unavailable", name)
	}
}

// accessLog: a token may stand in the path or the query, so a line may hold only
// what is known not to hold one; and nothing of who asked, since log lines are not
// forgotten with a person.
func accessLog(name string, p map[string]any, say says) {
	settings, _ := p["AccessLogSettings"].(map[string]any)
	format, _ := settings["Format"].(string)
	allowed := []string{"requestId", "requestTimeEpoch", "routeKey", "status", "responseLength", "responseLatency", "integration.status",
		"integrationErrorMessage", "authorizer.status", "authorizer.error", "authorizer.pass_id", "authorizer.reason"}
	found := regexp.MustCompile(`\$context\.([A-Za-z_.]+)`).FindAllStringSubmatch(format, -1)
	for _, m := range found {
		if !slices.Contains(allowed, m[1]) {
			say("%s: the access log has $context.%s, which may hold a credential, or somebody's address", name, m[1])
		}
	}
	if len(found) == 0 {
		say("%s: there is no access log", name)
	}
	limits, _ := p["DefaultRouteSettings"].(map[string]any)
	if limits["ThrottlingRateLimit"] == nil || limits["ThrottlingBurstLimit"] == nil {
		say("%s: nothing bounds how often it may be called", name)
	}
}

// queries: a refusal that was forwarded is a request that was let in, so who looks
// for refusals by the outcome alone does not see it.
func queries(t Template, say says) {
	texts := map[string]string{}
	for name, p := range t.Of("AWS::Logs::QueryDefinition") {
		texts[name] = fmt.Sprint(p["QueryString"])
	}
	for name, p := range t.Of("AWS::CloudWatch::Dashboard") {
		texts[name] = fmt.Sprint(p["DashboardBody"])
	}
	for name, text := range texts {
		for _, filter := range regexp.MustCompile(`filter [^|]*outcome[^|]*`).FindAllString(text, -1) {
			if !regexp.MustCompile(`or access = ['"]refused['"]`).MatchString(filter) {
				say("%s: %q misses the refusals that were forwarded: write or access = \"refused\"", name, strings.TrimSpace(filter))
			}
		}
	}
}

// narrow: a wildcard is a hole that nobody sees.
func narrow(name string, p map[string]any, say says) {
	if p["ManagedPolicyArns"] != nil {
		say("%s: a managed policy may more than its function does", name)
	}
	walk("", p, func(under string, v any) {
		text, _ := v.(string)
		if under == "Resource" && text == "*" || under == "Action" && strings.HasSuffix(text, "*") {
			say("%s: %s: %q is too wide", name, under, text)
		}
	})
}

// kept: what cannot be made again outlives the stack.
func kept(t Template, say says) {
	for _, kind := range []string{"AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::S3::Bucket"} {
		for name := range t.Of(kind) {
			for _, policy := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
				want := map[string]string{"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}[policy]
				if t.At("Resources", name, policy) != want {
					say("%s: %s must be %s", name, policy, want)
				}
			}
		}
	}
}

// permits: stacks that attach the authorizer bring no permission of their own.
func permits(t Template, say says) {
	for _, p := range t.Of("AWS::Lambda::Permission") {
		if ref(p["FunctionName"]) == "AuthorizerFunction.Alias" && strings.Contains(fmt.Sprint(p["SourceArn"]), "${AWS::AccountId}:*/authorizers/*") {
			return
		}
	}
	say("AuthorizerFunction: no permission lets the account's APIs ask it: each would answer 500")
}
