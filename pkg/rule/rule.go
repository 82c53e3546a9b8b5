// Package rule holds what routes ask for. A [Declaration] is the document in which
// a stack says it, beside its API; a [Set] is all declarations for one API, and
// answers with the one [Rule] of a route. What nobody declared is refused.
//
// # Routes
//
// A route is named as API Gateway names it, and found by that name alone, never by
// the path of a request: a path can be written in many ways, and the rule must be
// the one of the route that API Gateway will run.
//
//	GET /reports/{id}      a method, one space, the path; {name} is one whole segment
//	ANY /files/{path+}     every method without a route of its own; {name+} is all the rest
//	$default               whatever no other route took (HTTP API)
//	$connect               a WebSocket being opened
//
// Only the TOKEN events of REST APIs name no route but the concrete path; for them
// [Set.MatchPath] finds the route as API Gateway does, or none where that is not
// beyond doubt.
//
// # Scopes
//
// A scope may take path parameters of its route: "report:{id}" needs a pass for
// report:66 on the path /reports/66. So that no two paths share a scope by accident:
//
//   - A value counts only if it is 1 to 64 of A-Z a-z 0-9 . _ ~ - as API Gateway hands
//     it over. What still holds a % is not decoded again; it matches no scope.
//   - Between two parameters stands a ":" or "/", which no value can contain. In
//     "{a}{b}" and "{a}-{b}" the values ab and c would meet a and bc.
//   - A greedy parameter, which takes in slashes, has no place in a scope.
//
// "*" is any scope: the route accepts every pass of an accepted mode.
//
// # Forms
//
// A declaration may also have forms, by which visitors without an account ask for a
// pass: {"forms": {"reference": {"scope": "reference", "target": "/visitors"}}} is
// the page /register/reference of the API.
package rule

import (
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The bounds of a declaration. API Gateway allows 300 routes an API by default.
const (
	MaxBody  = 256 << 10 // bytes of JSON
	MaxRules = 300       // of one declaration
	MaxRoute = 512       // bytes
	MaxScope = 256       // bytes, before its parameters are replaced
)

// Rule is what one route asks for.
type Rule struct {
	Route string `json:"route"`
	// Scope that a pass must have, in which path parameters may stand; or "*".
	Scope string `json:"scope"`
	// Accept holds the modes that are let in. Left out of a declaration: all four
	// that can be issued.
	Accept []pass.Mode `json:"accept,omitempty"`
	// Optional lets requests without any credential through, as anonymous.
	Optional bool `json:"optional,omitempty"`
	// ForwardRefused lets refused browsers through to the backend, marked as refused.
	ForwardRefused bool `json:"forward_refused,omitempty"`
	// MaxAge is the seconds since a pass was issued, or its session opened, after
	// which this route no longer accepts it: up to pass.MaxLifetime; zero: any age.
	MaxAge int64 `json:"max_age,omitempty"`
}

// Declaration is the rules that one stack declares for the routes of an API, and
// the forms, by their names.
type Declaration struct {
	Rules []Rule          `json:"rules,omitempty"`
	Forms map[string]Form `json:"forms,omitempty"`
}

// Accepts reports whether the route lets in passes of mode m.
func (r *Rule) Accepts(m pass.Mode) bool { return slices.Contains(r.Accept, m) }

// everyMode is what a rule accepts that does not say.
func everyMode() []pass.Mode {
	return []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}
}
