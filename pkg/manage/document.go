package manage

import (
	"errors"

	"github.com/gatepass/gatepass/pkg/terms"
)

// Document is an operation as a document asks for it: one JSON object with one key,
// its name, and in it the operation's fields. What a [Manager] does is asked for in
// this way, and what other packages let operators do as well: with the same
// strictness, and answered in the same words. It is of one request.
type Document struct{ request }

// Operation is something that a document can ask for.
type Operation struct {
	Name   string
	Fields []Field
}

// Field is one field of an operation, and how it is read.
type Field struct {
	Name string
	Read terms.Reader
}

// ReadDocument reads which of the operations a document asks for, and its fields.
// example is shown to whoever sends none. There are two operations or more.
func ReadDocument(doc []byte, example string, operations []Operation) *Document {
	d := &Document{}
	var names []string
	for _, o := range operations {
		names = append(names, o.Name)
	}
	given := d.open(doc, example, names)
	for _, o := range operations {
		if o.Name != d.op || d.op == "" {
			continue
		}
		d.read(o.Fields, given)
	}
	return d
}

// NewDocument is for callers in Go: an operation whose fields were given by them.
func NewDocument(operation string) *Document { return &Document{request{op: operation}} }

// Operation returns the name of what is asked for, empty where it cannot be told.
func (d *Document) Operation() string { return d.op }

// Wrong says what is wrong with a field. What was said first about it stays.
func (d *Document) Wrong(field, why string) { d.faults.add(field, why) }

// Attributed checks who asks and why, as for every change of a [Manager]. movedIn
// is as in a Manager.
func (d *Document) Attributed(by, why string, movedIn []string) {
	d.faults.attributed(by, why, movedIn)
}

// Problem returns what is wrong with it, or nil.
func (d *Document) Problem() error {
	if len(d.faults) == 0 {
		return nil
	}
	return d.faults.problem(d.op)
}

// Answer writes what became of a document: the answer, indented for people, or the
// *[Problem] that err is. Every other error is returned.
func Answer(v any, err error) ([]byte, error) {
	var p *Problem
	switch {
	case errors.As(err, &p):
		return answer(map[string]*Problem{"error": p})
	case err != nil:
		return nil, err
	}
	return answer(v)
}
