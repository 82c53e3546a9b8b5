package token_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// The fixed surroundings of every JWT in these tests. The key is the one of RFC
// 8037, appendix A, and kid its thumbprint, so any JOSE library can check them.
const (
	seed     = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
	kid      = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
	issuer   = "https://pass.example.com"
	audience = "gatepass"
	leeway   = 60
	now      = 1800000000
	id       = "0aZ9bY8cX7dW6eV5"
)

var (
	private  = ed25519.NewKeyFromSeed(unb64(seed))
	public   = private.Public().(ed25519.PublicKey)
	stranger = ed25519.NewKeyFromSeed([]byte("the key of somebody else, 32 b. "))
)

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(s string) []byte {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// ring knows two keys: ours, and a stranger's as "other".
func ring(k string) (ed25519.PublicKey, bool) {
	switch k {
	case kid:
		return public, true
	case "other":
		return stranger.Public().(ed25519.PublicKey), true
	}
	return nil, false
}

func verifier(t testing.TB) *token.Verifier {
	t.Helper()
	v, err := token.NewVerifier(issuer, audience, leeway, ring)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// good returns claims that are OK at now.
func good() token.Claims {
	return token.Claims{Issuer: issuer, Audience: audience, Subject: "ginger", Scope: "report:66", ID: id,
		Mode: pass.Request, IssuedAt: now - 100, ExpiresAt: now + 100}
}

// stateless returns claims without a record that are OK at now.
func stateless() token.Claims {
	c := good()
	c.Stateless, c.Data = true, []byte(`{"order":7,"note":"f\u00fcr Ginger"}`)
	return c
}

func sign(t testing.TB, c token.Claims) string {
	t.Helper()
	raw, err := token.Sign(c, kid, private)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

const head = `{"alg":"EdDSA","kid":"` + kid + `","typ":"gatepass+jwt"}`

// body is the claims of good as they stand in the token, with the given pairs of
// old and new text replaced.
func body(replace ...string) string {
	s := `{"iss":"https://pass.example.com","aud":"gatepass","sub":"ginger","scope":"report:66","jti":"0aZ9bY8cX7dW6eV5",` +
		`"iat":1799999900,"exp":1800000100,"mode":"request"}`
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(s, replace[i]) {
			panic("nothing to replace: " + replace[i])
		}
		s = strings.Replace(s, replace[i], replace[i+1], 1)
	}
	return s
}

// bodyless is body as a stateless token.
func bodyless(replace ...string) string {
	return strings.TrimSuffix(body(replace...), "}") + `,"stateless":true}`
}

// forge signs whatever it is given, as an issuer gone wrong would.
func forge(header, claims string) string { return forgeBy(private, header, claims) }

func forgeBy(key ed25519.PrivateKey, header, claims string) string {
	text := b64([]byte(header)) + "." + b64([]byte(claims))
	return text + "." + b64(ed25519.Sign(key, []byte(text)))
}
