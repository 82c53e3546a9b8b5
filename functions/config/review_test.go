package config_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestOtherServicesAreNotSentToDynamoDBsEndpoint, nor to one that is meant for
// all: issue would have it seal its private keys.
func TestOtherServicesAreNotSentToDynamoDBsEndpoint(t *testing.T) {
	r := config.NewReader(env(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:2", "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:3",
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}))
	cfg, err := r.AWS("EVENTBRIDGE").AWS()
	if err != nil || cfg.BaseEndpoint != nil || cfg.Region != "eu-central-1" {
		t.Errorf("other clients get the endpoint %v in %q, %v", cfg.BaseEndpoint, cfg.Region, err)
	}
	if cfg, err := r.AWS("KMS").AWS(); err != nil || cfg.BaseEndpoint == nil || *cfg.BaseEndpoint != "http://127.0.0.1:3" {
		t.Errorf("its own endpoint is %v, %v", cfg.BaseEndpoint, err)
	}
}

func TestPublicURLThatIsNoURLIsAFault(t *testing.T) {
	r := config.NewReader(env(map[string]string{"PUBLIC_URL": "api.example.com"}))
	r.Gate(r.Cookies())
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL") {
		t.Errorf("%v does not name PUBLIC_URL", err)
	}
}

func TestOriginIsInTheFormOfAHeader(t *testing.T) {
	for raw, want := range map[string]string{
		"https://API.Example.com:443/base": "https://api.example.com",
		"http://api.example.com:80":        "http://api.example.com",
		"https://api.example.com:8443":     "https://api.example.com:8443",
		"https://api.example.com:80":       "https://api.example.com:80",
	} {
		if got := config.Origin(raw); got != want {
			t.Errorf("origin of %q is %q, want %q", raw, got, want)
		}
	}
}

// wire answers as an empty table, and keeps which operations it was asked for.
type wire struct{ operations map[string]bool }

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	w.operations[operation] = true
	out := httptest.NewRecorder()
	out.Header().Set("Content-Type", "application/x-amz-json-1.0")
	out.WriteString(`{"Responses":{},"UnprocessedKeys":{},"Count":1,"Items":[{"pk":{"S":"P#x"},"sk":{"S":"X"}}]}`)
	return out.Result(), nil
}

// TestRolesMayDoWhatTheirFunctionsDo, and no more: the actions in the template
// are those that the store's methods make requests of. What they answer does not
// matter here.
func TestRolesMayDoWhatTheirFunctionsDo(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, ctx := &pass.Pass{V: pass.Version, ID: "x"}, t.Context()
	v := &pass.Session{PassID: "x", Secret: pass.DigestOf([]byte("s"))}
	for function, calls := range map[string]func(*dynamostore.Store){
		"Issue": func(s *dynamostore.Store) {
			s.Create(ctx, p)
			s.Registered(ctx, "x")
			s.Reissue(ctx, "x", pass.Renewal{At: 1})
			s.PublicKeys(ctx)
			s.SealedKeys(ctx)
			s.PutKey(ctx, keys.Public{Sequence: 2}, keys.Sealed{Sequence: 2}, 1)
		},
		"Authorizer": func(s *dynamostore.Store) {
			s.Read(ctx, []pass.Ref{{ID: "x"}})
			s.Use(ctx, "x", pass.Ask{Key: "k"}, pass.Use{Key: "k"})
			s.PublicKeys(ctx)
			s.Rules(ctx, "api")
		},
		"Visit": func(s *dynamostore.Store) {
			s.Read(ctx, []pass.Ref{{ID: "x"}})
			s.Redeem(ctx, p, pass.Ask{Key: v.Key()}, v)
			s.EndSession(ctx, "x", "k")
			s.Opened(ctx, "x", pass.Look{Touch: pass.Get, At: 1})
			s.Take(ctx, "bucket", 1, 0, 3600)
			s.RequestLink(ctx, "x", 1, 600, 0)
			s.Register(ctx, &pass.Registration{V: pass.Version, ID: "x"})
			s.Rules(ctx, "api")
			s.PublicKeys(ctx)
		},
		"Manage": func(s *dynamostore.Store) {
			s.History(ctx, "x")
			s.Revoke(ctx, "x", 1, "", "")
			s.Restore(ctx, "x")
			s.EndSession(ctx, "x", "k")
			s.EndSessions(ctx, "x")
		},
		"Expire": func(s *dynamostore.Store) {
			s.PutMarker(ctx, "x", 1)
			s.PutUse(ctx, "x", pass.Use{Key: "k"}, 1)
			s.Clear(ctx, "x")
		},
	} {
		w := wire{map[string]bool{}}
		client, err := dynamostore.NewClient(dynamostore.Config{Endpoint: "http://table.invalid", Transport: w})
		if err != nil {
			t.Fatal(err)
		}
		calls(dynamostore.New(client, "table"))
		if w.operations["TransactWriteItems"] { // is permitted as what is in it: a put and an update
			delete(w.operations, "TransactWriteItems")
			w.operations["PutItem"], w.operations["UpdateItem"] = true, true
		}
		if diff := cmp.Diff(w.operations, allowed(string(template), function)); diff != "" {
			t.Errorf("%s does and may do (-does +may):\n%s", function, diff)
		}
	}
}

// allowed returns DynamoDB's actions in the policies of a function.
func allowed(template, function string) map[string]bool {
	_, section, _ := strings.Cut(template, "\n  "+function+"Function:\n")
	if end := regexp.MustCompile(`\n  [A-Z]`).FindStringIndex(section); end != nil {
		section = section[:end[0]]
	}
	actions := map[string]bool{}
	for _, m := range regexp.MustCompile(`Action: .*`).FindAllString(section, -1) {
		for _, a := range regexp.MustCompile(`dynamodb:(\w+)`).FindAllStringSubmatch(m, -1) {
			actions[a[1]] = true
		}
	}
	return actions
}
