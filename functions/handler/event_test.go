package handler_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

const stageARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/"

type object = map[string]any

// event tells a request in a dialect, as API Gateway would.
func event(t testing.TB, d apigw.Dialect, req *gate.Request, id string) []byte {
	t.Helper()
	var e object
	switch d {
	case apigw.RESTToken:
		e = object{"type": "TOKEN", "authorizationToken": strings.Join(req.Authorization, ","), "methodArn": stageARN + req.Method + "/reports/" + id}
	case apigw.RESTRequest:
		e = requestEvent(req, id)
	case apigw.HTTP1:
		e = requestEvent(req, id)
		e["version"], e["identitySource"], e["authorizationToken"] = "1.0", nil, ""
		e["requestContext"].(object)["routeKey"] = req.Route
	case apigw.WebSocket:
		e = requestEvent(req, id)
		e["methodArn"] = stageARN + "$connect"
		delete(e, "pathParameters")
		e["requestContext"] = object{"routeKey": "$connect", "eventType": "CONNECT", "connectionId": "c0ffee=", "apiId": "a1b2c3d4e5", "requestId": "r-1",
			"identity": object{"sourceIp": "203.0.113.9", "userAgent": "row"}}
	case apigw.HTTP2:
		e = http2Event(req, id)
	default:
		t.Fatalf("no event of dialect %q", d)
	}
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// requestEvent is REST REQUEST. Header names keep the client's case there.
func requestEvent(req *gate.Request, id string) object {
	headers, multi := object{}, object{}
	for name, values := range headersOf(req) {
		headers[name], multi[name] = values[len(values)-1], values
	}
	query := object{}
	for name, values := range req.Query {
		query[name] = values[len(values)-1]
	}
	_, path, _ := strings.Cut(req.Route, " ")
	return object{"type": "REQUEST", "methodArn": stageARN + req.Method + "/reports/" + id, "resource": path, "path": "/reports/" + id, "httpMethod": req.Method,
		"headers": headers, "multiValueHeaders": multi, "queryStringParameters": query, "multiValueQueryStringParameters": req.Query,
		"pathParameters": object{"id": id}, "stageVariables": object{},
		"requestContext": object{"resourcePath": path, "httpMethod": req.Method, "apiId": "a1b2c3d4e5", "requestId": "r-1", "stage": "prod",
			"identity": object{"sourceIp": "203.0.113.9", "userAgent": "row"}}}
}

// http2Event is payload 2.0: names in lower case, repeated values joined.
func http2Event(req *gate.Request, id string) object {
	headers, query := object{}, object{}
	for name, values := range headersOf(req) {
		if name != "Cookie" {
			headers[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	for name, values := range req.Query {
		query[name] = strings.Join(values, ",")
	}
	return object{"version": "2.0", "type": "REQUEST", "routeArn": stageARN + req.Method + "/reports/" + id, "identitySource": nil, "routeKey": req.Route,
		"rawPath": "/reports/" + id, "rawQueryString": "", "cookies": req.Cookies, "headers": headers, "queryStringParameters": query,
		"pathParameters": object{"id": id}, "requestContext": object{"accountId": "123456789012", "apiId": "a1b2c3d4e5", "requestId": "r-1", "routeKey": req.Route, "stage": "prod",
			"http": object{"method": req.Method, "path": "/reports/" + id, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9", "userAgent": "row"}}}
}

func headersOf(req *gate.Request) map[string][]string {
	h := map[string][]string{"X-Forwarded-For": {"198.51.100.66"}}
	if len(req.Authorization) > 0 {
		h["Authorization"] = req.Authorization
	}
	if len(req.Cookies) > 0 {
		h["Cookie"] = []string{strings.Join(req.Cookies, "; ")}
	}
	if req.FetchSite != "" {
		h["Sec-Fetch-Site"] = []string{req.FetchSite}
	}
	if req.Origin != "" {
		h["Origin"] = []string{req.Origin}
	}
	return h
}

// carry changes a row's request into one that a dialect can carry and that must
// come to the same, or reports that there is none: the table in package apigw's
// comment, in code.
func carry(d apigw.Dialect, row decisions.Row, req *gate.Request) bool {
	for _, place := range places(row) {
		if place == "page" || place == "check" {
			return false
		}
	}
	socket := req.Route == "$connect"
	switch d {
	case apigw.RESTToken:
		return !socket && intoHeader(row, req)
	case apigw.WebSocket:
		return socket || intoConnect(req)
	}
	return !socket
}

// intoHeader puts the one token where TOKEN looks, which sees nothing else.
func intoHeader(row decisions.Row, req *gate.Request) bool {
	if len(req.Cookies) > 0 || len(places(row)) != 1 && row.Host == nil || req.FetchSite != "" || req.Origin != "" {
		return false
	}
	if row.Host != nil { // beside a token of ours it stands in the same header, or not at all
		return len(req.Query) == 0
	}
	for _, values := range req.Query {
		if row.Token.Form == "foreign" || row.Token.Form == "empty" || strings.HasPrefix(row.Token.Form, "moved") || len(values) != 1 {
			return false // says something else of a header than of a query
		}
		req.Authorization = []string{"bearer " + values[0]}
	}
	req.Query = nil
	return len(req.Authorization) == 1
}

// looks reports whether a method never counts, which only a route can tell.
func looks(method string) bool { return slices.Contains([]string{"HEAD", "OPTIONS", "TRACE"}, method) }

// intoConnect makes any request that may count one to $connect. Cookies count there as
// on unsafe methods, so what counted on a safe one must say where it is from.
func intoConnect(req *gate.Request) bool {
	if looks(req.Method) {
		return false
	}
	if req.Method == "GET" {
		req.FetchSite = "same-origin"
	}
	req.Route, req.Method = "$connect", "GET"
	return true
}

func places(row decisions.Row) []string {
	var at []string
	if row.Token != nil {
		at = slices.Clone(row.Token.Via)
	}
	if row.Host != nil {
		at = append(at, row.Host.Place)
	}
	return at
}
