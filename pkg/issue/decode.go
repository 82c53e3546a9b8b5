package issue

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/terms"
	"github.com/gatepass/gatepass/pkg/token"
)

// member reads the value of one field, and returns what is wrong with it or "".
type member = terms.Reader

// decoder reads objects of which it knows the members, and collects every fault
// where encoding packages stop at the first.
type decoder struct {
	faults *faults
	given  map[string]bool // the full names that were there, right or wrong

	elsewhere map[string]string // fields of other requests, and why not of this one
}

// object reads the members of the object v. at is the full name of v with a
// point after it. An error means that v is no JSON, and no more is known of it.
func (d *decoder) object(v jsontext.Value, at string, members map[string]member) error {
	dec := jsontext.NewDecoder(bytes.NewBuffer(v), jsontext.AllowDuplicateNames(true))
	if t, err := dec.ReadToken(); err != nil {
		return err
	} else if t.Kind() != '{' {
		return errors.New("another kind of value was found")
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil {
			return err
		}
		short := name.String()
		field := at + named(short)
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		read, ok := members[short]
		if !ok && !d.faults.full() { // else the reasons would take longer than the rest
			read = func(jsontext.Value) string { return cmp.Or(d.elsewhere[field], unknown(short, at, members)) }
		}
		d.member(field, value, read)
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	if _, err := dec.ReadToken(); err != io.EOF {
		return errors.New("something follows it")
	}
	return nil
}

// named is a member's name as it may be answered and logged by who asked.
func named(name string) string {
	if token.Shows(name) {
		return "(a credential)"
	}
	return name
}

func (d *decoder) member(field string, v jsontext.Value, read member) {
	switch {
	case read == nil:
		d.faults.add(field, "there is no such field")
	case d.given[field]:
		d.faults.add(field, "it is there twice; say it once")
	case v.Kind() == 'n':
		d.faults.add(field, "it is null; leave it out instead")
	default:
		if why := read(v); why != "" {
			d.faults.add(field, why)
		}
	}
	d.given[field] = true
}

// unknown tells which field may have been meant, or which there are.
func unknown(name, at string, members map[string]member) string {
	known := slices.Sorted(maps.Keys(members))
	for _, k := range known {
		if fold(k) == fold(name) {
			return "there is no such field; did you mean " + at + k + "?"
		}
	}
	return "there is no such field; the fields are " + at + strings.Join(known, ", "+at)
}

func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == ' ' {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// nested reads an object with members of its own.
func (d *decoder) nested(field string, members map[string]member) member {
	return func(v jsontext.Value) string {
		if v.Kind() != '{' || d.object(v, field+".", members) != nil {
			return "it must be a JSON object"
		}
		return ""
	}
}
