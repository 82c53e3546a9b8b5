package local

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
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
	if p.Version != "2012-10-17" {
		return false, fmt.Errorf("version %q is not 2012-10-17", p.Version)
	}
	if len(p.Statement) == 0 {
		return false, errors.New("it has no statement")
	}
	allowed, denied := false, false
	for _, st := range p.Statement {
		if len(st.Action) == 0 || len(st.Resource) == 0 {
			return false, errors.New("a statement needs an action and a resource")
		}
		hit := st.names(arn)
		switch st.Effect {
		case "Allow":
			allowed = allowed || hit
		case "Deny":
			denied = denied || hit
		default:
			return false, fmt.Errorf("effect %q is neither Allow nor Deny", st.Effect)
		}
	}
	return allowed && !denied, nil
}

// names reports whether the statement is about calling this route. The case of
// an action does not matter, that of a resource does.
func (st *statement) names(arn string) bool {
	action, resource := false, false
	for _, a := range st.Action {
		action = action || wild(strings.ToLower(a), strings.ToLower(invokeAction))
	}
	for _, r := range st.Resource {
		resource = resource || wild(r, arn)
	}
	return action && resource
}

// wild reports whether s matches a pattern in which * stands for any text and ?
// for any one byte.
func wild(pattern, s string) bool {
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
