package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The bounds of forms.
const (
	MaxForms    = 20 // of one declaration
	MaxFormName = 40 // bytes
)

// Form is a page on which visitors without an account ask for a pass. Posting it
// makes no pass: it tells the host, who may then issue one.
type Form struct {
	// Scope of the pass that the host is to issue: the same for all who ask, so
	// nothing in it is replaced.
	Scope string `json:"scope"`
	// Target that its link leads to: a path on Gatepass's own host.
	Target string `json:"target"`
}

// ValidFormName reports whether s may name a form: 1 to MaxFormName of a-z 0-9 -.
func ValidFormName(s string) bool {
	if s == "" || len(s) > MaxFormName {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// check returns what is wrong with f, each fault under the member's name.
func (f *Form) check() (faults Faults) {
	switch {
	case f.Scope == "":
		faults = append(faults, Fault{"scope", "missing; write the scope that visitors are to get"})
	case !pass.ValidScope(f.Scope):
		faults = append(faults, Fault{"scope", fmt.Sprintf("no scope; it is 1 to %d of A-Z a-z 0-9 . _ ~ - : / and takes no parameters, since a form has none", pass.MaxScope)})
	}
	switch {
	case f.Target == "":
		faults = append(faults, Fault{"target", `missing; write where the link leads, such as "/visitors"`})
	case !LocalPath(f.Target):
		faults = append(faults, Fault{"target", fmt.Sprintf("does not stay on this host; it is a path from / of at most %d printable ASCII characters without a backslash", pass.MaxTarget)})
	}
	return faults
}

// formDraft is a form on its way.
type formDraft struct {
	Form
	name   string
	faults Faults
}

// forms reads the forms of a declaration, in its order.
func forms(v jsontext.Value) ([]formDraft, Faults) {
	if v.Kind() != '{' {
		return nil, Faults{{"forms", `no object; write {"reference": {"scope": ..., "target": ...}}`}}
	}
	list := members(v)
	switch {
	case len(list) == 0:
		return nil, Faults{{"forms", "empty; declare at least one form, or leave it out"}}
	case len(list) > MaxForms:
		return nil, Faults{tooManyForms(len(list))}
	}
	drafts := make([]formDraft, 0, len(list))
	for _, m := range list {
		drafts = append(drafts, readForm(m))
	}
	return drafts, nil
}

func tooManyForms(n int) Fault {
	return Fault{"forms", fmt.Sprintf("%d forms; a declaration has at most %d", n, MaxForms)}
}

func readForm(m member) (d formDraft) {
	d.name = m.name
	if m.value.Kind() != '{' {
		d.faults = Faults{{"", `no object; write {"scope": ..., "target": ...}`}}
		return d
	}
	d.faults = each(m.value, d.set)
	return d
}

func (d *formDraft) set(name string, v jsontext.Value) string {
	switch name {
	case "scope":
		return decode(v, &d.Scope, "text")
	case "target":
		return decode(v, &d.Target, "text")
	}
	return unknown(name, []string{"scope", "target"})
}

// checkForms returns everything that is wrong with forms, and was not said where
// they were read.
func checkForms(drafts []formDraft) (faults Faults) {
	seen := map[string]bool{}
	for _, d := range drafts {
		at := "forms." + shortened(d.name)
		switch {
		case seen[d.name]:
			faults = append(faults, Fault{at, "given twice; a form has one declaration"})
		case !ValidFormName(d.name):
			faults = append(faults, Fault{at, fmt.Sprintf("no name for a form, which stands in its address: 1 to %d of a-z 0-9 -", MaxFormName)})
		}
		seen[d.name] = true
		for _, f := range append(d.faults, d.faults.besides(d.check())...) {
			faults = append(faults, Fault{strings.TrimSuffix(at+"."+f.Field, "."), f.Problem})
		}
	}
	return faults
}

// shortened bounds a name within a fault.
func shortened(name string) string {
	if ValidFormName(name) {
		return name
	}
	return quote(name)
}

// formDrafts returns the forms of d in the order of their names.
func (d Declaration) formDrafts() []formDraft {
	drafts := make([]formDraft, 0, len(d.Forms))
	for _, name := range slices.Sorted(maps.Keys(d.Forms)) {
		drafts = append(drafts, formDraft{Form: d.Forms[name], name: name})
	}
	return drafts
}

// formsOf returns the forms of drafts by their names; nil if there are none.
func formsOf(drafts []formDraft) map[string]Form {
	if len(drafts) == 0 {
		return nil
	}
	out := make(map[string]Form, len(drafts))
	for _, d := range drafts {
		out[d.name] = d.Form
	}
	return out
}

// addForms takes the forms of one declaration into s. owner remembers whose each is.
func (s *Set) addForms(name string, d Declaration, owner map[string]string) (faults Faults) {
	if len(d.Forms) > MaxForms {
		return Faults{tooManyForms(len(d.Forms))}
	}
	drafts := d.formDrafts()
	faults = checkForms(drafts)
	for _, f := range drafts {
		if other, taken := owner[f.name]; taken {
			faults = append(faults, Fault{"forms." + shortened(f.name), "is in " + other + " already; a form has one declaration"})
			continue
		}
		owner[f.name] = name
		s.forms[f.name] = f.Form
	}
	return faults
}

// Form returns the form of a name.
func (s *Set) Form(name string) (Form, bool) {
	f, ok := s.forms[name]
	return f, ok
}
