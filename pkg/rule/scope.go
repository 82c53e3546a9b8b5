package rule

import (
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// maxValue bounds a path value within a scope, in bytes.
const maxValue = 64

// ScopeFor returns the scope that a request with these path parameters needs, and
// false (wrong_scope) if there is none: a value is missing or may not stand in a
// scope, or the whole is too long for one. "*" stays "*".
func (r *Rule) ScopeFor(params map[string]string) (string, bool) {
	if r.Scope == pass.AnyScope {
		return r.Scope, true
	}
	scope := r.Scope
	if strings.Contains(scope, "{") {
		var ok bool
		if scope, ok = expand(scope, params); !ok {
			return "", false
		}
	}
	if !pass.ValidScope(scope) {
		return "", false
	}
	return scope, true
}

// expand replaces each {name} by its value.
func expand(pattern string, params map[string]string) (string, bool) {
	var b strings.Builder
	b.Grow(pass.MaxScope)
	for {
		literal, rest, found := strings.Cut(pattern, "{")
		b.WriteString(literal)
		if !found {
			return b.String(), true
		}
		name, rest, closed := strings.Cut(rest, "}")
		value := params[name]
		if !closed || !validValue(value) {
			return "", false
		}
		b.WriteString(value)
		pattern = rest
	}
}

func validValue(s string) bool {
	if s == "" || len(s) > maxValue {
		return false
	}
	for i := range len(s) {
		if !alphanumeric(s[i]) && strings.IndexByte("._~-", s[i]) < 0 {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// checkScope returns what is wrong with the scope of a rule on a route with these
// parameters, in words that say what to do; "" if nothing is.
func checkScope(scope string, route pattern) string {
	switch {
	case scope == "":
		return `missing; write the scope a pass must have, such as "report:{id}", or "*" for any`
	case scope == pass.AnyScope:
		return ""
	case len(scope) > MaxScope:
		return "too long; a scope has at most 256 bytes before its parameters are replaced"
	}
	literals, names, closed := cutScope(scope)
	if !closed {
		return "has a { without its }; close the parameter"
	}
	if problem := checkLiterals(literals); problem != "" {
		return problem
	}
	for _, name := range names {
		if problem := checkParam(name, route); problem != "" {
			return problem
		}
	}
	if len(strings.Join(literals, ""))+len(names) > pass.MaxScope {
		return "can never be met; a scope has at most 128 bytes after its parameters are replaced"
	}
	return ""
}

// cutScope takes a scope apart: literals has one element more than names, and they
// take turns.
func cutScope(scope string) (literals, names []string, closed bool) {
	for {
		literal, rest, found := strings.Cut(scope, "{")
		literals = append(literals, literal)
		if !found {
			return literals, names, true
		}
		name, rest, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, nil, false
		}
		names, scope = append(names, name), rest
	}
}

// checkLiterals returns what is wrong with the text around the parameters.
func checkLiterals(literals []string) string {
	for i, s := range literals {
		if bad := strings.IndexFunc(s, notInScope); bad >= 0 {
			return "has " + quote(s[bad:]) + ", where only A-Z a-z 0-9 . _ ~ - : / and whole {parameters} may stand"
		}
		if i > 0 && i < len(literals)-1 && !strings.ContainsAny(s, ":/") {
			return "has two parameters without : or / between them, so that different paths could share a scope; put one between"
		}
	}
	return ""
}

func notInScope(c rune) bool { return c > 127 || !pass.ValidScope(string(c)) }

// checkParam returns what is wrong with {name} in a scope.
func checkParam(name string, route pattern) string {
	for _, s := range route {
		switch {
		case s.kind == greedy && (name == s.text || name == s.text+"+"):
			return "takes the greedy parameter {" + s.text + "+}, which can hold slashes; use parameters of one segment"
		case s.kind == param && name == s.text:
			return ""
		}
	}
	known := make([]string, 0, len(route))
	for _, s := range route {
		if s.kind == param {
			known = append(known, "{"+s.text+"}")
		}
	}
	if len(known) == 0 {
		return "takes " + quote("{"+name+"}") + ", but the route has no parameters to take; write the scope out, or \"*\""
	}
	return "takes " + quote("{"+name+"}") + ", which is no parameter of the route; it has " + strings.Join(known, ", ")
}
