package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/pass"
)

// over returns what reads from a server as it would from API Gateway.
func over(t *testing.T, handle http.HandlerFunc) *gateways {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &s.URL, RetryMaxAttempts: 1, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "id", SecretAccessKey: "s"}, nil
	})}
	return &gateways{v1: apigateway.NewFromConfig(cfg), v2: apigatewayv2.NewFromConfig(cfg)}
}

func notFound(w http.ResponseWriter) {
	w.Header().Set("X-Amzn-ErrorType", "NotFoundException")
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"message":"Invalid API identifier specified"}`)
}

// The answers are as the API references show them, over two pages each:
// https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-authorizers.html
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetAuthorizers.html
func serve(asked *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.RequestURI())
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.RequestURI() {
		case "/v2/apis/http/authorizers":
			fmt.Fprint(w, `{"items":[{"authorizerId":"z1","name":"Gate","authorizerType":"REQUEST","authorizerUri":"u1","authorizerPayloadFormatVersion":"2.0","authorizerResultTtlInSeconds":300,"identitySource":["$request.header.a","$request.header.b"]}],"nextToken":"n"}`)
		case "/v2/apis/http/authorizers?nextToken=n":
			fmt.Fprint(w, `{"items":[{"authorizerId":"z2","name":"Host","authorizerType":"JWT","identitySource":["$request.header.Authorization"]}]}`)
		case "/restapis/rest/authorizers":
			fmt.Fprint(w, `{"position":"p","item":[{"id":"z3","name":"Token","type":"TOKEN","authorizerUri":"u3","identitySource":"method.request.header.Authorization"}]}`)
		case "/restapis/rest/authorizers?position=p":
			fmt.Fprint(w, `{"item":[{"id":"z4","name":"Request","type":"REQUEST","authorizerUri":"u4","authorizerResultTtlInSeconds":0,"identitySource":""},
				{"id":"z5","name":"Two","type":"REQUEST","authorizerUri":"u5","identitySource":"method.request.header.A, method.request.querystring.b"}]}`)
		default:
			notFound(w)
		}
	}
}

func TestAuthorizersAreReadAsAPIGatewayDescribesThem(t *testing.T) {
	http2 := []attach.Authorizer{
		{ID: "z1", Name: "Gate", Type: "REQUEST", URI: "u1", TTL: aws.Int32(300), IdentitySources: []string{"$request.header.a", "$request.header.b"}},
		{ID: "z2", Name: "Host", Type: "JWT", IdentitySources: []string{"$request.header.Authorization"}}}
	rest := []attach.Authorizer{
		{ID: "z3", Name: "Token", REST: true, Type: "TOKEN", URI: "u3", IdentitySources: []string{"method.request.header.Authorization"}},
		{ID: "z4", Name: "Request", REST: true, Type: "REQUEST", URI: "u4", TTL: aws.Int32(0)},
		{ID: "z5", Name: "Two", REST: true, Type: "REQUEST", URI: "u5", IdentitySources: []string{"method.request.header.A", "method.request.querystring.b"}}}
	for _, row := range []struct {
		api, kind string
		want      []attach.Authorizer // nil: not found
		asked     int
	}{
		{"http", "", http2, 2},
		{"http", "HTTP", http2, 2},
		{"http", "WEBSOCKET", http2, 2},
		{"http", "REST", nil, 1},
		{"rest", "", rest, 3},
		{"rest", "REST", rest, 2},
		{"rest", "HTTP", nil, 1},
		{"none", "", nil, 2},
	} {
		var asked []string
		got, err := over(t, serve(&asked)).Authorizers(t.Context(), row.api, row.kind)
		if diff := cmp.Diff(row.want, got); diff != "" || (err != nil) != (row.want == nil) || err != nil && !errors.Is(err, pass.ErrNotFound) {
			t.Errorf("%s as %q: %v (-want +got):\n%s", row.api, row.kind, err, diff)
		}
		if len(asked) != row.asked {
			t.Errorf("%s as %q: asked for %q, want %d requests", row.api, row.kind, asked, row.asked)
		}
	}
}

// TestAuthorizersThatCannotBeReadAreUnavailable, never none.
func TestAuthorizersThatCannotBeReadAreUnavailable(t *testing.T) {
	denied := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"message":"User marked is not authorized"}`)
	}
	pages := 0
	endless := func(w http.ResponseWriter, _ *http.Request) {
		pages++
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"nextToken":"again","position":"again","items":[],"item":[]}`)
	}
	for name, handle := range map[string]http.HandlerFunc{"denied": denied, "without an end": endless} {
		for _, kind := range []string{"", "HTTP", "REST"} {
			list, err := over(t, handle).Authorizers(t.Context(), "a1b2c3d4e5", kind)
			if !errors.Is(err, pass.ErrUnavailable) || errors.Is(err, pass.ErrNotFound) || list != nil {
				t.Errorf("%s, as %q: %v, %v, want unavailable", name, kind, list, err)
			}
		}
	}
	if pages != 3*maxPages {
		t.Errorf("%d pages were read, want %d", pages, 3*maxPages)
	}
}
