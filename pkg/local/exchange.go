package local

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// How long a REST API waits for an integration, and an HTTP API for an authorizer.
const (
	restTime      = 29 * time.Second
	authorizeTime = 10 * time.Second
)

// exchange is one request on its way through an API.
type exchange struct {
	s *Server
	f *front
	g *gateway
	w http.ResponseWriter
	r *http.Request

	id     string // of the request
	host   string
	path   string // as routes see it, escaped
	shown  string // with the base path, without the stage
	custom bool   // it came by a custom domain

	route   *template.Route
	rt      *route
	params  map[string]string
	body    []byte
	granted *grant
}

// grant is what an authorizer lets through.
type grant struct {
	principal string
	context   map[string]any
}

// serveStack answers a request to one of a stack's APIs.
func (s *Server) serveStack(w http.ResponseWriter, r *http.Request, id string) {
	e, found := s.front.choose(r)
	e.s, e.w, e.id = s, w, id
	if e.g == nil {
		refuse(w, http.StatusForbidden) // an execute-api host that is nobody's
		return
	}
	var why *refusal
	switch {
	case e.g.api.Kind == template.WebSocket:
		why = e.connect(found)
	case !found && e.g.api.Kind == template.REST:
		why = &refusal{kind: "FORBIDDEN"} // no stage of that name
	case !found:
		why = e.unknown()
	default:
		why = e.serve()
	}
	if why != nil {
		e.refuse(why)
	}
}

// serve takes a request of an HTTP or REST API through its route.
func (e *exchange) serve() *refusal {
	if e.f.on(ruleHeaderSize) && headerSize(e.r) > maxHeader {
		return &refusal{kind: "DEFAULT_4XX", status: http.StatusRequestHeaderFieldsTooLarge}
	}
	rt, params, ok := e.g.table.match(e.r.Method, e.path)
	if ok {
		e.rt, e.params, e.route = rt, params, e.g.routes[rt.Key]
	}
	if e.preflight() {
		return nil
	}
	if !ok {
		return e.unknown()
	}
	body, status := readBody(e.r)
	if status == http.StatusRequestEntityTooLarge && !e.f.on(ruleBodySize) {
		status = 0
	}
	if status != 0 {
		return &refusal{kind: "REQUEST_TOO_LARGE", status: status}
	}
	e.body = body
	if why := e.authorize(); why != nil {
		return why
	}
	return e.integrate()
}

// unknown refuses what no route takes.
func (e *exchange) unknown() *refusal {
	if e.g.api.Kind == template.REST {
		if !e.f.on(ruleUnknownREST) {
			return &refusal{kind: "DEFAULT_4XX", status: http.StatusNotFound}
		}
		return &refusal{kind: "MISSING_AUTHENTICATION_TOKEN"}
	}
	if !e.f.on(ruleUnknownHTTP) {
		return &refusal{kind: "ACCESS_DENIED"}
	}
	return &refusal{kind: "RESOURCE_NOT_FOUND"}
}

// arn names the request to IAM.
func (e *exchange) arn() string {
	if e.g.api.Kind == template.WebSocket {
		return e.execute("$connect")
	}
	path, err := url.PathUnescape(e.path)
	if err != nil {
		path = e.path
	}
	return e.execute(e.r.Method + path)
}

func (e *exchange) execute(rest string) string {
	return "arn:aws:execute-api:" + region + ":" + account + ":" + e.g.api.ID + "/" + e.g.api.Stage + "/" + rest
}

// integrate has the route's integration answer.
func (e *exchange) integrate() *refusal {
	in := &e.route.Integration
	r := e.mapped()
	switch in.Kind {
	case template.Mock:
		e.mock(in.Mock)
		return nil
	case template.HTTPProxy:
		return e.forward(r)
	}
	if e.f.on(ruleIntegration) && !e.f.mayInvoke(in.ARN, in.Qualifier, e.execute(e.r.Method+e.path), e.execute(e.byRoute())) {
		e.s.cfg.Log.Error("the API may not invoke the function: no AWS::Lambda::Permission names both", "api", e.g.api.LogicalID, "route", e.route.Key,
			"function", template.Qualified(in.ARN, in.Qualifier))
		return &refusal{kind: "API_CONFIGURATION_ERROR"}
	}
	event, err := e.proxyEvent(r)
	if err != nil || len(event) > maxPayload {
		return &refusal{kind: "REQUEST_TOO_LARGE", status: http.StatusRequestEntityTooLarge}
	}
	out, failed, late := e.wait(e.f.functions[in.ARN], event, e.patience(in))
	if late {
		return &refusal{kind: "INTEGRATION_TIMEOUT"}
	}
	if failed != nil {
		return e.useless()
	}
	a, err := e.parse(out)
	if err != nil {
		e.s.cfg.Log.Error("answer of no use to API Gateway", "route", e.route.Key, "request_id", e.id, "error", err)
		return e.useless()
	}
	e.cors(e.w.Header(), a.headers)
	a.write(e.w)
	return nil
}

