package local_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
)

// captured returns the events that one busy request makes.
func captured(t *testing.T) (authorizer, proxy string) {
	t.Helper()
	a := &recorded{answer: `{"isAuthorized":true,"context":{"access":"granted","pass_id":"p","list":[1]}}`}
	f := &recorded{answer: `{"statusCode":204}`}
	s := newServer(t, local.Config{
		Functions: map[string]local.Function{"authorizer": a.call, "f": f.call}, Authorizer: "authorizer",
		Routes: []local.Route{{Key: "POST /reports/{id}", Function: "f", Authorizer: true}},
	})
	r := httptest.NewRequest("POST", "http://api.example.org:8080/reports/q%203?b=1&a=x%26y&b=2", strings.NewReader(`{"n":1}`))
	r.RemoteAddr = "[2001:db8::7]:4711"
	for name, values := range map[string][]string{
		"Cookie": {"a=1; b=2", "c=3;"}, "X-Many": {"one", "two, three"}, "Authorization": {"Bearer gp_x"},
		"User-Agent": {"curl/8"}, "Content-Type": {"application/json"}, "Connection": {"keep-alive"}, "X-Forwarded-For": {"203.0.113.9"},
	} {
		r.Header[name] = values
	}
	if got := send(t, s, r); got.status != 204 || len(a.calls()) != 1 || len(f.calls()) != 1 {
		t.Fatalf("status %d, %d and %d calls: %s", got.status, len(a.calls()), len(f.calls()), got.body)
	}
	return a.calls()[0], f.calls()[0]
}

func TestEventsAreTheGoldenOnes(t *testing.T) {
	authorizer, proxy := captured(t)
	for file, got := range map[string]string{"testdata/authorizer-event.json": authorizer, "testdata/proxy-event.json": proxy} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(document(t, string(b)), document(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s\ngot %s", file, diff, got)
		}
	}
}

// Every field must be one that AWS's own type of the event has, in that case.
func TestEventsHoldNothingThatLambdaDoesNotKnow(t *testing.T) {
	authorizer, proxy := captured(t)
	if err := jsonv2.Unmarshal([]byte(authorizer), &events.APIGatewayV2CustomAuthorizerV2Request{}, jsonv2.RejectUnknownMembers(true)); err != nil {
		t.Errorf("authorizer event: %v", err)
	}
	if err := jsonv2.Unmarshal([]byte(proxy), &events.APIGatewayV2HTTPRequest{}, jsonv2.RejectUnknownMembers(true)); err != nil {
		t.Errorf("proxy event: %v", err)
	}
}

// The fields of the sample in AWS's guide (http-api-lambda-authorizer.html) are
// all there, but for client certificates and stage variables, which are not in use.
func TestAuthorizerEventHasWhatTheGuideShows(t *testing.T) {
	authorizer, _ := captured(t)
	got := document(t, authorizer)
	context, _ := got["requestContext"].(map[string]any)
	for _, name := range strings.Fields("version type routeArn identitySource routeKey rawPath rawQueryString cookies headers queryStringParameters requestContext pathParameters") {
		if _, ok := got[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range strings.Fields("accountId apiId domainName domainPrefix http requestId routeKey stage time timeEpoch") {
		if _, ok := context[name]; !ok {
			t.Errorf("requestContext.%s is missing", name)
		}
	}
	if got["identitySource"] != nil {
		t.Errorf("identitySource %v, want null", got["identitySource"])
	}
}

// Which bodies are text was found by asking AWS: github.com/ministackorg/ministack/pull/766.
func TestBodiesAreTextByMediaType(t *testing.T) {
	for _, tt := range []struct {
		name, mediaType, body, want string
		encoded                     bool
	}{
		{"JSON is text", "application/json", `{}`, `{}`, false},
		{"JSON with a charset is text", "application/json; charset=utf-8", `{}`, `{}`, false},
		{"plain text is text", "text/plain", "é", "é", false},
		{"XML is text", "application/xml", "<a/>", "<a/>", false},
		{"a form is not", "application/x-www-form-urlencoded", "a=b", "YT1i", true},
		{"no media type is not", "", "a", "YQ==", true},
		{"text that is no UTF-8 is not", "text/plain", "\xff", "/w==", true},
		{"no body is neither", "application/octet-stream", "", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &recorded{answer: `{"statusCode":200}`}
			s := newServer(t, local.Config{Functions: map[string]local.Function{"f": f.call}, Routes: []local.Route{{Key: "POST /", Function: "f"}}})
			r := httptest.NewRequest("POST", "/", strings.NewReader(tt.body))
			if tt.mediaType != "" {
				r.Header.Set("Content-Type", tt.mediaType)
			}
			send(t, s, r)
			var e events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal([]byte(f.calls()[0]), &e); err != nil {
				t.Fatal(err)
			}
			if e.Body != tt.want || e.IsBase64Encoded != tt.encoded {
				t.Errorf("body %q, base64 %v; want %q, %v", e.Body, e.IsBase64Encoded, tt.want, tt.encoded)
			}
		})
	}
}

// Bytes that JSON cannot hold are replaced, in what a client sent anywhere.
func TestWhatIsNoUTF8IsReplaced(t *testing.T) {
	f := &recorded{answer: `{"statusCode":200}`}
	s := newServer(t, local.Config{Functions: map[string]local.Function{"f": f.call}, Routes: []local.Route{{Key: "GET /{id}", Function: "f"}}})
	r := httptest.NewRequest("GET", "/a%FF?b=%FE", nil)
	r.Header.Set("X-Odd", "\xfd")
	if got := send(t, s, r); got.status != 200 || len(f.calls()) != 1 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal([]byte(f.calls()[0]), &e); err != nil {
		t.Fatal(err)
	}
	if got := []string{e.PathParameters["id"], e.QueryStringParameters["b"], e.Headers["x-odd"]}; !slices.Equal(got, []string{"a\ufffd", "\ufffd", "\ufffd"}) {
		t.Errorf("got %q", got)
	}
}

func document(t *testing.T, doc string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(doc), &m); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return m
}
