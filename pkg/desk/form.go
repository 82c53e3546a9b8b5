package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// perAddress is how many registrations of one address are told to the host in an
// hour: somebody who mistyped a name gets another mail, and a stranger cannot
// fill the mailbox of somebody else.
const perAddress = 3

// The kinds of the buckets of registrations.
const (
	fromKind = "registration from"
	ofKind   = "registration of"
)

// Form is what a declaration says of a form, by its name.
type Form struct{ Name, Scope, Target string }

// Fault is what is wrong with one field of a form. The words are fixed, and each
// has a sentence in every language.
type Fault string

// The faults. None is the zero value.
const (
	Required  Fault = "required"
	TooLong   Fault = "too_long"
	NoName    Fault = "no_name"    // it holds what does not belong into a name
	NoAddress Fault = "no_address" // it is not the bare address of one person
)

// Faults are those of a form, by its fields.
type Faults struct{ FirstName, LastName, Email Fault }

// Count returns how many fields are wrong.
func (f Faults) Count() (n int) {
	for _, fault := range []Fault{f.FirstName, f.LastName, f.Email} {
		if fault != "" {
			n++
		}
	}
	return n
}

// Registered is what became of a form that was posted.
type Registered struct {
	// Reason is OK where it was taken in; Malformed with Faults; RateLimited where
	// too many came from the client's block; Unavailable exactly with an Err.
	Reason pass.Reason
	Faults Faults
	// ID names the registration, and the pass that may come of it. It is empty
	// where the address has had its registrations of this hour: nothing was written
	// then, and whoever posted it must not learn that.
	ID string
	// RetryAfter is, where it is RateLimited, in how many seconds it may be tried again.
	RetryAfter int64
	Err        error
}

// Register takes in what somebody at ip said on a form: it judges every field,
// counts, and writes one item, of which the stream tells the host. It makes no
// pass. What is wrong with the fields costs nothing of any limit.
func (d *Desk) Register(ctx context.Context, f Form, v pass.Visitor, ip string) Registered {
	v, faults := judged(v)
	if faults != (Faults{}) {
		return Registered{Reason: pass.Malformed, Faults: faults}
	}
	ok, err := d.take(ctx, fromKind, pass.Block(ip), perBlock, hour)
	switch {
	case err != nil:
		return Registered{Reason: pass.Unavailable, Err: err}
	case !ok:
		return Registered{Reason: pass.RateLimited, RetryAfter: d.untilNext(hour)}
	}
	ok, err = d.take(ctx, ofKind, mailbox(v.Email), perAddress, hour)
	switch {
	case err != nil:
		return Registered{Reason: pass.Unavailable, Err: err}
	case !ok:
		return Registered{Reason: pass.OK}
	}
	id, err := d.register(ctx, f, v)
	if err != nil {
		return Registered{Reason: pass.Unavailable, Err: err}
	}
	return Registered{Reason: pass.OK, ID: id}
}

// drawings bounds how often an id is drawn again that was taken, which happens
// once in 10^28 pairs.
const drawings = 3

func (d *Desk) register(ctx context.Context, f Form, v pass.Visitor) (string, error) {
	now := pass.At(d.now())
	holder, err := d.names.Email(ctx, v.Email)
	if err != nil {
		return "", err
	}
	r := &pass.Registration{V: pass.Version, Form: f.Name, Scope: f.Scope, Target: f.Target, Visitor: v, Holder: holder, At: now, PurgeAt: now + pass.RegistrationLife}
	for range drawings {
		drawn, err := token.NewShort(d.rand)
		if err != nil {
			return "", fmt.Errorf("%w: no random id: %w", pass.ErrUnavailable, err)
		}
		r.ID = drawn.ID
		if err = d.store.Register(ctx, r); !errors.Is(err, pass.ErrExists) {
			return r.ID, err
		}
	}
	return "", fmt.Errorf("%w: every id drawn was taken", pass.ErrUnavailable)
}

// judged returns the fields without the blanks around them, which come along
// with what is pasted, and what is wrong with each. What is right here is right
// for issue.
func judged(v pass.Visitor) (pass.Visitor, Faults) {
	v.FirstName, v.LastName, v.Email = strings.TrimSpace(v.FirstName), strings.TrimSpace(v.LastName), strings.TrimSpace(v.Email)
	return v, Faults{FirstName: wrongName(v.FirstName), LastName: wrongName(v.LastName), Email: wrongAddress(v.Email)}
}

// inNoName is what makes a link or markup out of a name. The host's mail has the
// name in it, and goes to an address that a stranger typed.
const inNoName = `<>@/\`

func wrongName(s string) Fault {
	switch {
	case s == "":
		return Required
	case len(s) > pass.MaxName:
		return TooLong
	case unprintable(s) || strings.ContainsAny(s, inNoName):
		return NoName
	}
	return ""
}

func wrongAddress(s string) Fault {
	switch {
	case s == "":
		return Required
	case len(s) > pass.MaxEmail:
		return TooLong
	case !pass.PlainAddress(s):
		return NoAddress
	}
	return ""
}

// mailbox is what the limit of an address counts by: in small letters, and
// without a +tag, with which one mailbox has any number of addresses.
func mailbox(address string) string {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	if i := strings.IndexByte(local, '+'); i > 0 {
		local = local[:i]
	}
	return local + "@" + domain
}

func unprintable(s string) bool {
	_, bad := pass.Unprintable(s, "")
	return bad || !utf8.ValidString(s)
}
