package apigw_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/apigw"
)

// TestHeadersAreReadInAnyCaseAndRepeatedOnesAreNotBelieved: what must be there
// once and is there twice becomes a value that nobody trusts.
func TestHeadersAreReadInAnyCaseAndRepeatedOnesAreNotBelieved(t *testing.T) {
	e, err := apigw.Decode([]byte(`{"type":"REQUEST","methodArn":"` + arn + `","headers":{"SEC-FETCH-SITE":"same-origin","oRIGIN":"https://a"},
		"multiValueHeaders":{"SEC-FETCH-SITE":["cross-site","same-origin"],"oRIGIN":["https://a"],"AUTHORIZATION":["Bearer x","Bearer y"],"cookie":["a=1; b=2"]},
		"queryStringParameters":{"token":"last","single":"s"},"multiValueQueryStringParameters":{"token":["first","last"]},
		"requestContext":{"resourcePath":"/x","httpMethod":"GET","identity":{"sourceIp":"203.0.113.9"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := e.Request
	if r.FetchSite != "cross-site, same-origin" || r.Origin != "https://a" || r.IP != "203.0.113.9" {
		t.Errorf("read %+v", r)
	}
	if diff := cmp.Diff([]string{"Bearer x", "Bearer y"}, r.Authorization); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"token": {"first", "last"}, "single": {"s"}}, r.Query); diff != "" {
		t.Error(diff)
	}
}

// TestRoutesOfEachDialect: which route key, and which other one may have been
// declared for it.
func TestRoutesOfEachDialect(t *testing.T) {
	for name, c := range map[string]struct{ event, route, other, path string }{
		"REST REQUEST tells the method called": {`"type":"REQUEST","methodArn":"` + arn + `","requestContext":{"resourcePath":"/x/{id}","httpMethod":"GET"}`, "GET /x/{id}", "ANY /x/{id}", ""},
		"HTTP 1.0 tells the route key":         {`"type":"REQUEST","version":"1.0","methodArn":"` + arn + `","requestContext":{"routeKey":"ANY /x","resourcePath":"ANY /x","httpMethod":"GET"}`, "ANY /x", "", ""},
		"HTTP 1.0 without one tells a path":    {`"type":"REQUEST","version":"1.0","methodArn":"` + arn + `","requestContext":{"resourcePath":"/x","httpMethod":"GET"}`, "GET /x", "ANY /x", ""},
		"HTTP 1.0 on the default route":        {`"type":"REQUEST","version":"1.0","methodArn":"` + arn + `","requestContext":{"resourcePath":"$default","httpMethod":"GET"}`, "$default", "$default", ""},
		"HTTP 2.0 tells the route key":         {`"type":"REQUEST","version":"2.0","routeArn":"` + arn + `","routeKey":"GET /x","requestContext":{"http":{"method":"GET"}}`, "GET /x", "", ""},
		"WebSocket has one":                    {`"type":"REQUEST","methodArn":"` + arn + `","requestContext":{"connectionId":"c","routeKey":"$connect"}`, "$connect", "", ""},
		"TOKEN tells the path alone":           {`"type":"TOKEN","authorizationToken":"x","methodArn":"arn:aws:execute-api:r:1:api/prod/GET/x/66"`, "", "", "/x/66"},
		"TOKEN at the root":                    {`"type":"TOKEN","authorizationToken":"x","methodArn":"arn:aws:execute-api:r:1:api/prod/GET/"`, "", "", "/"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := apigw.Decode([]byte("{" + c.event + "}"))
			if err != nil {
				t.Fatal(err)
			}
			if e.Request.Route != c.route || e.Request.AnyRoute != c.other || e.Request.Path != c.path {
				t.Errorf("route %q, any %q, path %q", e.Request.Route, e.Request.AnyRoute, e.Request.Path)
			}
		})
	}
}
