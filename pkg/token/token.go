// Package token holds the strings of Gatepass: how a credential is written, how
// it is read, and which reason each fault gives. This comment is the
// specification; testdata/vectors.json holds strings with the answer expected for
// each, in a form that any language can read.
//
// There are three strings of ours, and credentials that others made and that moved
// in. All are plain ASCII, all are case-sensitive, and each value has exactly one
// spelling of its kind: a string that decodes to the same bytes but is written
// otherwise is refused, so a token can be compared, logged by digest and denied as
// the string it is.
//
// # Short token
//
// 47 characters, letters and digits after the prefix, which mail clients do not
// cut and secret scanners can match with gp_[0-9A-Za-z]{44}:
//
//	offset  length  field
//	0       3       prefix, "gp_"
//	3       16      pass id: base62, not secret, safe to log and to show
//	19      22      secret: 128 bits as one big-endian number, base62, padded with "0"
//	41      6       checksum: CRC-32 (IEEE 802.3) of the 41 bytes before it, base62, padded with "0"
//
// Base62 has the digits 0-9, A-Z, a-z in this order, the most significant first.
// A secret of 2^128 or more, a checksum that differs, another length or any other
// character is malformed: a cut or mistyped token is told apart from a wrong one
// without asking the store. The checksum finds mistakes, not forgery; the record
// keeps SHA-256 of the 16 secret bytes, and a secret it does not know is unknown.
//
// # Session cookie
//
// The value of the cookie that redeeming a pass sets: the same 47 characters with
// the prefix "gs_". The prefix is under the checksum, so neither string can be
// turned into the other by accident; their secrets are unrelated.
//
// # Credentials that moved in
//
// A credential that another system made, and that people hold in links already, is
// read as the short token that it is equivalent to ([Moved]). It is 22 to 1024
// characters of A-Z a-z 0-9 - _ . and :, of which neither . nor : stands at either
// end, where a sentence may have left them; and it is none of the strings here by
// its look, so that no string has two readings. Its halves are
//
//	pass id  SHA-256("gatepass moved-in id" 00 credential): the first 16 bytes as one
//	         big-endian number, of whose base62 the last 16 digits
//	secret   SHA-256("gatepass moved-in secret" 00 credential): the first 16 bytes
//
// where 00 is one zero byte. So the record holds a digest of a digest, and both
// spellings open the same pass by the same read.
//
// The hashes have no key, since whoever verifies has none, and need none where the
// credential cannot be guessed: the id, which is shown and logged, tells of it what
// any digest tells. That rests with who made it. django-visitor-pass and
// django-magic-link draw 122 bits. django-request-token signs with 256, by a key
// that must be as good. The least is django-sesame's signature of 10 bytes: who has
// the table, or a log, and knows user and second must try 2^80 signatures for one
// link, and anew for the next, since both stand in the token; at 10^12 hashes a
// second that is 38,000 years. With a smaller SESAME_SIGNATURE_SIZE nothing should
// move in. Its shortest tokens, of an integer key without SESAME_MAX_AGE, have 19
// characters and are refused as any other short string is.
//
// # JWT
//
// A JWS in compact serialization (RFC 7515, section 3.1) of at most 4096 bytes:
// three parts in base64url without padding, line breaks or stray trailing bits.
// Sizes are checked before anything is decoded.
//
// The header has these members and no other, each once:
//
//	alg   "EdDSA" (RFC 8037), and the key is an Ed25519 key whatever alg says
//	kid   1 to 64 characters of A-Z a-z 0-9 - _: which key of the ring signed
//	typ   "gatepass+jwt", in these very letters (RFC 8725, section 3.11)
//
// So crit, b64, zip, jwk, jku, x5u and x5c are refused rather than ignored: no key
// and no rule about reading ever comes from the token.
//
// The claims have these members and no other, each once. Text is a JSON string and
// a time a JSON integer, 1 to 253402300799 (the last second of year 9999), written
// in digits alone; neither may be null.
//
//	iss        required  the issuer, exactly as configured
//	aud        required  the audience, one string (never an array), exactly as configured
//	sub        modes request and session only, and required there: 1 to 255 bytes
//	scope      required  1 to 128 of A-Z a-z 0-9 . _ ~ - : /
//	jti        required  the pass id, 16 base62 characters
//	mode       required  none, request, session or visitor
//	iat        required  when it was issued
//	nbf        optional  the first second it is good for
//	exp        required  the first second it is no longer good for
//	stateless  optional  true: no record stands behind it; then mode is none or request
//	data       optional  stateless only: an object of at most 1024 bytes of ASCII. Whoever holds the token can read it
//
// A claim that a verifier does not know is refused, not ignored: it may be a
// restriction. New claims therefore reach the authorizers before the issuer.
//
// # What is judged, in order
//
//	malformed      over 4096 bytes; not three parts; base64url, JSON or header not as above
//	bad_signature  alg is not "EdDSA"
//	malformed      the signature has not 64 bytes
//	unknown_key    kid is not in the ring
//	bad_signature  the signature does not verify over the first two parts
//	malformed      claims not as above
//	bad_signature  iss or aud is another: not signed for us
//	expired        now >= exp. No leeway: the second exp is too late
//	not_yet_valid  stateless only: iat or nbf lies more than the leeway after now
//
// No claim is read before the signature has been verified. A token with a record
// is judged further by its record, which alone knows its scope, mode, window,
// uses and whether it was revoked; of a stateless token this is all there is, so
// it can neither count, nor be redeemed, nor be revoked singly.
//
// # Redemption
//
// The keys of one redemption are HMAC-SHA-256 with the short token's 47 characters
// as the key, over a label, one zero byte and the nonce of 16 bytes ([Short.Derive]).
package token

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Kind says what a bearer string is to us.
type Kind int

// The kinds. Foreign is somebody else's, and counts as no credential at all.
const (
	Foreign Kind = iota
	ShortKind
	JWTKind
)

// KindOf returns what s claims to be, by its look alone: a kind of ours may still
// be malformed. A JWT is ours by the typ in its header, whatever is wrong with the
// rest of it, so that a token cut short or blown up is refused as ours is and not
// passed over. At most [MaxJWT] bytes are looked at.
func KindOf(s string) Kind {
	if strings.HasPrefix(s, shortPrefix) {
		return ShortKind
	}
	head, _, ok := strings.Cut(s[:min(len(s), MaxJWT)], ".")
	if !ok {
		return Foreign
	}
	raw, err := strict.DecodeString(head)
	if err != nil {
		return Foreign
	}
	var look struct {
		Typ string `json:"typ"`
	}
	err = json.Unmarshal(raw, &look, jsontext.AllowDuplicateNames(true))
	if err != nil || look.Typ != typ {
		return Foreign
	}
	return JWTKind
}
