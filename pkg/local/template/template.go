// Package template reads a SAM or CloudFormation template as what it would
// deploy: functions, APIs with their routes and authorizers, permissions, and
// the rules declared beside them. It runs nothing.
//
// # Nothing is ignored
//
// Every resource type, property, attribute and function of a template is either
// known here or refused by name, with its path; all faults come together. What
// plays no part in serving requests (alarms, roles, tables) is known by the names
// of its properties. What AWS would refuse to deploy, as far as it is about
// APIs, is refused too.
//
// # Values
//
// Every scalar is its text, as CloudFormation sends it. What only a deployment
// gives a value has one that shows where it is from: Ref of a resource is
// "<stack>-<logical id>", which is also an API's id and a function's name;
// region and account are "local" and "000000000000".
//
// # What SAM adds
//
// Routes of events; the permission to be called by them; that of authorizers,
// which a REST API has unless it says DisableFunctionDefaultPermissions and an
// HTTP API has only with EnableFunctionDefaultPermissions; OPTIONS methods of a
// REST API's Cors, behind the default authorizer unless
// AddDefaultAuthorizerToCorsPreflight is false. (The output of
// aws-sam-translator 1.110.0 was compared.)
package template

import (
	"encoding/json"
	"time"
)

// Kind is what an API is.
type Kind string

// The kinds of API.
const (
	HTTP      Kind = "HTTP"
	REST      Kind = "REST"
	WebSocket Kind = "WEBSOCKET"
)

// Stack is what a template deploys, by logical id.
type Stack struct {
	Name         string
	Parameters   map[string]string
	Functions    map[string]*Function
	APIs         map[string]*API
	Declarations []Declaration
	Permissions  []Permission
	Mappings     []Mapping         // of custom domains, to APIs of this stack or of others
	Outputs      map[string]string // by logical id
	Exports      map[string]string // by name: what another stack imports
}

// Function is a Lambda function.
type Function struct {
	LogicalID, Name, ARN string
	Alias                string // of AutoPublishAlias; "": none
	Env                  map[string]string
	Timeout              time.Duration
	MemoryMB             int
}

// API is one API with the one stage that is served of it.
type API struct {
	LogicalID, ID  string
	Kind           Kind
	Stage          string
	StageVariables map[string]string
	Routes         []Route
	CORS           *CORS // of an HTTP API; a REST API's Cors is routes
	Responses      map[string]GatewayResponse
	Mappings       []Mapping // those of Stack.Mappings that lead here
}

// Route is one route of an API: "GET /x/{id}", "ANY /x", "$default", "$connect".
type Route struct {
	Key         string
	Integration Integration
	Authorizer  *Authorizer // nil: none
}

// Authorizer is a Lambda authorizer.
type Authorizer struct {
	Name, Type      string // Type is TOKEN or REQUEST
	Function        string // its logical id; "" when it is of another stack
	ARN             string // without qualifier
	Qualifier       string // alias or version; "": $LATEST
	PayloadVersion  string // of an HTTP API: "1.0" or "2.0"
	Simple          bool   // enableSimpleResponses
	IdentitySources []string
	TTL             int    // seconds; what API Gateway takes where the template says nothing
	TTLSaid         bool   // the template says it
	Validation      string // TOKEN: identityValidationExpression
	MayInvoke       bool   // a permission of this stack lets the API call it
	Source          string // the ARN that a permission must name
}

// IntegrationKind is what answers behind a route.
type IntegrationKind string

// The kinds of integration.
const (
	Lambda    IntegrationKind = "Lambda"
	HTTPProxy IntegrationKind = "HTTPProxy"
	Mock      IntegrationKind = "Mock"
)

// Integration is what answers behind a route.
type Integration struct {
	LogicalID         string // of a plain integration or method; "" for SAM's
	Kind              IntegrationKind
	Function          string // its logical id; "" when it is of another stack
	ARN, Qualifier    string // of the function
	URI, Method       string // HTTPProxy
	PayloadVersion    string // "1.0" or "2.0" of an HTTP API
	RequestParameters map[string]string
	Timeout           time.Duration    // 0: the longest
	Mock              *GatewayResponse // what a Mock answers
}

// CORS is an HTTP API's CorsConfiguration.
type CORS struct {
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders []string
	AllowCredentials                                        bool
	MaxAge                                                  int // seconds; 0: not sent
}

// GatewayResponse is how a REST API words one of its own answers.
type GatewayResponse struct {
	Status    int               // 0: as it would be
	Headers   map[string]string // name to value or expression: 'text', method.request.header.x, context.x
	Templates map[string]string // by media type
}

// Mapping is a custom domain's way to an API.
type Mapping struct {
	Domain, BasePath string // "": the root
	API, Stage       string // API is its id
}

// Permission lets API Gateway invoke a function.
type Permission struct {
	Function string // ARN, with the qualifier that it is for
	Source   string // pattern of the caller's ARN; "": any
}

// Declaration is a Custom::GatepassRules.
type Declaration struct {
	LogicalID, API string          // API is its id
	Properties     json.RawMessage // all, as CloudFormation sends them: every scalar is a string
	Rules          json.RawMessage // the list alone
}

// MayInvoke reports whether a permission lets the caller with this ARN invoke
// the function. A permission for an alias is none for another qualifier.
func (s *Stack) MayInvoke(function, source string) bool {
	for _, p := range s.Permissions {
		if p.Function == function && (p.Source == "" || Wild(p.Source, source)) {
			return true
		}
	}
	return false
}

// Qualified returns a function's ARN with its qualifier, if there is one.
func Qualified(arn, qualifier string) string {
	if qualifier == "" {
		return arn
	}
	return arn + ":" + qualifier
}
