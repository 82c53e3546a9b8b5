package manage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// MaxDocument bounds a document, in bytes.
const MaxDocument = 32768

// whole names the document itself where no field is to blame.
const whole = "document"

// Handle carries out the operation that a document asks for and returns the
// answer as a document, indented for people. The error is for what may be tried
// again and matches pass.ErrUnavailable.
func (m *Manager) Handle(ctx context.Context, doc []byte) ([]byte, error) {
	r := parse(doc)
	var a any
	var err error
	if o := operationOf(r.op); o == nil {
		err = r.faults.problem("")
		m.log(Entry{}, err)
	} else {
		a, err = o.do(m, ctx, r)
	}
	return Answer(a, err)
}

// answer writes a document. Records may hold any bytes that a browser sent, so
// what is no UTF-8 is replaced and never an error.
func answer(v any) ([]byte, error) {
	b, err := json.Marshal(v, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return nil, fmt.Errorf("manage: %w: %w", pass.ErrUnavailable, err)
	}
	return append(b, '\n'), nil
}

// parse reads a document. The operation is empty where it cannot be told.
func parse(doc []byte) *request {
	r := &request{}
	fields := r.open(doc, `{"describe": {"pass": "…"}}`, operationNames())
	if r.op != "" {
		r.read(operationOf(r.op).fields(r), fields)
	}
	return r
}

// open reads which of the named operations a document asks for, and the fields that
// it gives.
func (r *request) open(doc []byte, example string, names []string) []member {
	if len(doc) > MaxDocument {
		r.faults.add(whole, fmt.Sprintf("%d bytes, at most %d", len(doc), MaxDocument))
		return nil
	}
	ops, err := members(doc)
	if err != nil {
		r.faults.add(whole, "must be one JSON object, such as "+example+": "+err.Error())
		return nil
	}
	if len(ops) != 1 {
		r.faults.add(whole, fmt.Sprintf("must name one operation, not %d", len(ops)))
	}
	for _, o := range ops {
		if !slices.Contains(names, o.name) {
			r.faults.add(shown(o.name), "is no operation; there are "+and(names)+", in lower case")
		}
	}
	if len(r.faults) > 0 {
		return nil
	}
	fields, err := members(ops[0].value)
	if err != nil {
		r.faults.add(ops[0].name, "must be a JSON object")
		return nil
	}
	r.op = ops[0].name
	return fields
}

// read reads the fields of an operation. Those with faults keep their zero value.
func (r *request) read(known []Field, given []member) {
	seen := map[string]bool{}
	for _, m := range given {
		i := slices.IndexFunc(known, func(f Field) bool { return f.Name == m.name })
		switch {
		case i < 0:
			r.faults.add(shown(m.name), "is no field of "+r.op+", which has "+fieldNames(known))
		case seen[m.name]:
			r.faults.add(m.name, "is given twice")
		case m.value.Kind() == 'n':
			r.faults.add(m.name, "is null; leave it out instead")
		default:
			if why := known[i].Read(m.value); why != "" {
				r.faults.add(m.name, why)
			}
		}
		seen[m.name] = true
	}
}

// check adds what is wrong with which pass and session are meant to the faults, and
// finds the pass.
func (r *request) check(movedIn []string) found {
	where, why := find(r.Pass, movedIn)
	if why != "" {
		r.faults.add("pass", why)
	}
	if _, ok := keyBytes(r.Session); r.Session != "" && !ok {
		r.faults.add("session", "is no session id: 11 characters, as describe shows them")
	}
	return where
}

// attributed checks who and why.
func (f *faults) attributed(by, why string, movedIn []string) {
	if strings.TrimSpace(by) == "" {
		f.add("by", "required: who asks for this")
	}
	f.text("by", by, MaxBy)
	f.text("why", why, MaxWhy)
	f.link("by", by, movedIn)
	f.link("why", why, movedIn)
}

// text checks what says who or why: it goes into records and terminals, and who into
// logs.
func (f *faults) text(field, s string, limit int) {
	switch {
	case len(s) > limit:
		f.add(field, fmt.Sprintf("%d bytes, at most %d", len(s), limit))
	case printable(s) != s:
		f.add(field, "must be one line, of characters that can be shown")
	case holdsToken(s):
		f.add(field, "holds a token; records and logs must not")
	}
}

// link refuses a link with a credential that may have moved in. Such a credential
// alone is a word like others, which nobody can tell from one.
func (f *faults) link(field, s string, movedIn []string) {
	if len(movedIn) > 0 && len(token.MovedLinks(s, movedIn)) > 0 {
		f.add(field, "contains a link from the old system; records and logs must not")
	}
}

// member is one name and value of a JSON object.
type member struct {
	name  string
	value jsontext.Value
}

// members reads a JSON object that must be all there is in doc, its members in
// their order, a name as often as it is given. Errors say where, and never what
// stands there: it may be a token.
func members(doc []byte) ([]member, error) {
	d := jsontext.NewDecoder(bytes.NewReader(doc), jsontext.AllowDuplicateNames(true))
	if d.PeekKind() != '{' {
		return nil, errors.New("it does not begin with {")
	}
	var out []member
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() == '"' {
		var name jsontext.Token
		var value jsontext.Value
		if name, err = d.ReadToken(); err == nil {
			m := member{name: name.String()}
			value, err = d.ReadValue()
			m.value = value.Clone()
			out = append(out, m)
		}
	}
	if err == nil {
		_, err = d.ReadToken() // the closing brace
	}
	if err != nil {
		return nil, fmt.Errorf("not well-formed after byte %d", d.InputOffset())
	}
	if _, err = d.ReadToken(); err != io.EOF {
		return nil, fmt.Errorf("more follows it after byte %d", d.InputOffset())
	}
	return out, nil
}

// shown returns an unknown name as it may be answered: what is as long as a
// secret is not repeated.
func shown(name string) string {
	if len(name) > 20 {
		return fmt.Sprintf("(a name of %d bytes)", len(name))
	}
	return printable(name)
}

// printable replaces what must not reach a terminal: control characters, which
// JSON leaves as they are from U+007F on, what turns the direction of writing
// around, and what is no character at all. The joiners that some scripts and
// many emoji need stay.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) || r == '\u200c' || r == '\u200d' {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}
