package issue

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// request is what was asked for, as it was written. Whether a field was there
// is in given, by its full name.
type request struct {
	given map[string]bool

	mode, scope, subject, target, format, issuedBy string

	visitor    pass.Visitor
	invitation pass.Invitation
	data       jsontext.Value

	maxUses, expiresIn, sessionExpiresIn int64
	unlimited                            bool
	expiresAt, notBefore                 time.Time

	registration string // whose visitor the pass is for

	reissue    string // the pass to reissue; the fields of that request alone
	keepOldFor int64
}

// readRequest reads a request. Fields with faults keep their zero value.
func readRequest(doc []byte) (*request, *faults) {
	r := &request{given: map[string]bool{}}
	d := &decoder{faults: &faults{}, given: r.given}
	if err := d.object(doc, "", r.members(d)); err != nil {
		d.faults.syntax = err.Error()
	}
	return r, d.faults
}

// readReissue reads a request to reissue a pass, in the same way.
func readReissue(doc []byte) (*request, *faults) {
	r := &request{given: map[string]bool{}}
	d := &decoder{faults: &faults{}, given: r.given}
	err := d.object(doc, "", map[string]member{
		"reissue":      text(&r.reissue),
		"expires_in":   whole(&r.expiresIn),
		"expires_at":   date(&r.expiresAt),
		"keep_old_for": whole(&r.keepOldFor),
		"max_uses":     whole(&r.maxUses),
		"issued_by":    text(&r.issuedBy),
	})
	if err != nil {
		d.faults.syntax = err.Error()
	}
	return r, d.faults
}

// readRegistration reads a request to issue what a registration asks for. Who it
// is for, and so the mode, are said there.
func readRegistration(doc []byte) (*request, *faults) {
	r := &request{given: map[string]bool{}}
	d := &decoder{faults: &faults{}, given: r.given}
	members := r.members(d)
	delete(members, "visitor")
	delete(members, "mode")
	members["registration"] = text(&r.registration)
	if err := d.object(doc, "", members); err != nil {
		d.faults.syntax = err.Error()
	}
	return r, d.faults
}

// members are the fields of a request to issue.
func (r *request) members(d *decoder) map[string]member {
	return map[string]member{
		"mode":    text(&r.mode),
		"scope":   text(&r.scope),
		"subject": text(&r.subject),
		"visitor": d.nested("visitor", map[string]member{
			"email":      text(&r.visitor.Email),
			"first_name": text(&r.visitor.FirstName),
			"last_name":  text(&r.visitor.LastName),
		}),
		"invitation": d.nested("invitation", map[string]member{
			"from":    text(&r.invitation.From),
			"purpose": text(&r.invitation.Purpose),
			"message": text(&r.invitation.Message),
		}),
		"data":               raw(&r.data),
		"target":             text(&r.target),
		"max_uses":           whole(&r.maxUses),
		"unlimited":          yesNo(&r.unlimited),
		"expires_in":         whole(&r.expiresIn),
		"expires_at":         date(&r.expiresAt),
		"not_before":         date(&r.notBefore),
		"session_expires_in": whole(&r.sessionExpiresIn),
		"format":             text(&r.format),
		"issued_by":          text(&r.issuedBy),
	}
}
