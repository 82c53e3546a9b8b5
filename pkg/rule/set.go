package rule

import (
	"maps"
	"slices"
)

// Set is the rules of one API. It is never changed and safe for concurrent use, as
// are the rules that it hands out, which callers must not change either.
type Set struct {
	byRoute map[string]*Rule
	paths   []route // those that have one
	forms   map[string]Form
}

// route is a rule with its route taken apart.
type route struct {
	rule   *Rule
	method string
	path   pattern
}

// NewSet returns the rules of all declarations, by their names. They need not come
// from [Parse], and are checked again. The error is [Faults]; two declarations that
// speak of the same route or form are one, named both, since nobody could say whose
// would hold. No declarations make a Set in which nothing matches.
func NewSet(decls map[string]Declaration) (*Set, error) {
	s := &Set{byRoute: map[string]*Rule{}, forms: map[string]Form{}}
	owner, formOwner := map[string]string{}, map[string]string{}
	var faults Faults
	for _, name := range slices.Sorted(maps.Keys(decls)) {
		for _, f := range s.addForms(name, decls[name], formOwner) {
			faults = append(faults, Fault{name + ": " + f.Field, f.Problem})
		}
		drafts := decls[name].drafts()
		if len(drafts) > MaxRules {
			f := tooMany(len(drafts))
			faults = append(faults, Fault{name + ": " + f.Field, f.Problem})
			continue
		}
		for _, f := range check(drafts) {
			faults = append(faults, Fault{name + ": " + f.Field, f.Problem})
		}
		for i, r := range accepting(drafts) {
			if other, taken := owner[r.Route]; taken && other != name {
				faults = append(faults, Fault{name + ": " + field(i, "route"), quote(r.Route) + " has a rule in " + other + " already; a route has one"})
				continue
			}
			owner[r.Route] = name
			s.add(r)
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return s, nil
}

// drafts returns copies of the rules, which share nothing with the declaration.
func (d Declaration) drafts() []draft {
	drafts := make([]draft, 0, len(d.Rules))
	for _, r := range d.Rules {
		r.Accept = slices.Clone(r.Accept)
		if len(r.Accept) == 0 {
			r.Accept = nil
		}
		drafts = append(drafts, draft{Rule: r})
	}
	return drafts
}

func (s *Set) add(r Rule) {
	s.byRoute[r.Route] = &r
	if method, path, fault := parseRoute(r.Route); fault == "" && method != "" {
		s.paths = append(s.paths, route{&r, method, path})
	}
}

// Match returns the rule of a route by API Gateway's key for it, such as
// "GET /reports/{id}". Only the very key matches: ANY and $default are found where
// API Gateway says that they are what it ran.
func (s *Set) Match(route string) (*Rule, bool) {
	r, ok := s.byRoute[route]
	return r, ok
}
