package client

import (
	"errors"
	"maps"
	"slices"
)

// The kinds of error, to be matched with errors.Is. A function may answer with a
// code that is not among them: that is an *[Error] all the same.
var (
	// ErrUnavailable: the function was not reached, failed or could not decide.
	// Whether it did what was asked is not known. The same call may be made again;
	// to issue, with an idempotency key, or what was issued the first time stays
	// until it expires, held by nobody.
	ErrUnavailable = errors.New("gatepass: unavailable")
	// ErrNotCalled: the function was not called, so nothing was done, and the same
	// call fares no better until somebody has mended what the message says.
	ErrNotCalled = errors.New("gatepass: not called")
	// ErrInvalid: the request is wrong, and Fields says where. Nothing was done.
	ErrInvalid = errors.New("gatepass: invalid request")
	// ErrNotFound: there is no record of such a pass, or such a registration.
	ErrNotFound = errors.New("gatepass: not found")
	// ErrRevoked: the pass was withdrawn, and must be restored first.
	ErrRevoked = errors.New("gatepass: revoked")
	// ErrSpent: the pass has no use left, and the request must say how many to give.
	ErrSpent = errors.New("gatepass: spent")
	// ErrAlreadyIssued: there is a pass for the registration, or of the credential
	// that moves in: PassID is its id. It can be reissued.
	ErrAlreadyIssued = errors.New("gatepass: already issued")
	// ErrConflict: the idempotency key was used for another request, and nothing was
	// issued: take another key.
	ErrConflict = errors.New("gatepass: conflict")
	// ErrIssuedBefore: what the idempotency key was used for can no longer be
	// answered as it was, since the stack's settings were changed or the signing key
	// is gone. What was issued then stays: with another key it would be issued a
	// second time. Revoke it first: where PassIDs is empty and the key is gone, by
	// RevokeAll.
	ErrIssuedBefore = errors.New("gatepass: issued before")
	// ErrTooLarge: the answer would be more than Lambda carries: ask for fewer at once.
	ErrTooLarge = errors.New("gatepass: too large")
	// ErrStateless: the token has no record that could be looked at or changed.
	ErrStateless = errors.New("gatepass: stateless")
)

// Codes that are answered, as far as something is decided by them here.
const (
	invalid     = "invalid_request"
	unavailable = "unavailable"
	notCalled   = "not_called" // no function's: of an Invoke
)

// kind returns the kind of a code, or nil.
func kind(code string) error {
	switch code {
	case unavailable:
		return ErrUnavailable
	case notCalled:
		return ErrNotCalled
	case invalid:
		return ErrInvalid
	case "not_found":
		return ErrNotFound
	case "revoked":
		return ErrRevoked
	case "spent":
		return ErrSpent
	case "already_issued":
		return ErrAlreadyIssued
	case "stateless":
		return ErrStateless
	case "idempotency_key_reused":
		return ErrConflict
	case "settings_changed", "key_gone":
		return ErrIssuedBefore
	case "too_large":
		return ErrTooLarge
	}
	return nil
}

// Error is why a call did not do what was asked. It holds no credential.
type Error struct {
	Code    string            `json:"code"`    // as the function answered, or of a kind above
	Message string            `json:"message"` // for people
	Fields  map[string]string `json:"fields"`  // full name of each wrong field, and what is wrong with it
	PassID  string            `json:"-"`       // of the pass that is there already; else empty
	PassIDs []string          `json:"-"`       // of ErrIssuedBefore: what was issued and is not revoked; not where the signing key is gone

	cause error // what Invoke returned
}

// Error returns code, message and fields in one line.
func (e *Error) Error() string {
	text := "gatepass: " + e.Code + ": " + e.Message
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		text += "; " + field + ": " + e.Fields[field]
	}
	return text
}

// Is reports whether e is of the kind of target.
func (e *Error) Is(target error) bool {
	k := kind(e.Code)
	return k != nil && k == target
}

// Unwrap returns what Invoke returned, such as context.Canceled. Its text may
// hold anything, and is not in e's where it holds a credential.
func (e *Error) Unwrap() error { return e.cause }

// NotCalled returns err as an Invoke returns it where the function was not called,
// and calling it again would not help: the Client's error then matches
// [ErrNotCalled]. It prints as err does.
func NotCalled(err error) error { return &final{err} }

// final is an error that is also ErrNotCalled, and says nothing of that.
type final struct{ error }

func (f *final) Unwrap() []error { return []error{f.error, ErrNotCalled} }

// safe returns e without what looks like a credential.
func (e *Error) safe() *Error {
	out := &Error{Code: safe(e.Code), Message: safe(e.Message), PassID: safe(e.PassID), cause: e.cause}
	for _, id := range e.PassIDs {
		out.PassIDs = append(out.PassIDs, safe(id))
	}
	for field, why := range e.Fields {
		if out.Fields == nil {
			out.Fields = make(map[string]string, len(e.Fields))
		}
		out.Fields[safe(field)] = safe(why)
	}
	return out
}
