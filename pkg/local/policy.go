package local

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// invokeAction is what calling a route is to IAM.
const invokeAction = "execute-api:Invoke"

// policyDocument is an IAM policy, as far as an authorizer needs one.
type policyDocument struct {
	Version   string
	Statement oneOrMore[statement]
}

// statement has no Condition, NotAction, NotResource or Principal: one that
// brings them is refused, since leaving them out would widen it.
type statement struct {
	Sid      string
	Effect   string
	Action   oneOrMore[string]
	Resource oneOrMore[string]
}

// oneOrMore reads what may stand in a list or alone.
type oneOrMore[T any] []T

func (l *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return strict(b, (*[]T)(l))
	}
	var one T
	if err := strict(b, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}

func strict(b []byte, v any) error { return json.Unmarshal(b, v, json.RejectUnknownMembers(true)) }

// allows reports whether the policy lets the route of this ARN be called: some
// Allow names it, and no Deny does.
func (p *policyDocument) allows(arn string) (bool, error) {
	allowed, denied, err := p.judge(arn, template.Wild)
	return allowed && !denied, err
}

// judge reports whether some Allow names the route, and whether some Deny does.
func (p *policyDocument) judge(arn string, match func(pattern, s string) bool) (allowed, denied bool, err error) {
	if p.Version != "2012-10-17" {
		return false, false, fmt.Errorf("version %q is not 2012-10-17", p.Version)
	}
	if len(p.Statement) == 0 {
		return false, false, errors.New("it has no statement")
	}
	for _, st := range p.Statement {
		if len(st.Action) == 0 || len(st.Resource) == 0 {
			return false, false, errors.New("a statement needs an action and a resource")
		}
		hit := st.names(arn, match)
		switch st.Effect {
		case "Allow":
			allowed = allowed || hit
		case "Deny":
			denied = denied || hit
		default:
			return false, false, fmt.Errorf("effect %q is neither Allow nor Deny", st.Effect)
		}
	}
	return allowed, denied, nil
}

// names reports whether the statement is about calling this route. The case of
// an action does not matter, that of a resource does.
func (st *statement) names(arn string, match func(pattern, s string) bool) bool {
	action, resource := false, false
	for _, a := range st.Action {
		action = action || template.Wild(strings.ToLower(a), strings.ToLower(invokeAction))
	}
	for _, r := range st.Resource {
		resource = resource || match(r, arn)
	}
	return action && resource
}
