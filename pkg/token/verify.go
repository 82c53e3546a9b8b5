package token

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// maxLeeway bounds what clocks may differ, in seconds: "no more than a few
// minutes" (RFC 7519, section 4.1.5).
const maxLeeway = 300

// Verifier verifies JWTs. It holds no private key. Its fields are not changed
// after [NewVerifier]; it is safe for concurrent use if Key is. The zero Verifier
// admits nobody.
type Verifier struct {
	Issuer   string
	Audience string
	Leeway   int64                                      // seconds, for nbf and iat only
	Key      func(kid string) (ed25519.PublicKey, bool) // false: not in the ring
}

// NewVerifier returns a Verifier of tokens by issuer for audience. All faults are
// in the one error: an empty issuer or audience would leave the check out, which
// is why neither is allowed, nor a leeway outside 0 to 300 seconds, nor no keys.
func NewVerifier(issuer, audience string, leeway int64, key func(kid string) (ed25519.PublicKey, bool)) (*Verifier, error) {
	var faults []error
	if issuer == "" || len(issuer) > maxName {
		faults = append(faults, errors.New("token: the issuer has 1 to 255 bytes"))
	}
	if audience == "" || len(audience) > maxName {
		faults = append(faults, errors.New("token: the audience has 1 to 255 bytes"))
	}
	if leeway < 0 || leeway > maxLeeway {
		faults = append(faults, errors.New("token: the leeway is 0 to 300 seconds"))
	}
	if key == nil {
		faults = append(faults, errors.New("token: there is no key ring"))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return &Verifier{Issuer: issuer, Audience: audience, Leeway: leeway, Key: key}, nil
}

// Verify reads raw at now and returns what it says with OK, or the reason why it
// is refused, by the order in the package comment. Only with OK may the claims be
// acted on. With Expired and NotYetValid they are returned as well, because they
// are true then and the log should name the pass; with any other reason they are
// zero. Of a token with a record, OK means no more than "this is the token that
// was issued": its record decides.
func (v *Verifier) Verify(raw string, now pass.NumericDate) (Claims, pass.Reason) {
	s, ok := open(raw)
	if !ok {
		return Claims{}, pass.Malformed
	}
	if r := v.verify(&s); r != pass.OK {
		return Claims{}, r
	}
	c, ok := s.read()
	if !ok {
		return Claims{}, pass.Malformed
	}
	if c.Issuer != v.Issuer || c.Audience != v.Audience { // neither claim is ever empty
		return Claims{}, pass.BadSignature
	}
	return c, v.judge(&c, now)
}

// verify is the signature alone. The key decides the algorithm; alg can only
// disagree with it (RFC 8725, section 3.1).
func (v *Verifier) verify(s *sealed) pass.Reason {
	switch {
	case s.header.Alg != alg:
		return pass.BadSignature
	case len(s.signature) != ed25519.SignatureSize:
		return pass.Malformed
	case v.Key == nil:
		return pass.UnknownKey
	}
	key, ok := v.Key(string(s.header.KID))
	if !ok || len(key) != ed25519.PublicKeySize {
		return pass.UnknownKey
	}
	if !ed25519.Verify(key, s.signed, s.signature) {
		return pass.BadSignature
	}
	return pass.OK
}

// judge is the times. exp has no leeway: a token that outlives its second on one
// verifier would be used there.
func (v *Verifier) judge(c *Claims, now pass.NumericDate) pass.Reason {
	latest := now + pass.NumericDate(v.Leeway)
	switch {
	case now >= c.ExpiresAt:
		return pass.Expired
	case c.Stateless && (c.IssuedAt > latest || c.NotBefore > latest):
		return pass.NotYetValid
	}
	return pass.OK
}

// sealed is a JWT taken apart. Nothing in it is to be believed yet but the kid,
// and that only to find the key.
type sealed struct {
	header    header
	signed    []byte // what the signature is over
	claims    []byte // decoded, not read
	signature []byte
}

// open takes raw apart without reading the claims, and reports whether it has the
// form of our JWT. A dot beyond the two is in the middle, where it does not decode.
func open(raw string) (s sealed, ok bool) {
	if len(raw) > MaxJWT || strings.IndexByte(raw, '\n') >= 0 || strings.IndexByte(raw, '\r') >= 0 {
		return s, false
	}
	b := []byte(raw)
	first, last := bytes.IndexByte(b, '.'), bytes.LastIndexByte(b, '.')
	if first+1 >= last { // no two dots, or nothing between them
		return s, false
	}
	room := make([]byte, 0, len(b)) // decoding shortens, so the three parts fit
	room, head, ok1 := decode(room, b[:first])
	room, body, ok2 := decode(room, b[first+1:last])
	_, signature, ok3 := decode(room, b[last+1:])
	if !ok1 || !ok2 || !ok3 || unmarshal(head, &s.header) != nil {
		return s, false
	}
	s.signed, s.claims, s.signature = b[:last], body, signature
	return s, s.header.Typ == typ && s.header.Alg != "" && validKID(string(s.header.KID))
}

// decode appends what part says to room, and returns both the longer room and the
// part's share of it.
func decode(room, part []byte) (longer, share []byte, ok bool) {
	longer, err := strict.AppendDecode(room, part)
	return longer, longer[len(room):], err == nil
}

// read reads the claims, of which the signature has been verified.
func (s *sealed) read() (Claims, bool) {
	var w wire
	if unmarshal(s.claims, &w) != nil {
		return Claims{}, false
	}
	c := w.claims()
	c.KID = string(s.header.KID)
	return c, c.check() == nil
}
