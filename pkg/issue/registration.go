package issue

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// issueRegistered carries out a request to issue the pass that a registration
// asks for.
func (i *Issuer) issueRegistered(ctx context.Context, doc []byte) (*Answer, error) {
	req, faults := readRegistration(doc)
	if faults.syntax != "" {
		return &Answer{Error: faults.problem()}, nil
	}
	d := i.draft(req, faults)
	d.registered = true
	if err := i.lookUp(ctx, d); err != nil {
		return nil, unavailable("read the registration", err)
	}
	d.build()
	if p := faults.problem(); p != nil {
		return &Answer{Error: p}, nil
	}
	if a := d.unanswerable(); a != nil {
		return a, nil
	}
	return i.mint(ctx, d)
}

// lookUp looks up what the visitor said on the form, and makes it the pass's:
// its id, visitor, and where the request does not say, scope and target. Nothing
// is found where the request names nobody who could be.
func (i *Issuer) lookUp(ctx context.Context, d *draft) error {
	switch {
	case !d.given("registration"):
		d.wrong("registration", "it is required: the pass_id of a visitor.registered event")
	case d.asked("registration") && !token.ValidID(d.req.registration):
		d.wrong("registration", "it must be the pass_id of a visitor.registered event, 16 letters and digits")
	}
	if !d.asked("registration") {
		return nil
	}
	r, p, err := i.store.Registered(ctx, d.req.registration)
	switch {
	case err != nil:
		return err
	case p != nil:
		d.taken = true
	case r != nil && r.V != pass.Version:
		return errors.New("its record is of another version")
	case r.Stands(d.now):
		d.registration = r
	}
	return nil
}

// fromForm fills in what the request leaves to the form. What is wrong with the
// request is said even where nobody registered, so the fields that then stay open
// are no fault.
func (d *draft) fromForm() {
	d.pass.Mode = pass.VisitorMode
	d.defaults["mode"] = pass.VisitorMode
	r := d.registration
	if r == nil {
		return
	}
	d.pass.Visitor = &r.Visitor
	for field, v := range map[string]struct {
		dst *string
		of  string
	}{"scope": {&d.req.scope, r.Scope}, "target": {&d.req.target, r.Target}} {
		if !d.given(field) {
			*v.dst, d.req.given[field], d.defaults[field] = v.of, true, v.of
		}
	}
}

// unanswerable says why no pass can come of a registration, or nil.
func (d *draft) unanswerable() *Answer {
	id := d.req.registration
	switch {
	case d.registration != nil:
		return nil
	case d.taken:
		return alreadyIssued(id)
	}
	return refusedRegistration(NotFound, fmt.Sprintf("nobody registered as %s, or it was more than %d days ago; have them fill in the form again", id, pass.RegistrationLife/day))
}

func alreadyIssued(id string) *Answer {
	return refusedRegistration(AlreadyIssued, fmt.Sprintf("there is a pass %s already, so it was issued before; if its link was lost, reissue it: {\"reissue\": %q}", id, id))
}

func refusedRegistration(code, why string) *Answer {
	return &Answer{Error: &Problem{code, "nothing was issued: " + why, map[string]string{"registration": why}}}
}
