package pkg_test

import (
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/gatepass/gatepass/"

// room says which of our packages one package may import: only what lies below
// it, so that a rule is read in one place and a role's package is the whole of
// what its function can do.
type room struct {
	dir string
	may []string // of our packages, without pkg/; "*" is all but kits and mains
	why string
}

func rooms() []room {
	return []room{
		{"pkg/pass", nil, "the words and the rules are below everything, and pure"},
		{"pkg/record", []string{"pass", "keys"}, "the shape of the table knows no store and no role"},
		{"pkg/token", []string{"pass"}, "the strings know no store and no role"},
		{"pkg/keys", []string{"pass"}, "keys know no token and no role; the store hands them in"},
		{"pkg/rule", []string{"pass"}, "what a route asks is a value, matched without a store"},
		{"pkg/patience", []string{"pass"}, "tries again what a store gave up; knows no store and no role"},
		{"pkg/terms", []string{"pass"}, "what may be said of a pass, judged without a store"},
		{"pkg/issue", []string{"pass", "patience", "terms", "token", "keys"}, "issue makes passes; what it imports is what a stolen issue role can do"},
		{"pkg/attach", []string{"pass", "rule"}, "declares rules and reads APIs; touches no pass"},
		{"pkg/oidc", []string{"pass"}, "verifies the host's tokens; knows none of ours"},
		{"pkg/oidc/oidctest", nil, "a provider for tests, which shares nothing with what verifies its tokens"},
		{"pkg/local/template", []string{"rule"}, "a template as values; runs nothing"},
		{"pkg/local/localtest", []string{"local", "local/template"}, "serves a stack's template in tests, ours or a user's; knows nothing of passes"},
		{"pkg/local/runtime", nil, "runs a bootstrap binary; knows nothing of what is in it"},
		{"pkg/local/runtime/testdata/*", nil, "programs that the runtime is tried with, and compared with"},
		{"pkg/gate", []string{"pass", "token", "keys", "rule"}, "the hot path, and nothing that can sign, issue or manage"},
		{"pkg/manage", []string{"pass", "terms", "token", "keys", "rule"}, "manage changes passes and never makes a credential by itself"},
		{"pkg/audit", []string{"pass", "record"}, "reads the stream's images; decides nothing"},
		{"pkg/desk", []string{"pass", "token", "keys"}, "what visitors ask of the host: limited and written down; it decides nothing about passes"},
		{"pkg/page", []string{"desk", "pass", "token", "rule", "issue", "gate", "manage"}, "shows what a role answered; never touches a store"},
		{"pkg/apigw", []string{"pass", "token", "rule", "issue", "gate", "manage"}, "translates events; never touches a store"},
		{"pkg/recall", []string{"pass", "patience", "terms", "manage"}, "withdraws and forgets many at once, which is a right of its own; it says so in manage's words"},
		{"pkg/caller", []string{"pass", "token", "rule", "gate"}, "linked into other people's backends: without AWS; the middleware asks the gate"},
		{"pkg/client", []string{"pass", "token", "keys"}, "linked into other people's backends: small, and without AWS"},
		{"pkg/schema/schematest", []string{"schema"}, "holds documents to the schemas, in tests"},
		{"pkg/schema", nil, "the documents and events as JSON Schemas: data"},
		{"pkg/dynamostore", []string{"pass", "keys", "record"}, "stores are below the roles, and do not know each other"},
		{"pkg/boltstore", []string{"pass", "keys", "record"}, "stores are below the roles, and do not know each other"},
		{"pkg/dynamostore/stream", []string{"pass", "record", "audit"}, "hands on what changed; decides nothing"},
		{"pkg/pass/testdata", nil, "the table is data"},
		{"pkg/pass/decisions", []string{"pass", "pass/testdata"}, "everything that is tested by the table lies above it"},
		{"pkg/storetest", []string{"pass", "keys", "record", "pass/decisions"}, "the suite holds stores to their contract, not to a role"},
		{"pkg/dynamostore/dynamolocal", []string{"pass", "keys", "record", "dynamostore", "storetest"}, "an engine for tests, and tables on it"},
		{"pkg/gate/gatetest", []string{"pass", "token", "keys", "rule", "record", "gate", "oidc", "oidc/oidctest", "boltstore", "storetest", "pass/decisions"}, "builds gates for tests, over the embedded store"},
		{"pkg/local", []string{"*"}, "the whole stack in one process"},
		{"functions/*", []string{"*"}, "mains wire"},
		{".ci/*", nil, "the build knows nothing of what it builds"},
	}
}

// kits are packages for tests: no program may contain them.
func kits() []string {
	return []string{"pkg/pass/testdata", "pkg/pass/decisions", "pkg/storetest", "pkg/dynamostore/dynamolocal", "pkg/gate/gatetest", "pkg/oidc/oidctest", "pkg/local/localtest", "pkg/schema/schematest", "functions/configtest"}
}

func TestImportsRunOneWay(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue // a test may stand anywhere, and most stand outside of their package
		}
		r, ok := roomOf(s.dir)
		if !ok {
			t.Errorf("%s: the house has no room %s: enter it in rooms() with what it may import and why", s.path, s.dir)
			continue
		}
		for _, imp := range imports(s) {
			if dep, ours := strings.CutPrefix(imp, module); ours && !r.allows(dep, s.dir) {
				t.Errorf("%s imports %s, which %s may not: %s", s.path, dep, r.dir, r.why)
			}
		}
	}
}

