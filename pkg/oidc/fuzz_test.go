package oidc_test

import (
	"crypto/elliptic"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// FuzzHost: whatever a bearer is, there is no panic, and nobody is let in but by
// a token that the host has signed, byte for byte.
func FuzzHost(f *testing.F) {
	ec, ed := oidctest.EC(f, "ec", elliptic.P256()), oidctest.Ed25519("ed", "ed")
	v, err := oidc.New(oidc.Config{Issuer: issuer, Audience: audience}, oidctest.NewProvider(f, issuer, ec, ed), start.Time)
	if err != nil {
		f.Fatal(err)
	}
	signed := map[string]bool{}
	for _, raw := range []string{ec.Sign(f, "ES256", claims(nil)), ed.Sign(f, "EdDSA", claims(nil)), ed.Sign(f, "EdDSA", claims(object{"aud": []string{audience, "b"}}))} {
		signed[raw] = true
		f.Add(raw)
		f.Add(raw[:len(raw)-2])
		f.Add(strings.Replace(raw, ".", "..", 1))
	}
	for _, raw := range []string{"", "..", "eyJhbGciOiJub25lIn0.e30.", ed.Sign(f, "EdDSA", claims(object{"exp": nil})), ed.Sign(f, "EdDSA", claims(object{"aud": "b"})), oidctest.HMAC(f, "ec", nil, claims(nil))} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		mine := v.Issued(raw)
		p, reason, err := v.Verify(t.Context(), raw, start)
		switch {
		case (p != nil) != (reason == pass.OK) || (err != nil) != (reason == pass.Unavailable):
			t.Fatalf("%s with %v and %v", reason, p, err)
		case reason == pass.OK && (!signed[raw] || !mine):
			t.Fatalf("let in: %q", raw)
		}
	})
}
