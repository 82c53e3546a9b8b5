package local_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/local"
)

func TestRoutesMatchAsInAPIGateway(t *testing.T) {
	documented := []string{"GET /pets/dog/1", "GET /pets/dog/{id}", "GET /pets/{proxy+}", "ANY /{proxy+}", "$default"}
	for _, tt := range []struct {
		name   string
		routes []string
		method string
		path   string
		want   string // the route's key; "": not found
		params map[string]string
	}{
		{"a full match wins", documented, "GET", "/pets/dog/1", "GET /pets/dog/1", nil},
		{"a variable beats a greedy one", documented, "GET", "/pets/dog/2", "GET /pets/dog/{id}", map[string]string{"id": "2"}},
		{"a longer greedy route beats a shorter one", documented, "GET", "/pets/cat/1", "GET /pets/{proxy+}", map[string]string{"proxy": "cat/1"}},
		{"ANY takes what no method does", documented, "POST", "/test/5", "ANY /{proxy+}", map[string]string{"proxy": "test/5"}},
		{"$default takes what is left", documented, "GET", "/", "$default", nil},
		{"the order of declaration does not matter", []string{"$default", "ANY /{proxy+}", "GET /pets/{proxy+}", "GET /pets/dog/{id}", "GET /pets/dog/1"}, "GET", "/pets/dog/1", "GET /pets/dog/1", nil},
		{"a method beats ANY on the same path", []string{"ANY /a", "GET /a"}, "GET", "/a", "GET /a", nil},
		{"another method falls to ANY", []string{"ANY /a", "GET /a"}, "PUT", "/a", "ANY /a", nil},
		{"a full match by ANY beats a greedy one by method", []string{"GET /{p+}", "ANY /a/b"}, "GET", "/a/b", "ANY /a/b", nil},
		{"variables all the way beat a literal and a greedy one", []string{"GET /a/{p+}", "GET /{x}/{y}"}, "GET", "/a/b", "GET /{x}/{y}", map[string]string{"x": "a", "y": "b"}},
		{"a literal further left is more specific", []string{"GET /{x}/b", "GET /a/{y}"}, "GET", "/a/b", "GET /a/{y}", map[string]string{"y": "b"}},
		{"a value is decoded once", []string{"GET /r/{id}"}, "GET", "/r/a%2541%20b", "GET /r/{id}", map[string]string{"id": "a%41 b"}},
		{"an escaped slash stays inside its segment", []string{"GET /r/{id}", "GET /r/{id}/x"}, "GET", "/r/a%2Fx", "GET /r/{id}", map[string]string{"id": "a/x"}},
		{"an escaped letter is the letter", []string{"GET /abc"}, "GET", "/%61bc", "GET /abc", nil},
		{"an empty segment is no value", []string{"GET /r/{id}"}, "GET", "/r/", "", nil},
		{"a greedy variable needs something to take", []string{"GET /r/{p+}"}, "GET", "/r/", "", nil},
		{"a trailing slash is another path", []string{"GET /r"}, "GET", "/r/", "", nil},
		{"case matters", []string{"GET /r"}, "GET", "/R", "", nil},
		{"another method is not found", []string{"GET /r"}, "POST", "/r", "", nil},
		{"HEAD is not GET", []string{"GET /r"}, "HEAD", "/r", "", nil},
		{"OPTIONS is answered only if routed", []string{"GET /r"}, "OPTIONS", "/r", "", nil},
		{"ANY routes OPTIONS", []string{"ANY /r"}, "OPTIONS", "/r", "ANY /r", nil},
		{"a method that an HTTP API does not know is not found", []string{"ANY /r", "$default"}, "PROPFIND", "/r", "", nil},
		{"the root is a path", []string{"GET /"}, "GET", "/", "GET /", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := &recorded{answer: `{"statusCode":200}`}
			var routes []local.Route
			for _, key := range tt.routes {
				routes = append(routes, local.Route{Key: key, Function: "f"})
			}
			s := newServer(t, local.Config{Functions: map[string]local.Function{"f": f.call}, Routes: routes})
			got := send(t, s, httptest.NewRequest(tt.method, tt.path, nil))
			if tt.want == "" {
				if got.status != 404 || got.body != `{"message":"Not Found"}` || len(f.calls()) != 0 {
					t.Fatalf("got %d %s and %d calls, want not found", got.status, got.body, len(f.calls()))
				}
				return
			}
			if len(f.calls()) != 1 {
				t.Fatalf("%d calls, want 1; answer %d %s", len(f.calls()), got.status, got.body)
			}
			var e struct {
				RouteKey       string
				PathParameters map[string]string
			}
			if err := json.Unmarshal([]byte(f.calls()[0]), &e); err != nil {
				t.Fatal(err)
			}
			if e.RouteKey != tt.want {
				t.Errorf("route %q, want %q", e.RouteKey, tt.want)
			}
			if diff := cmp.Diff(tt.params, e.PathParameters); diff != "" {
				t.Errorf("path parameters (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNewReportsEveryFaultTogether(t *testing.T) {
	_, err := local.New(local.Config{
		Functions: map[string]local.Function{"f": answers("{}")},
		Routes: []local.Route{
			{Key: "GET", Function: "f"}, {Key: "FETCH /a", Function: "f"}, {Key: "GET /{a+}/b", Function: "f"}, {Key: "GET /a{b}", Function: "f"},
			{Key: "GET /x", Function: "f"}, {Key: "GET /x", Function: "f"},
			{Key: "GET /y", Function: "nobody"}, {Key: "GET /z", Function: "f", Authorizer: true}, {Key: "GET /u", Function: local.Upstream},
		},
		Stream: &queue{}, StreamFunction: "none",
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`"GET":`, `"FETCH /a"`, `"GET /{a+}/b": a greedy`, `"GET /a{b}": a variable`, `"GET /x" is there twice`, `"nobody"`, "authorizer of GET /z", "GET /u goes to an upstream", `"none"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not name %s:\n%v", want, err)
		}
	}
}
