package attach_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/pass"
)

func TestAuthorizersThatCacheAreRefused(t *testing.T) {
	seconds := func(n int32) *int32 { return &n }
	sources := []string{"$request.header.Authorization"}
	header := []string{"method.request.header.Authorization"}
	for _, row := range []struct {
		name string
		is   attach.Authorizer
		says []string // none: accepted
	}{
		{"HTTP without a word of caching", attach.Authorizer{Type: "REQUEST"}, nil},
		{"HTTP with caching off", attach.Authorizer{Type: "REQUEST", TTL: seconds(0)}, nil},
		{"HTTP with caching", attach.Authorizer{Type: "REQUEST", TTL: seconds(1)}, []string{"for 1 seconds"}},
		{"HTTP with an identity source", attach.Authorizer{Type: "REQUEST", TTL: seconds(0), IdentitySources: sources},
			[]string{"has the identity sources $request.header.Authorization, without which API Gateway answers 401"}},
		{"HTTP with both", attach.Authorizer{Type: "REQUEST", TTL: seconds(3600), IdentitySources: sources}, []string{"for 3600 seconds", "identity sources"}},
		{"REST REQUEST with caching off", attach.Authorizer{REST: true, Type: "REQUEST", TTL: seconds(0)}, nil},
		{"REST REQUEST with nothing said, which has nothing to keep answers under", attach.Authorizer{REST: true, Type: "REQUEST"}, nil},
		{"REST REQUEST with an identity source, which keeps by default", attach.Authorizer{REST: true, Type: "REQUEST", IdentitySources: header},
			[]string{"for 300 seconds, in which nothing is counted or revoked: set Identity: { ReauthorizeEvery: 0 }", "identity sources"}},
		{"REST REQUEST with an identity source and caching off", attach.Authorizer{REST: true, Type: "REQUEST", TTL: seconds(0), IdentitySources: header}, []string{"identity sources"}},
		{"REST TOKEN with caching off; its source is the token's header", attach.Authorizer{REST: true, Type: "TOKEN", TTL: seconds(0), IdentitySources: header}, nil},
		{"REST TOKEN, which keeps by default", attach.Authorizer{REST: true, Type: "TOKEN", IdentitySources: header}, []string{"for 300 seconds"}},
		{"REST TOKEN with caching", attach.Authorizer{REST: true, Type: "TOKEN", TTL: seconds(5), IdentitySources: header}, []string{"for 5 seconds"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			row.is.ID, row.is.Name, row.is.URI = "z1", "Gate", uri(function+":live")
			s := open(t)
			a := attacher(s)
			a.APIs = gateways{apis: map[string][]attach.Authorizer{api: {{ID: "z0", Type: "JWT"}, row.is}}}
			_, err := a.Create(t.Context(), request("shop", "", properties(api, orders), ""))
			refused(t, err, row.says...)
			if err != nil {
				kept(t, s, api)
				if !strings.HasPrefix(err.Error(), "authorizer Gate (z1) ") {
					t.Errorf("it does not say which: %v", err)
				}
			}
		})
	}
}

// TestOnlyAuthorizersThatCallGatepassAreJudged by the function in their URI.
func TestOnlyAuthorizersThatCallGatepassAreJudged(t *testing.T) {
	ttl := int32(300)
	for _, row := range []struct {
		name, uri string
		judged    bool
	}{
		{"the function", uri(function), true},
		{"its alias", uri(function + ":live"), true},
		{"a version", uri(function + ":7"), true},
		{"an alias that a stage variable names", uri(function + ":${stageVariables.alias}"), true},
		{"a function whose name begins with it", uri(function + "-2:live"), false},
		{"one of another account", uri(strings.Replace(function, "123456789012", "210987654321", 1)), false},
		{"one that a stage variable names", uri("arn:aws:lambda:eu-central-1:123456789012:function:${stageVariables.authorizer}"), false},
		{"none", "", false},
	} {
		for _, configured := range []string{function, function + ":live"} {
			a := attacher(open(t))
			a.Function = configured
			a.APIs = gateways{apis: map[string][]attach.Authorizer{api: {{Type: "REQUEST", URI: row.uri, TTL: &ttl}}}}
			res, err := a.Create(t.Context(), request("shop", "", properties(api, orders), ""))
			if (err != nil) != row.judged || (res.Authorizers == 1) != row.judged {
				t.Errorf("%s: %+v, %v, want it judged: %v", row.name, res, err, row.judged)
			}
		}
	}
}

func TestAuthorizersThatCannotBeRead(t *testing.T) {
	s := open(t)
	a := attacher(s)
	a.APIs = gateways{err: pass.ErrUnavailable}
	res, err := a.Create(t.Context(), request("shop", "", properties(api, orders), ""))
	if !errors.Is(err, pass.ErrUnavailable) || res.PhysicalID != "shop/Rules/-" {
		t.Errorf("%+v, %v, want unavailable", res, err)
	}
	kept(t, s, api)
	_, err = a.Create(t.Context(), request("shop", "", properties(api, `"Route":"GET /x"`), ""))
	refused(t, err, "Rules[0].Scope: ")
}

// TestAPIsOfOtherAccounts cannot be read, and are served all the same.
func TestAPIsOfOtherAccounts(t *testing.T) {
	s := open(t)
	q := request("shop", "", properties("b1b2b3b4b5", orders), "")
	q.Stack = strings.Replace(q.Stack, "123456789012", "210987654321", 1)
	res, err := attacher(s).Create(t.Context(), q)
	if err != nil || res.Authorizers != -1 {
		t.Errorf("%+v, %v", res, err)
	}
	kept(t, s, "b1b2b3b4b5", "shop/Rules")
}
