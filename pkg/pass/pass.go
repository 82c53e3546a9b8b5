// Package pass holds the words and the rules of Gatepass: what a pass is, and
// when one may be used. It does no I/O and reads no clock.
//
// A [Pass] is the record of what was issued: who may do what, until when, how
// often. A [Session] is what redeeming a pass gave one browser. [Admit] and
// [AdmitSession] are the rules, pure functions of (record, ask, time) that
// answer with one [Reason]; nobody else decides. A store that writes
// conditionally repeats the same rules in its own terms, and a differential
// test holds the two together.
//
// # Rules of the record
//
//   - Time is whole seconds ([NumericDate]). A pass is expired from the second
//     ExpiresAt on: now == ExpiresAt is too late.
//   - Only digests of secrets are kept. Whoever can read every record can still
//     present none of the credentials.
//   - A use is an entry in Uses, so "how many" and "was it this one" are the
//     same attribute, and no counter can disagree with it.
//   - A session lives while its key is in Sessions. Ending, revoking and
//     restoring empty that map: an ended session has nothing to come back to,
//     whatever the clocks say.
//   - A record of a higher [Version] is answered Unavailable, never guessed at.
package pass

import (
	"encoding/json"
	"time"
)

// Version is the newest shape of records this code reads and the one it writes.
const Version = 1

// Mode says what a pass lets its holder be.
type Mode string

// The modes. None and Request passes are presented to routes and count
// requests; Session and Visitor passes are redeemed on the link page and count
// redemptions.
const (
	None        Mode = "none"    // a public link: carries data, stands for nobody
	Request     Mode = "request" // acts as its subject for one request at a time
	SessionMode Mode = "session" // becomes a signed-in session of its subject
	VisitorMode Mode = "visitor" // becomes the session of a named person without an account
	Host        Mode = "host"    // never issued: the host's own user, checked by the authorizer
)

// Redeems reports whether passes of this mode are turned into sessions, and
// are therefore refused when presented to a route directly.
func (m Mode) Redeems() bool { return m == SessionMode || m == VisitorMode }

// Format is the form of the token that was handed out.
type Format string

// The formats. A stateless token has no record: it cannot count, be redeemed or
// be revoked singly.
const (
	Short     Format = "short"
	JWT       Format = "jwt"
	Stateless Format = "stateless"
)

// Visitor is the named person a visitor pass was made for.
type Visitor struct {
	Email     string `json:"email"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
}

// Invitation is what the link page shows: from whom, for what, a message.
type Invitation struct {
	From    string `json:"from,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	Message string `json:"message,omitempty"`
}

// Use is one counted presentation. Its details are kept on the pass only for
// the last use, a redemption's too; the stream carries each of them on to the
// audit.
type Use struct {
	Key       Key         `json:"key"`
	At        NumericDate `json:"at"`
	Route     string      `json:"route,omitempty"`
	IP        string      `json:"ip,omitempty"`
	UserAgent string      `json:"user_agent,omitempty"`
}

// Pass is the record of what was issued. The zero value admits nobody.
// A Pass and its maps are not safe for concurrent change; stores hand out copies.
type Pass struct {
	V          int
	ID         string // 16 base62 characters; not secret
	Mode       Mode
	Format     Format
	Scope      string
	Subject    string
	Visitor    *Visitor
	Invitation *Invitation
	Data       json.RawMessage // a JSON object, or empty
	Target     string

	// Secrets are the digests that open this pass, each with the second from
	// which it no longer does; zero means until the pass ends.
	Secrets map[Digest]NumericDate

	NotBefore NumericDate // zero: from the start
	ExpiresAt NumericDate
	// TokenExpiresAt is the end of the JWT that was handed out last, which says it
	// itself: no change of the pass moves it. Zero where none was.
	TokenExpiresAt NumericDate

	MaxUses int // 1 to MaxUses; zero: unlimited, and then nothing is counted
	Uses    map[Key]NumericDate
	LastUse *Use

	// Sessions are the live sessions: key to the second each expires.
	// Entries past their second may linger until the next redemption.
	Sessions         map[Key]NumericDate
	SessionExpiresIn int64 // seconds; zero in a visitor pass: as long as the pass

	RevokedAt  NumericDate
	RevokedBy  string
	RevokedWhy string
	Completed  bool // what it was for is done: it was revoked by Completing
	IssuedBy   string
	IssuedAt   NumericDate
	LastChange *Change // nil: it is as it was issued

	// Holder and Issuer are keyed digests, by which the passes of a person and of
	// an issuer are found: of the subject or the visitor's address, and of IssuedBy.
	// Empty: there is none, and it is in no such list.
	Holder, Issuer string

	PurgeAt NumericDate // when TTL may clear the record away; decides nothing
}

