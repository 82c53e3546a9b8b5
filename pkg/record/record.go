// Package record is the one place that knows how Gatepass's records lie in the
// table: the attribute names, the key prefixes, and which attribute is what.
// Both stores, the stream's reader and the tests share it, so a record written
// by one is read by all.
//
// An [Item] is a DynamoDB item without the AWS SDK: a map of attribute values,
// written to JSON in the form that DynamoDB's own API and its streams use.
// Decoding ignores attributes it does not know; writers that change an item
// keep them.
//
// # The table
//
// Two string keys, pk and sk. One pass is one item collection:
//
//	P#<pass id>   P                    the pass
//	P#<pass id>   S#<digest>           a session, by the digest of its cookie's secret
//	P#<pass id>   U#<second>#<key>     the details of one use (audit)
//	P#<pass id>   C#<second>#<key>     one change: what was done to the pass, by whom and why (audit)
//	P#<pass id>   O                    the looks at its link page, counted
//	P#<pass id>   K                    the clients that it was used from, by a digest
//	P#<pass id>   N                    that its holder asked for a new link
//	P#<pass id>   F                    what somebody said on a form, who asks for this pass
//	P#<pass id>   X                    the end marker: its TTL removal is pass.expired
//	DIGEST        M                    by what the key of digests is known
//	PUB           <sequence>           a public key
//	SEAL          <sequence>           its sealed private half
//	R#<api id>    <stack>/<logical id> the rules one declaration makes for an API
//	L#<bucket>#<second> L              what was taken of a limiter's window, by a keyed digest
//	I#<digest>    I                    a request to issue that may be repeated, by a keyed digest of its key
//
// Four sparse indexes, keys alone, list passes by what they were issued for and
// when: see index.go. Registrations are in the one by holder, apart from passes.
//
// Every item carries v; purge_at is the table's TTL attribute (whole epoch
// seconds) and is absent where nothing should be cleared away.
package record

import (
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// The attribute names. Every DynamoDB expression refers to them through
// placeholders, because several are reserved words.
const (
	PK               = "pk"
	SK               = "sk"
	V                = "v"
	Mode             = "mode"
	Format           = "format"
	Scope            = "scope"
	Subject          = "subject"
	Visitor          = "visitor"
	Invitation       = "invitation"
	Data             = "data"
	Target           = "target"
	Secrets          = "secrets"
	NotBefore        = "not_before"
	ExpiresAt        = "expires_at"
	TokenExpiresAt   = "token_expires_at"
	MaxUses          = "max_uses"
	Uses             = "uses"
	LastUse          = "last_use"
	LastChange       = "last_change"
	Sessions         = "sessions"
	SessionExpiresIn = "session_expires_in"
	RevokedAt        = "revoked_at"
	RevokedBy        = "revoked_by"
	RevokedWhy       = "revoked_why"
	Completed        = "completed"
	IssuedBy         = "issued_by"
	IssuedAt         = "issued_at"
	PurgeAt          = "purge_at"
	At               = "at"
	Key              = "key"
	Operation        = "operation"
	By               = "by"
	Why              = "why"
	Route            = "route"
	IP               = "ip"
	UserAgent        = "user_agent"
	Origin           = "origin"
	Rules            = "rules"
)

// The fixed keys.
const (
	PassSK   = "P"
	MarkerSK = "X"
	PublicPK = "PUB"
	SealedPK = "SEAL"

	sessionPrefix = "S#"
	usePrefix     = "U#"
	changePrefix  = "C#"
	passPrefix    = "P#"
	rulesPrefix   = "R#"
)

// PassPK returns the partition key of everything that belongs to a pass.
func PassPK(id string) string { return passPrefix + id }

// PassID returns the pass that a partition key belongs to, and false for others.
func PassID(pk string) (string, bool) { return strings.CutPrefix(pk, passPrefix) }

// SessionSK returns the sort key of the session whose secret has this digest.
func SessionSK(d pass.Digest) string { return sessionPrefix + d.String() }

// UseSK returns the sort key of the details of one use; uses sort by time.
func UseSK(at pass.NumericDate, k pass.Key) string {
	return fmt.Sprintf("%s%010d#%s", usePrefix, at, k)
}

// IsSession and IsUse tell what lies under a sort key of a pass.
func IsSession(sk string) bool { return strings.HasPrefix(sk, sessionPrefix) }

// IsUse reports whether a sort key is that of one use's details.
func IsUse(sk string) bool { return strings.HasPrefix(sk, usePrefix) }

// RulesPK returns the partition key of the rules of one API.
func RulesPK(api string) string { return rulesPrefix + api }

// FromRules returns the item of one declaration.
func FromRules(api, name string, body []byte) Item {
	return Item{PK: RulesPK(api), SK: name, V: int64(pass.Version), Rules: string(body)}
}

// ToRules reads the item of one declaration. One of another version, or without
// rules, is an error: a route must not be open by what was overlooked.
func ToRules(it Item) (name, body string, err error) {
	r := &reader{it: it}
	name, body = r.text(SK), r.text(Rules)
	if v := r.number(V); r.err == nil && (v != pass.Version || body == "") {
		r.err = fmt.Errorf("record: rules %q of version %d, %d bytes", name, v, len(body))
	}
	return name, body, r.err
}

// SequenceSK returns the sort key of the nth signing key; they sort by number.
func SequenceSK(n int64) string { return fmt.Sprintf("%012d", n) }
