package template

import "slices"

// readConditions decides every condition, used or not.
func (r *reader) readConditions() {
	for name, n := range r.root.get("Conditions").entries() {
		r.condition(name, n)
	}
}

// condition decides a named condition.
func (r *reader) condition(name string, at node) bool {
	if v, ok := r.conditions[name]; ok {
		return v
	}
	n := r.root.get("Conditions").get(name)
	switch {
	case !n.ok():
		r.fault(at, "there is no condition %q", name)
		return false
	case r.deciding[name]:
		r.fault(at, "the condition %q leads in a circle", name)
		return false
	}
	r.deciding[name] = true
	v := r.holds(n)
	r.conditions[name] = v
	return v
}

// holds decides what stands at a place.
func (r *reader) holds(n node) bool {
	name, argument, ok := n.intrinsic()
	if !ok && n.isMap() && len(n.Content) == 2 && n.Content[0].Value == "Condition" {
		name, argument, ok = "Condition", node{n.Content[1], n.path}, true
	}
	var list []node
	for _, v := range argument.items() {
		list = append(list, v)
	}
	switch {
	case ok && name == "Condition":
		return r.condition(argument.scalar(), n)
	case ok && name == "Fn::Equals" && len(list) == 2:
		return r.text(list[0]) == r.text(list[1])
	case ok && name == "Fn::Not" && len(list) == 1:
		return !r.holds(list[0])
	case ok && name == "Fn::And" && len(list) >= 2:
		return !slices.ContainsFunc(list, func(c node) bool { return !r.holds(c) })
	case ok && name == "Fn::Or" && len(list) >= 2:
		return slices.ContainsFunc(list, r.holds)
	case ok && name == "Fn::Contains" && len(list) == 2:
		return slices.Contains(r.texts(list[0]), r.text(list[1]))
	}
	r.fault(n, "want Fn::Equals, Not, And, Or, Contains or Condition, each with its list")
	return false
}

// readRules holds the parameters to the template's Rules.
func (r *reader) readRules() {
	for _, rule := range r.root.get("Rules").entries() {
		for k, v := range rule.entries() {
			if k != "RuleCondition" && k != "Assertions" {
				r.fault(v, "no part of a rule")
			}
		}
		if c := rule.get("RuleCondition"); c.ok() && !r.holds(c) {
			continue
		}
		for _, a := range rule.get("Assertions").items() {
			if !r.holds(a.get("Assert")) {
				r.fault(a, "%s", a.get("AssertDescription").scalar())
			}
		}
	}
}
