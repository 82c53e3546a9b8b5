package local_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
)

func TestAnswersOfProxyFunctions(t *testing.T) {
	failed := func(name, answer string) row {
		return row{name: name, answer: answers(answer), status: 500, body: `{"message":"Internal Server Error"}`, header: http.Header{"Content-Type": {"application/json"}}}
	}
	plain := http.Header{"Content-Type": {"text/plain;charset=UTF-8"}}
	asJSON := http.Header{"Content-Type": {"application/json"}}
	for _, tt := range []row{
		{"status, headers and body go out", answers(`{"statusCode":201,"headers":{"content-type":"text/html","x-n":5,"x-b":true},"body":"<p>"}`), 201, "<p>",
			http.Header{"Content-Type": {"text/html"}, "X-N": {"5"}, "X-B": {"true"}}},
		{"each cookie is a Set-Cookie of its own", answers(`{"statusCode":200,"cookies":["a=1; Path=/","b=2"]}`), 200, "", http.Header{"Set-Cookie": {"a=1; Path=/", "b=2"}}},
		{"a cookie in the headers joins them", answers(`{"statusCode":200,"headers":{"Set-Cookie":"c=3"},"cookies":["a=1"]}`), 200, "", http.Header{"Set-Cookie": {"c=3", "a=1"}}},
		{"base64 is decoded", answers(`{"statusCode":200,"body":"AP8=","isBase64Encoded":true}`), 200, "\x00\xff", plain},
		{"a body without a type is plain text", answers(`{"statusCode":200,"body":"{}"}`), 200, "{}", plain},
		{"a missing body is empty", answers(`{"statusCode":404}`), 404, "", http.Header{}},
		{"nulls are as if absent", answers(`{"statusCode":200,"headers":null,"cookies":null,"body":null}`), 200, "", http.Header{}},
		{"unknown fields do not matter", answers(`{"statusCode":200,"multiValueHeaders":null,"more":1}`), 200, "", http.Header{}},
		{"a status may stand in quotes", answers(`{"statusCode":"204"}`), 204, "", http.Header{}},
		{"an object without statusCode is the body", answers(`{"a": 1}`), 200, `{"a": 1}`, asJSON},
		{"a string is the body without its quotes", answers(`"hello\n"`), 200, "hello\n", asJSON},
		{"a number is the body", answers(`5`), 200, "5", asJSON},
		{"null is the body", answers(`null`), 200, "null", asJSON},
		{"headers of the connection stay inside", answers(`{"statusCode":200,"headers":{"Connection":"close","Transfer-Encoding":"chunked","content-length":"99"},"body":"x"}`), 200, "x", plain},
		failed("a status that is no number is an error", `{"statusCode":"ok"}`),
		failed("a status that is no status is an error", `{"statusCode":99}`),
		failed("a status that ends nothing is an error", `{"statusCode":101}`),
		failed("a header that is a list is an error", `{"statusCode":200,"headers":{"a":["b"]}}`),
		failed("a body that is no text is an error", `{"statusCode":200,"body":{}}`),
		failed("a body that is not the base64 it claims to be is an error", `{"statusCode":200,"body":"?","isBase64Encoded":true}`),
		failed("cookies that are no list are an error", `{"statusCode":200,"cookies":"a=1"}`),
		failed("an answer that is no JSON is an error", `{`),
		failed("an answer over 6 MB is an error", `"`+strings.Repeat("x", 6<<20+100)+`"`),
		{"a function error is an error", failing(errors.New("secret text")), 500, `{"message":"Internal Server Error"}`, asJSON},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t, local.Config{Functions: map[string]local.Function{"f": tt.answer}, Routes: []local.Route{{Key: "GET /", Function: "f"}}})
			got := get(t, s, "/")
			if got.status != tt.status || got.body != tt.body {
				t.Errorf("got %d %q, want %d %q", got.status, got.body, tt.status, tt.body)
			}
			if got.header.Get("Apigw-Requestid") == "" {
				t.Error("no request id in the answer")
			}
			got.header.Del("Apigw-Requestid")
			if diff := cmp.Diff(tt.header, got.header); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

type row struct {
	name   string
	answer local.Function
	status int
	body   string
	header http.Header
}

// What is too large is refused before the authorizer is asked: it may count.
func TestLimits(t *testing.T) {
	small := func() *http.Request { return httptest.NewRequest("POST", "/", strings.NewReader("x")) }
	for _, tt := range []struct {
		name    string
		request func() *http.Request
		key     string
		status  int
	}{
		{"10,240 bytes of headers are let through", func() *http.Request { return padded(small(), 10_240) }, "f", 200},
		{"one more is refused", func() *http.Request { return padded(small(), 10_241) }, "f", 431},
		{"a long path counts too", func() *http.Request {
			return httptest.NewRequest("POST", "/?"+strings.Repeat("a", 10_240), strings.NewReader("x"))
		}, "f", 431},
		{"a body that makes an event over 6 MB is refused", func() *http.Request { return body(5 << 20) }, "f", 413},
		{"a body that does not is let through", func() *http.Request { return body(4 << 20) }, "f", 200},
		{"10 MB go upstream", func() *http.Request { return body(10 << 20) }, local.Upstream, 200},
		{"one byte more does not", func() *http.Request { return body(10<<20 + 1) }, local.Upstream, 413},
		{"nor does it when nobody says how long it is", func() *http.Request { r := body(10<<20 + 1); r.ContentLength = -1; return r }, local.Upstream, 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			up, _ := upstream(t)
			a := &recorded{answer: `{"isAuthorized":true}`}
			s := newServer(t, local.Config{
				Functions: map[string]local.Function{"authorizer": a.call, "f": answers(`{"statusCode":200}`)}, Authorizer: "authorizer", Upstream: up,
				Routes: []local.Route{{Key: "POST /", Function: tt.key, Authorizer: true}},
			})
			got := send(t, s, tt.request())
			if got.status != tt.status {
				t.Errorf("got %d %.100s, want %d", got.status, got.body, tt.status)
			}
			if asked := len(a.calls()) == 1; asked != (tt.status == 200) {
				t.Errorf("authorizer asked: %v, for a %d", asked, tt.status)
			}
		})
	}
}

// padded adds a header so that request line and headers have n bytes.
func padded(r *http.Request, n int) *http.Request {
	have := len("POST / HTTP/1.1\r\n") + len("Host: example.com\r\n") + len("X-Pad: \r\n")
	r.Header = http.Header{"X-Pad": {strings.Repeat("a", n-have)}}
	return r
}

func body(n int) *http.Request {
	return httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("a", n)))
}
