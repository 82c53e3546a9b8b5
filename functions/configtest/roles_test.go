package configtest_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/configtest"
)

// TestRolesMayDoWhatTheirFunctionsDo, and no more. What the functions do is asked
// of the code: of the store's methods behind the interfaces that the roles'
// packages declare, and of the requests to other services in their source.
func TestRolesMayDoWhatTheirFunctionsDo(t *testing.T) {
	template := configtest.ReadTemplate(t, template)
	roles := template.Of("AWS::IAM::Role")
	for _, r := range configtest.Roles() {
		for _, d := range configtest.Differ(r.Does(t), configtest.Granted(template, r.Resource("Role"))) {
			t.Errorf("%s: %s", r.Resource("Role"), d)
		}
		delete(roles, r.Resource("Role"))
	}
	for name := range roles {
		t.Errorf("%s is of no function in configtest.Roles", name)
	}
}

// TestPoliciesMayDoWhatTheyAreFor, and no more: each of those that others attach to
// roles of their own invokes one function, and a guard does what the authorizer does
// without its rules.
func TestPoliciesMayDoWhatTheyAreFor(t *testing.T) {
	template := configtest.ReadTemplate(t, template)
	does := map[string]configtest.Grants{"MayGuard": configtest.Guard().Table(t)}
	for policy, function := range map[string]string{"MayIssue": "Issue", "MayCheck": "Authorizer", "MayManage": "Manage", "MayRecall": "Recall"} {
		does[policy] = configtest.Grants{"lambda:InvokeFunction " + function + "Function.Alias": true}
	}
	for name, p := range template.Of("AWS::IAM::ManagedPolicy") {
		for _, d := range configtest.Differ(does[name], configtest.GrantsOf([]any{p})) {
			t.Errorf("%s: %s", name, d)
		}
		delete(does, name)
	}
	for name := range does {
		t.Errorf("there is no policy %s", name)
	}
}

// TestAGuardMayDoNoMoreThanTheAuthorizer, but not even read its rules.
func TestAGuardMayDoNoMoreThanTheAuthorizer(t *testing.T) {
	template := configtest.ReadTemplate(t, template)
	guard := configtest.GrantsOf([]any{template.Of("AWS::IAM::ManagedPolicy")["MayGuard"]})
	authorizer := configtest.Granted(template, "AuthorizerRole")
	for g := range guard {
		if !authorizer[g] || strings.HasSuffix(g, " R#*") {
			t.Errorf("a guard may %s", g)
		}
	}
}

// TestADifferenceOfARoleIsNamed, whichever way it is.
func TestADifferenceOfARoleIsNamed(t *testing.T) {
	actions := []string{"Resources", "AttachRole", "Properties", "Policies"}
	rules := func(edit func(map[string]any)) func(configtest.Template) {
		return func(t configtest.Template) {
			policy := t.At(actions...).([]any)[0].(map[string]any)["PolicyDocument"].(map[string]any)
			edit(policy["Statement"].([]any)[1].(map[string]any))
		}
	}
	for _, row := range []struct {
		name string
		edit func(map[string]any)
		want []string
	}{
		{"nothing wrong", func(map[string]any) {}, nil},
		{"an action too many", func(s map[string]any) { s["Action"] = append(s["Action"].([]any), "dynamodb:Scan") }, []string{"Scan R#*: may, but never does"}},
		{"an action too few", func(s map[string]any) { s["Action"] = []any{"dynamodb:Query", "dynamodb:PutItem"} }, []string{"DeleteItem R#*: does, but may not"}},
		{"a key too many", func(s map[string]any) {
			s["Condition"].(map[string]any)["ForAllValues:StringLike"] = map[string]any{"dynamodb:LeadingKeys": []any{"R#*", "SEAL"}}
		},
			[]string{"DeleteItem SEAL: may, but never does", "PutItem SEAL: may, but never does", "Query SEAL: may, but never does"}},
		{"a wider key", func(s map[string]any) {
			s["Action"], s["Condition"].(map[string]any)["ForAllValues:StringLike"] = "dynamodb:Query", map[string]any{"dynamodb:LeadingKeys": []any{"*"}}
		}, []string{"Query *: may, but never does", "DeleteItem R#*: does, but may not", "PutItem R#*: does, but may not", "Query R#*: does, but may not"}},
		{"requests without a key", func(s map[string]any) { delete(s["Condition"].(map[string]any), "Null") },
			[]string{"DeleteItem ANY KEY: may, but never does", "PutItem ANY KEY: may, but never does", "Query ANY KEY: may, but never does",
				"DeleteItem R#*: does, but may not", "PutItem R#*: does, but may not", "Query R#*: does, but may not"}},
		{"the indexes in the place of the table", func(s map[string]any) {
			s["Resource"], s["Action"] = map[string]any{"Fn::Sub": "${Table.Arn}/index/*"}, "dynamodb:Query"
		}, []string{"Query index R#*: may, but never does", "DeleteItem R#*: does, but may not", "PutItem R#*: does, but may not", "Query R#*: does, but may not"}},
		{"another resource", func(s map[string]any) { s["Resource"] = "arn:other"; s["Action"] = "dynamodb:Query" },
			[]string{"dynamodb:Query arn:other: may, but never does", "DeleteItem R#*: does, but may not", "PutItem R#*: does, but may not", "Query R#*: does, but may not"}},
		{"a deny that was meant as an allow", func(s map[string]any) { s["Effect"] = "Deny"; s["Action"] = "dynamodb:Query" },
			[]string{"Deny dynamodb:Query Table: may, but never does", "DeleteItem R#*: does, but may not", "PutItem R#*: does, but may not", "Query R#*: does, but may not"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			wrong := configtest.ReadTemplate(t, template)
			rules(row.edit)(wrong)
			attach := configtest.Roles()[4]
			got := configtest.Differ(attach.Does(t), configtest.Granted(wrong, attach.Resource("Role")))
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +said):\n%s", diff)
			}
		})
	}
}

