package configtest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/functions/configtest"
	"github.com/gatepass/gatepass/pkg/record"
)

// made judges what the services say was made.
func (s *stack) made() {
	s.table()
	s.mapping()
	s.want("SealKey's rotation", s.Made.At("SealKey", "Rotation"), true)
	for _, key := range []string{"SealKey", "DigestKey"} {
		s.want(key+"'s policy", s.Made.At(key, "Policy"), object{"Version": "2012-10-17", "Statement": []any{
			object{"Effect": "Allow", "Principal": object{"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}}})
	}
	for _, r := range s.roles() {
		s.function(r)
		s.role(r)
		s.logs(r.Resource("Logs"), r.Function)
	}
	s.logs("AccessLogs", "access")
	s.want("MayIssue", s.Made.At("MayIssue", "Document"), s.mayInvoke("IssueFunction"))
	s.want("MayCheck", s.Made.At("MayCheck", "Document"), s.mayInvoke("AuthorizerFunction"))
	s.guard()
	s.want("MayManage", s.Made.At("MayManage", "Document"), s.mayInvoke("ManageFunction"))
	s.want("MayRecall", s.Made.At("MayRecall", "Document"), s.mayInvoke("RecallFunction"))
	s.permissions()
	s.dashboard()
	s.outputs()
}

type object = map[string]any

func (s *stack) table() {
	s.want("the table's keys", s.Made.At("Table", "Table", "KeySchema"), []any{
		object{"AttributeName": record.PK, "KeyType": "HASH"}, object{"AttributeName": record.SK, "KeyType": "RANGE"}})
	var types, indexes, made []any
	for _, name := range slices.Concat([]string{record.PK, record.SK}, record.Indexes(), []string{record.ListedAt}) {
		types = append(types, object{"AttributeName": name, "AttributeType": "S"})
	}
	s.want("the keys' types", s.Made.At("Table", "Table", "AttributeDefinitions"), types)
	for _, name := range record.Indexes() {
		indexes = append(indexes, []any{name, []any{object{"AttributeName": name, "KeyType": "HASH"}, object{"AttributeName": record.ListedAt, "KeyType": "RANGE"}}, "KEYS_ONLY"})
	}
	all, _ := s.Made.At("Table", "Table", "GlobalSecondaryIndexes").([]any)
	for _, v := range all {
		index := configtest.Template(v.(object))
		made = append(made, []any{index.At("IndexName"), index.At("KeySchema"), index.At("Projection", "ProjectionType")})
	}
	s.want("the indexes", made, indexes)
	s.want("the stream", s.Made.At("Table", "Table", "StreamSpecification"), object{"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"})
	s.want("the billing", s.Made.At("Table", "Table", "BillingModeSummary", "BillingMode"), "PAY_PER_REQUEST")
}

// mapping: what comes of the stream to expire, and what becomes of what fails.
func (s *stack) mapping() {
	got := maps.Clone(s.Made.At("ExpireFunctionChanges").(object))
	for _, name := range []string{"Type", "ID", "ResponseMetadata", "UUID", "LastModified", "EventSourceMappingArn", "StateTransitionReason", "FunctionArn", "Tags"} {
		delete(got, name)
	}
	s.want("the stream's mapping", got, object{"State": "Enabled", "StartingPosition": "TRIM_HORIZON", "EventSourceArn": s.Made.At("Table", "Table", "LatestStreamArn"),
		"BatchSize": 100, "MaximumRetryAttempts": 100, "BisectBatchOnFunctionError": true, "FunctionResponseTypes": []any{"ReportBatchItemFailures"},
		"DestinationConfig": object{"OnFailure": object{"Destination": s.arn("DeadBatches")}},
		"FilterCriteria":    object{"Filters": []any{object{"Pattern": `{"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"P#"}]}}}}`}}}})
}

// timeouts are the functions', in seconds. API Gateway waits 10 for an authorizer
// and 30 for the link page; CloudFormation's Lambda waits as long as it is told.
var timeouts = map[string]int{"issue": 30, "authorizer": 5, "visit": 5, "manage": 10, "recall": 60, "attach": 30, "expire": 30, "sample": 5}

func (s *stack) function(r configtest.Role) {
	name := r.Resource("Function")
	at := func(path ...string) any { return s.Made.At(append([]string{name, "Configuration"}, path...)...) }
	s.want(name+"'s runtime", []any{at("Runtime"), at("Handler")}, []any{"provided.al2023", "bootstrap"})
	s.want(name+"'s timeout", at("Timeout"), timeouts[r.Function])
	s.want(name+"'s memory", at("MemorySize"), 256)
	s.want(name+"'s role", at("Role"), s.arn(r.Resource("Role")))
	alias, _ := first(s.Made.At(name, "Aliases")).(object)
	s.want(name+"'s alias", []any{alias["Name"], alias["FunctionVersion"]}, []any{"live", "1"})
	wanted := object{}
	if vars, _ := s.Template.At("Resources", name, "Properties", "Environment", "Variables").(object); vars != nil {
		for v, said := range vars {
			wanted[v] = fmt.Sprint(s.value(said))
		}
	}
	got := object{} // moto keeps numbers, of which AWS makes text
	vars, _ := at("Environment", "Variables").(object)
	for v, said := range vars {
		got[v] = fmt.Sprint(said)
	}
	s.want(name+"'s environment", got, wanted)
	env := config.NewReader(func(v string) (string, bool) {
		text, ok := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "s"}[v]
		if said, there := got[v].(string); there {
			return said, true
		}
		return text, ok
	})
	reads(r.Function, env)
	if err := env.Err(); err != nil {
		s.say("%s would not start: %v", name, err)
	}
}

// reads reads the environment as a function's main does; the mains' own tests
// compare which variables those are.
func reads(function string, env *config.Reader) {
	if function != "sample" {
		env.Store()
	}
	switch function {
	case "issue":
		env.Signing(env.Issue().MaxLifetime)
		env.Required("KMS_KEY_ID")
	case "authorizer":
		env.Gate(env.Cookies())
		env.Host(env.Keys().RefreshSeconds)
		env.Required("ISSUER")
		env.Required("AUDIENCE")
		env.Bool("SIMPLE_RESPONSES", false)
		env.BriefLog()
	case "visit":
		env.Gate(env.Cookies())
		env.Keys()
		env.RetentionSeconds()
		env.Brand()
		env.BriefLog()
		env.Required("DIGEST_KEY_ID")
	case "manage":
		env.Manage()
		env.MovedIn()
		env.Required("DIGEST_KEY_ID")
	case "recall":
		env.MovedIn()
		env.Required("DIGEST_KEY_ID")
	case "attach":
		env.FunctionARN("AUTHORIZER_ARN")
	}
}

// role compares the policies that were made, every name in them resolved, with
// what the code does.
func (s *stack) role(r configtest.Role) {
	name := r.Resource("Role")
	s.want("who takes "+name, s.Made.At(name, "Role", "AssumeRolePolicyDocument", "Statement"), []any{
		object{"Effect": "Allow", "Principal": object{"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}})
	s.want("policies attached to "+name, s.Made.At(name, "Attached"), []any{})
	policies, _ := s.Made.At(name, "Policies").([]any)
	does := configtest.Grants{}
	for g := range r.Does(s.t) {
		action, resource, _ := strings.Cut(g, " ")
		if !strings.Contains(action, ":") {
			does[g] = true
			continue
		}
		if arn := s.arn(resource); arn != nil {
			resource = fmt.Sprint(arn)
		}
		does[action+" "+s.sub(resource)] = true
	}
	for _, d := range configtest.Differ(does, configtest.GrantsOf(s.named(policies).([]any))) {
		s.say("%s: %s", name, d)
	}
}

// named puts the table's logical name in the place of its ARN, and of its indexes'.
func (s *stack) named(v any) any {
	switch v := v.(type) {
	case string:
		if v == s.arn("Table") {
			return object{"Fn::GetAtt": []any{"Table", "Arn"}}
		}
		if of, ok := strings.CutSuffix(v, "/index/*"); ok && of == s.arn("Table") {
			return "${Table.Arn}/index/*"
		}
	case object:
		out := object{}
		for k, e := range v {
			out[k] = s.named(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = s.named(e)
		}
		return out
	}
	return v
}

func (s *stack) logs(name, of string) {
	s.want(name, []any{s.Made.At(name, "logGroupName"), s.Made.At(name, "retentionInDays")}, []any{"/gatepass/gatepass/" + of, 30})
}

func (s *stack) mayInvoke(function string) object {
	return object{"Version": "2012-10-17", "Statement": []any{
		object{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": []any{s.live(function)}}}}
}

// guard compares what a service with the middleware may do with what it does.
func (s *stack) guard() {
	document := s.named(s.Made.At("MayGuard", "Document"))
	for _, d := range configtest.Differ(configtest.Guard().Table(s.t), configtest.GrantsOf([]any{object{"PolicyDocument": document}})) {
		s.say("MayGuard: %s", d)
	}
}

func (s *stack) live(function string) string { return fmt.Sprint(s.arn(function)) + ":live" }

// permissions: who may call a function beside those whose role says so.
func (s *stack) permissions() {
	api := "arn:aws:execute-api:eu-central-1:123456789012:left-out-Api/*/"
	want := map[string][]string{
		"VisitFunction":      {api + "*/p/{token+}", api + "*/p/*", api + "GET/.well-known/jwks.json", api + "GET/refused", api + "GET/register/*", api + "POST/register/*", api + "POST/session/end"},
		"AuthorizerFunction": {"arn:aws:execute-api:eu-central-1:123456789012:*/authorizers/*", "arn:aws:execute-api:eu-central-1:123456789012:left-out-Api/authorizers/*"},
	}
	if s.holds("HasSample") {
		want["SampleFunction"] = []string{api + "GET/account", api + "GET/reports/*", api + "GET/visitors"}
	}
	for account := range strings.SplitSeq(s.parameter("TrustedAccounts"), ",") {
		if account != "" {
			want["AuthorizerFunction"] = append(want["AuthorizerFunction"], "arn:aws:execute-api:eu-central-1:"+account+":*/authorizers/*")
		}
	}
	for _, r := range s.roles() {
		name := r.Resource("Function")
		statements, _ := s.Made.At(name, "Policies", "live").([]any)
		var got []string
		for _, v := range statements {
			p := configtest.Template(v.(object))
			s.want("a permission of "+name, []any{p.At("Effect"), p.At("Action"), p.At("Principal"), p.At("FunctionName")},
				[]any{"Allow", "lambda:InvokeFunction", object{"Service": "apigateway.amazonaws.com"}, s.live(name)})
			got = append(got, fmt.Sprint(p.At("Condition", "ArnLike", "AWS:SourceArn")))
		}
		slices.Sort(got)
		slices.Sort(want[name])
		s.want("whose calls "+name+" takes", got, want[name])
	}
}

// dashboard: CloudWatch takes any text, and shows nothing where it is no JSON or
// names what is not there.
func (s *stack) dashboard() {
	body := fmt.Sprint(s.Made.At("Dashboard", "Body"))
	var d struct{ Widgets []any }
	if err := json.Unmarshal([]byte(body), &d); err != nil || len(d.Widgets) == 0 {
		s.say("the dashboard shows nothing (%v): %s", err, body)
	}
	for _, m := range regexp.MustCompile(`"FunctionName","([^"]+)"|SOURCE '([^']+)'`).FindAllStringSubmatch(body, -1) {
		if !s.has(m[1] + m[2]) {
			s.say("the dashboard shows %s, which is not there", m[1]+m[2])
		}
	}
	if strings.Contains(body, "${") {
		s.say("the dashboard has a name that is not filled in: %s", body)
	}
}

// has reports whether something of that name was made.
func (s *stack) has(id string) bool {
	for name := range s.Made {
		if s.Made.At(name, "ID") == id {
			return true
		}
	}
	return false
}

func (s *stack) outputs() {
	exported := map[string]string{}
	for name, v := range map[string]string{"AuthorizerArn": s.live("AuthorizerFunction"), "IssueFunction": s.live("IssueFunction"), "ManageFunction": s.live("ManageFunction"),
		"AttachFunction": s.live("AttachFunction"), "VisitFunction": s.live("VisitFunction"), "MayIssuePolicy": fmt.Sprint(s.Made.At("MayIssue", "ID")), "MayManagePolicy": fmt.Sprint(s.Made.At("MayManage", "ID")),
		"MayCheckPolicy": fmt.Sprint(s.Made.At("MayCheck", "ID")), "MayGuardPolicy": fmt.Sprint(s.Made.At("MayGuard", "ID")), "Table": fmt.Sprint(s.Made.At("Table", "ID")),
		"RecallFunction": s.live("RecallFunction"), "MayRecallPolicy": fmt.Sprint(s.Made.At("MayRecall", "ID")),
		"LinkBase": s.parameter("PublicUrl"), "LinkHost": "left-out-Api.ApiEndpoint", "LinkApi": "left-out-Api"} {
		exported["gatepass-"+name] = v
		s.want("the output "+name, s.Outputs[name], v)
	}
	s.want("the exports", s.Exports, exported)
}
