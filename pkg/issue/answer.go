package issue

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Answer is what a request is answered with: a pass, or an Error alone, with the ID
// of the pass where a credential had moved in before, and the IDs of those that were
// issued under an idempotency key before the settings were changed. It holds the credential, so it
// prints and logs as its ID; its JSON form is the answer.
type Answer struct {
	ID         string            `json:"id,omitempty"`         // of the pass; not secret
	Token      string            `json:"token,omitempty"`      // the credential
	Link       string            `json:"link,omitempty"`       // for people: the link page; not for stateless tokens
	URL        string            `json:"url,omitempty"`        // for programs: the target with the credential; none and request
	Parameters map[string]string `json:"parameters,omitempty"` // the credential by its query name
	ExpiresAt  string            `json:"expires_at,omitempty"` // RFC 3339, UTC: the first second that is too late
	Mode       pass.Mode         `json:"mode,omitempty"`
	Form       pass.Format       `json:"format,omitempty"`  // named so because Format is a method
	Visitor    *pass.Visitor     `json:"visitor,omitempty"` // whom to mail the link to, where the request named a registration
	Defaults   map[string]any    `json:"defaults,omitzero"` // the fields that were decided by default, and as what
	Error      *Problem          `json:"error,omitempty"`
	IDs        []string          `json:"ids,omitempty"` // beside SettingsChanged: what was issued, and is not revoked

	*Many // of a request for many; there is nothing else then

	Reissued bool   `json:"-"` // the pass was there before: for the log
	By       string `json:"-"` // who had it reissued, for the log
	Repeated bool   `json:"-"` // it was answered so before, under the same idempotency key: for the log
}

// Problem is why a request was not carried out. Nothing was written for it.
type Problem struct {
	Code    string            `json:"code"` // InvalidRequest or one of the others
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields"` // full name to what is wrong and what to do; empty if the document is no JSON object
}

// The codes of a Problem. The four after the first are of requests that name a pass
// or a registration, and the others of those with an idempotency key.
const (
	InvalidRequest = "invalid_request" // the request is wrong; Fields says where
	NotFound       = "not_found"       // there is no record of such a pass, or such a registration
	Revoked        = "revoked"         // the pass was withdrawn: restore it first
	Spent          = "spent"           // the pass has no use left: say how many to give
	AlreadyIssued  = "already_issued"  // a pass was issued for the registration, or the credential: reissue it

	TooLarge        = "too_large"              // the answer would be longer than Lambda carries: split the request
	KeyReused       = "idempotency_key_reused" // the idempotency key was used for another request
	SettingsChanged = "settings_changed"       // what the key was used for would now be answered otherwise
	KeyGone         = "key_gone"               // what the key was used for was signed with a key that is no more
	Unavailable     = "unavailable"            // of one of many: not written in time; repeat the whole request
)

// Format prints the ID of the pass, or the problem, with any verb.
func (a Answer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.LogValue().String()) }

// LogValue is what is logged: the ID of the pass, or the problem.
func (a Answer) LogValue() slog.Value {
	switch {
	case a.Error != nil:
		return slog.StringValue(a.Error.Code + ": " + a.Error.Message)
	case a.Many != nil:
		return slog.StringValue(fmt.Sprintf("%d passes issued, %d refused, %d left", a.Issued, a.Refused, a.Left))
	}
	return slog.StringValue("pass " + a.ID)
}

// Bounds of a Problem: the answer to a huge wrong request must still fit into
// what Lambda may answer.
const (
	maxFaults = 50
	maxFault  = 600 // bytes of a name, a reason
)

// faults collects what is wrong with a request, the first reason of each field.
type faults struct {
	syntax string // why the document could not be read at all
	fields map[string]string
	more   int
}

func (f *faults) add(field, why string) {
	field = cut(field, maxFault/4)
	switch {
	case f.has(field):
	case f.full():
		f.more++
	case f.fields == nil:
		f.fields = map[string]string{field: cut(why, maxFault)}
	default:
		f.fields[field] = cut(why, maxFault)
	}
}

// full reports whether no more fields are named.
func (f *faults) full() bool { return len(f.fields) >= maxFaults }

// has reports whether something is wrong with a field already.
func (f *faults) has(field string) bool { _, ok := f.fields[field]; return ok }

// problem returns what to answer, or nil if nothing is wrong.
func (f *faults) problem() *Problem {
	if f.syntax != "" {
		return &Problem{InvalidRequest, "the request must be one JSON object: " + cut(f.syntax, maxFault), map[string]string{}}
	}
	if len(f.fields) == 0 {
		return nil
	}
	names := strings.Join(slices.Sorted(maps.Keys(f.fields)), ", ")
	if f.more > 0 {
		names += fmt.Sprintf(" and %d more", f.more)
	}
	return &Problem{InvalidRequest, "nothing was issued; wrong: " + names, f.fields}
}

// cut shortens s to n bytes, at a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
