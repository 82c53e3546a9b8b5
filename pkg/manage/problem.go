package manage

import (
	"errors"
	"log/slog"
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

// Entry is the record of one operation, for the log. It holds no credential and
// nothing of the pass but its id. By is whoever the caller says acted, and
// belongs in the log; words of Why that hold an address are masked.
type Entry struct {
	Operation string // empty: the document named none
	PassID    string // empty: the document was wrong
	By        string
	Why       string
	Outcome   string // ok, unavailable, or the code of a Problem
}

// LogValue makes an entry one group of a structured log line.
func (e Entry) LogValue() slog.Value {
	return slog.GroupValue(slog.String("operation", e.Operation), slog.String("pass_id", e.PassID),
		slog.String("by", e.By), slog.String("why", e.Why), slog.String("outcome", e.Outcome))
}

func (m *Manager) log(e Entry) {
	if m.Log != nil {
		m.Log(e)
	}
}

func outcome(err error) string {
	var p *Problem
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &p):
		return p.Code
	}
	return string(pass.Unavailable)
}

// masked leaves out the words of s with an @ in them: a reason is written for
// people, and names the visitor's address sooner or later.
func masked(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	words := strings.Fields(s)
	for i, w := range words {
		if strings.Contains(w, "@") {
			words[i] = "[address]"
		}
	}
	return strings.Join(words, " ")
}
