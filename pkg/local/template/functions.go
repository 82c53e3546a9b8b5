package template

import (
	"strings"
)

// called is a function as an API names it.
type called struct{ function, arn, qualifier string }

// byARN takes a function's ARN apart.
func (r *reader) byARN(at node, arn string) called {
	parts := strings.Split(arn, ":")
	if len(parts) < 7 || parts[0] != "arn" || parts[2] != "lambda" || parts[5] != "function" || len(parts) > 8 {
		r.fault(at, "%q is no ARN of a function", arn)
		return called{}
	}
	c := called{arn: strings.Join(parts[:7], ":")}
	if len(parts) == 8 {
		c.qualifier = parts[7]
	}
	for id, f := range r.stack.Functions {
		if f.ARN == c.arn {
			c.function = id
		}
	}
	return c
}

// byURI finds the function in the URI through which API Gateway invokes one.
func (r *reader) byURI(at node, uri string) called {
	_, rest, ok := strings.Cut(uri, ":lambda:path/2015-03-31/functions/")
	arn, ends := strings.CutSuffix(rest, "/invocations")
	if !ok || !ends || !strings.HasPrefix(uri, "arn:"+partition+":apigateway:"+region+":") {
		r.fault(at, "%q does not invoke a function: want arn:<partition>:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations", uri)
		return called{}
	}
	return r.byARN(at, arn)
}

// executeARN names what an API invokes, to the permissions of functions.
func executeARN(api *API, rest string) string {
	return "arn:" + partition + ":execute-api:" + region + ":" + account + ":" + api.ID + "/" + rest
}

// authorizer takes what all forms of an authorizer have.
func (r *reader) authorizer(api *API, name string, c called) *Authorizer {
	return &Authorizer{Name: name, Type: "REQUEST", Function: c.function, ARN: c.arn, Qualifier: c.qualifier, Source: executeARN(api, "authorizers/"+name)}
}

// maxTTL is the longest that API Gateway caches an authorizer's answer, and
// restTTL what a REST API takes where nothing is said, in seconds.
const (
	maxTTL  = 3600
	restTTL = 300
)

// ttl takes how long an authorizer's answers are cached.
func (r *reader) ttl(a *Authorizer, v any, at node, unsaid int) {
	a.TTL, a.TTLSaid = r.numberOf(v, at)
	if !a.TTLSaid {
		a.TTL = unsaid
	}
	if a.TTL < 0 || a.TTL > maxTTL {
		r.fault(at, "a TTL is 0 to %d s", maxTTL)
	}
}

// deployable refuses what API Gateway would.
func (r *reader) deployable(kind Kind, a *Authorizer, at node) {
	switch {
	case kind == HTTP && a.PayloadVersion != "1.0" && a.PayloadVersion != "2.0":
		r.fault(at, "AuthorizerPayloadFormatVersion is %q: an HTTP API's authorizer needs \"1.0\" or \"2.0\", in quotes", a.PayloadVersion)
	case a.Simple && (kind != HTTP || a.PayloadVersion != "2.0"):
		r.fault(at, "simple responses are for HTTP APIs with payload 2.0")
	case kind == REST && a.Type == "REQUEST" && len(a.IdentitySources) == 0 && a.TTL > 0:
		r.fault(at, "a REQUEST authorizer needs an identity source, unless its TTL is said to be 0")
	case a.Type == "TOKEN" && len(a.IdentitySources) != 1:
		r.fault(at, "a TOKEN authorizer needs one identity source")
	}
	for _, s := range a.IdentitySources {
		if !sourceKnown(kind, a.Type, s) {
			r.fault(at, "%q is no identity source of a %s API's %s authorizer", s, kind, a.Type)
		}
	}
}

func sourceKnown(kind Kind, authorizer, s string) bool {
	var forms []string
	switch kind {
	case HTTP:
		forms = []string{"$request.header.", "$request.querystring.", "$context.", "$stageVariables."}
	case REST:
		forms = []string{"method.request.header.", "method.request.querystring.", "context.", "stageVariables."}
	case WebSocket:
		forms = []string{"route.request.header.", "route.request.querystring.", "context.", "stageVariables."}
	}
	if authorizer == "TOKEN" {
		forms = forms[:1]
	}
	for _, f := range forms {
		if rest, ok := strings.CutPrefix(s, f); ok && rest != "" {
			return true
		}
	}
	return false
}

// Wild reports whether s matches a pattern of IAM, in which * stands for any text
// and ? for any one byte.
func Wild(pattern, s string) bool {
	star, mark, i, j := -1, 0, 0, 0
	for j < len(s) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == s[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}
