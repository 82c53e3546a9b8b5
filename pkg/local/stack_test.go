package local_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gatepass/gatepass/pkg/local"
	"github.com/gatepass/gatepass/pkg/local/template"
)

// TestStackFaultsAreReportedTogether: whatever leads nowhere.
func TestStackFaultsAreReportedTogether(t *testing.T) {
	st, err := readStack(t, "http")
	if err != nil {
		t.Fatal(err)
	}
	_, err = local.NewStack(local.StackConfig{Stack: st, Functions: map[string]local.Function{"Gaurd": answers(yes)},
		Switches: map[string]bool{"preflight": false, "nonsense": true}})
	if err == nil {
		t.Fatal("no fault")
	}
	for _, want := range []string{
		`no stack has the function "Gaurd"`, "function:stack-App, which is named as integration of GET /reports/{id} of Api", "function:stack-Guard, which is named as authorizer Gate of Api",
		`the rule "preflight" is no switch`, `there is no rule "nonsense"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\ndoes not tell %q", err, want)
		}
	}
}

// TestOpenRulesAreSwitches: an open rule goes off and on by its name.
func TestOpenRulesAreSwitches(t *testing.T) {
	st, err := readStack(t, "http")
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[bool]int{true: 401, false: 500} {
		s, err := local.NewStack(local.StackConfig{Stack: st, Functions: map[string]local.Function{"App": answers(hello), "Guard": failing(errUnauthorized{})},
			Switches: map[string]bool{"Unauthorized, HTTP": on}})
		if err != nil {
			t.Fatal(err)
		}
		if got := get(t, s, "/reports/66"); got.status != want {
			t.Errorf("%v: %d, want %d", on, got.status, want)
		}
	}
}

type errUnauthorized struct{}

func (errUnauthorized) Error() string { return "Unauthorized" }

// TestHostsChooseTheAPI: its id, in the stack its logical id, and where there are
// two nothing else.
func TestHostsChooseTheAPI(t *testing.T) {
	x := serve(t, "plain-http", allow, hello, nil)
	for host, want := range map[string]string{
		"//stack-Api.localhost/v1/reports/66": "200", "//api.localhost:8080/v1/reports/66": "200", "//other.example/x": "200", "//STACK-OTHER.execute-api.local/x": "200",
		"//localhost/v1/reports/66": "403", "//unknown.example/x": "403",
	} {
		if got := x.get(host); !strings.HasPrefix(got, want+" ") {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}

// TestSameFunctionForEveryoneAtOnce: a stack's server is used by many.
func TestSameFunctionForEveryoneAtOnce(t *testing.T) {
	st, err := readStack(t, "http", caching)
	if err != nil {
		t.Fatal(err)
	}
	guard := func(context.Context, json.RawMessage) (json.RawMessage, error) { return json.RawMessage(wide), nil }
	s, err := local.NewStack(local.StackConfig{Stack: st, Functions: map[string]local.Function{"App": answers(hello), "Guard": guard}})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			r := httptest.NewRequest("GET", "/any", nil)
			r.Header.Set("Authorization", strings.Repeat("x", i%5+1))
			w := httptest.NewRecorder()
			if s.ServeHTTP(w, r); w.Code != 200 {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	all.Wait()
}

// TestHandshakeOverTheWire: a real connection is told 101, or why not.
func TestHandshakeOverTheWire(t *testing.T) {
	for answer, want := range map[string]int{allow: 101, denial: 403, "error Unauthorized": 401, "error down": 500, yes: 500} {
		x := serve(t, "websocket", answer, hello, nil)
		srv := httptest.NewServer(x)
		t.Cleanup(srv.Close)
		r, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+"/prod?token=x", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		r.Header.Set("Sec-WebSocket-Version", "13")
		r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
		got, err := srv.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		if got.StatusCode != want || want == 101 && got.Header.Get("Sec-Websocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
			t.Errorf("%s: %d %v, want %d", answer, got.StatusCode, got.Header, want)
		}
	}
}

// TestEventsAreWhatTheSamplesSay: the members of each dialect's event are those
// of events/, which people and other tests rely on.
func TestEventsAreWhatTheSamplesSay(t *testing.T) {
	for _, c := range []struct{ file, path, sample string }{
		{"http", "/reports/66?token=x", "authorizer-http-2.0"}, {"plain-http", "/v1/reports/66?token=x", "authorizer-http-1.0"},
		{"rest", "/prod/reports/66?token=x", "authorizer-rest-request"}, {"rest", "/prod/token/66", "authorizer-rest-token"}, {"websocket", "/prod?token=x", "authorizer-websocket"},
	} {
		x := serve(t, c.file, allow, hello, nil)
		x.get(c.path, "Upgrade", "websocket", "Authorization", "Bearer x", "Cookie", "a=b")
		var got, want map[string]any
		if err := json.Unmarshal([]byte(x.guard.calls()[0]), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(sampleEvent(t, c.sample), &want); err != nil {
			t.Fatal(err)
		}
		missing(t, c.sample, want, got)
	}
}

// TestOneDomainOfTwoStacks: a mapping leads to the API of a stack beside.
func TestOneDomainOfTwoStacks(t *testing.T) {
	beside := readNamed(t, "rest", "other", nil, change{"Resources:\n", "Outputs: { Api: { Value: !Ref Api, Export: { Name: other-api } } }\nResources:\n"})
	st := readNamed(t, "http", "stack", beside.Exports, change{"Resources:\n", `Resources:
  Domain: { Type: AWS::ApiGatewayV2::DomainName, Properties: { DomainName: api.example.com } }
  Root: { Type: AWS::ApiGatewayV2::ApiMapping, Properties: { ApiId: !Ref Api, DomainName: !Ref Domain, Stage: $default } }
  Shop: { Type: AWS::ApiGatewayV2::ApiMapping, Properties: { ApiId: !ImportValue other-api, DomainName: !Ref Domain, Stage: prod, ApiMappingKey: shop } }
`})
	s, err := local.NewStack(local.StackConfig{Stack: st, Beside: []*template.Stack{beside}, Functions: map[string]local.Function{
		"App": answers(`{"statusCode":200,"body":"ours"}`), "Guard": answers(wide), "other/App": answers(`{"statusCode":200,"body":"theirs"}`), "other/Guard": answers(wide)}})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/shop/open": "theirs", "/open": "ours", "/shopping": `{"message":"Not Found"}`} {
		r := httptest.NewRequest("POST", path, nil)
		r.Host = "api.example.com"
		if got := send(t, s, r); got.body != want {
			t.Errorf("%s: %s, want %s", path, got.body, want)
		}
	}
}
