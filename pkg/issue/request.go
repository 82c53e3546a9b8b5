package issue

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/terms"
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

	idempotencyKey string
	credential     string // of another system, that the pass moves in by

	registration string // whose visitor the pass is for

	reissue    string // the pass to reissue; the fields of that request alone
	keepOldFor int64
	keepLink   bool
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
	d := &decoder{faults: &faults{}, given: r.given, elsewhere: map[string]string{
		"idempotency_key": "a reissue that is repeated gives a new secret, and no more uses than one; leave it out"}}
	err := d.object(doc, "", map[string]member{
		"reissue":      terms.Text(&r.reissue),
		"expires_in":   terms.Whole(&r.expiresIn),
		"expires_at":   terms.Date(&r.expiresAt),
		"keep_old_for": terms.Whole(&r.keepOldFor),
		"keep_link":    terms.YesNo(&r.keepLink),
		"max_uses":     terms.Whole(&r.maxUses),
		"issued_by":    terms.Text(&r.issuedBy),
	})
	if err != nil {
		d.faults.syntax = err.Error()
	}
	return r, d.faults
}

// readInMany reads one of many requests.
func readInMany(doc []byte) (*request, *faults) {
	r := &request{given: map[string]bool{}}
	d := &decoder{faults: &faults{}, given: r.given, elsewhere: map[string]string{
		"idempotency_key": "it is said once, beside passes",
		"reissue":         "a pass is reissued by a request of its own",
		"registration":    "what was said on a form is issued by a request of its own, which may be repeated as it is",
		"passes":          "it stands beside idempotency_key alone",
		"credential":      "a credential moves in by a request of its own, which may be repeated as it is",
	}}
	members := r.members(d)
	delete(members, "idempotency_key")
	delete(members, "credential")
	if err := d.object(doc, "", members); err != nil {
		d.faults.syntax = err.Error()
	}
	return r, d.faults
}

// readRegistration reads a request to issue what a registration asks for. Who it
// is for, and so the mode, are said there.
func readRegistration(doc []byte) (*request, *faults) {
	r := &request{given: map[string]bool{}}
	d := &decoder{faults: &faults{}, given: r.given}
	d.elsewhere = map[string]string{"idempotency_key": "there is one pass at most for a registration, whose id it has; leave it out, and repeat the request as it is",
		"credential": "who registered has no credential of before; leave it out"}
	members := r.members(d)
	delete(members, "visitor")
	delete(members, "mode")
	delete(members, "idempotency_key")
	delete(members, "credential")
	members["registration"] = terms.Text(&r.registration)
	if err := d.object(doc, "", members); err != nil {
		d.faults.syntax = err.Error()
	}
	return r, d.faults
}

// members are the fields of a request to issue.
func (r *request) members(d *decoder) map[string]member {
	return map[string]member{
		"mode":    terms.Text(&r.mode),
		"scope":   terms.Text(&r.scope),
		"subject": terms.Text(&r.subject),
		"visitor": d.nested("visitor", map[string]member{
			"email":      terms.Text(&r.visitor.Email),
			"first_name": terms.Text(&r.visitor.FirstName),
			"last_name":  terms.Text(&r.visitor.LastName),
		}),
		"invitation": d.nested("invitation", map[string]member{
			"from":    terms.Text(&r.invitation.From),
			"purpose": terms.Text(&r.invitation.Purpose),
			"message": terms.Text(&r.invitation.Message),
		}),
		"data":               terms.Object(&r.data),
		"target":             terms.Text(&r.target),
		"max_uses":           terms.Whole(&r.maxUses),
		"unlimited":          terms.YesNo(&r.unlimited),
		"expires_in":         terms.Whole(&r.expiresIn),
		"expires_at":         terms.Date(&r.expiresAt),
		"not_before":         terms.Date(&r.notBefore),
		"session_expires_in": terms.Whole(&r.sessionExpiresIn),
		"format":             terms.Text(&r.format),
		"issued_by":          terms.Text(&r.issuedBy),
		"credential":         terms.Text(&r.credential),
		"idempotency_key":    terms.Text(&r.idempotencyKey),
	}
}
