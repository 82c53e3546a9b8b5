package manage

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The codes of a Problem.
const (
	Invalid   = "invalid_request" // the document is wrong; nothing was done, and Fields says why
	NotFound  = "not_found"       // there is no such pass
	Stateless = "stateless"       // the token has no record to work on
)

// Problem is an answer that says why nothing was done, and that doing the same
// again will not help. One that is NotFound matches pass.ErrNotFound.
type Problem struct {
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"` // each wrong field, such as revoke.by, and why
}

// Error returns the code and the message.
func (p *Problem) Error() string { return "manage: " + p.Code + ": " + p.Message }

// Is reports whether p is of the kind of target.
func (p *Problem) Is(target error) bool {
	return target == pass.ErrNotFound && p.Code == NotFound
}

// faults are the wrong fields of a document, and why. The nil faults are empty.
type faults map[string]string

// add keeps the first thing said about a field.
func (f *faults) add(field, why string) {
	if *f == nil {
		*f = faults{}
	}
	if _, ok := (*f)[field]; !ok {
		(*f)[field] = why
	}
}

// problem answers with the faults of an operation, or of a document that names
// none.
func (f faults) problem(op string) *Problem {
	p := &Problem{Code: Invalid, Fields: map[string]string{}}
	for field, why := range f {
		if op != "" {
			field = op + "." + field
		}
		p.Fields[field] = why
	}
	p.Message = "Nothing was done; wrong: " + strings.Join(slices.Sorted(maps.Keys(p.Fields)), ", ") + "."
	return p
}

// wrong records what is wrong with a field, if anything is.
func (f *faults) wrong(field, why string) {
	if why != "" {
		f.add(field, why)
	}
}

// Entry is the record of one operation, for the log. It holds no credential and
// nothing of the pass but its id. By is whoever the caller says acted, and belongs
// in the log; why is kept with the pass only.
type Entry struct {
	Operation string // empty: the document named none
	PassID    string // empty: the document was wrong
	By        string
	Unchanged bool   // the pass was already what was asked for
	Outcome   string // ok, unavailable, or the code of a Problem
	Fields    int    // how many were wrong
	Err       error  // of what is unavailable, and nothing else
}

func (m *Manager) log(e Entry, err error) {
	if e.Outcome, e.Fields = Outcome(err); e.Outcome == string(pass.Unavailable) {
		e.Err = err
	}
	if m.Log != nil {
		m.Log(e)
	}
}

// Outcome returns the word for what became of a document, as an [Entry] has it, and
// how many of its fields were wrong.
func Outcome(err error) (word string, fields int) {
	var p *Problem
	switch {
	case err == nil:
		return "ok", 0
	case errors.As(err, &p):
		return p.Code, len(p.Fields)
	}
	return string(pass.Unavailable), 0
}
