package oidc_test

import (
	"crypto/elliptic"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

const (
	issuer   = "https://login.example.com/pool"
	audience = "app"
	start    = pass.NumericDate(1_790_000_000)
)

type object = oidctest.Object

// kit is a provider and a verifier of its tokens, with a clock that the test moves.
type kit struct {
	*testing.T
	*oidctest.Provider
	*oidc.Verifier
	mu  sync.Mutex
	at  pass.NumericDate
	key oidctest.Key // published
}

func newKit(t *testing.T, more ...oidctest.Key) *kit {
	t.Helper()
	k := &kit{T: t, at: start, key: oidctest.Ed25519("first", "first")}
	k.Provider = oidctest.NewProvider(t, issuer, append(more, k.key)...)
	v, err := oidc.New(oidc.Config{Issuer: issuer, Audience: audience, RefreshSeconds: 60}, k.Provider, k.now)
	if err != nil {
		t.Fatal(err)
	}
	k.Verifier = v
	return k
}

func (k *kit) now() time.Time { return k.date().Time() }

func (k *kit) date() pass.NumericDate {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.at
}

func (k *kit) move(seconds pass.NumericDate) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.at += seconds
}

// claims are good ones, changed: a nil takes a member out.
func claims(change object) object {
	c := object{"iss": issuer, "aud": audience, "sub": "ginger", "iat": start, "exp": start + 600}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

func (k *kit) sign(change object) string { return k.key.Sign(k, "EdDSA", claims(change)) }

// want verifies a token, and holds the answer and its shape against a reason.
func (k *kit) want(raw string, want pass.Reason) *pass.Pass {
	k.Helper()
	p, got, err := k.Verify(k.Context(), raw, k.date())
	if got != want || (p != nil) != (got == pass.OK) || (err != nil) != (got == pass.Unavailable) {
		k.Errorf("%s (%v, %v), want %s", got, p, err, want)
	}
	return p
}

// everyKey returns a key of each kind that is taken, by its algorithms.
func everyKey(t *testing.T) map[string]oidctest.Key {
	keys := map[string]oidctest.Key{"ES256": oidctest.EC(t, "p256", elliptic.P256()), "ES384": oidctest.EC(t, "p384", elliptic.P384()), "EdDSA": oidctest.Ed25519("ed", "ed")}
	rsa := oidctest.RSA(t, "rsa", 2048)
	for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"} {
		keys[alg] = rsa
	}
	return keys
}
