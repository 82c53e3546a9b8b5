package local

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// question is the event for an authorizer, in its dialect.
func (e *exchange) question(a *template.Authorizer, sources []string) (json.RawMessage, error) {
	switch {
	case a.Type == "TOKEN" && e.f.on(ruleToken):
		return marshal(map[string]any{"type": "TOKEN", "methodArn": e.arn(), "authorizationToken": sources[0]})
	case e.g.api.Kind == template.HTTP && a.PayloadVersion == "2.0":
		return marshal(authorizerEvent{Type: "REQUEST", RouteARN: e.arn(), IdentitySource: sources, common: e.describe2(e.r)})
	}
	m := e.describe1(e.r)
	m["type"], m["methodArn"] = "REQUEST", e.arn()
	if e.g.api.Kind == template.HTTP {
		m["identitySource"], m["authorizationToken"] = nil, nil
		if len(sources) > 0 {
			m["identitySource"], m["authorizationToken"] = strings.Join(sources, ","), strings.Join(sources, ",")
		}
	}
	for _, name := range []string{"queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables"} {
		if m[name] == nil && e.g.api.Kind != template.WebSocket {
			m[name] = map[string]string{}
		}
	}
	return marshal(m)
}

// proxyEvent is the event for a function behind a route.
func (e *exchange) proxyEvent(r *http.Request) (json.RawMessage, error) {
	if e.route.Integration.PayloadVersion == "2.0" && e.g.api.Kind == template.HTTP {
		about := e.describe2(r)
		if e.granted != nil {
			about.Context.Authorizer = &authorizerPart{Lambda: e.granted.context}
		}
		return about.encode(e.r.Header.Get("Content-Type"), e.body)
	}
	m := e.describe1(r)
	if e.granted != nil {
		m["requestContext"].(map[string]any)["authorizer"] = e.texts()
	}
	if e.g.api.Kind == template.WebSocket {
		m["isBase64Encoded"] = false
		return marshal(m)
	}
	m["body"], m["isBase64Encoded"] = nil, false
	switch {
	case len(e.body) == 0:
	case e.g.api.Kind == template.HTTP && (!isText(e.r.Header.Get("Content-Type")) || !utf8.Valid(e.body)):
		m["body"], m["isBase64Encoded"] = base64.StdEncoding.EncodeToString(e.body), true
	default:
		m["body"] = string(e.body)
	}
	return marshal(m)
}

// texts is the authorizer's context as payload 1.0 and REST hand it on.
func (e *exchange) texts() map[string]any {
	out := map[string]any{"principalId": e.granted.principal}
	rule := ruleText
	if e.g.api.Kind == template.HTTP {
		rule = ruleText10
	}
	for k, v := range e.granted.context {
		if out[k] = v; e.f.on(rule) {
			out[k] = headerText(v)
		}
	}
	return out
}

// describe2 says of a request what payload 2.0 does.
func (e *exchange) describe2(r *http.Request) common {
	about := e.s.describe(r, e.rt, e.params, e.id)
	about.Context.APIID, about.Context.Stage = e.g.api.ID, e.g.api.Stage
	about.StageVariables = e.g.api.StageVariables
	path := unescaped(e.path)
	if e.custom && !e.f.on(ruleDomainRawPath) {
		path = unescaped(e.shown)
	}
	if e.g.api.Stage != "$default" && e.f.on(ruleStageRawPath) {
		path = "/" + e.g.api.Stage + path
	}
	about.RawPath, about.Context.HTTP.Path = path, path
	if !e.f.on(ruleJoined) {
		for name, values := range r.Header {
			about.Headers[strings.ToLower(name)] = values[0]
		}
		for name, values := range r.URL.Query() {
			about.Query[name] = values[0]
		}
	}
	if !e.f.on(ruleCookies) {
		about.Headers["cookie"], about.Cookies = strings.Join(r.Header["Cookie"], "; "), nil
	}
	return about
}