// UsesLeft returns how many uses remain, and false if they are not counted.
func (p *Pass) UsesLeft() (int, bool) {
	if p.MaxUses == 0 {
		return 0, false
	}
	return max(p.MaxUses-len(p.Uses), 0), true
}

// SessionEnd returns the second a session opened at now expires. A visitor
// session never outlives its pass; a signed-in session has its own time.
func (p *Pass) SessionEnd(now NumericDate) NumericDate {
	if p.Mode == SessionMode {
		return now + NumericDate(p.SessionExpiresIn)
	}
	if p.SessionExpiresIn == 0 {
		return p.ExpiresAt
	}
	return min(now+NumericDate(p.SessionExpiresIn), p.ExpiresAt)
}

// EndOfLife returns the second from which neither the pass nor any session it
// could have opened admits anybody. PurgeAt is this plus the retention.
func (p *Pass) EndOfLife() NumericDate {
	if p.Mode == SessionMode {
		return p.ExpiresAt + NumericDate(p.SessionExpiresIn)
	}
	return p.ExpiresAt
}

// Session is what redeeming gave one browser, and the record of that visit.
// Whether it lives is decided by its pass: see [AdmitSession].
type Session struct {
	V         int
	PassID    string
	Secret    Digest // of the cookie's secret
	At        NumericDate
	ExpiresAt NumericDate
	IP        string
	UserAgent string
	Origin    string // of the page that led here, without path or query
	PurgeAt   NumericDate
}

// Key returns the session's entry in its pass. It is also the session's id for
// people: short, and of no use to whoever reads it.
func (s *Session) Key() Key { return s.Secret.Key() }

// Use returns the use of its pass that opened the session.
func (s *Session) Use() Use {
	return Use{Key: s.Key(), At: s.At, IP: s.IP, UserAgent: s.UserAgent}
}

// Ref names what one credential leads to: a pass, and for a cookie also the
// session of that pass whose secret has this digest.
type Ref struct {
	ID      string
	Session *Digest
}

// Entry is what a store found for a Ref. A nil Pass or Session was not there.
type Entry struct {
	Pass    *Pass
	Session *Session
}

// History is a pass with what happened to it, oldest first.
type History struct {
	Pass     *Pass
	Sessions []Session
	Uses     []Use
	Changes  []Change
	Opens    *Opens // nil: not asked for
	// Registration is what the pass was, or is to be, issued for; nil: it did not
	// come by a form. Where there is no Pass yet it is all there is.
	Registration *Registration
}

// NumericDate is a whole second since 1970 UTC (RFC 7519, section 2, without
// its fractions). Zero means not set.
type NumericDate int64

// At returns the second that t lies in.
func At(t time.Time) NumericDate { return NumericDate(t.Unix()) }

// Time returns the start of the second, in UTC.
func (d NumericDate) Time() time.Time { return time.Unix(int64(d), 0).UTC() }

// String returns the second as RFC 3339, or "" if not set.
func (d NumericDate) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(time.RFC3339)
}
