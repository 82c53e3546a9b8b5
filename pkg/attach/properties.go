package attach

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/rule"
)

// declared is what the properties say.
type declared struct {
	api, kind string
	body      []byte           // the rules as they are kept
	rules     rule.Declaration // the same, read
}

// kind is what a member's string stands for.
type kind int

const (
	asWritten kind = iota
	flag           // "true" is true
	number         // "300" is 300
)

// member is a property by its name in templates and in the kept document.
type member struct {
	pascal, snake string
	kind          kind
}

func ruleMembers() []member {
	return []member{{"Route", "route", asWritten}, {"Scope", "scope", asWritten}, {"Accept", "accept", asWritten},
		{"Optional", "optional", flag}, {"ForwardRefused", "forward_refused", flag}, {"MaxAge", "max_age", number}}
}

func formMembers() []member {
	return []member{{"Scope", "scope", asWritten}, {"Target", "target", asWritten}}
}

func topNames() []string {
	return []string{"ServiceToken", "ServiceTimeout", "ApiId", "ApiType", "Rules", "Forms"}
}

type object = map[string]jsontext.Value

// read reads properties, and returns everything that is wrong with them. What
// could be read is returned beside the faults.
func read(properties []byte) (d declared, faults Refused) {
	var top object
	if err := json.Unmarshal(properties, &top); err != nil || top == nil {
		return d, Refused{"the properties are no JSON object with each name once"}
	}
	for _, name := range slices.Sorted(maps.Keys(top)) {
		if !slices.Contains(topNames(), name) {
			faults = append(faults, unknown("", name, topNames()))
		}
	}
	d.api, faults = readAPI(top["ApiId"], faults)
	d.kind, faults = readType(top["ApiType"], faults)
	faults = append(faults, checkTimeout(top["ServiceTimeout"])...)
	t := translation{spoken: map[string]bool{}}
	d.body = t.document(top)
	var wrong rule.Faults
	d.rules, wrong = parse(d.body)
	return d, append(append(faults, t.faults...), t.rest(wrong)...)
}

func parse(body []byte) (rule.Declaration, rule.Faults) {
	d, err := rule.Parse(body)
	wrong, is := err.(rule.Faults)
	if err != nil && !is {
		wrong = rule.Faults{{Problem: err.Error()}}
	}
	return d, wrong
}

func readAPI(v jsontext.Value, faults Refused) (string, Refused) {
	s, ok := text(v)
	switch {
	case v == nil:
		return "", append(faults, "ApiId: missing; write ApiId: !Ref and the name of the API")
	case !ok || !apiID().MatchString(s):
		return "", append(faults, "ApiId: no id of an API, such as a1b2c3d4e5; write ApiId: !Ref and the name of the API")
	}
	return s, faults
}

func readType(v jsontext.Value, faults Refused) (string, Refused) {
	s, ok := text(v)
	switch {
	case v == nil:
		return "", faults
	case ok && (s == "HTTP" || s == "REST" || s == "WEBSOCKET"):
		return s, faults
	}
	return "", append(faults, "ApiType: not HTTP, REST or WEBSOCKET; leave it out to have it found out")
}

// checkTimeout: the bounds are CloudFormation's
// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html).
func checkTimeout(v jsontext.Value) Refused {
	if v == nil {
		return nil
	}
	var seconds int
	if json.Unmarshal(number.of(v), &seconds) != nil || seconds < 1 || seconds > 3600 {
		return Refused{"ServiceTimeout: not a whole number of seconds from 1 to 3600"}
	}
	return nil
}

func text(v jsontext.Value) (s string, ok bool) {
	return s, v.Kind() == '"' && json.Unmarshal(v, &s) == nil
}

// apiOf reads the API alone, from properties that may be wrong otherwise.
func apiOf(properties []byte) string {
	var top object
	if json.Unmarshal(properties, &top) != nil {
		return ""
	}
	api, _ := readAPI(top["ApiId"], nil)
	return api
}

