package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/config"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestHostUsersAreSetTogetherOrNotAtAll, and an issuer that is none is a fault at
// start, not with the first user.
func TestHostUsersAreSetTogetherOrNotAtAll(t *testing.T) {
	for _, c := range []struct {
		name, issuer, audience, fault string
		on                            bool
	}{
		{name: "neither"},
		{name: "both", issuer: "https://login.example.com", audience: "app", on: true},
		{name: "the issuer alone", issuer: "https://login.example.com", fault: "HOST_AUDIENCE is not set, but HOST_ISSUER is"},
		{name: "the audience alone", audience: "app", fault: "HOST_ISSUER is not set, but HOST_AUDIENCE is"},
		{name: "plain http", issuer: "http://login.example.com", audience: "app", fault: "HOST_*"},
		{name: "plain http on the function's own machine", issuer: "http://127.0.0.1:9001", audience: "app", fault: "HOST_*"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := config.NewReader(env(map[string]string{"HOST_ISSUER": c.issuer, "HOST_AUDIENCE": c.audience}))
			v, err := r.Host(60), r.Err()
			if (v != nil) != c.on || (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Errorf("verifier %v, %v, want %v %q", v != nil, err, c.on, c.fault)
			}
		})
	}
}

// TestTheTemplateHoldsHostUsersTogether: who sets one of the two is told before
// anything is deployed.
func TestTheTemplateHoldsHostUsersTogether(t *testing.T) {
	b, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const rule = `
  HostUsers:
    Assertions:
      - Assert: !Or
          - !And [!Equals [!Ref HostIssuer, ""], !Equals [!Ref HostAudience, ""]]
          - !And [!Not [!Equals [!Ref HostIssuer, ""]], !Not [!Equals [!Ref HostAudience, ""]]]
`
	if !strings.Contains(string(b), rule) {
		t.Error("template.yaml has no such rule")
	}
}

// TestKeysAreMadeAsOftenAsIsSaid, and never so often that verifiers cannot follow.
func TestKeysAreMadeAsOftenAsIsSaid(t *testing.T) {
	for _, c := range []struct {
		name, refresh, rotate string
		want                  int64
	}{
		{"nothing said", "", "", keys.DefaultRotateAfter},
		{"a day", "", "86400", 86400},
		{"as often as verifiers can follow", "60", "120", 120},
		{"more often", "60", "119", 0},
		{"for more than ten years", "", "315360001", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := config.NewReader(env(map[string]string{"REFRESH_SECONDS": c.refresh, "ROTATE_AFTER": c.rotate}))
			got, err := r.Signing(3600), r.Err()
			if c.want == 0 {
				if err == nil || !strings.Contains(err.Error(), "ROTATE_AFTER") {
					t.Errorf("%v does not name ROTATE_AFTER", err)
				}
				return
			}
			if err != nil || got.RotateAfter != c.want || got.MaxLifetime != 3600 || got.Validate() != nil {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
	if got := config.NewReader(env(nil)).Signing(pass.MaxLifetime); got.Validate() != nil {
		t.Errorf("what is made by default is refused: %v", got.Validate())
	}
}
