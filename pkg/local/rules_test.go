package local_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/local"
)

// Answers of authorizers and functions. $ARN is the one that was asked about.
const (
	allow   = `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"$ARN"}]},"context":{"subject":"user-42","mode":"request","n":7}}`
	denial  = `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Deny","Resource":"$ARN"}]},"context":{"reason":"spent"}}`
	nothing = `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"elsewhere"}]}}`
	wide    = `{"principalId":"p","policyDocument":{"Version":"2012-10-17","Statement":[{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"arn:aws:execute-api:local:*:stack-Api/*"}]}}`
	yes     = `{"isAuthorized":true}`
	no      = `{"isAuthorized":false}`
	hello   = `{"statusCode":200,"body":"hello"}`
)

// What templates are changed to.
var (
	needed     = change{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization], ReauthorizeEvery: 0 }"}
	twoSources = change{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization, X-Second], ReauthorizeEvery: 60 }"}
	caching    = change{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization], ReauthorizeEvery: 60 }"}
	unsaid     = change{"Identity: { ReauthorizeEvery: 0 }", "Identity: { Headers: [Authorization] }"}
	simple     = change{"EnableSimpleResponses: false", "EnableSimpleResponses: true"}
	named      = change{"StageName: $default", "StageName: test"}
)

// shown is one thing that shows that a rule is followed: do returns want while it
// is, and something else where the rule is turned off.
type shown struct {
	rule, file, guard, app string
	changes                []change
	do                     func(x *served) string
	want                   string
}

func getting(path string, headers ...string) func(*served) string {
	return func(x *served) string { return x.get(path, headers...) }
}

// TestEveryRuleIsFollowedAndWouldBeMissed turns each rule off in turn: the same
// requests must then come out otherwise, or the row shows nothing.
func TestEveryRuleIsFollowedAndWouldBeMissed(t *testing.T) {
	rows := append(append(guardRows(), routeRows()...), answerRows()...)
	known := map[string]bool{}
	for _, rule := range local.GatewayRules() {
		known[rule.Name] = true
		if rule.Says == "" || rule.Page == "" || known[""] {
			t.Errorf("the rule %q does not tell what it says, or where it is from", rule.Name)
		}
	}
	seen := map[string]bool{}
	for _, row := range rows {
		seen[row.rule] = true
		if !known[row.rule] {
			t.Errorf("there is no rule %q", row.rule)
		}
		t.Run(row.rule, func(t *testing.T) {
			x := serve(t, row.file, row.guard, row.app, nil, row.changes...)
			if got := row.do(x); got != row.want {
				t.Errorf("got  %s\nwant %s\nlog %s", got, row.want, x.log)
			}
			if got := row.do(serve(t, row.file, row.guard, row.app, []string{row.rule}, row.changes...)); got == row.want {
				t.Errorf("without the rule it is %s too: this shows nothing", got)
			}
		})
	}
	for name := range known {
		if !seen[name] {
			t.Errorf("nothing shows the rule %q", name)
		}
	}
}
