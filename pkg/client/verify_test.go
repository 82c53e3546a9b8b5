package client_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/client"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// signer is a key of a fixed seed, and its JWKS.
func signer(seed byte) (private ed25519.PrivateKey, kid string, jwks []byte) {
	private = ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune(seed)), ed25519.SeedSize)))
	public := private.Public().(ed25519.PublicKey)
	kid = keys.KIDOf(public)
	return private, kid, fmt.Appendf(nil, `{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":%q,"x":%q}]}`, kid, base64.RawURLEncoding.EncodeToString(public))
}

// claims are good at the test's second for "s" and a minute.
func claims() token.Claims {
	now := pass.At(at)
	return token.Claims{Issuer: "gatepass", Audience: "api", Scope: "s", ID: id, Mode: pass.Request, Subject: "u", IssuedAt: now, ExpiresAt: now + 60, Stateless: true}
}

func signed(t *testing.T, seed byte, change func(*token.Claims)) string {
	t.Helper()
	c := claims()
	if change != nil {
		change(&c)
	}
	private, kid, _ := signer(seed)
	raw, err := token.Sign(c, kid, private)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func verifier(t *testing.T, skip bool) *client.Verifier {
	t.Helper()
	_, _, jwks := signer('a')
	v, err := client.NewVerifier(client.VerifierConfig{JWKS: jwks, Issuer: "gatepass", Audience: "api", SkipRecords: skip})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestATokenIsVerifiedOffline(t *testing.T) {
	recorded := func(c *token.Claims) { c.Stateless = false }
	for name, tt := range map[string]struct {
		raw  string
		ask  client.Ask
		at   time.Duration
		skip bool
		want pass.Reason
		err  error
	}{
		"a good one is let in":                            {signed(t, 'a', nil), client.Ask{Scope: "s"}, 0, false, pass.OK, nil},
		"for any scope, where any will do":                {signed(t, 'a', nil), client.Ask{Scope: "*"}, 0, false, pass.OK, nil},
		"of another scope it is refused":                  {signed(t, 'a', nil), client.Ask{Scope: "other"}, 0, false, pass.WrongScope, nil},
		"where no scope is said it is refused":            {signed(t, 'a', nil), client.Ask{}, 0, false, pass.WrongScope, nil},
		"of a mode that is not accepted it is refused":    {signed(t, 'a', nil), client.Ask{Scope: "s", Accept: []pass.Mode{pass.None}}, 0, false, pass.WrongMode, nil},
		"in its last second it is let in":                 {signed(t, 'a', nil), client.Ask{Scope: "s"}, 59 * time.Second, false, pass.OK, nil},
		"in the second of its end it is expired":          {signed(t, 'a', nil), client.Ask{Scope: "s"}, 60 * time.Second, false, pass.Expired, nil},
		"a minute before it was issued clocks may differ": {signed(t, 'a', nil), client.Ask{Scope: "s"}, -60 * time.Second, false, pass.OK, nil},
		"a second more is not yet valid":                  {signed(t, 'a', nil), client.Ask{Scope: "s"}, -61 * time.Second, false, pass.NotYetValid, nil},
		"signed by another key it is unknown":             {signed(t, 'b', nil), client.Ask{Scope: "s"}, 0, false, pass.UnknownKey, nil},
		"of another issuer it is not for us":              {signed(t, 'a', func(c *token.Claims) { c.Issuer = "x" }), client.Ask{Scope: "s"}, 0, false, pass.BadSignature, nil},
		"for another audience it is not for us":           {signed(t, 'a', func(c *token.Claims) { c.Audience = "x" }), client.Ask{Scope: "s"}, 0, false, pass.BadSignature, nil},
		"cut it is malformed":                             {signed(t, 'a', nil)[:200], client.Ask{Scope: "s"}, 0, false, pass.Malformed, nil},
		"nothing is missing":                              {"", client.Ask{Scope: "s"}, 0, false, pass.Missing, nil},
		"somebody else's is missing":                      {"ey.ey.ey", client.Ask{Scope: "s"}, 0, false, pass.Missing, nil},
		"a short one cannot be told":                      {gp, client.Ask{Scope: "s"}, 0, true, pass.Unavailable, client.ErrRecorded},
		"one with a record cannot be told":                {signed(t, 'a', recorded), client.Ask{Scope: "s"}, 0, false, pass.Unavailable, client.ErrRecorded},
		"one with a record that is expired can":           {signed(t, 'a', recorded), client.Ask{Scope: "s"}, time.Hour, false, pass.Expired, nil},
		"one with a record is let in where that is meant": {signed(t, 'a', recorded), client.Ask{Scope: "s"}, 0, true, pass.OK, nil},
		"but not before it begins":                        {signed(t, 'a', func(c *token.Claims) { c.Stateless, c.NotBefore = false, c.IssuedAt+30 }), client.Ask{Scope: "s"}, 29 * time.Second, true, pass.NotYetValid, nil},
		"and not where it must be redeemed": {signed(t, 'a', func(c *token.Claims) { c.Stateless, c.Mode = false, pass.SessionMode }),
			client.Ask{Scope: "s", Accept: []pass.Mode{pass.SessionMode}}, 0, true, pass.WrongMode, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := verifier(t, tt.skip).Verify(tt.raw, tt.ask, at.Add(tt.at))
			if d == nil || d.Reason != tt.want || d.Allowed != (tt.want == pass.OK) || d.Counted || !errors.Is(err, tt.err) || (err == nil) != (tt.err == nil) {
				t.Errorf("got %+v and %v, want %s and %v", d, err, tt.want, tt.err)
			}
			hides(t, d)
			hides(t, err)
		})
	}
}

// A stack that has signed nothing yet publishes no key. Who verifies starts all the
// same, and fetches anew when a token comes.
func TestAVerifierWithoutKeysKnowsNone(t *testing.T) {
	v, err := client.NewVerifier(client.VerifierConfig{JWKS: []byte(`{"keys":[]}`), Issuer: "https://x.example", Audience: "api"})
	if err != nil {
		t.Fatal(err)
	}
	if d, err := v.Verify(signed(t, 'a', nil), client.Ask{Scope: "s"}, at); err != nil || d.Allowed || d.Reason != pass.UnknownKey {
		t.Errorf("got %+v and %v", d, err)
	}
}

func TestAVerifiedTokenTellsWhatItSays(t *testing.T) {
	raw := signed(t, 'a', func(c *token.Claims) { c.Data = []byte(`{"n":1}`) })
	d, err := verifier(t, false).Verify(raw, client.Ask{Scope: "s"}, at)
	if err != nil {
		t.Fatal(err)
	}
	same(t, d, marshal(t, client.Decision{Allowed: true, Reason: pass.OK, Mode: pass.Request, PassID: id, Scope: "s", Subject: "u", Data: []byte(`{"n":1}`)}))
}

func TestAVerifierOfWrongSettingsIsNone(t *testing.T) {
	_, _, jwks := signer('a')
	for name, tt := range map[string]struct {
		cfg  client.VerifierConfig
		says []string
	}{
		"nothing at all":  {client.VerifierConfig{}, []string{"JWKS", "issuer", "audience"}},
		"no issuer":       {client.VerifierConfig{JWKS: jwks, Audience: "api"}, []string{"issuer"}},
		"no audience":     {client.VerifierConfig{JWKS: jwks, Issuer: "gatepass"}, []string{"audience"}},
		"no key of ours":  {client.VerifierConfig{JWKS: []byte(`{"keys":[{"kty":"RSA"}]}`), Issuer: "gatepass", Audience: "api"}, []string{"no Ed25519 key"}},
		"no JWKS at all":  {client.VerifierConfig{JWKS: []byte(`Not Found`), Issuer: "gatepass", Audience: "api"}, []string{"no JWKS"}},
		"an error page's": {client.VerifierConfig{JWKS: []byte(`{"message":"Internal Server Error"}`), Issuer: "gatepass", Audience: "api"}, []string{"no JWKS"}},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := client.NewVerifier(tt.cfg)
			if v != nil || err == nil {
				t.Fatalf("got %v and %v", v, err)
			}
			for _, want := range tt.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v; want %q in it", err, want)
				}
			}
		})
	}
}
