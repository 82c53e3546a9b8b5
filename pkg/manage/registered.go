package manage

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// registered describes an id under which somebody filled in a form, and for which
// no pass was issued: that it waits, for what and until when. Who they say they
// are is for issue to answer, which the host invokes.
func registered(r *pass.Registration, now pass.NumericDate) (*Description, error) {
	until := r.At + pass.RegistrationLife
	switch {
	case r.V != pass.Version:
		return nil, fmt.Errorf("a registration of version %d", r.V)
	case !r.Stands(now):
		return nil, &Problem{Code: NotFound, Message: fmt.Sprintf("There is no pass %s. Somebody registered under this id, and until %s none was issued: have them fill in the form again.", r.ID, until)}
	}
	return &Description{
		Pass: r.ID, State: "registered", Decision: pass.Unknown, Form: r.Form, RegisteredAt: r.At.String(), IssueUntil: until.String(),
		Hints: []string{fmt.Sprintf("Somebody filled in the form %s, and there is no pass yet: issue it with {\"registration\": %q}.", r.Form, r.ID)},
	}, nil
}
