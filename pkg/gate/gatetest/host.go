package gatetest

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// The host of the rows.
const (
	HostIssuer   = "https://login.example.com"
	HostAudience = "app"
)

func hostKey() oidctest.Key { return oidctest.Ed25519("host-key", "the host's own") }

// hostToken makes a token of the host's.
func hostToken(tb testing.TB, c decisions.Credential) string {
	claims := oidctest.Object{"iss": HostIssuer, "aud": HostAudience, "sub": c.Claims.Subject, "iat": c.Claims.IssuedAt, "exp": c.Claims.ExpiresAt}
	key := hostKey()
	switch c.Fault {
	case "bad-signature":
		key = oidctest.Ed25519(key.KID, "somebody else")
	case "unknown-key":
		key.KID = "other-key"
	case "wrong-audience":
		claims["aud"] = "another"
	case "wrong-issuer":
		claims["iss"] = "https://another.example.com"
	}
	return key.Sign(tb, "EdDSA", claims)
}

// HostUsers verifies with the keys of the row's host: not at all where the row
// says that the stack names none, and never any where its keys cannot be fetched.
func HostUsers(tb testing.TB, row decisions.Row) gate.HostUsers {
	tb.Helper()
	from := oidctest.NewProvider(tb, HostIssuer, hostKey())
	if row.Host != nil {
		switch row.Host.Form {
		case "unset":
			return nil
		case "no-keys":
			from.Down()
		}
	}
	v, err := oidc.New(oidc.Config{Issuer: HostIssuer, Audience: HostAudience}, from, Clock)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}
