package template

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// readParameters takes the values given, and the defaults, within their
// constraints.
func (r *reader) readParameters(given map[string]string) {
	r.parameters = map[string]any{}
	r.stack.Parameters = map[string]string{}
	section := r.root.get("Parameters")
	for name := range given {
		if name != "AWS::StackName" && !section.get(name).ok() {
			r.fault(section, "there is no parameter %q", name)
		}
	}
	for name, n := range section.entries() {
		value, ok := given[name]
		if !ok {
			if !n.get("Default").ok() {
				r.fault(n, "it has no default, and no value was given")
				continue
			}
			value = n.get("Default").scalar()
		}
		r.constrain(n, value)
		r.stack.Parameters[name] = value
		r.parameters[name] = value
		if kind := n.get("Type").scalar(); kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
			list := []any{}
			for _, s := range strings.Split(value, ",") {
				list = append(list, strings.TrimSpace(s))
			}
			r.parameters[name] = list
		}
	}
}

// constrain holds a value to what its parameter says of it.
func (r *reader) constrain(n node, value string) {
	number, numeric := 0.0, n.get("Type").scalar() == "Number"
	if numeric {
		var err error
		if number, err = strconv.ParseFloat(value, 64); err != nil {
			r.fault(n, "%q is no number", value)
		}
	}
	for k, v := range n.entries() {
		good := true
		switch k {
		case "Type":
			kind := v.scalar()
			good = kind == "String" || numeric || kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") || strings.HasPrefix(kind, "AWS::")
		case "Default", "Description", "ConstraintDescription", "NoEcho":
		case "AllowedValues":
			good = slices.ContainsFunc(v.Content, func(a *yaml.Node) bool { return a.Value == value })
		case "AllowedPattern":
			re, err := regexp.Compile("^(?:" + v.scalar() + ")$")
			good = err == nil && re.MatchString(value)
		case "MinLength", "MaxLength":
			limit, err := strconv.Atoi(v.scalar())
			have := utf8.RuneCountInString(value)
			good = err == nil && (k == "MinLength" && have >= limit || k == "MaxLength" && have <= limit)
		case "MinValue", "MaxValue":
			limit, err := strconv.ParseFloat(v.scalar(), 64)
			good = err == nil && numeric && (k == "MinValue" && number >= limit || k == "MaxValue" && number <= limit)
		default:
			r.fault(v, "no attribute of a parameter")
		}
		if !good {
			r.fault(v, "the value %q does not keep to it", value)
		}
	}
}
