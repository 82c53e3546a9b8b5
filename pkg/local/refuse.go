package local

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// refusal is an answer of API Gateway's own. Its kind is a type of gateway
// response, by which a REST API's template may word it.
type refusal struct {
	kind    string
	status  int    // 0: the kind's
	message string // "": the kind's
}

// own is how API Gateway answers by itself.
type own struct {
	status  int
	message string // REST's; an HTTP API has the status's text
	kind    string // REST's x-amzn-ErrorType
}

func owns(kind string) own {
	switch kind {
	case "UNAUTHORIZED":
		return own{401, "Unauthorized", "UnauthorizedException"}
	case "ACCESS_DENIED":
		return own{403, "User is not authorized to access this resource", "AccessDeniedException"}
	case "FORBIDDEN": // of no type: nothing words it
		return own{403, "Forbidden", "ForbiddenException"}
	case "MISSING_AUTHENTICATION_TOKEN":
		return own{403, "Missing Authentication Token", "MissingAuthenticationTokenException"}
	case "RESOURCE_NOT_FOUND":
		return own{404, "Not Found", "NotFoundException"}
	case "REQUEST_TOO_LARGE":
		return own{413, "Request Too Long", "RequestTooLargeException"}
	case "AUTHORIZER_FAILURE":
		return own{500, "", "AuthorizerFailureException"}
	case "AUTHORIZER_CONFIGURATION_ERROR":
		return own{500, "", "AuthorizerConfigurationException"}
	case "INTEGRATION_FAILURE":
		return own{504, "Network error communicating with endpoint", "IntegrationFailureException"}
	case "INTEGRATION_TIMEOUT":
		return own{504, "Endpoint request timed out", "IntegrationTimeoutException"}
	case "DEFAULT_4XX":
		return own{400, "Bad Request", "BadRequestException"}
	}
	return own{500, "Internal server error", "InternalServerErrorException"}
}

// refuse answers with a refusal.
func (e *exchange) refuse(why *refusal) {
	o := owns(why.kind)
	if why.status != 0 {
		o.status = why.status
		if why.kind == "DEFAULT_4XX" {
			o.message = http.StatusText(why.status)
		}
	}
	if why.message != "" {
		o.message = why.message
	}
	if e.g.api.Kind == template.HTTP {
		if o.status == http.StatusGatewayTimeout {
			o.status = http.StatusServiceUnavailable
		}
		refuse(e.w, o.status)
		return
	}
	e.refuseREST(why.kind, o)
}

// refuseREST answers as a REST API, in the words of its template if it has any.
func (e *exchange) refuseREST(kind string, o own) {
	h := e.w.Header()
	h.Set("X-Amzn-Errortype", o.kind)
	h.Set("Content-Type", "application/json")
	response, said := e.g.api.Responses[kind]
	said = said && e.f.on(ruleResponse)
	if !said && e.f.on(ruleResponseDefault) {
		response, said = e.g.api.Responses["DEFAULT_"+strconv.Itoa(o.status/100)+"XX"]
	}
	body := defaultBody(kind, o, e.f.on(ruleNull))
	if said {
		if response.Status != 0 {
			o.status = response.Status
		}
		for name, v := range response.Headers {
			h.Set(name, e.expression(v))
		}
		if t, ok := response.Templates["application/json"]; ok {
			body = e.fill(t, kind, o)
		}
	}
	e.w.WriteHeader(o.status)
	e.w.Write([]byte(body))
}

// defaultBody is {"message":$context.error.messageString}; that of a denial is
// known for its capital.
func defaultBody(kind string, o own, null bool) string {
	name := "message"
	if kind == "ACCESS_DENIED" {
		name = "Message"
	}
	return `{"` + name + `":` + messageString(o, null) + `}`
}

func messageString(o own, null bool) string {
	if o.message == "" {
		if null {
			return "null"
		}
		o.message = "Internal server error"
	}
	b, _ := json.Marshal(o.message) // a string: cannot fail
	return string(b)
}

var templateVariable = regexp.MustCompile(`\$(context|stageVariables)(\.[A-Za-z0-9_]+)+|\$input\.[A-Za-z]+`)

// fill puts variables into a gateway response's body, which is all that is done there.
func (e *exchange) fill(text, kind string, o own) string {
	return templateVariable.ReplaceAllStringFunc(text, func(name string) string {
		switch name {
		case "$context.error.messageString":
			return messageString(o, e.f.on(ruleNull))
		case "$context.error.message":
			return o.message
		case "$context.error.responseType":
			return kind
		}
		v, _ := e.variable(name[1:])
		return v
	})
}

// expression evaluates a gateway response's header: 'text', or where it is from.
func (e *exchange) expression(v string) string {
	if strings.HasPrefix(v, "'") {
		return unquoted(v)
	}
	out, _ := e.variable(strings.TrimPrefix(v, "method."))
	return out
}
