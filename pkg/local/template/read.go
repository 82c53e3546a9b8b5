package template

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Where everything is deployed.
const (
	region    = "local"
	account   = "000000000000"
	partition = "aws"
)

// maxTemplate is CloudFormation's limit of a template, in bytes.
const maxTemplate = 1 << 20

// reader reads one template.
type reader struct {
	stack      *Stack
	root       node
	known      map[string]*known
	imports    map[string]string
	parameters map[string]any
	conditions map[string]bool
	deciding   map[string]bool // conditions being decided, against circles
	resources  map[string]*resource
	globals    map[string]map[string]any
	faults     []error
	depth      int
	needs      map[string]map[string]bool // resources, to those that must be there first
}

// resource is one resource of the template.
type resource struct {
	id, kind  string
	known     *known
	node      node
	dependsOn []string
	props     map[string]any
}

// at names a property for a fault.
func (x *resource) at(property string) node {
	return node{path: "Resources." + x.id + ".Properties." + property}
}

// Read reads a template with the values of its parameters, AWS::StackName among
// them ("stack" if it is not), and of the exports and dynamic references that it
// imports, by name. A nested stack is not read: what is taken from it is an
// import of the name <logical id>.Outputs.<output>. The error joins every fault,
// each with its path.
func Read(text []byte, parameters, imports map[string]string) (*Stack, error) {
	if len(text) > maxTemplate {
		return nil, fmt.Errorf("template: %d bytes, more than CloudFormation's %d", len(text), maxTemplate)
	}
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	r := &reader{root: root, known: knownTypes(), imports: imports, conditions: map[string]bool{}, deciding: map[string]bool{},
		resources: map[string]*resource{}, globals: map[string]map[string]any{}, needs: map[string]map[string]bool{},
		stack: &Stack{Name: "stack", Functions: map[string]*Function{}, APIs: map[string]*API{}, Outputs: map[string]string{}, Exports: map[string]string{}}}
	if name, ok := parameters["AWS::StackName"]; ok {
		r.stack.Name = name
	}
	r.wellFormed(root)
	r.sections()
	if len(r.faults) > 0 {
		return nil, r.failed() // what follows would report the same again
	}
	for _, step := range []func(){func() { r.readParameters(parameters) }, r.readConditions, r.readRules, r.readResources, r.readGlobals, r.properties} {
		step()
	}
	if len(r.faults) > 0 {
		return nil, r.failed()
	}
	r.build()
	r.readOutputs()
	return r.stack, r.failed()
}

func (r *reader) failed() error { return errors.Join(r.faults...) }

// fault reports what is wrong at a place.
func (r *reader) fault(at node, format string, args ...any) {
	err := fmt.Errorf("template: %s: %s", at.path, fmt.Sprintf(format, args...))
	for _, f := range r.faults {
		if f.Error() == err.Error() {
			return
		}
	}
	r.faults = append(r.faults, err)
}

