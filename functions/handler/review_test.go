package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// TestCredentialInAPathIsNotLogged: neither in the path, nor in the scope that a
// path value was put into, nor in the hint that repeats them.
func TestCredentialInAPathIsNotLogged(t *testing.T) {
	h := newHouse(t)
	token := h.mint(t, `{"scope":"report:66"}`).Token
	secret := token[len(token)-28:]
	for name, c := range map[string]struct {
		dialect apigw.Dialect
		id      string
	}{
		"a path value":                        {apigw.HTTP2, token},
		"a path without a route":              {apigw.RESTToken, token},
		"an encoded path without a route":     {apigw.RESTToken, "gp%5F" + token[3:]},
		"a path without a rule":               {apigw.RESTToken, token + "/more"},
		"an encoded path without a rule":      {apigw.RESTToken, "gp%5f" + token[3:] + "/more"},
		"a path without a rule, ill encoded":  {apigw.RESTToken, token + "%/more"},
		"a path value of another, with token": {apigw.HTTP2, "x" + token},
	} {
		h.log.Reset()
		req := report(token)
		req.Authorization = []string{"Bearer " + token}
		if _, err := h.authorizer(t.Context(), event(t, c.dialect, req, c.id)); err != nil {
			t.Fatal(err)
		}
		if log := h.log.String(); log == "" || strings.Contains(log, secret) {
			t.Errorf("%s: logged %s", name, log)
		}
	}
}

// TestPathIsNotLoggedWhereARuleNamesItsRoute: what stands in a path may be about
// a person.
func TestPathIsNotLoggedWhereARuleNamesItsRoute(t *testing.T) {
	h := newHouse(t)
	req := &gate.Request{Method: "GET", Authorization: []string{"Bearer x"}}
	if _, err := h.authorizer(t.Context(), event(t, apigw.RESTToken, req, "fred@example.com")); err != nil {
		t.Fatal(err)
	}
	if log := h.log.String(); strings.Contains(log, "fred") || !strings.Contains(log, `"route":"GET /reports/{id}"`) {
		t.Errorf("logged %s", log)
	}
}

// buggy is a refresher with a bug.
type buggy struct{}

func (buggy) Due(pass.NumericDate) bool     { return true }
func (buggy) Refresh(context.Context) error { panic("gp_this-could-be-a-credential") }

// TestPanicBesideARequestIsLoggedAndTheRequestAnswered: it must not end the
// process, on which other requests of a local server and the next one depend.
func TestPanicBesideARequestIsLoggedAndTheRequestAnswered(t *testing.T) {
	var log bytes.Buffer
	f := handler.Authorizer(gatetest.New(t, gatetest.Open(t), decisions.Row{}), true, handler.NewLog("authorizer", &log, gatetest.Clock), buggy{})
	out, err := f(t.Context(), event(t, apigw.HTTP2, report("gp_x"), "66"))
	if err != nil || !json.Valid(out) {
		t.Errorf("answered %s, %v", out, err)
	}
	if !strings.Contains(log.String(), `"reason":"panic"`) || strings.Contains(log.String(), "could-be-a-credential") {
		t.Errorf("logged %s", log.String())
	}
}

// TestLinkPageAnswersByRouteKey: a raw path begins with the stage, or the key of
// an API mapping.
func TestLinkPageAnswersByRouteKey(t *testing.T) {
	h := newHouse(t)
	token := h.mint(t, visitorDoc).Token
	for name, c := range map[string]struct{ key, path, want string }{
		"behind an API mapping":        {"ANY /p/{token+}", "/links/p/" + token, `{"statusCode":200`},
		"on the default route":         {"$default", "/p/" + token, `{"statusCode":200`},
		"another route of the mapping": {"GET /whatever", "/p/" + token, `{"statusCode":404`},
	} {
		in, err := json.Marshal(object{"version": "2.0", "routeKey": c.key, "rawPath": c.path, "pathParameters": object{"token": token},
			"requestContext": object{"http": object{"method": "GET"}}})
		if err != nil {
			t.Fatal(err)
		}
		out, err := h.visit(t.Context(), in)
		if err != nil || !strings.HasPrefix(string(out), c.want) {
			t.Errorf("%s: answered %.80s, %v, want %s", name, out, err, c.want)
		}
	}
}
