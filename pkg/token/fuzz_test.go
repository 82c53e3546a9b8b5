package token_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

func FuzzParseShort(f *testing.F) {
	for _, row := range readVectors(f).Short {
		f.Add(row.String)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := token.ParseShort(s)
		if ok && (got.String() != s || !token.ValidID(got.ID)) {
			t.Fatalf("%q is read, and written as another", s)
		}
		if ok != (token.KindOf(s) == token.ShortKind && ok) {
			t.Fatalf("%q is read, and not of its kind", s)
		}
	})
}

func FuzzParseCookie(f *testing.F) {
	for _, row := range readVectors(f).Cookie {
		f.Add(row.String)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := token.ParseCookie(s)
		if ok && (got.Cookie() != s || !token.ValidID(got.ID)) {
			t.Fatalf("%q is read, and written as another", s)
		}
		if _, both := token.ParseShort(s); ok && both {
			t.Fatalf("%q is cookie and token at once", s)
		}
	})
}

// signedByUs looks at the signature alone, with nothing of the package.
func signedByUs(raw string) bool {
	i := strings.LastIndexByte(raw, '.')
	if i < 0 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(raw[i+1:])
	return err == nil && ed25519.Verify(public, []byte(raw[:i]), signature)
}

// spoken holds the reasons with which Verify believes a token's claims.
func spoken(r pass.Reason) bool {
	return r == pass.OK || r == pass.Expired || r == pass.NotYetValid
}

func FuzzVerify(f *testing.F) {
	for _, row := range readVectors(f).JWT {
		f.Add(row.String, int64(row.Now))
	}
	v := verifier(f)
	f.Fuzz(func(t *testing.T, raw string, at int64) {
		kind := token.KindOf(raw)
		got, r := v.Verify(raw, pass.NumericDate(at))
		if spoken(r) && (!signedByUs(raw) || kind != token.JWTKind || len(raw) > token.MaxJWT) {
			t.Fatalf("%s without a valid signature, or not of our kind", r)
		}
		if spoken(r) != (got.ID != "") {
			t.Fatalf("%s with claims %v", r, got)
		}
	})
}

// FuzzSigned goes past the signature: an issuer gone wrong signs whatever it is
// given. What is believed then must be within bounds, which Sign knows.
func FuzzSigned(f *testing.F) {
	for _, row := range readVectors(f).JWT {
		if parts := strings.Split(row.String, "."); len(parts) == 3 {
			h, _ := base64.RawURLEncoding.DecodeString(parts[0])
			c, _ := base64.RawURLEncoding.DecodeString(parts[1])
			f.Add(string(h), string(c))
		}
	}
	v := verifier(f)
	f.Fuzz(func(t *testing.T, header, claims string) {
		got, r := v.Verify(forge(header, claims), now)
		if !spoken(r) {
			return
		}
		raw, err := token.Sign(got, got.KID, private)
		if err != nil {
			t.Fatalf("believed, but Sign would refuse it: %v", err)
		}
		again, r2 := v.Verify(raw, now)
		if len(got.Data) > 0 {
			again.Data, got.Data = nil, nil // spaces within are not kept
		}
		if diff := cmp.Diff(got, again); diff != "" || r2 != r {
			t.Fatalf("%s, then %s (-first +again):\n%s", r, r2, diff)
		}
	})
}
