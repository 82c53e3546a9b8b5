package local

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/gatepass/gatepass/pkg/local/template"
)

func itoa(n int) string { return strconv.Itoa(n) }

func set(h http.Header, name string, values []string) {
	if len(values) > 0 {
		h.Set(name, strings.Join(values, ","))
	}
}

func isCORS(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "access-control-")
}

// variable returns what a name of mappings and identity sources stands for:
// request.header.x, request.querystring.x, request.path, request.path.x,
// context.x, stageVariables.x.
func (e *exchange) variable(name string) (string, bool) {
	if header, ok := strings.CutPrefix(name, "request.header."); ok {
		return e.header(header)
	}
	if parameter, ok := strings.CutPrefix(name, "request.querystring."); ok {
		return e.parameter(parameter)
	}
	if v, ok := strings.CutPrefix(name, "request.path."); ok {
		v, ok = e.params[v]
		return v, ok
	}
	if name == "request.path" {
		return e.path, true
	}
	if v, ok := strings.CutPrefix(name, "stageVariables."); ok {
		v, ok = e.g.api.StageVariables[v]
		return v, ok
	}
	if v, ok := strings.CutPrefix(name, "context."); ok {
		return e.context(v)
	}
	return "", false
}

func (e *exchange) header(name string) (string, bool) {
	if strings.EqualFold(name, "host") {
		return e.r.Host, true
	}
	if !e.f.on(ruleSourceCase) && http.CanonicalHeaderKey(name) != name {
		return "", false
	}
	values := e.r.Header.Values(name)
	return strings.Join(values, ","), len(values) > 0
}

func (e *exchange) parameter(name string) (string, bool) {
	for k, values := range e.r.URL.Query() {
		if k == name || !e.f.on(ruleSourceCase) && strings.EqualFold(k, name) {
			return strings.Join(values, ","), true
		}
	}
	return "", false
}

// context returns a $context variable.
func (e *exchange) context(name string) (string, bool) {
	if key, ok := strings.CutPrefix(name, "authorizer."); ok {
		if e.granted == nil {
			return "", false
		}
		if key == "principalId" {
			return e.granted.principal, true
		}
		v, ok := e.granted.context[key]
		return headerText(v), ok
	}
	switch name {
	case "requestId", "extendedRequestId":
		return e.id, true
	case "apiId":
		return e.g.api.ID, true
	case "stage":
		return e.g.api.Stage, true
	case "accountId":
		return account, true
	case "httpMethod":
		return e.r.Method, true
	case "protocol":
		return e.r.Proto, true
	case "path":
		return e.fullPath(), true
	case "routeKey":
		return e.route.Key, true
	case "resourcePath":
		_, path, _ := strings.Cut(e.route.Key, " ")
		return path, true
	case "domainName":
		return e.host, true
	case "identity.sourceIp":
		return sourceIP(e.r), true
	case "identity.userAgent":
		return e.r.UserAgent(), true
	}
	return "", false
}

// fullPath is the path with what stands before it: the stage, or the base path.
func (e *exchange) fullPath() string {
	if e.custom || e.g.api.Stage == "$default" {
		return e.shown
	}
	return "/" + e.g.api.Stage + e.path
}

var braced = regexp.MustCompile(`\$\{([A-Za-z0-9_.-]+)\}`)

// value evaluates a mapping's value: a $variable, text with ${variables} in it,
// or text.
func (e *exchange) value(v string) (string, bool) {
	if name, ok := strings.CutPrefix(v, "$"); ok && !strings.HasPrefix(name, "{") {
		return e.variable(name)
	}
	found := true
	out := braced.ReplaceAllStringFunc(v, func(m string) string {
		text, ok := e.variable(m[2 : len(m)-1])
		found = found && ok
		return text
	})
	return out, found
}

// mapped returns the request as the integration gets it.
func (e *exchange) mapped() *http.Request {
	r := e.r.Clone(e.r.Context())
	r.URL.Path, r.URL.RawPath = unescaped(e.path), e.path
	query := r.URL.Query()
	changed := false
	for key, v := range e.route.Integration.RequestParameters {
		if e.g.api.Kind == template.REST {
			changed = e.mapREST(r, query, key, v) || changed
			continue
		}
		action, target, _ := strings.Cut(key, ":")
		value, ok := e.value(v)
		if !ok && action != "remove" && e.f.on(ruleNoValue) {
			continue
		}
		if target == "path" {
			r.URL.Path, r.URL.RawPath = unescaped(value), value
		} else if name, ok := strings.CutPrefix(target, "header."); ok {
			e.mapValue(r.Header, http.CanonicalHeaderKey(name), action, value)
		} else if name, ok := strings.CutPrefix(target, "querystring."); ok {
			e.mapValue(query, name, action, value)
			changed = true
		}
	}
	if changed {
		r.URL.RawQuery = query.Encode()
	}
	return r
}

func unescaped(path string) string {
	if p, err := url.PathUnescape(path); err == nil {
		return p
	}
	return path
}

// mapValue does what a mapping asks for to a header or a query parameter.
func (e *exchange) mapValue(in map[string][]string, name, action, value string) {
	switch {
	case action == "overwrite" && e.f.on(ruleOverwrite):
		in[name] = []string{value}
	case action == "append" && !e.f.on(ruleAppend):
		in[name] = []string{value}
	case action == "remove":
		if e.f.on(ruleRemove) {
			delete(in, name)
		}
	default:
		in[name] = append(in[name], value)
	}
}

// mapREST maps one request parameter of a REST integration; it reports whether
// the query changed.
func (e *exchange) mapREST(r *http.Request, query url.Values, key, v string) bool {
	value := e.expression(v)
	if name, ok := strings.CutPrefix(key, "integration.request.header."); ok {
		if e.f.on(ruleMapREST) {
			r.Header.Set(name, value)
		} else {
			r.Header.Add(name, value)
		}
	} else if name, ok := strings.CutPrefix(key, "integration.request.querystring."); ok {
		query.Set(name, value)
		return true
	}
	return false
}