// sections refuses sections that do not exist, and transforms that are not known.
func (r *reader) sections() {
	all := []string{"AWSTemplateFormatVersion", "Transform", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules", "Globals", "Resources", "Outputs"}
	for k, v := range r.root.entries() {
		if !slices.Contains(all, k) {
			r.fault(v, "no section of a template")
		}
	}
	if t := r.root.get("Transform"); t.ok() && t.Value != "AWS::Serverless-2016-10-31" {
		r.fault(t, "only AWS::Serverless-2016-10-31 is known")
	}
	if len(r.root.get("Resources").Content) == 0 {
		r.fault(r.root.get("Resources"), "there are none")
	}
}

// readResources takes the resources whose condition holds.
func (r *reader) readResources() {
	attributes := []string{"Type", "Properties", "Condition", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy", "Metadata"}
	for id, n := range r.root.get("Resources").entries() {
		for k, v := range n.entries() {
			if !slices.Contains(attributes, k) {
				r.fault(v, "no attribute of a resource")
			}
		}
		x := &resource{id: id, kind: n.get("Type").scalar(), node: n}
		if x.known = r.known[x.kind]; x.known == nil {
			r.fault(n.get("Type"), "the resource type %q is not known here", x.kind)
			continue
		}
		if strings.HasPrefix(x.kind, "AWS::Serverless::") && !r.root.get("Transform").ok() {
			r.fault(n.get("Type"), "%s needs Transform: AWS::Serverless-2016-10-31", x.kind)
		}
		if c := n.get("Condition"); c.ok() && !r.condition(c.scalar(), c) {
			continue
		}
		r.resources[id] = x
	}
	for _, x := range r.resources {
		r.readDependsOn(x)
	}
}

func (r *reader) readDependsOn(x *resource) {
	d := x.node.get("DependsOn")
	list := []node{}
	if d.isList() {
		for _, item := range d.items() {
			list = append(list, item)
		}
	} else if d.ok() {
		list = append(list, d)
	}
	for _, item := range list {
		if !r.root.get("Resources").get(item.Value).ok() && !r.generated(item.Value) {
			r.fault(item, "there is no resource %q", item.Value)
		}
		x.dependsOn = append(x.dependsOn, item.Value)
		r.need(x.id, item.Value)
	}
}

// readGlobals takes what SAM lays below the properties of its resources.
func (r *reader) readGlobals() {
	kinds := map[string]string{"Function": "AWS::Serverless::Function", "Api": "AWS::Serverless::Api", "HttpApi": "AWS::Serverless::HttpApi"}
	for section, n := range r.root.get("Globals").entries() {
		kind, ok := kinds[section]
		if !ok {
			r.fault(n, "no section of Globals that is known here")
			continue
		}
		v, _ := r.value(n).(map[string]any)
		r.check(v, n.path, &r.known[kind].tree)
		r.globals[kind] = v
	}
}

// properties evaluates and checks the properties of every resource.
func (r *reader) properties() {
	for _, id := range slices.Sorted(maps.Keys(r.resources)) {
		x := r.resources[id]
		props := map[string]any{}
		if p := x.node.get("Properties"); p.ok() {
			v, ok := r.value(p).(map[string]any)
			if !ok {
				r.fault(p, "properties are a mapping")
			}
			r.check(v, p.path, &x.known.tree)
			props = v
		}
		x.props, _ = merged(r.globals[x.kind], props).(map[string]any)
		if x.props == nil {
			x.props = map[string]any{}
		}
	}
}

// merged lays a resource's own over what Globals say: mappings are merged, lists
// joined, scalars replaced.
func merged(under, over any) any {
	switch o := over.(type) {
	case map[string]any:
		u, ok := under.(map[string]any)
		if !ok || u == nil {
			return over
		}
		out := maps.Clone(u)
		for k, v := range o {
			if below, ok := u[k]; ok {
				v = merged(below, v)
			}
			out[k] = v
		}
		return out
	case []any:
		if u, ok := under.([]any); ok {
			return append(slices.Clone(u), o...)
		}
	}
	return over
}

func (r *reader) readOutputs() {
	for id, n := range r.root.get("Outputs").entries() {
		for k, v := range n.entries() {
			if !slices.Contains([]string{"Description", "Value", "Export", "Condition"}, k) {
				r.fault(v, "no attribute of an output")
			}
		}
		if c := n.get("Condition"); c.ok() && !r.condition(c.scalar(), c) {
			continue
		}
		if !n.get("Value").ok() {
			r.fault(n, "an output needs a Value")
			continue
		}
		r.stack.Outputs[id] = r.text(n.get("Value"))
		if name := n.get("Export").get("Name"); name.ok() {
			r.stack.Exports[r.text(name)] = r.stack.Outputs[id]
		}
	}
}

// scalar returns a scalar's text, "" for anything else.
func (n node) scalar() string {
	if !n.ok() || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}
