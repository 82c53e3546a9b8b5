package oidc_test

import (
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestKeysThatAreNotTaken: the set has one odd key and a good one. The odd key
// verifies nothing, and the good one goes on.
func TestKeysThatAreNotTaken(t *testing.T) {
	ec, ed, big := oidctest.EC(t, "odd", elliptic.P256()), oidctest.Ed25519("odd", "odd"), oidctest.RSA(t, "odd", 2048)
	n := big.Private.Public().(*rsa.PublicKey).N
	for _, row := range []struct {
		name   string
		key    oidctest.Key
		alg    string
		change object      // of its JWK
		want   pass.Reason // of what it signs
	}{
		{"as it should be", ec, "ES256", nil, pass.OK},
		{"RSA as it should be", big, "RS256", nil, pass.OK},
		{"that says its algorithm", big, "PS256", object{"alg": "PS256"}, pass.OK},
		{"of another algorithm of its kind", big, "RS256", object{"alg": "PS256"}, pass.BadSignature},
		{"for encrypting, by its algorithm", big, "RS256", object{"alg": "RSA-OAEP"}, pass.UnknownKey},
		{"for encrypting, by its use", ec, "ES256", object{"use": "enc"}, pass.UnknownKey},
		{"of no use in particular", ec, "ES256", object{"use": nil}, pass.OK},
		{"for signing alone", ec, "ES256", object{"key_ops": []string{"sign"}}, pass.UnknownKey},
		{"for verifying", ec, "ES256", object{"key_ops": []string{"verify"}}, pass.OK},
		{"with its private half", ed, "EdDSA", object{"d": "AAAA"}, pass.UnknownKey},
		{"without a kid", ec, "ES256", object{"kid": nil}, pass.UnknownKey},
		{"of 1024 bits", oidctest.RSA(t, "odd", 1024), "RS256", nil, pass.UnknownKey},
		{"of 2047 bits", oidctest.RSA(t, "odd", 2047), "RS256", nil, pass.UnknownKey},
		{"of too many bits", big, "RS256", object{"n": number(n, 8200)}, pass.UnknownKey},
		{"of an even modulus", big, "RS256", object{"n": encoded(even(n))}, pass.UnknownKey},
		{"of exponent one", big, "RS256", object{"e": "AQ"}, pass.UnknownKey},
		{"of an even exponent", big, "RS256", object{"e": "BA"}, pass.UnknownKey},
		{"of an exponent beyond 31 bits", big, "RS256", object{"e": "AQAAAAE"}, pass.UnknownKey},
		{"of an unreadable modulus", big, "RS256", object{"n": "+++"}, pass.UnknownKey},
		{"of no exponent", big, "RS256", object{"e": nil}, pass.UnknownKey},
		{"on P-521", oidctest.EC(t, "odd", elliptic.P521()), "ES512", nil, pass.BadSignature},
		{"on P-224", oidctest.EC(t, "odd", elliptic.P224()), "ES256", nil, pass.UnknownKey},
		{"on another curve than it says", ec, "ES384", object{"crv": "P-384"}, pass.UnknownKey},
		{"beside its curve", ec, "ES256", object{"y": strings.Repeat("A", 43)}, pass.UnknownKey},
		{"of a short coordinate", ec, "ES256", object{"x": "AAAA"}, pass.UnknownKey},
		{"of a curve nobody knows", ec, "ES256", object{"crv": "secp256k1"}, pass.UnknownKey},
		{"of X25519", ed, "EdDSA", object{"crv": "X25519"}, pass.UnknownKey},
		{"of a short point", ed, "EdDSA", object{"x": "AAAA"}, pass.UnknownKey},
		{"that is a secret", ed, "EdDSA", object{"kty": "oct", "k": "c2VjcmV0"}, pass.UnknownKey},
		{"of a kind nobody knows", ed, "EdDSA", object{"kty": "AKP"}, pass.UnknownKey},
		{"that is no object's shape", ed, "EdDSA", object{"x": 7}, pass.UnknownKey},
	} {
		t.Run("a key "+row.name, func(t *testing.T) {
			k := newKit(t)
			odd := row.key.JWK()
			maps.Copy(odd, row.change)
			maps.DeleteFunc(odd, func(_ string, v any) bool { return v == nil })
			k.Publish(t, object{"keys": []any{odd, "no key", k.key.JWK()}})
			k.want(row.key.Sign(t, row.alg, claims(nil)), row.want)
			k.want(k.sign(nil), pass.OK)
		})
	}
}

func encoded(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

func even(n *big.Int) *big.Int { return new(big.Int).Sub(n, big.NewInt(1)) }

// number returns n, made longer to so many bits.
func number(n *big.Int, bits int) string {
	return encoded(new(big.Int).SetBit(new(big.Int).Set(n), bits-1, 1))
}

// TestTwoKeysOfOneName: each verifies what it signed, and nothing of the other's
// algorithm.
func TestTwoKeysOfOneName(t *testing.T) {
	ec, ed := oidctest.EC(t, "first", elliptic.P256()), oidctest.Ed25519("first", "first")
	k := newKit(t, ec)
	k.want(ec.Sign(t, "ES256", claims(nil)), pass.OK)
	k.want(ed.Sign(t, "EdDSA", claims(nil)), pass.OK)
	k.want(ed.SignHeader(t, object{"alg": "ES256", "kid": "first"}, claims(nil)), pass.BadSignature)
}

// TestWhatIsNoKeySetLeavesTheKeysAsTheyAre, as does one of more than fifty keys.
func TestWhatIsNoKeySetLeavesTheKeysAsTheyAre(t *testing.T) {
	many := []any{}
	for range 51 {
		many = append(many, oidctest.Ed25519("other", "other").JWK())
	}
	for name, set := range map[string]object{
		"an empty object": {}, "keys that are no list": {"keys": object{}}, "keys of null": {"keys": nil}, "51 keys": {"keys": many},
		"a name twice": {"keys": json.RawMessage(`[],"keys":[]`)},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.want(k.sign(nil), pass.OK)
			k.Instead(nil)
			if name != "a name twice" {
				k.Publish(t, set)
			} else {
				k.Instead(answer("/keys", 200, `{"keys":[],"keys":[]}`))
			}
			k.move(60)
			if err := k.Refresh(t.Context()); err == nil {
				t.Error("it was taken")
			}
			k.want(k.sign(nil), pass.OK)
		})
	}
	k := newKit(t)
	k.want(k.sign(nil), pass.OK)
	k.Publish(t, object{"keys": many[:50]})
	k.move(60)
	if err := k.Refresh(t.Context()); err != nil {
		t.Errorf("fifty keys: %v", err)
	}
	k.want(k.sign(nil), pass.UnknownKey)
}
