package local

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// defaultRoute catches what no other route does.
const defaultRoute = "$default"

// methods are those an HTTP API has routes for; ANY is each of them.
func methods() []string {
	return []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
}

// table is the routes of an API, the most specific first.
type table struct {
	routes   []*route
	fallback *route
}

// route is one Route, taken apart.
type route struct {
	Route
	method   string // or ANY
	segments []string
}

func newTable(list []Route) (*table, error) {
	t := &table{}
	var faults []error
	seen := map[string]bool{}
	for _, l := range list {
		r, err := parseRoute(l)
		switch {
		case err != nil:
			faults = append(faults, err)
		case seen[l.Key]:
			faults = append(faults, fmt.Errorf("local: route %q is there twice", l.Key))
		case l.Key == defaultRoute:
			t.fallback = r
		default:
			t.routes = append(t.routes, r)
		}
		seen[l.Key] = true
	}
	slices.SortStableFunc(t.routes, moreSpecific)
	return t, errors.Join(faults...)
}

func parseRoute(l Route) (*route, error) {
	if l.Key == defaultRoute {
		return &route{Route: l}, nil
	}
	method, path, ok := strings.Cut(l.Key, " ")
	if !ok || !strings.HasPrefix(path, "/") || method != "ANY" && !slices.Contains(methods(), method) {
		return nil, fmt.Errorf("local: route %q: want a method or ANY, a blank and a path, or $default", l.Key)
	}
	r := &route{Route: l, method: method, segments: strings.Split(path[1:], "/")}
	for i, s := range r.segments {
		if kindOf(s) == greedy && i != len(r.segments)-1 {
			return nil, fmt.Errorf("local: route %q: a greedy variable must come last", l.Key)
		}
		if strings.ContainsAny(s, "{}") && kindOf(s) == literal {
			return nil, fmt.Errorf("local: route %q: a variable must be a whole segment", l.Key)
		}
	}
	return r, nil
}

// The kinds of segment, the most specific first.
const (
	literal = iota
	variable
	greedy
)

func kindOf(segment string) int {
	name, ok := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	switch {
	case !ok || !closed || strings.ContainsAny(name, "{}"):
		return literal
	case strings.HasSuffix(name, "+"):
		return greedy
	}
	return variable
}

// nameOf returns a variable's name.
func nameOf(segment string) string { return strings.TrimSuffix(segment[1:len(segment)-1], "+") }

// moreSpecific orders routes as API Gateway tries them: all without a greedy
// variable first; then a literal segment before a variable before a greedy one,
// from the left; on the same path a method before ANY.
func moreSpecific(a, b *route) int {
	if a.greedy() != b.greedy() {
		return kindOf(a.last()) - kindOf(b.last())
	}
	for i := range min(len(a.segments), len(b.segments)) {
		if d := kindOf(a.segments[i]) - kindOf(b.segments[i]); d != 0 {
			return d
		}
	}
	return order(a.method) - order(b.method)
}

func (r *route) last() string { return r.segments[len(r.segments)-1] }
func (r *route) greedy() bool { return kindOf(r.last()) == greedy }

func order(method string) int {
	if method == "ANY" {
		return 1
	}
	return 0
}

// match finds the route of a request by its escaped path, and its variables,
// decoded once.
func (t *table) match(method, path string) (*route, map[string]string, bool) {
	if !strings.HasPrefix(path, "/") || !slices.Contains(methods(), method) {
		return nil, nil, false
	}
	segments := strings.Split(path[1:], "/")
	for _, r := range t.routes {
		if r.method != "ANY" && r.method != method {
			continue
		}
		if params, ok := r.match(segments); ok {
			return r, params, true
		}
	}
	return t.fallback, nil, t.fallback != nil
}

func (r *route) match(segments []string) (map[string]string, bool) {
	params := map[string]string{}
	for i, want := range r.segments {
		if i >= len(segments) {
			return nil, false
		}
		have := segments[i]
		if kindOf(want) == greedy {
			have, segments = strings.Join(segments[i:], "/"), segments[:i+1]
		}
		value, err := url.PathUnescape(have)
		switch {
		case err != nil, kindOf(want) == literal && value != want, kindOf(want) != literal && value == "":
			return nil, false
		case kindOf(want) != literal:
			params[nameOf(want)] = value
		}
	}
	return params, len(r.segments) == len(segments)
}
