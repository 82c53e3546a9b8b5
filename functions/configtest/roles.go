package configtest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/recall"
	"github.com/gatepass/gatepass/pkg/record"
)

// Role is what a function asks of others, as its code has it.
type Role struct {
	Function string            // such as issue; the template's role is IssueRole
	Stores   []reflect.Type    // the interfaces through which it sees the table
	Beside   map[string]string // what it needs of other services, and what for
	Never    []string          // what a method of its stores can ask for and the function does not
}

// Resource returns the name in the template of something of the function's:
// IssueRole, IssueFunction.
func (r Role) Resource(what string) string {
	return strings.ToUpper(r.Function[:1]) + r.Function[1:] + what
}

// Roles returns all of them. What Lambda itself does in a function's name has no
// call in our code, and so says what for.
func Roles() []Role {
	roles := []Role{
		{Function: "issue", Stores: stores(reflect.TypeFor[issue.Store](), reflect.TypeFor[keys.Store](), reflect.TypeFor[keys.MarkPutStore]()), Beside: map[string]string{
			"kms:Encrypt SealKey": "seals a new signing key",
			"kms:Decrypt SealKey": "opens it to sign",

			"kms:GenerateMac DigestKey": "names holders and issuers in the indexes",
		}},
		{Function: "authorizer", Stores: stores(reflect.TypeFor[gate.Store](), reflect.TypeFor[gate.RuleStore](), reflect.TypeFor[keys.PublicStore]())},
		{Function: "visit", Stores: stores(reflect.TypeFor[gate.LinkStore](), reflect.TypeFor[gate.RuleStore](), reflect.TypeFor[keys.PublicStore](), reflect.TypeFor[desk.Store]()),
			Beside: map[string]string{"kms:GenerateMac DigestKey": "names the limiters' buckets"}},
		{Function: "manage", Stores: stores(reflect.TypeFor[manage.Store](), reflect.TypeFor[keys.MarkStore]()), Beside: map[string]string{"kms:GenerateMac DigestKey": "names whose passes to list"},
			Never: []string{"Query index F#*"}}, // the forms of a person: who forgets them looks for those
		{Function: "attach", Stores: stores(reflect.TypeFor[attach.Store]()), Beside: map[string]string{
			"apigateway:GET arn:${AWS::Partition}:apigateway:${AWS::Region}::/apis/*/authorizers":     "reads whether an API's authorizers cache",
			"apigateway:GET arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/*/authorizers": "of REST APIs",
		}},
		{Function: "expire", Stores: stores(reflect.TypeFor[audit.Store]()), Beside: map[string]string{
			"events:PutEvents arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBus}": "tells what happened",
			"dynamodb:DescribeStream ${Table.Arn}/stream/*":                                                        "Lambda reads the stream",
			"dynamodb:GetRecords ${Table.Arn}/stream/*":                                                            "Lambda reads the stream",
			"dynamodb:GetShardIterator ${Table.Arn}/stream/*":                                                      "Lambda reads the stream",
			"dynamodb:ListStreams ${Table.Arn}/stream/*":                                                           "Lambda reads the stream",
			"s3:PutObject ${DeadBatches.Arn}/aws/lambda/*":                                                         "Lambda keeps batches that failed for good",
			"s3:ListBucket DeadBatches":                                                                            "Lambda looks whether the bucket is there",
		}},
		{Function: "recall", Stores: stores(reflect.TypeFor[recall.Store](), reflect.TypeFor[keys.MarkStore]()), Beside: map[string]string{"kms:GenerateMac DigestKey": "names whose passes to withdraw or forget"}},
		{Function: "sample"},
	}
	for i, r := range roles {
		all := map[string]string{
			"logs:CreateLogStream " + r.Resource("Logs"): "Lambda writes its log",
			"logs:PutLogEvents " + r.Resource("Logs"):    "Lambda writes its log",
		}
		for action, why := range r.Beside {
			all[action] = why
		}
		roles[i].Beside = all
	}
	return roles
}

// Guard returns what a service asks for whose middleware (package caller) decides
// by itself. It has a role of its own, to which the policy MayGuard is attached.
func Guard() Role {
	return Role{Function: "guard", Stores: stores(reflect.TypeFor[gate.Store](), reflect.TypeFor[keys.PublicStore]())}
}

func stores(types ...reflect.Type) []reflect.Type { return types }

