package template

import (
	"maps"
	"slices"
	"strings"
)

// refers notes that the resource whose place this is needs another. What a
// function's events name is needed by what SAM makes of them, not by the function;
// the alarms of its DeploymentPreference, by its alias.
func (r *reader) refers(at node, to string) {
	parts := strings.Split(at.path, ".")
	if len(parts) < 4 || parts[0] != "Resources" || parts[2] != "Properties" || parts[3] == "Events" {
		return
	}
	from := parts[1]
	if parts[3] == "DeploymentPreference" {
		from += alias
	}
	if function, ok := strings.CutSuffix(to, alias); ok {
		r.need(to, function)
	} else {
		to, _, _ = strings.Cut(to, ".")
	}
	r.need(from, to)
}

// alias is behind a function's id where its alias is meant.
const alias = ".Alias"

func (r *reader) need(from, to string) {
	if r.needs[from] == nil {
		r.needs[from] = map[string]bool{}
	}
	r.needs[from][to] = true
}

// circles refuses resources that need each other, which CloudFormation cannot
// deploy. A SAM API's body names the functions behind its routes.
func (r *reader) circles() {
	for id, api := range r.stack.APIs {
		if x := r.resources[id]; x == nil || !strings.HasPrefix(x.kind, "AWS::Serverless::") {
			continue
		}
		for _, rt := range api.Routes {
			if in := rt.Integration; in.Qualifier != "" {
				r.need(id, in.Function+alias)
				r.need(in.Function+alias, in.Function)
			} else if in.Function != "" {
				r.need(id, in.Function)
			}
		}
	}
	done := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(r.needs)) {
		r.walk(id, nil, done)
	}
}

func (r *reader) walk(id string, way []string, done map[string]bool) {
	if i := slices.Index(way, id); i >= 0 {
		r.fault(node{path: "Resources." + id}, "a circular dependency: %s", strings.Join(append(way[i:], id), " -> "))
		return
	}
	if done[id] {
		return
	}
	for _, next := range slices.Sorted(maps.Keys(r.needs[id])) {
		r.walk(next, append(slices.Clone(way), id), done)
	}
	done[id] = true
}
