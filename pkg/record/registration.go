package record

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// RegistrationSK is the sort key of what somebody said on a form, in the place of
// the pass that may come of it.
const RegistrationSK = "F"

// The attribute names of registrations.
const (
	Form      = "form"
	Email     = "email"
	FirstName = "first_name"
	LastName  = "last_name"
)

// FromRegistration returns the item of a registration.
func FromRegistration(r *pass.Registration) Item {
	it := Item{PK: PassPK(r.ID), SK: RegistrationSK, V: int64(r.V)}
	it.texts(map[string]string{Form: r.Form, Scope: r.Scope, Target: r.Target, Email: r.Email, FirstName: r.FirstName, LastName: r.LastName})
	it.numbers(map[string]int64{At: int64(r.At), PurgeAt: int64(r.PurgeAt)})
	if r.Holder != "" { // listed apart from passes: of another second, and by nobody but who forgets somebody
		it[ByHolder], it[ListedAt] = formPartition(r.Holder), ListedSK(pass.Place{IssuedAt: r.At, ID: r.ID})
	}
	return it
}

// ToRegistration reads the item of a registration. One of another version comes
// back with its ID and V alone.
func ToRegistration(it Item) (*pass.Registration, error) {
	r := &reader{it: it}
	id, ok := PassID(r.text(PK))
	if !ok || r.text(SK) != RegistrationSK {
		return nil, fmt.Errorf("record: item %q is no registration", r.text(PK))
	}
	out := &pass.Registration{V: int(r.number(V)), ID: id}
	if out.V != pass.Version {
		return out, r.err
	}
	out.Form, out.Scope, out.Target = r.text(Form), r.text(Scope), r.text(Target)
	out.Visitor = pass.Visitor{Email: r.text(Email), FirstName: r.text(FirstName), LastName: r.text(LastName)}
	out.Holder = strings.TrimPrefix(r.text(ByHolder), formPartition(""))
	out.At, out.PurgeAt = r.date(At), r.date(PurgeAt)
	return out, r.err
}
