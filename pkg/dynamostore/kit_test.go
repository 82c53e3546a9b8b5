package dynamostore_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/gatepass/gatepass/pkg/dynamostore"
	"github.com/gatepass/gatepass/pkg/pass"
)

// now is where these tests' clock stands: 2100-01-01, too early for any TTL.
const now pass.NumericDate = 4_102_444_800

func digest(n byte) pass.Digest { return pass.DigestOf([]byte{n}) }

// request returns a pass for a number of uses.
func request(id string, uses int) *pass.Pass {
	return &pass.Pass{
		V: pass.Version, ID: id, Mode: pass.Request, Format: pass.Short, Scope: "report:66", Subject: "ginger",
		Data: json.RawMessage(`{"report":66}`), Target: "https://example.com/reports/66", IssuedBy: "reports",
		Secrets: map[pass.Digest]pass.NumericDate{digest(0): 0}, IssuedAt: now - 60, ExpiresAt: now + 86_400, MaxUses: uses, PurgeAt: now + 31*86_400,
	}
}

func asking(k pass.Key) pass.Ask {
	return pass.Ask{Secret: digest(0), Scope: "report:66", Accept: []pass.Mode{pass.Request, pass.VisitorMode}, MaxAge: 3600, Key: k}
}

func using(k pass.Key) pass.Use {
	return pass.Use{Key: k, At: now, Route: "GET /reports/{id}", IP: "203.0.113.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"}
}

func keyOf(n int) pass.Key { return pass.KeyOf([8]byte{byte(n >> 8), byte(n)}) }

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantKind holds an error against a kind, both ways; nil wants none.
func wantKind(t *testing.T, what string, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Errorf("%s: error %v, want %v", what, err, kind)
	}
}

// tripper is a function as a transport.
type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// through is the option of a client whose requests go through f.
func through(f tripper) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.HTTPClient = &http.Client{Transport: f} }
}

func operation(r *http.Request) string {
	_, op, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return op
}

// script answers requests without any engine: the nth as the nth answer says,
// and those after the last one like the last one.
type script struct {
	answers []answer

	mu   sync.Mutex
	sent []map[string]any
}

// answer is what DynamoDB says to one request.
type answer struct {
	status int
	body   string
}

func ok(body string) answer { return answer{http.StatusOK, body} }

// fails is DynamoDB's way to say an error, with a message that repeats values of
// the request, as some do.
func fails(status int, code string) answer {
	return answer{status, `{"__type":"com.amazonaws.dynamodb.v20120810#` + code + `","message":"no: ` + leak + `"}`}
}

const leak = "vera@example.com"

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	var body map[string]any
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.answers[min(len(s.sent), len(s.answers)-1)]
	s.sent = append(s.sent, body)
	return &http.Response{StatusCode: a.status, Status: http.StatusText(a.status), Request: r,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: io.NopCloser(strings.NewReader(a.body))}, nil
}

// over returns the store over a transport, with the settings for production.
func over(t *testing.T, transport http.RoundTripper) *dynamostore.Store {
	t.Helper()
	client, err := dynamostore.NewClient(dynamostore.Config{Region: "eu-central-1", AccessKeyID: "A", SecretAccessKey: "s", Transport: transport})
	must(t, err)
	return dynamostore.New(client, "gatepass")
}
