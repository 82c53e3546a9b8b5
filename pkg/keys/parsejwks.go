package keys

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// The bounds of a key set that is read: more than rotation ever publishes.
const (
	maxJWKS = 64 * 1024 // bytes
	maxKeys = 100
)

// ParseJWKS reads what [Ring.JWKS] writes, for verifiers that have the document
// and no store, and returns the keys by kid. Keys of another kind or use are
// passed over (RFC 7517, section 5). An empty list is that of a stack which has
// signed nothing yet, and is read as no keys. A document that is no key set, one
// with keys and none of ours, and every key of ours that is not as we write them
// are faults, named together in one error: then nothing of it is to be believed.
// The error holds nothing of the keys.
func ParseJWKS(doc []byte) (map[string]ed25519.PublicKey, error) {
	if len(doc) > maxJWKS {
		return nil, fmt.Errorf("keys: a JWKS of %d bytes; it must have at most %d", len(doc), maxJWKS)
	}
	var set struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if json.Unmarshal(doc, &set) != nil || set.Keys == nil {
		return nil, errors.New("keys: it is no JWKS: a JSON object with a list of keys, each name in it once")
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("keys: a JWKS of %d keys; it must have at most %d", len(set.Keys), maxKeys)
	}
	list := map[string]ed25519.PublicKey{}
	var faults []error
	for i, v := range set.Keys {
		key, why := readJWK(v)
		if _, twice := list[KIDOf(key)]; twice && key != nil {
			why = "it is there twice"
		}
		if why != "" {
			faults = append(faults, fmt.Errorf("keys: key %d of the JWKS: %s", i+1, why))
		} else if key != nil {
			list[KIDOf(key)] = key
		}
	}
	if len(faults) == 0 && len(list) == 0 && len(set.Keys) > 0 {
		faults = append(faults, errors.New("keys: the JWKS has no Ed25519 key for signatures"))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return list, nil
}

// readJWK returns the key of one member, nil for one of another kind, or what is
// wrong with it.
func readJWK(v jsontext.Value) (key ed25519.PublicKey, why string) {
	var j struct {
		jwk
		D jsontext.Value `json:"d"`
	}
	if json.Unmarshal(v, &j) != nil {
		return nil, "it is no JSON object of strings"
	}
	switch {
	case j.KTY != "OKP" || j.CRV != "Ed25519":
		return nil, ""
	case j.Use != "" && j.Use != "sig" || j.Alg != "" && j.Alg != "EdDSA":
		return nil, ""
	case j.D != nil:
		return nil, "it holds a private half, which is public now: rotate it"
	}
	x, err := base64.RawURLEncoding.Strict().DecodeString(j.X)
	switch {
	case err != nil || len(x) != ed25519.PublicKeySize:
		return nil, fmt.Sprintf("its x is not %d bytes in base64url", ed25519.PublicKeySize)
	case j.KID != KIDOf(x):
		return nil, "its kid is not its thumbprint (RFC 7638)"
	}
	return x, ""
}
