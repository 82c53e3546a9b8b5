package main

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestHostUsersAreWired: with HOST_ISSUER set its token is judged, and as its
// keys cannot be fetched here that is unavailable; without it counts as absent.
func TestHostUsersAreWired(t *testing.T) {
	const issuer = "https://127.0.0.1:1" // where nobody listens
	token := oidctest.Ed25519("first", "first").Sign(t, "EdDSA", oidctest.Object{"iss": issuer, "aud": "app", "sub": "ginger", "exp": time.Now().Unix() + 60})
	ask, err := json.Marshal(oidctest.Object{"check": oidctest.Object{"credential": token, "scope": "*", "accept": []string{"host"}}})
	if err != nil {
		t.Fatal(err)
	}
	for set, want := range map[string]pass.Reason{issuer: pass.Unavailable, "": pass.Missing} {
		env := map[string]string{"TABLE": "t", "PUBLIC_URL": "https://pass.example.com", "ISSUER": "i", "AUDIENCE": "a", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id",
			"AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1"}
		if set != "" {
			env["HOST_ISSUER"], env["HOST_AUDIENCE"] = set, "app"
		}
		f, err := wire(config.NewReader(func(name string) (string, bool) { v, ok := env[name]; return v, ok }))
		if err != nil {
			t.Fatal(err)
		}
		out, err := f(t.Context(), ask)
		var answer struct{ Reason pass.Reason }
		if err := errors.Join(err, json.Unmarshal(out, &answer)); err != nil || answer.Reason != want {
			t.Errorf("with HOST_ISSUER %q: %s, %v, want %s", set, out, err, want)
		}
	}
}
