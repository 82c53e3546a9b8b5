package template

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a place in the template: its text, and the way to it.
type node struct {
	*yaml.Node
	path string
}

// parse reads YAML, of which JSON is a part.
func parse(text []byte) (node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return node{}, fmt.Errorf("template: %w", err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return node{}, fmt.Errorf("template: it is no mapping")
	}
	return node{doc.Content[0], ""}, nil
}

func (n node) ok() bool     { return n.Node != nil }
func (n node) isMap() bool  { return n.ok() && n.Kind == yaml.MappingNode }
func (n node) isList() bool { return n.ok() && n.Kind == yaml.SequenceNode }

// at returns the place below this one.
func (n node) at(key string, y *yaml.Node) node {
	return node{y, strings.TrimPrefix(n.path+"."+key, ".")}
}

// get returns a mapping's entry, or a node that is not ok.
func (n node) get(key string) node {
	for k, v := range n.entries() {
		if k == key {
			return v
		}
	}
	return node{path: strings.TrimPrefix(n.path+"."+key, ".")}
}

// entries yields a mapping's keys and values, in order.
func (n node) entries() func(yield func(string, node) bool) {
	return func(yield func(string, node) bool) {
		if !n.isMap() {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if k := n.Content[i].Value; !yield(k, n.at(k, n.Content[i+1])) {
				return
			}
		}
	}
}

// items yields a list's items.
func (n node) items() func(yield func(int, node) bool) {
	return func(yield func(int, node) bool) {
		if !n.isList() {
			return
		}
		for i, y := range n.Content {
			if !yield(i, node{y, fmt.Sprintf("%s[%d]", n.path, i)}) {
				return
			}
		}
	}
}

// intrinsic returns the function that stands here, by its full name, and its
// argument: !GetAtt x and {Fn::GetAtt: x} are one.
func (n node) intrinsic() (name string, argument node, ok bool) {
	if tag := n.Tag; strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		name = tag[1:]
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		plain := *n.Node
		plain.Tag = ""
		return name, node{&plain, n.path}, true
	}
	if !n.isMap() || len(n.Content) != 2 {
		return "", node{}, false
	}
	name = n.Content[0].Value
	if name != "Ref" && !strings.HasPrefix(name, "Fn::") {
		return "", node{}, false
	}
	return name, node{n.Content[1], n.path}, true
}

// wellFormed reports keys that are there twice, and what CloudFormation's YAML
// does not have.
func (r *reader) wellFormed(n node) {
	switch n.Kind {
	case yaml.AliasNode:
		r.fault(n, "YAML aliases are not for templates")
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			r.fault(n, "null, which CloudFormation does not take")
		}
	case yaml.MappingNode:
		seen := map[string]bool{}
		for k, v := range n.entries() {
			if seen[k] {
				r.fault(v, "it is there twice")
			}
			seen[k] = true
			r.wellFormed(v)
		}
	case yaml.SequenceNode:
		for _, v := range n.items() {
			r.wellFormed(v)
		}
	}
}