// translation turns properties into the document that is kept.
type translation struct {
	faults Refused
	spoken map[string]bool // fields of the document of which enough was said
}

// document returns {"rules": ..., "forms": ...} of the properties of those names.
func (t *translation) document(top object) []byte {
	doc := object{}
	if v, ok := top["Rules"]; ok {
		doc["rules"] = t.rules(v)
	}
	if v, ok := top["Forms"]; ok {
		doc["forms"] = t.forms(v)
	}
	return encode(doc)
}

func (t *translation) rules(v jsontext.Value) jsontext.Value {
	var list []jsontext.Value
	if v.Kind() != '[' || json.Unmarshal(v, &list) != nil {
		return v
	}
	for i := range list {
		list[i] = t.members(list[i], fmt.Sprintf("rules[%d]", i), ruleMembers())
	}
	return encode(list)
}

// forms keeps the names of forms, which are the template's own.
func (t *translation) forms(v jsontext.Value) jsontext.Value {
	var forms object
	if v.Kind() != '{' || json.Unmarshal(v, &forms) != nil {
		return v
	}
	for _, name := range slices.Sorted(maps.Keys(forms)) {
		forms[name] = t.members(forms[name], "forms."+shown(name), formMembers())
	}
	return encode(forms)
}

// members renames the members of one rule or form. Of one that is unknown and was
// likely meant for another, the other is not said to be missing.
func (t *translation) members(v jsontext.Value, at string, known []member) jsontext.Value {
	var in object
	if v.Kind() != '{' || json.Unmarshal(v, &in) != nil {
		return v
	}
	var names []string
	for _, m := range known {
		names = append(names, m.pascal)
	}
	out := object{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		i := slices.Index(names, name)
		if i >= 0 {
			out[known[i].snake] = known[i].kind.of(in[name])
			continue
		}
		t.faults = append(t.faults, unknown(pascal(at)+".", name, names))
		meant := slices.Index(names, nearest(name, names))
		if meant >= 0 && in[names[meant]] == nil {
			t.spoken[at+"."+known[meant].snake] = true
		}
	}
	return encode(out)
}

var whole = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^"(0|[1-9][0-9]{0,17})"$`) })

// of returns what a string stands for, and anything else as it is: whoever reads
// it says what is wrong with that.
func (k kind) of(v jsontext.Value) jsontext.Value {
	switch s := string(v); {
	case k == flag && (s == `"true"` || s == `"false"`), k == number && whole().MatchString(s):
		return jsontext.Value(strings.Trim(s, `"`))
	}
	return v
}

func encode(v any) jsontext.Value {
	b, err := json.Marshal(v, json.Deterministic(true))
	if err != nil { // it was decoded from JSON
		return jsontext.Value("null")
	}
	return b
}

// rest returns faults of the document in the words of the template.
func (t *translation) rest(faults rule.Faults) (out Refused) {
	for _, f := range faults {
		if t.spoken[f.Field] {
			continue
		}
		if f.Field != "" {
			f.Field = pascal(f.Field) + ": "
		}
		out = append(out, f.Field+inTemplate(f.Problem))
	}
	return out
}

// pascal writes a field of the document as the template has it.
func pascal(field string) string {
	parts := strings.Split(field, ".")
	for i, part := range parts {
		for _, m := range append(ruleMembers(), formMembers()...) {
			if part == m.snake && i > 0 {
				parts[i] = m.pascal
			}
		}
	}
	for _, top := range []string{"Rules", "Forms"} {
		if rest, ok := strings.CutPrefix(parts[0], strings.ToLower(top)); ok {
			parts[0] = top + rest
		}
	}
	return strings.Join(parts, ".")
}

// inTemplate replaces the names of the document where a problem quotes them.
func inTemplate(problem string) string {
	return strings.NewReplacer(`{"rules": [...]}`, "Rules: [...]", `{"route": ..., "scope": ...}`, "{ Route: ..., Scope: ... }",
		`{"scope": ..., "target": ...}`, "{ Scope: ..., Target: ... }", "rules[", "Rules[").Replace(problem)
}
