package pass

import "errors"

// Reason is the one word that explains a decision. The words are fixed: they
// are metric dimensions, log fields and part of what callers may rely on.
type Reason string

// The reasons. OK admits; Unavailable is an error, to be retried; every other
// one is a refusal.
const (
	OK           Reason = "ok"
	Missing      Reason = "missing"       // no credential, on a route that needs one
	Malformed    Reason = "malformed"     // cut, mistyped, or given twice
	BadSignature Reason = "bad_signature" // not signed by us, or not for us
	UnknownKey   Reason = "unknown_key"   // signed with a key that is not in the ring
	Unknown      Reason = "unknown"       // no such pass, or not its secret: the two look alike
	Revoked      Reason = "revoked"
	Expired      Reason = "expired"
	NotYetValid  Reason = "not_yet_valid"
	Spent        Reason = "spent"
	WrongScope   Reason = "wrong_scope"
	WrongMode    Reason = "wrong_mode"
	WrongSubject Reason = "wrong_subject" // the session beside the token is somebody else's
	WrongMethod  Reason = "wrong_method"  // HEAD, OPTIONS or TRACE on a counted pass
	CrossSite    Reason = "cross_site"    // a cookie on an unsafe method from another origin
	NoRule       Reason = "no_rule"       // nobody declared what this route asks for
	SessionEnded Reason = "session_ended"
	RateLimited  Reason = "rate_limited"
	Unavailable  Reason = "unavailable"
)

// Reasons returns every reason, in the order in which they are documented.
func Reasons() []Reason {
	return []Reason{OK, Missing, Malformed, BadSignature, UnknownKey, Unknown, Revoked, Expired, NotYetValid, Spent,
		WrongScope, WrongMode, WrongSubject, WrongMethod, CrossSite, NoRule, SessionEnded, RateLimited, Unavailable}
}

// The kinds of error a store returns, to be matched with errors.Is.
var (
	// ErrUnavailable: the store could not be asked, or did not answer in a way
	// that can be relied on. Nothing may be concluded but to try again.
	ErrUnavailable = errors.New("store unavailable")
	// ErrUnreadable: a record is of another version, or cannot be decoded. Trying
	// again does not help; such an error matches ErrUnavailable too.
	ErrUnreadable = errors.New("record unreadable")
	// ErrNotFound: there is no such record.
	ErrNotFound = errors.New("not found")
	// ErrExists: a record of that id is there already, and was left as it is.
	ErrExists = errors.New("already exists")
)