// Packages returns the packages of ours that declare the role's stores.
func (r Role) Packages() []string {
	var names []string
	for _, s := range r.Stores {
		names = append(names, path.Base(s.PkgPath()))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Methods returns the names of what the role may ask of the store.
func (r Role) Methods() []string {
	var names []string
	for _, s := range r.Stores {
		for i := range s.NumMethod() {
			names = append(names, s.Method(i).Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Table returns what the store asks of DynamoDB for the role's methods: each is
// called, and answered in every way that has it ask for more.
func (r Role) Table(t testing.TB) Grants {
	t.Helper()
	all, does := Calls(), Grants{}
	for _, name := range r.Methods() {
		call, known := all[name]
		if !known {
			t.Errorf("%s: the store's method %s has no call in Calls: nobody knows which rights it needs", r.Function, name)
		}
		if call == nil {
			continue
		}
		asked := Grants{}
		for _, a := range answers(t) {
			recorder := &Recorder{Next: a}
			client, err := dynamostore.NewClient(dynamostore.Config{Endpoint: "http://table.invalid", Transport: recorder})
			if err != nil {
				t.Fatal(err)
			}
			call(t.Context(), dynamostore.New(client, "table"))
			for g := range recorder.Does() {
				asked[g], does[g] = true, true
			}
		}
		if len(asked) == 0 {
			t.Errorf("%s: the call of %s makes no request", r.Function, name)
		}
	}
	for _, g := range r.Never {
		delete(does, g)
	}
	return does
}

// Does returns all that a role's function asks for, of DynamoDB and others.
func (r Role) Does(t testing.TB) Grants {
	t.Helper()
	does := r.Table(t)
	for action := range r.Beside {
		does[action] = true
	}
	return does
}

// Calls has a call of each method of the store's, such that it makes its requests;
// nil is one that makes none.
func Calls() map[string]func(context.Context, *dynamostore.Store) {
	p, read := known(), []pass.Ref{{ID: known().ID, Session: &pass.Digest{}}}
	v := &pass.Session{V: pass.Version, PassID: p.ID, Secret: pass.DigestOf([]byte("s")), At: 1}
	return map[string]func(context.Context, *dynamostore.Store){
		"Create": func(ctx context.Context, s *dynamostore.Store) { s.Create(ctx, p) },
		"Read":   func(ctx context.Context, s *dynamostore.Store) { s.Read(ctx, read) },
		"Use": func(ctx context.Context, s *dynamostore.Store) {
			s.Use(ctx, p.ID, pass.Ask{Key: "k"}, pass.Use{Key: "k"})
		},
		"Registered": func(ctx context.Context, s *dynamostore.Store) { s.Registered(ctx, p.ID) },
		"Register": func(ctx context.Context, s *dynamostore.Store) {
			s.Register(ctx, &pass.Registration{V: pass.Version, ID: p.ID})
		},
		"Order":       func(ctx context.Context, s *dynamostore.Store) { s.Order(ctx, "key") },
		"PutOrder":    func(ctx context.Context, s *dynamostore.Store) { s.PutOrder(ctx, &pass.Order{Key: "key"}) },
		"FinishOrder": func(ctx context.Context, s *dynamostore.Store) { s.FinishOrder(ctx, &pass.Order{Key: "key"}) },
		"Reissue":     func(ctx context.Context, s *dynamostore.Store) { s.Reissue(ctx, p.ID, pass.Renewal{At: 1}) },
		"Redeem":      func(ctx context.Context, s *dynamostore.Store) { s.Redeem(ctx, p, pass.Ask{Key: v.Key()}, v) },
		"EndSession":  func(ctx context.Context, s *dynamostore.Store) { s.EndSession(ctx, p.ID, "k", pass.Change{}) },
		"EndSessions": func(ctx context.Context, s *dynamostore.Store) { s.EndSessions(ctx, p.ID, pass.Change{}) },
		"Opened": func(ctx context.Context, s *dynamostore.Store) {
			s.Opened(ctx, p.ID, pass.Look{Touch: pass.Get, At: 1})
		},
		"Take": func(ctx context.Context, s *dynamostore.Store) { s.Take(ctx, "bucket", 1, 0, 3600) },
		"RequestLink": func(ctx context.Context, s *dynamostore.Store) {
			s.RequestLink(ctx, p.ID, pass.Wish{At: 1, Secret: "k"}, pass.Window{Bucket: "bucket", Limit: 1, Until: 3600})
		},
		"History": func(ctx context.Context, s *dynamostore.Store) { s.History(ctx, p.ID) },
		"Revoke": func(ctx context.Context, s *dynamostore.Store) {
			s.Revoke(ctx, p.ID, pass.Change{At: 1, By: "by", Why: "why"})
		},
		"Restore": func(ctx context.Context, s *dynamostore.Store) { s.Restore(ctx, p.ID, pass.Change{}) },
		"Change": func(ctx context.Context, s *dynamostore.Store) {
			s.Change(ctx, p.ID, pass.Amendment{Scope: "s", Change: pass.Change{Key: "k"}})
		},
		"PutChange": func(ctx context.Context, s *dynamostore.Store) { s.PutChange(ctx, p.ID, pass.Change{Key: "k"}, 1) },
		"PutMarker": func(ctx context.Context, s *dynamostore.Store) { s.PutMarker(ctx, p.ID, 1) },
		"PutUse":    func(ctx context.Context, s *dynamostore.Store) { s.PutUse(ctx, p.ID, pass.Use{Key: "k"}, 1) },
		"Seen": func(ctx context.Context, s *dynamostore.Store) {
			s.Seen(ctx, p.ID, pass.Visit{Client: "c", Key: "k", PurgeAt: 1})
		},
		"Find": func(ctx context.Context, s *dynamostore.Store) {
			for index, value := range map[pass.Index]string{pass.ByTime: "", pass.ByScope: "s", pass.ByHolder: "h", pass.ByForm: "f", pass.ByIssuer: "b"} {
				s.Find(ctx, pass.Listing{Index: index, Value: value, Limit: 1})
			}
		},
		"Erase":         func(ctx context.Context, s *dynamostore.Store) { s.Erase(ctx, p.ID) },
		"EraseRemains":  nil, // which this store has none of
		"DigestMark":    func(ctx context.Context, s *dynamostore.Store) { s.DigestMark(ctx) },
		"PutDigestMark": func(ctx context.Context, s *dynamostore.Store) { s.PutDigestMark(ctx, "mark") },
		"Keep":          func(ctx context.Context, s *dynamostore.Store) { s.Keep(ctx, p.ID, 2) },
		"Clear":         func(ctx context.Context, s *dynamostore.Store) { s.Clear(ctx, p.ID) },
		"PublicKeys":    func(ctx context.Context, s *dynamostore.Store) { s.PublicKeys(ctx) },
		"SealedKeys":    func(ctx context.Context, s *dynamostore.Store) { s.SealedKeys(ctx) },
		"PutKey": func(ctx context.Context, s *dynamostore.Store) {
			s.PutKey(ctx, keys.Public{Sequence: 2}, keys.Sealed{Sequence: 2}, 1)
		},
		"Rules":       func(ctx context.Context, s *dynamostore.Store) { s.Rules(ctx, "api") },
		"PutRules":    func(ctx context.Context, s *dynamostore.Store) { s.PutRules(ctx, "api", "name", []byte("{}")) },
		"DeleteRules": func(ctx context.Context, s *dynamostore.Store) { s.DeleteRules(ctx, "api", "name") },
	}
}

// known is the pass that the answers have. It holds as many sessions as a pass
// may, all of them dead, so that a redemption first has to make room.
func known() *pass.Pass {
	p := &pass.Pass{V: pass.Version, ID: "SampleEventsPass", Mode: pass.None, ExpiresAt: 100, Sessions: map[pass.Key]pass.NumericDate{}}
	for i := range pass.MaxSessions {
		p.Sessions[pass.Key(fmt.Sprint("dead", i))] = 1
	}
	return p
}

// answer is DynamoDB as one call may find it.
type answer func(operation string) (status int, body string)

// RoundTrip implements http.RoundTripper.
func (a answer) RoundTrip(req *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	status, body := a(operation)
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// answers are a table in which a partition has one item and batches find nothing,
// one that has the pass, and one in which the pass stands in the way of a write.
func answers(t testing.TB) []answer {
	item, err := json.Marshal(record.FromPass(known()))
	if err != nil {
		t.Fatal(err)
	}
	there := `{"Responses":{"table":[` + string(item) + `]},"UnprocessedKeys":{},"Items":[],"Attributes":` + string(item) + `}`
	return []answer{
		func(string) (int, string) {
			return http.StatusOK, `{"Responses":{},"UnprocessedKeys":{},"Count":1,"Items":[{"pk":{"S":"P#x"},"sk":{"S":"X"}}]}`
		},
		func(string) (int, string) { return http.StatusOK, there },
		func(operation string) (int, string) {
			refused := `"Code":"ConditionalCheckFailed","Item":` + string(item)
			switch operation {
			case "TransactWriteItems":
				return http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","CancellationReasons":[{` + refused + `},{"Code":"None"}]}`
			case "UpdateItem", "PutItem":
				return http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",` + strings.TrimPrefix(refused, `"Code":"ConditionalCheckFailed",`) + `}`
			}
			return http.StatusOK, there
		},
	}
}
