package configtest

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// Template is a template as a tree of maps and lists, with intrinsic functions in
// their long form: {"Ref": name}, {"Fn::Sub": text}.
type Template map[string]any

// ReadTemplate reads a template file.
func ReadTemplate(t testing.TB, path string) Template {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	tree, ok := value(&doc).(map[string]any)
	if !ok {
		t.Fatalf("%s is no mapping", path)
	}
	return tree
}

// value returns what a node stands for.
func value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return value(n.Content[0])
	case yaml.AliasNode:
		return value(n.Alias)
	}
	v := plain(n)
	name, short := strings.CutPrefix(n.Tag, "!")
	switch {
	case !short || strings.HasPrefix(n.Tag, "!!"):
		return v
	case name == "Ref" || name == "Condition":
		return map[string]any{name: v}
	case name == "GetAtt":
		if text, ok := v.(string); ok {
			resource, attribute, _ := strings.Cut(text, ".")
			v = []any{resource, attribute}
		}
	}
	return map[string]any{"Fn::" + name: v}
}

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		l := []any{}
		for _, c := range n.Content {
			l = append(l, value(c))
		}
		return l
	}
	var v any
	if n.ShortTag() == "!!str" || strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		return n.Value
	}
	if err := n.Decode(&v); err != nil {
		return n.Value
	}
	return v
}

// At returns what stands at a path of names, nil where nothing does.
func (t Template) At(path ...string) any {
	var v any = map[string]any(t)
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// Set puts a value at a path, making what is missing on the way; nil removes it.
func (t Template) Set(v any, path ...string) {
	m := map[string]any(t)
	for _, name := range path[:len(path)-1] {
		next, ok := m[name].(map[string]any)
		if !ok {
			next = map[string]any{}
			m[name] = next
		}
		m = next
	}
	last := path[len(path)-1]
	if v == nil {
		delete(m, last)
		return
	}
	m[last] = v
}

// Of returns the properties of the resources of a type, by their names.
func (t Template) Of(kind string) map[string]map[string]any {
	found := map[string]map[string]any{}
	resources, _ := t.At("Resources").(map[string]any)
	for name, r := range resources {
		if m, ok := r.(map[string]any); ok && m["Type"] == kind {
			p, _ := m["Properties"].(map[string]any)
			found[name] = p
		}
	}
	return found
}

// ref returns the name that a Ref or the resource that a GetAtt is of.
func ref(v any) string {
	m, _ := v.(map[string]any)
	if name, ok := m["Ref"].(string); ok {
		return name
	}
	if parts, ok := m["Fn::GetAtt"].([]any); ok && len(parts) > 0 {
		name, _ := parts[0].(string)
		return name
	}
	return ""
}

// walk visits every value of a tree with the name it stands under.
func walk(name string, v any, visit func(name string, v any)) {
	visit(name, v)
	switch v := v.(type) {
	case map[string]any:
		for k, c := range v {
			walk(k, c, visit)
		}
	case []any:
		for _, c := range v {
			walk(name, c, visit)
		}
	}
}
