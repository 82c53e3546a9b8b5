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
	fields func(*request) []Field
	do     func(*Manager, context.Context, *request) (any, error)
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
	complete = pass.Completing
	restore  = pass.Restoring
	end      = pass.Ending
	list     = "list"
)

// operations returns all there are.
func operations() []operation {
	return []operation{
		{describe, (*request).which, func(m *Manager, ctx context.Context, r *request) (any, error) { return m.describe(ctx, r) }},
		{change, (*request).changing, writing((*Manager).change)},
		{revoke, (*request).attributed, writing((*Manager).revoke)},
		{complete, (*request).attributed, writing((*Manager).revoke)},
		{restore, (*request).attributed, writing((*Manager).restore)},
		{end, (*request).ending, writing((*Manager).end)},
		{list, (*request).filtering, func(m *Manager, ctx context.Context, r *request) (any, error) { return m.list(ctx, r) }},
	}
}

// writing is what the changes of one pass do.
func writing(do write) func(*Manager, context.Context, *request) (any, error) {
	return func(m *Manager, ctx context.Context, r *request) (any, error) { return m.write(ctx, r, do) }
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

func fieldNames(fields []Field) string {
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// which, attributed and ending are the fields that operations on one pass have.
func (r *request) which() []Field { return []Field{{"pass", terms.Text(&r.Pass)}} }

func (r *request) attributed() []Field {
	return append(r.which(), Field{"by", terms.Text(&r.By)}, Field{"why", terms.Text(&r.Why)})
}

func (r *request) ending() []Field {
	return append(r.which(), Field{"session", r.session}, Field{"by", terms.Text(&r.By)}, Field{"why", terms.Text(&r.Why)})
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
func (r *request) filtering() []Field {
	f := &r.filter
	return append(f.Whose.Fields(), Field{"state", Filled(&f.State)}, Field{"issued_from", terms.Date(&f.IssuedFrom)}, Field{"issued_before", terms.Date(&f.IssuedBefore)},
		Field{"expires_from", terms.Date(&f.ExpiresFrom)}, Field{"expires_before", terms.Date(&f.ExpiresBefore)}, Field{"limit", terms.Whole(&f.Limit)}, Field{"cursor", Filled(&f.Cursor)})
}

// Filled reads a string that is not empty: an empty filter would be none, and mean
// everybody's.
func Filled(dst *string) terms.Reader {
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
