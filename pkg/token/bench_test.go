package token_test

import (
	"crypto/ed25519"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// BenchmarkJWT puts Verify, and with it KindOf as the authorizer calls it, beside
// its floor, the signature alone, and beside golang-jwt parsing and verifying the
// same token without any of the checks here.
func BenchmarkJWT(b *testing.B) {
	raw := sign(b, withExp(good(), 1<<33))
	v := verifier(b)
	text := []byte(raw[:strings.LastIndexByte(raw, '.')])
	signature := unb64(raw[len(text)+1:])
	run(b, "Verify", func() bool { _, r := v.Verify(raw, now); return r == pass.OK })
	run(b, "KindOf", func() bool { return token.KindOf(raw) == token.JWTKind })
	run(b, "golang-jwt", func() bool {
		_, err := jwt.Parse(raw, func(*jwt.Token) (any, error) { return public, nil })
		return err == nil
	})
	run(b, "floor", func() bool { return ed25519.Verify(public, text, signature) })
	c := good()
	run(b, "Sign", func() bool { _, err := token.Sign(c, kid, private); return err == nil })
}

func BenchmarkShort(b *testing.B) {
	s := vectorShort.String()
	run(b, "ParseShort", func() bool { t, ok := token.ParseShort(s); _ = t.Digest(); return ok })
	run(b, "String", func() bool { return vectorShort.String() == s })
	run(b, "Derive", func() bool { return vectorShort.Derive("use", [16]byte{}) != [32]byte{} })
}

func run(b *testing.B, name string, f func() bool) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !f() {
				b.Fatal("refused")
			}
		}
	})
}