// describe1 says of a request what payload 1.0, REST and WebSocket APIs do.
func (e *exchange) describe1(r *http.Request) map[string]any {
	now, ip := e.s.cfg.Now().UTC(), sourceIP(r)
	prefix, _, _ := strings.Cut(e.host, ".")
	single, multi := headers1(r, ip)
	ctx := map[string]any{
		"accountId": account, "apiId": e.g.api.ID, "stage": e.g.api.Stage, "requestId": e.id, "extendedRequestId": e.id,
		"domainName": e.host, "domainPrefix": prefix, "identity": map[string]any{"sourceIp": ip, "userAgent": r.UserAgent()},
		"requestTime": now.Format("02/Jan/2006:15:04:05 +0000"), "requestTimeEpoch": now.UnixMilli(),
	}
	m := map[string]any{"headers": single, "multiValueHeaders": multi, "stageVariables": e.g.api.StageVariables, "requestContext": ctx}
	m["queryStringParameters"], m["multiValueQueryStringParameters"] = query1(r.URL)
	if len(e.g.api.StageVariables) == 0 {
		m["stageVariables"] = nil
	}
	if e.g.api.Kind == template.WebSocket {
		ctx["routeKey"], ctx["eventType"], ctx["connectionId"], ctx["messageDirection"], ctx["connectedAt"] = "$connect", "CONNECT", e.id, "IN", now.UnixMilli()
		return m
	}
	_, resource, plain := strings.Cut(e.route.Key, " ")
	if !plain {
		resource = e.route.Key
	}
	m["resource"], m["httpMethod"] = resource, r.Method
	m["path"] = unescaped(e.pathWithin())
	ctx["httpMethod"], ctx["protocol"], ctx["resourceId"], ctx["resourcePath"], ctx["path"] = r.Method, r.Proto, e.route.Key, resource, unescaped(e.fullPath())
	if e.g.api.Kind == template.HTTP {
		m["version"], ctx["routeKey"], ctx["resourcePath"] = "1.0", e.route.Key, e.route.Key
	}
	if params := e.params1(); len(params) > 0 {
		m["pathParameters"] = params
	} else {
		m["pathParameters"] = nil
	}
	return m
}

// pathWithin is the path that payload 1.0 and REST show: with the base path,
// without the stage.
func (e *exchange) pathWithin() string {
	if e.f.on(ruleDomainPath) {
		return e.shown
	}
	return e.path
}

// params1 are the path's values; a REST API does not decode them.
func (e *exchange) params1() map[string]string {
	if e.g.api.Kind != template.REST || !e.f.on(ruleEncoded) {
		return e.params
	}
	out := map[string]string{}
	parts := strings.Split(e.path[1:], "/")
	for i, s := range e.rt.segments {
		switch kindOf(s) {
		case variable:
			out[nameOf(s)] = parts[i]
		case greedy:
			out[nameOf(s)] = strings.Join(parts[i:], "/")
		}
	}
	return out
}

// headers1 returns the headers with the last of each value, and with all.
func headers1(r *http.Request, ip string) (map[string]string, map[string][]string) {
	single, multi := map[string]string{}, map[string][]string{}
	for name, values := range r.Header {
		if !hop(name) {
			multi[name] = values
		}
	}
	if before := strings.Join(r.Header["X-Forwarded-For"], ", "); before != "" {
		ip = before + ", " + ip
	}
	multi["Host"], multi["X-Forwarded-For"], multi["X-Forwarded-Port"], multi["X-Forwarded-Proto"] = []string{r.Host}, []string{ip}, []string{port(r.Host)}, []string{"http"}
	for name, values := range multi {
		single[name] = values[len(values)-1]
	}
	return single, multi
}

// query1 returns the decoded parameters with the last of each value, and with
// all; nil where there are none.
func query1(u *url.URL) (any, any) {
	all := u.Query()
	if len(all) == 0 {
		return nil, nil
	}
	single := map[string]string{}
	for name, values := range all {
		single[name] = values[len(values)-1]
	}
	return single, map[string][]string(all)
}

// parseAnswer1 reads a function's answer to payload 1.0 or a REST API: the
// statusCode is required, and nothing is guessed.
func parseAnswer1(out []byte) (*answer, error) {
	var w struct {
		StatusCode json.RawMessage     `json:"statusCode"`
		Headers    map[string]any      `json:"headers"`
		Multi      map[string][]string `json:"multiValueHeaders"`
		Body       *string             `json:"body"`
		Encoded    bool                `json:"isBase64Encoded"`
	}
	if err := json.Unmarshal(out, &w); err != nil {
		return nil, err
	}
	if w.StatusCode == nil {
		return nil, fmt.Errorf("it has no statusCode")
	}
	wire := answerWire{StatusCode: w.StatusCode, Headers: w.Headers, Body: w.Body, IsBase64Encoded: w.Encoded}
	a, err := wire.answer()
	if err != nil {
		return nil, err
	}
	for name, values := range w.Multi {
		if http.CanonicalHeaderKey(name) == "Set-Cookie" {
			a.cookies = append(a.cookies, values...)
		} else {
			a.headers[name] = strings.Join(values, ",")
		}
	}
	return a, nil
}