func roomOf(dir string) (room, bool) {
	for _, r := range rooms() {
		if ok, _ := path.Match(r.dir, dir); ok {
			return r, true
		}
	}
	return room{}, false
}

func (r room) allows(dep, from string) bool {
	switch {
	case path.Dir(dep) == path.Dir(r.dir) && strings.HasSuffix(r.dir, "/*"):
		return true // what mains share, and the programs of .ci
	case strings.HasPrefix(dep, "functions/") || strings.HasPrefix(dep, ".ci/"):
		return false
	case slices.Contains(kits(), dep) && !slices.Contains(kits(), from):
		return false
	}
	return slices.Contains(r.may, "*") || slices.Contains(r.may, strings.TrimPrefix(dep, "pkg/"))
}

func imports(s source) []string {
	var out []string
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			out = append(out, p)
		}
	}
	return out
}

// ban keeps an import, and what lies below it, to the rooms that need it.
type ban struct {
	path   string
	except []string // patterns of folders
	why    string
}

func bans() []ban {
	return []ban{
		{"github.com/aws/aws-sdk-go-v2", []string{"pkg/dynamostore", "pkg/dynamostore/*", "functions/*", "pkg/local/runtime/testdata/*"}, "the rest runs without AWS, on the embedded store"},
		{"github.com/aws/smithy-go", []string{"pkg/dynamostore", "pkg/dynamostore/*", "functions/*"}, "the SDK's errors are translated where they enter"},
		{"github.com/aws/aws-lambda-go", []string{"pkg/apigw", "pkg/local", "pkg/local/*", "functions/*", "pkg/local/runtime/testdata/*"}, "roles answer in their own words; Lambda's types are translated at the edge"},
		{"github.com/golang-jwt/jwt", []string{"pkg/token", "pkg/oidc"}, "one package decides what our signature is worth, and one the host's"},
		{"go.yaml.in/yaml", []string{"pkg/local/*", "functions/configtest"}, "templates are read on a developer's machine, by no deployed function"},
		{"go.etcd.io/bbolt", []string{"pkg/boltstore"}, "the embedded store stays behind the stores' contract"},
		{"github.com/google/go-cmp", kits(), "for tests: it panics on what it does not know"},
		{"github.com/santhosh-tekuri/jsonschema", kits(), "for tests"},
		{"pgregory.net/rapid", kits(), "for tests"},
		{"github.com/anishathalye/porcupine", kits(), "for tests"},
		{"testing", kits(), "a program that imports testing has its flags"},
		{"log", []string{"functions/*"}, "log.Fatal below main ends the process before it can answer; use log/slog"},
		{"os", []string{"pkg/keys", "pkg/boltstore", "pkg/dynamostore/dynamolocal", "pkg/local", "pkg/local/*", "functions/*", ".ci/*", "pkg/local/runtime/testdata/*"}, "settings are read once, in main; only file-backed things touch files"},
		{"net/http", []string{"pkg/gate", "pkg/apigw", "pkg/page", "pkg/caller", "pkg/client", "pkg/dynamostore", "pkg/dynamostore/*", "pkg/local", "pkg/local/*", "pkg/oidc", "pkg/oidc/*", "functions/*"}, "what it says has no HTTP in it"},
		{"math/rand", append(kits(), "pkg/dynamostore"), "secrets come from the reader that is handed in; the store's back-off is the one other use of chance"},
		{"unsafe", nil, "nothing here is worth it"},
		{"io/ioutil", nil, "deprecated"},
	}
}