// patience is how long an integration is waited for.
func (e *exchange) patience(in *template.Integration) time.Duration {
	limit := upstreamTime
	if e.g.api.Kind != template.HTTP {
		limit = restTime
	}
	if in.Timeout > 0 && in.Timeout < limit && e.f.on(ruleTimeout) {
		limit = in.Timeout
	}
	return limit
}

// wait calls a function for so long; late says that it was not done by then. It
// goes on by itself, as it does behind API Gateway.
func (e *exchange) wait(function string, event json.RawMessage, limit time.Duration) (_ json.RawMessage, _ *failure, late bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(e.r.Context()), limit)
	defer cancel()
	type result struct {
		out    json.RawMessage
		failed *failure
	}
	done := make(chan result, 1)
	e.s.running.Go(func() {
		out, failed := e.s.call(ctx, function, e.id, event)
		done <- result{out, failed}
	})
	select {
	case r := <-done:
		return r.out, r.failed, false
	case <-ctx.Done():
		return nil, nil, true
	}
}

// byRoute names the route to permissions that hold its key.
func (e *exchange) byRoute() string {
	if e.route.Key == defaultRoute {
		return defaultRoute
	}
	return e.rt.method + e.route.Key[len(e.rt.method)+1:]
}

// useless is the refusal after an integration that did not answer.
func (e *exchange) useless() *refusal {
	if e.g.api.Kind == template.REST && e.f.on(ruleBadGateway) {
		return &refusal{kind: "DEFAULT_5XX", status: http.StatusBadGateway}
	}
	return &refusal{kind: "API_CONFIGURATION_ERROR"}
}

// parse reads a function's answer in the form that the integration is set to.
func (e *exchange) parse(out []byte) (*answer, error) {
	guess := e.route.Integration.PayloadVersion == "2.0" || e.g.api.Kind == template.HTTP && !e.f.on(ruleGuess10)
	if guess {
		return parseAnswer(out)
	}
	return parseAnswer1(out)
}

// mock answers by itself.
func (e *exchange) mock(m *template.GatewayResponse) {
	for name, v := range m.Headers {
		e.w.Header().Set(name, unquoted(v))
	}
	e.w.Header().Set("Content-Type", "application/json")
	e.w.WriteHeader(m.Status)
	e.w.Write([]byte(m.Templates["application/json"]))
}

func unquoted(v string) string {
	if len(v) >= 2 && v[0] == '\'' && v[len(v)-1] == '\'' {
		return v[1 : len(v)-1]
	}
	return v
}

// preflight answers a CORS preflight, if the API does so itself.
func (e *exchange) preflight() bool {
	c := e.g.api.CORS
	if c == nil || e.r.Method != http.MethodOptions || e.r.Header.Get("Origin") == "" || e.r.Header.Get("Access-Control-Request-Method") == "" || !e.f.on(rulePreflight) {
		return false
	}
	if e.rt != nil {
		own := e.rt.method == http.MethodOptions
		if own || e.route.Authorizer != nil && e.f.on(rulePreflightGuarded) {
			return false
		}
	}
	h := e.w.Header()
	e.cors(h, nil)
	if h.Get("Access-Control-Allow-Origin") != "" {
		set(h, "Access-Control-Allow-Methods", c.AllowMethods)
		set(h, "Access-Control-Allow-Headers", c.AllowHeaders)
		if c.MaxAge > 0 {
			h.Set("Access-Control-Max-Age", itoa(c.MaxAge))
		}
	}
	e.w.WriteHeader(http.StatusNoContent)
	return true
}

// cors puts the API's CORS headers in the place of the integration's.
func (e *exchange) cors(h http.Header, integration map[string]string) {
	c := e.g.api.CORS
	if c == nil || !e.f.on(ruleCORSHeaders) {
		return
	}
	for name := range integration {
		if isCORS(name) {
			delete(integration, name)
		}
	}
	for name := range h {
		if isCORS(name) {
			h.Del(name)
		}
	}
	origin := e.r.Header.Get("Origin")
	switch {
	case origin == "":
		return
	case slices.Contains(c.AllowOrigins, "*"):
		h.Set("Access-Control-Allow-Origin", "*")
	case slices.ContainsFunc(c.AllowOrigins, func(o string) bool { return template.Wild(o, origin) }):
		h.Set("Access-Control-Allow-Origin", origin)
		h.Add("Vary", "Origin")
	default:
		return
	}
	if c.AllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	set(h, "Access-Control-Expose-Headers", c.ExposeHeaders)
}
