package manage

import (
	"context"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
)

// operation is what a document can ask for: its name, the fields that it has, in
// the order in which they are told, and what is done. do is given what was wrong
// with the document so far, and checks the rest.
type operation struct {
	name   string
	fields func(*request) []field
	do     func(*Manager, context.Context, *request) (any, error)
}

// field is one field of an operation, and how it is read.
type field struct {
	name string
	read terms.Reader
}

// request is an operation as a document, or a caller in Go, asks for it.
type request struct {
	Change
	terms  Terms  // of change
	filter Filter // of list
	op     string
	faults faults
}

// The operations, as documents and log entries name them.
const (
	describe = "describe"
	change   = pass.Changing
	revoke   = pass.Revoking
	restore  = pass.Restoring
	end      = pass.Ending
	list     = "list"
)

// operations returns all there are.
func operations() []operation {
	return []operation{
		{describe, (*request).which, onPass},
		{change, (*request).changing, onPass},
		{revoke, (*request).attributed, onPass},
		{restore, (*request).attributed, onPass},
		{end, (*request).ending, onPass},
		{list, (*request).filtering, func(m *Manager, ctx context.Context, r *request) (any, error) { return m.list(ctx, r) }},
	}
}

// operationOf returns the operation of a name, or nil.
func operationOf(name string) *operation {
	for _, o := range operations() {
		if o.name == name {
			return &o
		}
	}
	return nil
}

func operationNames() (names []string) {
	for _, o := range operations() {
		names = append(names, o.name)
	}
	return names
}

func and(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func fieldNames(fields []field) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	return strings.Join(names, ", ")
}

// onPass is what the operations on one pass do.
func onPass(m *Manager, ctx context.Context, r *request) (any, error) { return m.do(ctx, r) }

// which, attributed and ending are the fields that operations on one pass have.
func (r *request) which() []field { return []field{{"pass", terms.Text(&r.Pass)}} }

func (r *request) attributed() []field {
	return append(r.which(), field{"by", terms.Text(&r.By)}, field{"why", terms.Text(&r.Why)})
}

func (r *request) ending() []field {
	return append(r.which(), field{"session", r.session}, field{"by", terms.Text(&r.By)}, field{"why", terms.Text(&r.Why)})
}

// session reads which session is to end. None is all of them, so it is not to be
// said by mistake.
func (r *request) session(v jsontext.Value) string {
	var s string
	if why := terms.Text(&s)(v); why != "" {
		return why
	}
	if s == "" {
		return "is empty; leave it out to end all sessions"
	}
	r.Session = pass.Key(s)
	return ""
}

// filtering is the fields of a list.
func (r *request) filtering() []field {
	f := &r.filter
	return []field{{"scope", filled(&f.Scope)}, {"subject", filled(&f.Subject)}, {"email", filled(&f.Email)}, {"issued_by", filled(&f.IssuedBy)},
		{"state", filled(&f.State)}, {"issued_from", terms.Date(&f.IssuedFrom)}, {"issued_before", terms.Date(&f.IssuedBefore)},
		{"expires_from", terms.Date(&f.ExpiresFrom)}, {"expires_before", terms.Date(&f.ExpiresBefore)}, {"limit", terms.Whole(&f.Limit)}, {"cursor", filled(&f.Cursor)}}
}

// filled reads a string that is not empty: an empty filter would be none, and list
// everybody's.
func filled(dst *string) terms.Reader {
	return func(v jsontext.Value) string {
		if why := terms.Text(dst)(v); why != "" {
			return why
		}
		if *dst == "" {
			return "is empty; leave it out"
		}
		return ""
	}
}