func TestImportsThatAreKeptToTheirRooms(t *testing.T) {
	for _, s := range sources(t) {
		for _, imp := range imports(s) {
			for _, b := range bans() {
				if (imp == b.path || strings.HasPrefix(imp, b.path+"/") && b.path != "log") && !s.isTest() && !b.excepts(s.dir) {
					t.Errorf("%s imports %s: %s (only %s)", s.path, imp, b.why, strings.Join(b.except, ", "))
				}
			}
		}
	}
}

func (b ban) excepts(dir string) bool {
	return slices.ContainsFunc(b.except, func(pattern string) bool {
		ok, _ := path.Match(pattern, dir)
		return ok
	})
}

// direct are the modules we may require, and what for. Each more is something
// that a user of a security product has to trust.
func direct() map[string]string {
	return map[string]string{
		"github.com/aws/aws-lambda-go":                         "the runtime and the types of its events",
		"github.com/aws/aws-sdk-go-v2":                         "credentials and signing",
		"github.com/aws/aws-sdk-go-v2/service/apigateway":      "attach reads whether a REST API's authorizer caches",
		"github.com/aws/aws-sdk-go-v2/service/apigatewayv2":    "attach reads whether an HTTP API's authorizer caches",
		"go.yaml.in/yaml/v3":                                   "templates, for the local API Gateway alone",
		"github.com/aws/aws-sdk-go-v2/service/dynamodb":        "the store",
		"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams": "the stream of DynamoDB Local under make run -dynamodb, and in tests",
		"github.com/aws/aws-sdk-go-v2/service/kms":             "seals private keys",
		"github.com/aws/aws-sdk-go-v2/service/eventbridge":     "where events go in the cloud",
		"github.com/aws/aws-sdk-go-v2/service/lambda":          "the README's Go example, run by a test",
		"github.com/aws/smithy-go":                             "the SDK's errors and middleware",
		"github.com/golang-jwt/jwt/v5":                         "signed tokens",
		"go.etcd.io/bbolt":                                     "the embedded store",
		"github.com/go-json-experiment/json":                   "refuses unknown, duplicate and wrongly cased fields by name",
		"github.com/google/go-cmp":                             "differences in tests",
		"github.com/santhosh-tekuri/jsonschema/v6":             "the documents held to their JSON Schemas, in tests",
		"pgregory.net/rapid":                                   "random passes, requests and times in tests",
		"github.com/anishathalye/porcupine":                    "linearizability of recorded histories in tests",
		"github.com/chromedp/cdproto":                          "what chromedp speaks to the browser, in tests",
		"github.com/chromedp/chromedp":                         "a real browser at the link page, in tests",
	}
}

func TestGoModRequiresOnlyWhatIsAllowed(t *testing.T) {
	out, err := exec.Command("go", "mod", "edit", "-json", root+"/go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
		Replace []struct{ Old struct{ Path string } }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if _, ok := direct()[r.Path]; !ok && !r.Indirect {
			t.Errorf("go.mod: requires %s directly: enter it in direct() with what it is for, or do without", r.Path)
		}
	}
	for _, r := range mod.Replace {
		t.Errorf("go.mod: replaces %s: whoever imports this module would not get the replacement", r.Old.Path)
	}
}
