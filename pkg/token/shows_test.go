package token_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/token"
)

func TestShows(t *testing.T) {
	const short = "gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"
	for s, want := range map[string]bool{
		short: true, "see " + short + ".": true, "/p/" + short + "/report": true, "gs_" + short[3:]: true, short[:30]: true,
		"gp%5F" + short[3:]: true, "%67p_" + short[3:]: true, "100% " + short: true,
		"eyJhbGciOiJFZERTQSIsImtpZCI6Ims": true, "https%3A%2F%2Fa.example%2F%3Ftoken%3D" + short: true,
		"": false, "/visitors?page=2": false, "gp_": false, "gp_reports": false, "eyJ": false, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)": false, "100%": false,
	} {
		if got := token.Shows(s); got != want {
			t.Errorf("%q shows a credential: %v", s, got)
		}
	}
}
