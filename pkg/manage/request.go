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
)

// MaxDocument bounds a document, in bytes.
const MaxDocument = 32768

// whole names the document itself where no field is to blame.
const whole = "document"

// Handle carries out the operation that a document asks for and returns the
// answer as a document, indented for people. The error is for what may be tried
// again and matches pass.ErrUnavailable.
func (m *Manager) Handle(ctx context.Context, doc []byte) ([]byte, error) {
	op, c, f := parse(doc)
	var d *Description
	var err error
	if op == "" {
		err = f.problem(op)
		m.log(Entry{Outcome: outcome(err)})
	} else {
		d, err = m.do(ctx, op, c, f)
	}
	var p *Problem
	switch {
	case errors.As(err, &p):
		return answer(map[string]*Problem{"error": p})
	case err != nil:
		return nil, err
	}
	return answer(d)
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
func parse(doc []byte) (op string, c Change, f faults) {
	if len(doc) > MaxDocument {
		f.add(whole, fmt.Sprintf("%d bytes, at most %d", len(doc), MaxDocument))
		return "", c, f
	}
	ops, err := members(doc)
	if err != nil {
		f.add(whole, "must be one JSON object, such as {\"describe\": {\"pass\": \"…\"}}: "+err.Error())
		return "", c, f
	}
	if len(ops) != 1 {
		f.add(whole, fmt.Sprintf("must name one operation, not %d", len(ops)))
	}
	for _, o := range ops {
		if !slices.Contains([]string{describe, revoke, restore, end}, o.name) {
			f.add(shown(o.name), "is no operation; there are describe, revoke, restore and end, in lower case")
		}
	}
	if len(f) > 0 {
		return "", c, f
	}
	op = ops[0].name
	fields, err := members(ops[0].value)
	if err != nil {
		f.add(op, "must be a JSON object")
		return "", c, f
	}
	return op, c.read(op, fields, &f), f
}

// read returns the change that the fields of an operation describe.
func (c Change) read(op string, fields []member, f *faults) Change {
	var session string
	into := map[string]*string{"pass": &c.Pass}
	if op != describe {
		into["by"], into["why"] = &c.By, &c.Why
	}
	if op == end {
		into["session"] = &session
	}
	seen := map[string]bool{}
	for _, m := range fields {
		field, known := into[m.name]
		switch {
		case !known:
			f.add(shown(m.name), "is no field of "+op+", which has "+names(into))
		case seen[m.name]:
			f.add(m.name, "is given twice")
		case m.value.Kind() != '"':
			f.add(m.name, "must be a string")
		default:
			// members has found the string well-formed already.
			b, _ := jsontext.AppendUnquote(nil, m.value)
			*field = string(b)
		}
		seen[m.name] = true
	}
	if seen["session"] && session == "" {
		f.add("session", "is empty; leave it out to end all sessions")
	}
	c.Session = pass.Key(session)
	return c
}

// check adds everything that is wrong with a change to f, and finds its pass.
func (c Change) check(op string, f faults) (faults, found) {
	where, why := find(c.Pass)
	if why != "" {
		f.add("pass", why)
	}
	if op != describe {
		if strings.TrimSpace(c.By) == "" {
			f.add("by", "required: who asks for this")
		}
		f.text("by", c.By, MaxBy)
		f.text("why", c.Why, MaxWhy)
	}
	if _, ok := keyBytes(c.Session); op == end && c.Session != "" && !ok {
		f.add("session", "is no session id: 11 characters, as describe shows them")
	}
	return f, where
}

// text checks what says who or why: it goes into records, logs and terminals.
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

func names(fields map[string]*string) string {
	var out []string
	for _, name := range []string{"pass", "session", "by", "why"} {
		if fields[name] != nil {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
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
