package template

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// none is AWS::NoValue: what it stands for is not there.
type none struct{}

// maxDepth bounds how deep values may lead into each other.
const maxDepth = 100

// value evaluates what stands at a place: to a string, []any or map[string]any.
func (r *reader) value(n node) any {
	if r.depth++; r.depth > maxDepth {
		r.fault(n, "nested too deep, or in a circle")
		r.depth--
		return ""
	}
	defer func() { r.depth-- }()
	if name, argument, ok := n.intrinsic(); ok {
		return r.call(name, argument)
	}
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for k, v := range n.entries() {
			if x := r.value(v); x != (any)(none{}) {
				out[k] = x
			}
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, v := range n.items() {
			if x := r.value(v); x != (any)(none{}) {
				out = append(out, x)
			}
		}
		return out
	}
	return r.resolve(n, n.Value)
}

// text evaluates to a string.
func (r *reader) text(n node) string {
	s, ok := r.value(n).(string)
	if !ok {
		r.fault(n, "it must be text")
	}
	return s
}

// call evaluates an intrinsic function.
func (r *reader) call(name string, n node) any {
	switch name {
	case "Ref":
		return r.ref(n, n.scalar())
	case "Fn::GetAtt":
		return r.getAtt(n)
	case "Fn::Sub":
		return r.sub(n)
	case "Fn::Join":
		return r.join(n)
	case "Fn::If":
		return r.ifThen(n)
	case "Fn::Select":
		return r.selectOf(n)
	case "Fn::Split":
		return r.split(n)
	case "Fn::FindInMap":
		return r.findInMap(n)
	case "Fn::ImportValue":
		return r.importValue(n, r.text(n))
	}
	r.fault(n, "the function %s is not known here", name)
	return ""
}

// arguments returns a function's arguments, if there are as many as it takes.
func (r *reader) arguments(n node, name string, want int) []node {
	var list []node
	for _, v := range n.items() {
		list = append(list, v)
	}
	if len(list) != want {
		r.fault(n, "%s takes a list of %d", name, want)
		return nil
	}
	return list
}

func (r *reader) getAtt(n node) any {
	id, attribute, ok := strings.Cut(n.scalar(), ".")
	if n.isList() {
		args := r.arguments(n, "Fn::GetAtt", 2)
		if args == nil {
			return ""
		}
		id, attribute, ok = args[0].scalar(), r.text(args[1]), true
	}
	if !ok {
		r.fault(n, "Fn::GetAtt takes a logical id and an attribute")
		return ""
	}
	return r.attribute(n, id, attribute)
}

var variable = regexp.MustCompile(`\$\{([^!{}][^{}]*)\}`)

func (r *reader) sub(n node) any {
	text, own := n.scalar(), map[string]any{}
	if n.isList() {
		args := r.arguments(n, "Fn::Sub", 2)
		if args == nil {
			return ""
		}
		text = args[0].scalar()
		own, _ = r.value(args[1]).(map[string]any)
	}
	out := variable.ReplaceAllStringFunc(text, func(m string) string {
		name := strings.TrimSpace(m[2 : len(m)-1])
		v, ok := own[name]
		if !ok {
			if id, attribute, dotted := strings.Cut(name, "."); dotted {
				v = r.attribute(n, id, attribute)
			} else {
				v = r.ref(n, name)
			}
		}
		s, ok := v.(string)
		if !ok {
			r.fault(n, "${%s} is no text", name)
		}
		return s
	})
	return r.resolve(n, strings.ReplaceAll(out, "${!", "${"))
}

func (r *reader) join(n node) any {
	args := r.arguments(n, "Fn::Join", 2)
	if args == nil {
		return ""
	}
	return strings.Join(r.texts(args[1]), args[0].scalar())
}

// texts evaluates to a list of strings.
func (r *reader) texts(n node) []string {
	list, ok := r.value(n).([]any)
	if !ok {
		r.fault(n, "it must be a list")
	}
	var out []string
	for _, v := range list {
		s, ok := v.(string)
		if !ok {
			r.fault(n, "it must be a list of texts")
		}
		out = append(out, s)
	}
	return out
}

func (r *reader) ifThen(n node) any {
	args := r.arguments(n, "Fn::If", 3)
	if args == nil {
		return ""
	}
	if r.condition(args[0].scalar(), args[0]) {
		return r.value(args[1])
	}
	return r.value(args[2])
}

func (r *reader) selectOf(n node) any {
	args := r.arguments(n, "Fn::Select", 2)
	if args == nil {
		return ""
	}
	list, _ := r.value(args[1]).([]any)
	i, err := strconv.Atoi(r.text(args[0]))
	if err != nil || i < 0 || i >= len(list) {
		r.fault(n, "Fn::Select: there is no item %q of %d", args[0].scalar(), len(list))
		return ""
	}
	return list[i]
}

func (r *reader) split(n node) any {
	args := r.arguments(n, "Fn::Split", 2)
	if args == nil {
		return []any{}
	}
	out := []any{}
	for _, s := range strings.Split(r.text(args[1]), args[0].scalar()) {
		out = append(out, s)
	}
	return out
}

func (r *reader) findInMap(n node) any {
	args := r.arguments(n, "Fn::FindInMap", 3)
	if args == nil {
		return ""
	}
	at := r.root.get("Mappings")
	for _, a := range args {
		if at = at.get(r.text(a)); !at.ok() {
			r.fault(n, "Fn::FindInMap: there is no %s", at.path)
			return ""
		}
	}
	return r.value(at)
}

func (r *reader) importValue(n node, name string) any {
	v, ok := r.imports[name]
	if !ok {
		r.fault(n, "the import %q was not given", name)
	}
	return v
}

var dynamic = regexp.MustCompile(`\{\{(resolve:[^{}]+)\}\}`)

// resolve replaces dynamic references, which are given as imports.
func (r *reader) resolve(n node, text string) string {
	return dynamic.ReplaceAllStringFunc(text, func(m string) string {
		v, _ := r.importValue(n, m[2:len(m)-2]).(string)
		return v
	})
}
