package template

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
)

// knownText lists the resource types that are known. A line that is not indented
// is a type and its attributes; the indented ones below it are its properties, as
// paths in which * is any name and a list is as one item of it; = is text instead
// of properties. A path that ends
// in ** has anything below it. A type with ~ plays no part in serving: of its
// properties the names are known, and no more (from cfn-lint 1.51.0's schemas).
//
//go:embed known.txt
var knownText string

// known is what is known of a resource type.
type known struct {
	attributes map[string]bool
	tree       tree
}

// tree is the known properties below a place.
type tree struct {
	below map[string]*tree
	any   bool // whatever there is
}

func knownTypes() map[string]*known {
	out := map[string]*known{}
	var last *known
	shallow := false
	for line := range strings.Lines(knownText) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || strings.HasPrefix(line, "#"):
		case line[0] == ' ':
			for _, path := range words {
				if shallow {
					path += ".**"
				}
				last.tree.add(strings.Split(path, "."))
			}
		default:
			shallow = words[0][0] == '~'
			last = &known{attributes: map[string]bool{}}
			for _, a := range words[1:] {
				last.attributes[a] = true
			}
			out[strings.TrimPrefix(words[0], "~")] = last
		}
	}
	return out
}

func (t *tree) add(path []string) {
	if path[0] == "**" {
		t.any = true
		return
	}
	if t.below == nil {
		t.below = map[string]*tree{}
	}
	if t.below[path[0]] == nil {
		t.below[path[0]] = &tree{}
	}
	if len(path) > 1 {
		t.below[path[0]].add(path[1:])
	}
}

// check refuses what is not known below a place, by name.
func (r *reader) check(v any, path string, t *tree) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			next := t.below[k]
			if next == nil {
				next = t.below["*"]
			}
			switch at := path + "." + k; {
			case t.any:
			case next == nil:
				r.fault(node{path: at}, "the property is not known here")
			default:
				r.check(v[k], at, next)
			}
		}
	case []any:
		for _, item := range v {
			r.check(item, path, t)
		}
	case string:
		if len(t.below) > 0 && !t.any && t.below["="] == nil {
			r.fault(node{path: path}, "it is text, and must not be")
		}
	}
}
