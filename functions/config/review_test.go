package config_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/config"
)

// TestOtherServicesAreNotSentToDynamoDBsEndpoint, nor to one that is meant for
// all: issue would have it seal its private keys.
func TestOtherServicesAreNotSentToDynamoDBsEndpoint(t *testing.T) {
	r := config.NewReader(env(map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", "AWS_ENDPOINT_URL": "http://127.0.0.1:2", "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:3",
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key"}))
	cfg, err := r.AWS("EVENTBRIDGE").AWS()
	if err != nil || cfg.BaseEndpoint != nil || cfg.Region != "eu-central-1" {
		t.Errorf("other clients get the endpoint %v in %q, %v", cfg.BaseEndpoint, cfg.Region, err)
	}
	if cfg, err := r.AWS("KMS").AWS(); err != nil || cfg.BaseEndpoint == nil || *cfg.BaseEndpoint != "http://127.0.0.1:3" {
		t.Errorf("its own endpoint is %v, %v", cfg.BaseEndpoint, err)
	}
}

func TestPublicURLThatIsNoURLIsAFault(t *testing.T) {
	r := config.NewReader(env(map[string]string{"PUBLIC_URL": "api.example.com"}))
	r.Gate(r.Cookies())
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL") {
		t.Errorf("%v does not name PUBLIC_URL", err)
	}
}

func TestOriginIsInTheFormOfAHeader(t *testing.T) {
	for raw, want := range map[string]string{
		"https://API.Example.com:443/base": "https://api.example.com",
		"http://api.example.com:80":        "http://api.example.com",
		"https://api.example.com:8443":     "https://api.example.com:8443",
		"https://api.example.com:80":       "https://api.example.com:80",
	} {
		if got := config.Origin(raw); got != want {
			t.Errorf("origin of %q is %q, want %q", raw, got, want)
		}
	}
}
