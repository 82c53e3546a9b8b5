package token

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxJWT bounds a JWT, in bytes. API Gateway allows 10,240 for all headers of a
// request together; this leaves the larger half to cookies and the rest.
const MaxJWT = 4096

const (
	alg = "EdDSA"
	typ = "gatepass+jwt"

	maxKID          = 64
	signatureLength = 86 // of 64 bytes in base64url
)

// strict is base64url without padding that refuses stray trailing bits. It is
// never changed. It still skips line breaks, as all of encoding/base64 does, so
// whoever decodes looks for those first.
var strict = base64.RawURLEncoding.Strict()

// header is the JOSE header, in the order in which it is written.
type header struct {
	Alg text `json:"alg"`
	KID text `json:"kid"`
	Typ text `json:"typ"`
}

// Sign writes c as a JWT signed with key, which the ring knows as kid; c.KID is
// ignored. It refuses claims that are missing or beyond the bounds of the package
// comment, and results over [MaxJWT]. Its errors name a claim and never quote one.
func Sign(c Claims, kid string, key ed25519.PrivateKey) (string, error) {
	if err := c.check(); err != nil {
		return "", fmt.Errorf("token: signing: %w", err)
	}
	if !validKID(kid) {
		return "", errors.New("token: signing: kid has 1 to 64 characters of base64url")
	}
	if len(key) != ed25519.PrivateKeySize {
		return "", errors.New("token: signing: not an Ed25519 key")
	}
	head, err := json.Marshal(header{Alg: alg, KID: text(kid), Typ: typ})
	if err != nil {
		return "", errors.New("token: signing: the header has no JSON form")
	}
	body, err := json.Marshal(c.wire(), jsontext.PreserveRawStrings(true)) // data stays in ASCII
	if err != nil {
		return "", errors.New("token: signing: text is not UTF-8, or data not JSON with each name once")
	}
	return seal(head, body, key)
}

// seal joins header and claims and signs them.
func seal(head, body []byte, key ed25519.PrivateKey) (string, error) {
	size := strict.EncodedLen(len(head)) + 1 + strict.EncodedLen(len(body)) + 1 + signatureLength
	if size > MaxJWT {
		return "", fmt.Errorf("token: signing: %d bytes, over the %d that are read", size, MaxJWT)
	}
	b := make([]byte, 0, size)
	b = strict.AppendEncode(b, head)
	b = strict.AppendEncode(append(b, '.'), body)
	signature := ed25519.Sign(key, b)
	return string(strict.AppendEncode(append(b, '.'), signature)), nil
}

// validKID keeps whatever could be a path, a query or a key out of the look-up.
func validKID(s string) bool {
	if s == "" || len(s) > maxKID {
		return false
	}
	for i := range len(s) {
		if _, ok := digit(s[i]); !ok && s[i] != '-' && s[i] != '_' {
			return false
		}
	}
	return true
}
