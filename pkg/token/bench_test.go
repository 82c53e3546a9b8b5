package token_test

import (
	"crypto/ed25519"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

func BenchmarkVerify(b *testing.B) {
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	public := key.Public().(ed25519.PublicKey)
	c := token.Claims{Issuer: "https://go.example.com", Audience: "https://api.example.com", Subject: "ginger", Scope: "report:66", ID: "0123456789abcdef", Mode: pass.Request, IssuedAt: 1700000000, ExpiresAt: 4700000000}
	raw, err := token.Sign(c, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", key)
	if err != nil {
		b.Fatal(err)
	}
	v, _ := token.NewVerifier(c.Issuer, c.Audience, 60, func(string) (ed25519.PublicKey, bool) { return public, true })
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, r := v.Verify(raw, 1700000001); r != pass.OK {
				b.Fatal(r)
			}
		}
	})
	b.Run("kind", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if token.KindOf(raw) != token.JWTKind {
				b.Fatal()
			}
		}
	})
	b.Run("golang-jwt", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jwt.Parse(raw, func(*jwt.Token) (any, error) { return public, nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("raw", func(b *testing.B) {
		sig := ed25519.Sign(key, []byte(raw[:300]))
		m := []byte(raw[:300])
		b.ReportAllocs()
		for b.Loop() {
			if !ed25519.Verify(public, m, sig) {
				b.Fatal()
			}
		}
	})
}
