package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of a key set and of its RSA keys.
const (
	maxKeys = 50
	minRSA  = 2048 // bits (RFC 7518, section 3.3)
	maxRSA  = 8192 // bits: verifying costs by their square
)

// key is one key of the host's, and the algorithms it is for.
type key struct {
	kid    string
	algs   []string
	public crypto.PublicKey
}

// rsaAlgs are the algorithms of an RSA key whose JWK names none.
func rsaAlgs() []string {
	return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
}

// asymmetric reports whether alg is one of those that are taken at all.
func asymmetric(alg string) bool {
	return slices.Contains(append(rsaAlgs(), "ES256", "ES384", "EdDSA"), alg)
}

// jwk is a key as the host writes it (RFC 7517).
type jwk struct {
	Kty string         `json:"kty"`
	KID string         `json:"kid"`
	Use string         `json:"use"`
	Ops []string       `json:"key_ops"`
	Alg string         `json:"alg"`
	Crv string         `json:"crv"`
	N   string         `json:"n"`
	E   string         `json:"e"`
	X   string         `json:"x"`
	Y   string         `json:"y"`
	D   jsontext.Value `json:"d"`
}

// parseKeys reads a JWKS. Keys that are not for verifying signatures of ours to
// judge are passed over (RFC 7517, section 5); a document that is no key set is
// an error, and leaves those that are known.
func parseKeys(doc []byte) ([]key, error) {
	var set struct {
		Keys *[]jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(doc, &set); err != nil || set.Keys == nil {
		return nil, errors.New("it is no JWKS")
	}
	if len(*set.Keys) > maxKeys {
		return nil, fmt.Errorf("it holds %d keys, more than %d", len(*set.Keys), maxKeys)
	}
	var list []key
	for _, v := range *set.Keys {
		var j jwk
		if json.Unmarshal(v, &j) != nil {
			continue
		}
		if k, ok := j.key(); ok {
			list = append(list, k)
		}
	}
	return list, nil
}

// key checks j, and reports whether it is one to verify with.
func (j *jwk) key() (k key, ok bool) {
	switch {
	case j.KID == "" || j.D != nil:
		return k, false
	case j.Use != "" && j.Use != "sig", j.Ops != nil && !slices.Contains(j.Ops, "verify"):
		return k, false
	}
	k.kid = j.KID
	switch j.Kty + " " + j.Crv {
	case "RSA ":
		k.algs = rsaAlgs()
		k.public, ok = j.rsa()
	case "EC P-256":
		k.algs = []string{"ES256"}
		k.public, ok = j.ec(elliptic.P256())
	case "EC P-384":
		k.algs = []string{"ES384"}
		k.public, ok = j.ec(elliptic.P384())
	case "OKP Ed25519":
		k.algs = []string{"EdDSA"}
		k.public, ok = j.ed25519()
	}
	if j.Alg != "" {
		ok = ok && slices.Contains(k.algs, j.Alg)
		k.algs = []string{j.Alg}
	}
	return k, ok
}

func (j *jwk) rsa() (crypto.PublicKey, bool) {
	modulus, ok1 := decode(j.N)
	exponent, ok2 := decode(j.E)
	n, e := new(big.Int).SetBytes(modulus), new(big.Int).SetBytes(exponent)
	if !ok1 || !ok2 || n.BitLen() < minRSA || n.BitLen() > maxRSA || n.Bit(0) == 0 {
		return nil, false
	}
	if e.BitLen() > 31 || e.Bit(0) == 0 || e.Cmp(big.NewInt(3)) < 0 {
		return nil, false
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, true
}

// ec reads a point, each coordinate of the full width (RFC 7518, section 6.2.1),
// and checks that it lies on the curve.
func (j *jwk) ec(curve elliptic.Curve) (crypto.PublicKey, bool) {
	x, ok1 := decode(j.X)
	y, ok2 := decode(j.Y)
	width := curve.Params().BitSize / 8
	if !ok1 || !ok2 || len(x) != width || len(y) != width {
		return nil, false
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, slices.Concat([]byte{4}, x, y))
	return public, err == nil
}

func (j *jwk) ed25519() (crypto.PublicKey, bool) {
	x, ok := decode(j.X)
	return ed25519.PublicKey(x), ok && len(x) == ed25519.PublicKeySize
}
