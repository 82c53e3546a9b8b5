package rule

import (
	"net/url"
	"strings"
)

// maxPath bounds a concrete path, in bytes: API Gateway's own bound on the ARN in
// which it stands is 1,600.
const maxPath = 2048

// MatchPath returns the rule for a concrete path and the values of its parameters,
// for the TOKEN events of REST APIs, which name no route. It goes by the path first
// and the method second, as API Gateway does: of the routes whose path fits, the one
// that is at least as specific as every other at each segment (text before {name}
// before {name+}); of that path, the rule for method, else for ANY.
//
// It returns false rather than the wrong rule: if no such route is the only one; if
// a more specific route fits the path and has no rule for the method; and if the
// path could be read in two ways, because it has empty or dot segments, a slash at
// its end, or percent-encoding that would lead to another rule when decoded.
//
// A route that the API has and nobody declared is not known here, so a TOKEN API
// must declare every route that a more general rule would also fit.
func (s *Set) MatchPath(method, path string) (*Rule, map[string]string, bool) {
	segments, ok := split(path)
	if !ok {
		return nil, nil, false
	}
	best := s.best(method, segments)
	if best == nil || !s.sameDecoded(best, method, path) {
		return nil, nil, false
	}
	return best.rule, best.path.values(segments), true
}

// sameDecoded reports whether path leads to found after decoding as well.
func (s *Set) sameDecoded(found *route, method, path string) bool {
	if !strings.Contains(path, "%") {
		return true
	}
	decoded, err := url.PathUnescape(path)
	if err != nil {
		return false
	}
	segments, ok := split(decoded)
	return ok && s.best(method, segments) == found
}

// split cuts a path into segments, and reports false for one that a gateway might
// tidy up before it looks for the route.
func split(path string) ([]string, bool) {
	if path == "/" {
		return nil, true
	}
	if len(path) > maxPath || !strings.HasPrefix(path, "/") {
		return nil, false
	}
	segments := strings.Split(path[1:], "/")
	for _, s := range segments {
		if s == "" || s == "." || s == ".." {
			return nil, false
		}
	}
	return segments, true
}

// best returns the one route that MatchPath describes, or nil.
func (s *Set) best(method string, segments []string) *route {
	var fitting []*route
	for i := range s.paths {
		if s.paths[i].path.fits(segments) {
			fitting = append(fitting, &s.paths[i])
		}
	}
	var exact, every []*route
	for _, r := range fitting {
		switch {
		case !r.path.leads(fitting):
		case r.method == method:
			exact = append(exact, r)
		case r.method == anyMethod:
			every = append(every, r)
		}
	}
	switch {
	case len(exact) == 1:
		return exact[0]
	case len(exact) == 0 && len(every) == 1:
		return every[0]
	}
	return nil
}

// leads reports whether p is at least as specific as every route at each segment.
func (p pattern) leads(routes []*route) bool {
	for _, r := range routes {
		for i := range max(len(p), len(r.path)) {
			if p.kindAt(i) < r.path.kindAt(i) {
				return false
			}
		}
	}
	return true
}

// kindAt returns the kind that takes segment i: beyond its end, only a greedy
// parameter takes any.
func (p pattern) kindAt(i int) kind {
	if i < len(p) {
		return p[i].kind
	}
	return greedy
}

func (p pattern) fits(segments []string) bool {
	if !p.endsGreedy() && len(p) != len(segments) || len(p) > len(segments) {
		return false
	}
	for i, s := range p {
		if s.kind == literal && s.text != segments[i] {
			return false
		}
	}
	return true
}

func (p pattern) endsGreedy() bool { return len(p) > 0 && p[len(p)-1].kind == greedy }

// values returns what the parameters of p stand for in a path that it fits.
func (p pattern) values(segments []string) map[string]string {
	values := map[string]string{}
	for i, s := range p {
		switch s.kind {
		case param:
			values[s.text] = segments[i]
		case greedy:
			values[s.text] = strings.Join(segments[i:], "/")
		}
	}
	return values
}
