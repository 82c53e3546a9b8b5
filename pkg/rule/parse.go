package rule

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Parse reads a declaration, {"rules": [{...}, ...], "forms": {...}}, and fills in
// the modes of rules that leave accept out. Either may be left out beside the
// other. It is strict: members that are unknown, given twice, in another case,
// null or of another type are refused by name. The error is [Faults] with all of
// them, in the order of the rules; only a body that is too large or no JSON at
// all stops at the first.
func Parse(body []byte) (Declaration, error) { return parse(body, false) }

// Stored reads a declaration that Parse has accepted before it was stored, maybe
// in a newer version than this: while one is rolled out, or back, both read it. A
// member beside rules and forms that this version does not know is about
// something it does not do, and is passed over. One within a rule or a form is
// refused as by Parse, since it may forbid what this version would allow.
func Stored(body []byte) (Declaration, error) { return parse(body, true) }

func parse(body []byte, newer bool) (Declaration, error) {
	if len(body) > MaxBody {
		return Declaration{}, Faults{{"", fmt.Sprintf("%d bytes; a declaration has at most %d", len(body), MaxBody)}}
	}
	doc, fault := document(body)
	if fault != "" {
		return Declaration{}, Faults{{"", fault}}
	}
	drafts, forms, faults := declaration(doc, newer)
	faults = append(faults, check(drafts)...)
	faults = append(faults, checkForms(forms)...)
	if len(faults) > 0 {
		return Declaration{}, faults
	}
	return Declaration{Rules: accepting(drafts), Forms: formsOf(forms)}, nil
}

// draft is a rule on its way: what could be read of it, and what could not, each
// fault under the member's name.
type draft struct {
	Rule
	faults Faults
}

// accepting returns the rules of drafts, with accept filled in.
func accepting(drafts []draft) []Rule {
	rules := make([]Rule, 0, len(drafts))
	for _, d := range drafts {
		if d.Accept == nil {
			d.Accept = everyMode()
		}
		rules = append(rules, d.Rule)
	}
	return rules
}

// declaration reads the members of the document.
func declaration(doc jsontext.Value, newer bool) (drafts []draft, asked []formDraft, faults Faults) {
	if doc.Kind() != '{' {
		return nil, nil, Faults{{"", `no object; write {"rules": [...]}`}}
	}
	found := map[string]bool{}
	for _, m := range members(doc) {
		switch {
		case newer && strange(m.name):
		case strange(m.name):
			faults = append(faults, Fault{m.name, unknown(m.name, []string{"rules", "forms"})})
		case found[m.name]:
			faults = append(faults, Fault{m.name, "given twice; write it once"})
		case m.name == "rules":
			drafts, faults = rules(m.value, faults)
		default:
			var more Faults
			asked, more = forms(m.value)
			faults = append(faults, more...)
		}
		found[m.name] = true
	}
	if !found["rules"] && !found["forms"] {
		faults = append(faults, Fault{"rules", "missing; it is the list of rules"})
	}
	return drafts, asked, faults
}

// strange reports a member that a declaration does not have in this version.
func strange(name string) bool { return name != "rules" && name != "forms" }

func rules(v jsontext.Value, faults Faults) ([]draft, Faults) {
	if v.Kind() != '[' {
		return nil, append(faults, Fault{"rules", "no list; write [{...}, ...]"})
	}
	list := elements(v)
	if len(list) == 0 {
		return nil, append(faults, Fault{"rules", "empty; declare at least one rule, or remove the declaration"})
	}
	if len(list) > MaxRules {
		return nil, append(faults, tooMany(len(list)))
	}
	drafts := make([]draft, 0, len(list))
	for _, v := range list {
		drafts = append(drafts, read(v))
	}
	return drafts, faults
}

// read reads one rule.
func read(v jsontext.Value) (d draft) {
	if v.Kind() != '{' {
		d.faults = Faults{{"", `no object; write {"route": ..., "scope": ...}`}}
		return d
	}
	d.faults = each(v, d.set)
	return d
}

// each hands every member of an object to set, once, and returns what is wrong
// with them.
func each(object jsontext.Value, set func(name string, v jsontext.Value) string) (faults Faults) {
	seen := map[string]bool{}
	for _, m := range members(object) {
		problem := "given twice; write it once"
		if !seen[m.name] {
			problem = set(m.name, m.value)
		}
		seen[m.name] = true
		if problem != "" {
			faults = append(faults, Fault{m.name, problem})
		}
	}
	return faults
}

// set reads one member, and returns what is wrong with it.
func (d *draft) set(name string, v jsontext.Value) string {
	switch name {
	case "route":
		return decode(v, &d.Route, "text")
	case "scope":
		return decode(v, &d.Scope, "text")
	case "optional":
		return decode(v, &d.Optional, "true or false")
	case "forward_refused":
		return decode(v, &d.ForwardRefused, "true or false")
	case "accept":
		problem := decode(v, &d.Accept, `a list of modes, such as ["request"]`)
		if problem == "" && len(d.Accept) == 0 {
			return "empty; name the modes to let in, or leave it out for all of them"
		}
		return problem
	case "max_age":
		problem := decode(v, &d.MaxAge, "a whole number of seconds")
		if problem == "" && d.MaxAge == 0 {
			return "zero; leave it out for any age"
		}
		return problem
	}
	return unknown(name, []string{"route", "scope", "accept", "optional", "forward_refused", "max_age"})
}

func decode(v jsontext.Value, to any, what string) string {
	if v.Kind() == 'n' || json.Unmarshal(v, to) != nil {
		return "is not " + what
	}
	return ""
}

// unknown says what a name may have been meant for.
func unknown(name string, known []string) string {
	bare := func(s string) string { return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(s)) }
	for _, k := range known {
		if bare(name) == bare(k) {
			return "unknown; write it " + k
		}
	}
	return "unknown; there is " + strings.Join(known, ", ")
}

func tooMany(n int) Fault {
	return Fault{"rules", fmt.Sprintf("%d rules; a declaration has at most %d, so split it", n, MaxRules)}
}

// check returns everything that is wrong with drafts: what could not be read, and
// of the rest what breaks a rule of this package.
func check(drafts []draft) Faults {
	var faults Faults
	first := make(map[string]int, len(drafts))
	for i, d := range drafts {
		for _, f := range append(d.faults, d.faults.besides(d.check())...) {
			faults = append(faults, Fault{field(i, f.Field), f.Problem})
		}
		if d.Route == "" {
			continue
		}
		if j, again := first[d.Route]; again {
			faults = append(faults, Fault{field(i, "route"), quote(d.Route) + " has a rule already, " + field(j, "") + "; a route has one"})
			continue
		}
		first[d.Route] = i
	}
	return faults
}
