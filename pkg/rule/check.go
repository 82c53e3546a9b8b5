package rule

import (
	"fmt"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
)

// check returns what is wrong with r, each fault under the member's name.
func (r *Rule) check() Faults {
	var faults Faults
	add := func(member, problem string) {
		if problem != "" {
			faults = append(faults, Fault{member, problem})
		}
	}
	_, path, problem := parseRoute(r.Route)
	add("route", problem)
	if problem == "" { // only then it is known what a scope may take
		add("scope", checkScope(r.Scope, path))
	}
	for i, m := range r.Accept {
		add("accept", checkMode(m, r.Accept[:i]))
	}
	if r.MaxAge < 0 || r.MaxAge > pass.MaxLifetime {
		add("max_age", fmt.Sprintf("out of bounds; it is 1 to %d seconds, or left out for any age", pass.MaxLifetime))
	}
	return faults
}

func checkMode(m pass.Mode, before []pass.Mode) string {
	switch m {
	case pass.None, pass.Request, pass.SessionMode, pass.VisitorMode, pass.Host:
		if slices.Contains(before, m) {
			return "has " + quote(string(m)) + " twice; name each mode once"
		}
		return ""
	}
	return "has " + quote(string(m)) + ", which is no mode; the modes are none, request, session, visitor and host"
}
