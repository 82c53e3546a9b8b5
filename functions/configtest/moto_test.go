package configtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
)

func (s *stack) judge(t *testing.T) []string {
	s.t = t
	s.made()
	s.transformed()
	slices.Sort(s.faults)
	return s.faults
}

// TestStackAsAWSWouldMakeIt makes the transformed template on moto, with every
// parameter at its default, and with all that a parameter brings in.
func TestStackAsAWSWouldMakeIt(t *testing.T) {
	template := configtest.ReadTemplate(t, template)
	plain := map[string]string{"PublicUrl": "https://pass.example.com"}
	full := map[string]string{"PublicUrl": "https://pass.example.com", "Sample": "true", "SimpleResponses": "true", "TrustedAccounts": "111111111111,222222222222",
		"HostIssuer": "https://id.example.com", "HostAudience": "api", "CookieDomain": "example.com", "AlarmTopic": "arn:aws:sns:eu-central-1:123456789012:alarms",
		"BrandName": "Example", "BrandColour": "#1f4fd1", "EventBus": "gatepass", "Deployment": "AllAtOnce"}
	for i, s := range makeStacks(t, job{template, plain}, job{template, full}) {
		for _, f := range s.judge(t) {
			t.Errorf("%s: %s", []string{"plain", "full"}[i], f)
		}
	}
}

// TestAWrongStackIsFound: all of these in one template, each said and nothing else.
func TestAWrongStackIsFound(t *testing.T) {
	wrong, said := configtest.ReadTemplate(t, template), map[string]bool{}
	policy := func(role string) object {
		p := wrong.At("Resources", role, "Properties", "Policies").([]any)[0].(object)["PolicyDocument"].(object)
		return p["Statement"].([]any)[1].(object)
	}
	for _, row := range []struct {
		edit func()
		says []string
	}{
		{func() {
			policy("AttachRole")["Action"] = []any{"dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:GetItem"}
		}, []string{"AttachRole: GetItem R#*: may, but never does"}},
		{func() { policy("ManageRole")["Resource"] = object{"Fn::Sub": "${Table.Arn}/index/*"} }, []string{
			"ManageRole: Query P#*: does, but may not", "ManageRole: UpdateItem P#*: does, but may not", "ManageRole: BatchGetItem P#*: does, but may not",
			"ManageRole: Query index P#*: may, but never does", "ManageRole: UpdateItem index P#*: may, but never does", "ManageRole: BatchGetItem index P#*: may, but never does"}},
		{func() {
			statements := wrong.At("Resources", "MayRecall", "Properties", "PolicyDocument", "Statement").([]any)
			statements[0].(object)["Resource"] = []any{ref("ManageFunction.Alias")}
		}, []string{"MayRecall is "}},
		{func() {
			statements := wrong.At("Resources", "MayGuard", "Properties", "PolicyDocument", "Statement").([]any)
			statements[0].(object)["Action"] = []any{"dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:PutItem"}
		}, []string{"MayGuard: PutItem P#*: may, but never does"}},
		{func() {
			indexes := wrong.At("Resources", "Table", "Properties", "GlobalSecondaryIndexes").([]any)
			indexes[0].(object)["Projection"] = object{"ProjectionType": "ALL"}
		}, []string{"the indexes is "}},
		{func() {
			set("ttl", "Resources", "Table", "Properties", "TimeToLiveSpecification", "AttributeName")(wrong)
		}, []string{"the TTL is "}},
		{func() {
			set("NEW_IMAGE", "Resources", "Table", "Properties", "StreamSpecification", "StreamViewType")(wrong)
		}, []string{"the stream is "}},
		{func() { set(nil, "Resources", "Table", "Properties", "PointInTimeRecoverySpecification")(wrong) }, []string{"point-in-time recovery is "}},
		{func() { set(12, "Resources", "AuthorizerFunction", "Properties", "Timeout")(wrong) }, []string{"AuthorizerFunction's timeout is 12"}},
		{func() {
			set("maybe", "Resources", "IssueFunction", "Properties", "Environment", "Variables", "ALLOW_SESSION_TOKENS")(wrong)
		}, []string{"IssueFunction would not start: environment variable ALLOW_SESSION_TOKENS"}},
		{func() { set(nil, "Resources", "IssueLogs", "Properties", "RetentionInDays")(wrong) }, []string{"IssueLogs is "}},
		{func() {
			set(10, "Resources", "ExpireFunction", "Properties", "Events", "Changes", "Properties", "BatchSize")(wrong)
		}, []string{"the stream's mapping is "}},
		{func() { set(false, "Resources", "SealKey", "Properties", "EnableKeyRotation")(wrong) }, []string{"SealKey's rotation is false"}},
		{func() { set(`{"widgets":[}`, "Resources", "Dashboard", "Properties", "DashboardBody")(wrong) }, []string{"the dashboard shows nothing"}},
		{func() {
			set(ref("ManageFunction.Alias"), "Resources", "AuthorizerPermission", "Properties", "FunctionName")(wrong)
		},
			[]string{"whose calls AuthorizerFunction takes", "whose calls ManageFunction takes"}},
		{func() {
			set(300, "Resources", "Api", "Properties", "Auth", "Authorizers", "Gatepass", "Identity", "ReauthorizeEvery")(wrong)
		}, []string{"the authorizer's cache is 300"}},
		{func() { set("Gatepass", "Resources", "Api", "Properties", "Auth", "DefaultAuthorizer")(wrong) }, []string{"the routes is "}},
		{func() { set("Error", "Resources", "ManageErrors", "Properties", "MetricName")(wrong) }, []string{"ManageErrors watches the metric Error"}},
		{func() { set(nil, "Resources", "VisitFunction", "Properties", "DeploymentPreference", "Alarms")(wrong) }, []string{"VisitFunction's alarms is "}},
		{func() {
			set(object{"Type": "AWS::WAFv2::WebACLAssociation", "Properties": object{}}, "Resources", "Wall")(wrong)
		}, []string{"the types that moto leaves out is "}},
	} {
		row.edit()
		for _, f := range row.says {
			said[f] = false
		}
	}
	faults := makeStacks(t, job{wrong, map[string]string{"PublicUrl": "https://pass.example.com"}})[0].judge(t)
	var others []string
	for _, f := range faults {
		known := false
		for begin := range said {
			if strings.HasPrefix(f, begin) {
				said[begin], known = true, true
			}
		}
		if !known {
			others = append(others, f)
		}
	}
	for f, found := range said {
		if !found {
			t.Errorf("it is not said that %s", f)
		}
	}
	if diff := cmp.Diff([]string(nil), others); diff != "" {
		t.Errorf("and this is said too:\n%s", diff)
	}
}
