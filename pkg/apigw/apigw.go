// Package apigw translates: API Gateway's authorizer events in, its answers
// out, in each of its dialects. It decides nothing.
//
// # What each dialect can see
//
//	dialect         route key  query  Authorization   cookies  address  path values  can answer
//	REST TOKEN      no (path)  no     its one header  no       no       no (path)    policy
//	REST REQUEST    yes        yes    yes             yes      yes      yes          policy
//	HTTP API 1.0    yes        yes    yes             yes      yes      yes          policy
//	HTTP API 2.0    yes        yes    yes             yes      yes      yes          policy or simple
//	WebSocket       $connect   yes    yes             yes      yes      no           policy
//	check           no         no     the credential  no       no       no           a document
//
// Therefore TOKEN and check know tokens only: neither can be told session_ended
// or cross_site, because no cookie reaches them, and check not wrong_subject,
// which takes two credentials: TOKEN's header may hold a pass and a token of the
// host's own, with a comma between. A TOKEN event is
// not sent at all where its header is missing (API Gateway answers 401), so
// missing is only seen there for a header that holds no token of ours, as in
// check for such a credential. It names the concrete path instead of the route, so its rule is found by path. $connect is
// a GET: wrong_method cannot occur there, nor in check, which has no method and
// no route, and so no no_rule either. rate_limited is the link page's alone.
//
// # Answers
//
// Allow is a policy for exactly the method ARN of the event, or isAuthorized
// true; deny is the same with Deny or false, and API Gateway makes it a 403. An
// error that could not be decided is returned as an error and becomes a 500:
// clients may retry, alarms fire. The text "Unauthorized", which REST APIs turn
// into 401, is never used: it would count as a failure of the function.
//
// The context holds every key on every allow, as ASCII strings, "-" where there
// is nothing, so that a route can map all of them to headers and no client can
// supply one that was left out.
package apigw

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/gate"
)

// Dialect is one of the forms in which API Gateway asks.
type Dialect string

// The dialects.
const (
	RESTToken   Dialect = "rest-token"
	RESTRequest Dialect = "rest-request"
	HTTP1       Dialect = "http-1.0"
	HTTP2       Dialect = "http-2.0"
	WebSocket   Dialect = "websocket"
)

// ErrEvent: the document is no authorizer event of a known dialect.
var ErrEvent = errors.New("not an authorizer event")

// Event is one question of API Gateway's.
type Event struct {
	Dialect Dialect
	ARN     string // of the method or route that was called
	Request gate.Request
}

// wire holds the fields of all dialects that are read; the names differ enough
// to tell them apart. API Gateway may add others.
type wire struct {
	Check              jsontext.Value      `json:"check"`
	Type               string              `json:"type"`
	Version            string              `json:"version"`
	MethodARN          string              `json:"methodArn"`
	RouteARN           string              `json:"routeArn"`
	RouteKey           string              `json:"routeKey"`
	AuthorizationToken string              `json:"authorizationToken"`
	Cookies            []string            `json:"cookies"`
	Headers            map[string]string   `json:"headers"`
	MultiHeaders       map[string][]string `json:"multiValueHeaders"`
	Query              map[string]string   `json:"queryStringParameters"`
	MultiQuery         map[string][]string `json:"multiValueQueryStringParameters"`
	PathParameters     map[string]string   `json:"pathParameters"`
	Context            wireContext         `json:"requestContext"`
}

type wireContext struct {
	APIID        string `json:"apiId"`
	RequestID    string `json:"requestId"`
	RouteKey     string `json:"routeKey"`
	ResourcePath string `json:"resourcePath"`
	HTTPMethod   string `json:"httpMethod"`
	ConnectionID string `json:"connectionId"`
	HTTP         struct {
		Method    string `json:"method"`
		SourceIP  string `json:"sourceIp"`
		UserAgent string `json:"userAgent"`
	} `json:"http"`
	Identity struct {
		SourceIP  string `json:"sourceIp"`
		UserAgent string `json:"userAgent"`
	} `json:"identity"`
}

// maxResource is how long a Resource in an authorizer's policy may be
// (API Gateway quotas, REST APIs), while the ARN of a call may be three times that.
const maxResource = 512

// Unanswerable reports whether no policy can name what was called. Such a
// request is refused before anything is decided: a use would be spent on an
// answer that API Gateway does not take.
func (e *Event) Unanswerable(simple bool) bool {
	return len(e.ARN) > maxResource && !(simple && e.Dialect == HTTP2)
}

// Decode reads an event. Of a check it tells no more than that it is one: see
// DecodeCheck. The error matches ErrEvent and holds nothing of the
// event's text, which may hold a credential.
func Decode(event []byte) (*Event, error) {
	var w wire
	if err := json.Unmarshal(event, &w); err != nil {
		if firstMember(event) == "check" {
			return &Event{Dialect: Check}, nil // DecodeCheck says what is wrong with it
		}
		return nil, fmt.Errorf("%w: not the JSON of one", ErrEvent)
	}
	if w.Check != nil && w.Type == "" {
		return &Event{Dialect: Check}, nil
	}
	called := firstOf(w.MethodARN, w.RouteARN)
	arn, err := parseARN(called)
	if err != nil {
		return nil, err
	}
	e := &Event{ARN: called, Request: gate.Request{API: arn.api, ID: w.Context.RequestID}}
	switch {
	case w.Type == "TOKEN":
		e.token(&w, arn)
	case w.Type == "REQUEST" && w.Version == "2.0":
		e.http2(&w)
	case w.Type == "REQUEST" && w.Version == "1.0":
		e.request(&w, HTTP1)
	case w.Type == "REQUEST" && w.Version == "" && w.Context.ConnectionID != "":
		e.webSocket(&w)
	case w.Type == "REQUEST" && w.Version == "":
		e.request(&w, RESTRequest)
	default:
		return nil, fmt.Errorf("%w: type and version are of no dialect", ErrEvent)
	}
	return e, nil
}

// firstMember returns the name that a JSON object begins with.
func firstMember(doc []byte) string {
	d := jsontext.NewDecoder(bytes.NewReader(doc))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return ""
	}
	t, err := d.ReadToken()
	if err != nil || t.Kind() != '"' {
		return ""
	}
	return t.String()
}
