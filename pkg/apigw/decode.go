package apigw

import (
	"fmt"
	"strings"
)

// arn is what an execute-api ARN tells:
// arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>
type arn struct{ api, method, path string }

func parseARN(s string) (arn, error) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "execute-api" {
		return arn{}, fmt.Errorf("%w: its ARN is none of execute-api", ErrEvent)
	}
	res := strings.SplitN(parts[5], "/", 4)
	if len(res) < 3 || res[0] == "" {
		return arn{}, fmt.Errorf("%w: its ARN names no API, stage and method", ErrEvent)
	}
	a := arn{api: res[0], method: res[2], path: "/"}
	if len(res) == 4 {
		a.path = "/" + res[3]
	}
	return a, nil
}

// token reads REST TOKEN: one header, and the ARN. The header may hold the bare
// token or a Bearer value; either is presented as the latter.
func (e *Event) token(w *wire, a arn) {
	e.Dialect = RESTToken
	e.Request.Method, e.Request.Path = a.method, a.path
	v := strings.TrimSpace(w.AuthorizationToken)
	if !strings.Contains(v, " ") {
		v = "Bearer " + v
	}
	e.Request.Authorization = []string{v}
}

// request reads REST REQUEST and HTTP API 1.0. Header names keep the client's
// case there, and repeated ones are only complete in the multi-value maps.
func (e *Event) request(w *wire, d Dialect) {
	e.Dialect = d
	r := &e.Request
	r.Method, r.Params = w.Context.HTTPMethod, w.PathParameters
	r.Route = w.Context.HTTPMethod + " " + w.Context.ResourcePath
	if d == HTTP1 {
		// Payload 1.0 repeats the route key where REST has a resource path.
		r.Route = firstOf(w.Context.RouteKey, w.RouteKey, routeOf(w.Context.HTTPMethod, w.Context.ResourcePath))
	}
	if d == RESTRequest || w.Context.RouteKey+w.RouteKey == "" {
		r.AnyRoute = routeOf("ANY", w.Context.ResourcePath)
	}
	r.Query = both(w.MultiQuery, w.Query)
	r.IP, r.UserAgent = w.Context.Identity.SourceIP, w.Context.Identity.UserAgent
	e.headers(both(w.MultiHeaders, w.Headers))
}

// webSocket reads $connect, the one route of a WebSocket API that is authorized.
func (e *Event) webSocket(w *wire) {
	e.request(w, WebSocket)
	e.Request.Method, e.Request.Route = "GET", firstOf(w.Context.RouteKey, "$connect")
}

// http2 reads payload 2.0: lower-case names, repeated values joined with commas,
// cookies apart.
func (e *Event) http2(w *wire) {
	e.Dialect = HTTP2
	r := &e.Request
	r.Method, r.Route, r.Params = w.Context.HTTP.Method, firstOf(w.RouteKey, w.Context.RouteKey), w.PathParameters
	r.Query = both(nil, w.Query)
	r.IP, r.UserAgent = w.Context.HTTP.SourceIP, w.Context.HTTP.UserAgent
	r.Cookies = w.Cookies
	e.headers(both(nil, w.Headers))
}

// routeOf makes a route key of what payload 1.0 calls a resource path, which is
// a route key already for $default.
func routeOf(method, resource string) string {
	if !strings.HasPrefix(resource, "/") {
		return resource
	}
	return method + " " + resource
}

// headers takes the few headers that matter, whatever their case.
func (e *Event) headers(h map[string][]string) {
	r := &e.Request
	for name, values := range h {
		switch {
		case strings.EqualFold(name, "Authorization"):
			r.Authorization = append(r.Authorization, values...)
		case strings.EqualFold(name, "Cookie"):
			r.Cookies = append(r.Cookies, values...)
		case strings.EqualFold(name, "Sec-Fetch-Site"):
			r.FetchSite = only(r.FetchSite, values)
		case strings.EqualFold(name, "Origin"):
			r.Origin = only(r.Origin, values)
		case strings.EqualFold(name, "User-Agent") && r.UserAgent == "":
			r.UserAgent = strings.Join(values, ", ")
		}
	}
}

// only returns the one value of a header that must not be repeated. Several
// become one that is no value at all, and so is trusted by nobody.
func only(have string, values []string) string {
	if have != "" {
		values = append([]string{have}, values...)
	}
	return strings.Join(values, ", ")
}

// both returns the multi-value map, with what only the single-value map has.
func both(multi map[string][]string, single map[string]string) map[string][]string {
	if multi == nil {
		multi = make(map[string][]string, len(single))
	}
	for name, v := range single {
		if _, ok := multi[name]; !ok {
			multi[name] = []string{v}
		}
	}
	return multi
}

func firstOf(s ...string) string {
	for _, v := range s {
		if v != "" {
			return v
		}
	}
	return ""
}
