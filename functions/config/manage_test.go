package config_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/config"
)

// TestChangesGoByTheBoundsOfWhatIsIssued, whatever these are.
func TestChangesGoByTheBoundsOfWhatIsIssued(t *testing.T) {
	for name, more := range map[string]map[string]string{
		"by default":           {},
		"chosen":               {"QUERY_NAMES": "rt, vuid", "ALLOW_SESSION_TOKENS": "true", "MAX_LOGIN_LINK_EXPIRY": "60", "MAX_LIFETIME": "86400", "RETENTION": "5", "STACK": "gatepass-dev"},
		"shorter than a login": {"MAX_LIFETIME": "30"},
	} {
		vars := map[string]string{"PUBLIC_URL": "https://pass.example.com", "ISSUER": "i", "AUDIENCE": "a"}
		for k, v := range more {
			vars[k] = v
		}
		r := config.NewReader(env(vars))
		i, m := r.Issue(), r.Manage()
		if err := r.Err(); err != nil {
			t.Fatal(name, err)
		}
		if len(m.QueryNames) != 2 || !slices.Equal(m.QueryNames, i.QueryNames) || m.PublicURL != i.PublicURL || m.QueryName != i.QueryName || m.AllowSessionTokens != i.AllowSessionTokens ||
			m.MaxLoginLinkExpiry != i.MaxLoginLinkExpiry || m.MaxLifetime != i.MaxLifetime || m.Retention != i.Retention {
			t.Errorf("%s: changes by %+v, issued by %+v", name, m, i)
		}
		if want := more["STACK"]; want != "" && m.Stack != want {
			t.Errorf("%s: stack %q", name, m.Stack)
		}
	}
	r := config.NewReader(env(map[string]string{"PUBLIC_URL": "http://pass.example.com"}))
	r.Manage()
	if err := r.Err(); err == nil || !strings.Contains(err.Error(), "PublicURL") {
		t.Errorf("a link base without https: %v", err)
	}
}
