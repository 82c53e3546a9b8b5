package template

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// methodsKnown are the methods of HTTP and REST APIs.
func methodsKnown() []string {
	return []string{"ANY", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
}

// events reads a function's events; those of APIs are routes.
func (r *reader) events(x *resource) {
	all, _ := x.below("Events").(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		at := x.at("Events." + name)
		props, _ := within(all[name], "Properties").(map[string]any)
		switch kind := within(all[name], "Type"); kind {
		case "HttpApi":
			r.eventKnown(at, props, "ApiId", "Path", "Method", "PayloadFormatVersion", "TimeoutInMillis", "RouteSettings", "Auth.Authorizer")
			r.httpEvent(x, at, props)
		case "Api":
			r.eventKnown(at, props, "RestApiId", "Path", "Method", "TimeoutInMillis", "Auth.Authorizer")
			r.restEvent(x, at, props)
		case "DynamoDB", "SQS", "SNS", "Schedule", "ScheduleV2", "EventBridgeRule", "CloudWatchEvent", "S3", "CloudWatchLogs", "Kinesis":
			// They play no part; their properties are SAM's and cfn-lint's to check.
		default:
			r.fault(at, "the event type %v is not known here", kind)
		}
	}
}

func (r *reader) eventKnown(at node, props map[string]any, paths ...string) {
	t := &tree{}
	for _, p := range paths {
		t.add(strings.Split(p, "."))
	}
	if rs := t.below["RouteSettings"]; rs != nil {
		rs.any = true
	}
	r.check(props, at.path+".Properties", t)
}

func (r *reader) httpEvent(x *resource, at node, props map[string]any) {
	api := r.apiOf(at, props["ApiId"], "ServerlessHttpApi", HTTP)
	if api == nil {
		return
	}
	version, ok := props["PayloadFormatVersion"].(string)
	if !ok {
		version = "2.0"
	}
	if version != "1.0" && version != "2.0" {
		r.fault(at, "PayloadFormatVersion is %q, not \"1.0\" or \"2.0\"", version)
	}
	rt := Route{Key: "$default", Integration: r.integrationOf(x, at, props)}
	rt.Integration.PayloadVersion = version
	method, _ := props["Method"].(string)
	path, _ := props["Path"].(string)
	source := "*"
	if method != "" || path != "" {
		rt.Key, source = r.keyOf(at, method, path)
	}
	r.addRoute(api, at, props, rt, source)
}

func (r *reader) restEvent(x *resource, at node, props map[string]any) {
	api := r.apiOf(at, props["RestApiId"], "ServerlessRestApi", REST)
	if api == nil {
		return
	}
	method, _ := props["Method"].(string)
	path, _ := props["Path"].(string)
	key, source := r.keyOf(at, method, path)
	r.addRoute(api, at, props, Route{Key: key, Integration: r.integrationOf(x, at, props)}, source)
}

// addRoute adds an event's route with its authorizer, and the permission that SAM
// makes for it.
func (r *reader) addRoute(api *API, at node, props map[string]any, rt Route, source string) {
	name, said := within(props, "Auth", "Authorizer").(string)
	if !said {
		name = r.defaultAuthorizer(api)
	}
	rt.Authorizer = r.samAuthorizer(api, name, at)
	api.Routes = append(api.Routes, rt)
	r.permit(Permission{Function: Qualified(rt.Integration.ARN, rt.Integration.Qualifier), Source: executeARN(api, "*/"+source)})
}

func (r *reader) defaultAuthorizer(api *API) string {
	return r.resources[api.LogicalID].text("Auth", "DefaultAuthorizer")
}

// keyOf returns a route key, and what a permission for it names.
func (r *reader) keyOf(at node, method, path string) (key, source string) {
	method = strings.ToUpper(method)
	if method == "X-AMAZON-APIGATEWAY-ANY-METHOD" || method == "*" {
		method = "ANY"
	}
	if !slices.Contains(methodsKnown(), method) || !strings.HasPrefix(path, "/") {
		r.fault(at, "method %q and path %q make no route", method, path)
	}
	return method + " " + path, strings.Replace(method, "ANY", "*", 1) + pathVariable.ReplaceAllString(path, "*")
}

// apiOf returns the API that an event names, or the implicit one.
func (r *reader) apiOf(at node, named any, implicit string, kind Kind) *API {
	id := r.physical(implicit)
	if named != nil {
		id, _ = named.(string)
	}
	for _, api := range r.stack.APIs {
		if api.ID == id {
			if api.Kind != kind {
				r.fault(at, "%s is no %s API", api.LogicalID, kind)
			}
			return api
		}
	}
	if id != r.physical(implicit) {
		r.fault(at, "%q is no API of this template", id)
		return nil
	}
	x := &resource{id: implicit, kind: samKind(kind), props: maps.Clone(r.globals[samKind(kind)])}
	if x.props == nil {
		x.props = map[string]any{}
	}
	r.resources[implicit] = x
	if kind == HTTP {
		r.samHTTP(x)
	} else {
		x.props["StageName"] = "Prod"
		r.samREST(x)
	}
	return r.stack.APIs[implicit]
}

// integrationOf is the function itself, at its alias if it has one.
func (r *reader) integrationOf(x *resource, at node, props map[string]any) Integration {
	f := r.stack.Functions[x.id]
	in := Integration{Kind: Lambda, Function: x.id, ARN: f.ARN, Qualifier: f.Alias}
	if n, ok := r.numberOf(props["TimeoutInMillis"], at); ok {
		in.Timeout = time.Duration(n) * time.Millisecond
	}
	return in
}
