package caller

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// FromEvent returns who calls a Lambda function behind the authorizer, by the
// event it was invoked with: of an HTTP API in payload 2.0 or 1.0, a REST API or
// a WebSocket API. The error matches [ErrNoCaller].
func FromEvent(event []byte) (Caller, error) {
	var e struct {
		Context struct {
			Authorizer jsontext.Value `json:"authorizer"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal(event, &e); err != nil {
		return Caller{}, fmt.Errorf("%w: the event is not the JSON of one of API Gateway's", ErrNoCaller)
	}
	return fromContext(e.Context.Authorizer)
}

// FromAuthorizer returns the same by the field RequestContext.Authorizer of an
// event that is decoded already, whatever type that has: in aws-lambda-go a
// pointer, which is nil where there was no authorizer, a map[string]any, or any.
// The error matches [ErrNoCaller].
func FromAuthorizer(authorizer any) (Caller, error) {
	b, err := json.Marshal(authorizer)
	if err != nil {
		return Caller{}, fmt.Errorf("%w: the authorizer's context is of no type that JSON has", ErrNoCaller)
	}
	return fromContext(b)
}

// fromContext reads the authorizer's part of a request context. Payload 2.0 has it
// one step further in.
func fromContext(b jsontext.Value) (Caller, error) {
	var outer map[string]any
	if len(b) == 0 || json.Unmarshal(b, &outer) != nil || len(outer) == 0 {
		return Caller{}, fmt.Errorf("%w: no authorizer stood before this route", ErrNoCaller)
	}
	if inner, ok := outer["lambda"].(map[string]any); ok {
		outer = inner
	}
	said := make(map[string]string, len(members()))
	for _, key := range members() {
		said[key], _ = outer[key].(string)
	}
	return parse(said)
}