// TestEveryFunctionHasItsRole, and through it the stores that its main hands the
// store to: those of the packages it imports, and no other.
func TestEveryFunctionHasItsRole(t *testing.T) {
	calls := configtest.Calls()
	var functions []string
	for _, r := range configtest.Roles() {
		functions = append(functions, r.Function)
		main := source(t, r.Function)
		var declare []string
		for _, m := range regexp.MustCompile(`"github.com/gatepass/gatepass/pkg/(\w+)"`).FindAllStringSubmatch(main, -1) {
			if !slices.Contains(declare, m[1]) && hasStore(t, m[1]) {
				declare = append(declare, m[1])
			}
		}
		slices.Sort(declare)
		if diff := cmp.Diff(declare, r.Packages()); diff != "" {
			t.Errorf("%s imports packages with stores, and has in Roles (-imports +has):\n%s", r.Function, diff)
		}
		for _, name := range r.Methods() {
			delete(calls, name)
		}
	}
	for name := range calls {
		t.Errorf("no function needs the store's method %s", name)
	}
	mains, err := filepath.Glob("../*/main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mains {
		if name := filepath.Base(filepath.Dir(m)); name != "local" && name != "gatepass" && !slices.Contains(functions, name) {
			t.Errorf("function %s is not in configtest.Roles", name)
		}
	}
}

// TestOtherServicesAreAskedForWhatRolesSay: the SDK's inputs that a function's
// source makes are the actions beside the table's.
func TestOtherServicesAreAskedForWhatRolesSay(t *testing.T) {
	prefix := map[string]string{"kms": "kms:", "eventbridge": "events:", "apigateway": "apigateway:", "apigatewayv2": "apigateway:"}
	for _, r := range configtest.Roles() {
		does := map[string]bool{}
		for _, m := range regexp.MustCompile(`\b(\w+)\.(\w+)Input\b`).FindAllStringSubmatch(source(t, r.Function), -1) {
			action := m[2]
			if strings.HasPrefix(m[1], "apigateway") && strings.HasPrefix(action, "Get") {
				action = "GET" // API Gateway's actions are named for the HTTP method
			}
			does[prefix[m[1]]+action] = true
		}
		said := map[string]bool{}
		for grant, why := range r.Beside {
			if why == "" {
				t.Errorf("%s: %s has no reason", r.Function, grant)
			}
			if action, _, _ := strings.Cut(grant, " "); !strings.HasPrefix(why, "Lambda ") {
				said[action] = true
			}
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(does)), slices.Sorted(maps.Keys(said))); diff != "" {
			t.Errorf("%s asks other services (-source +configtest.Roles):\n%s", r.Function, diff)
		}
	}
}

// TestVisitMayReadNoHistories: what a link page tells of a pass is in the pass,
// so a stolen role reads pass by pass, and no audit.
func TestVisitMayReadNoHistories(t *testing.T) {
	may := configtest.Granted(configtest.ReadTemplate(t, template), "VisitRole")
	if may["Query P#*"] || !may["Query R#*"] {
		t.Errorf("visit may query passes (%v), and forms (%v)", may["Query P#*"], may["Query R#*"])
	}
}

// TestOnlyIssueMayReadOrOpenSealedKeys is promise 7: whoever can sign can make
// any pass, so the authorizer, which everybody talks to, must not be able to.
func TestOnlyIssueMayReadOrOpenSealedKeys(t *testing.T) {
	template := configtest.ReadTemplate(t, template)
	sealed := regexp.MustCompile(`SEAL|SealKey|ANY KEY|\*$`)
	harmless := regexp.MustCompile(` [PRLI]#\*$| index [TSHFB]#\*$|/authorizers$| \$\{(Table|DeadBatches)\.Arn\}/`)
	for name := range template.Of("AWS::IAM::Role") {
		var may []string
		for _, g := range configtest.Granted(template, name).Sorted() {
			if sealed.MatchString(g) && !harmless.MatchString(g) {
				may = append(may, g)
			}
		}
		want := map[string][]string{"IssueRole": {"PutItem SEAL", "Query SEAL", "UpdateItem SEAL", "kms:Decrypt SealKey", "kms:Encrypt SealKey"}}[name]
		if diff := cmp.Diff(want, may); diff != "" {
			t.Errorf("%s may do this to sealed keys (-want +may):\n%s", name, diff)
		}
	}
}

// source returns what a function's folder compiles.
func source(t *testing.T, function string) string {
	t.Helper()
	files, err := filepath.Glob("../" + function + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("function %s has no source (%v)", function, err)
	}
	if main, _ := os.ReadFile("../" + function + "/main.go"); strings.Contains(string(main), `functions/digest"`) {
		files = append(files, "../digest/digest.go") // which they share
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f, "_test.go") {
			all.Write(b)
		}
	}
	return all.String()
}

// hasStore reports whether a package declares what it needs of a store.
func hasStore(t *testing.T, name string) bool {
	t.Helper()
	files, err := filepath.Glob("../../pkg/" + name + "/*.go")
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(files, func(f string) bool {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`(?m)^type \w*Store interface`).Match(b)
	})
}
