package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
)

// TestHostUsersOnThisMachine: with a provider on this machine, the route that
// accepts host lets its user in, and the others do not.
func TestHostUsersOnThisMachine(t *testing.T) {
	key := oidctest.Ed25519("first", "first")
	provider := oidctest.NewProvider(t, "", key)
	server := httptest.NewServer(provider)
	defer server.Close()
	provider.Move(server.URL)
	rules := filepath.Join(t.TempDir(), "rules.json")
	if err := os.WriteFile(rules, []byte(`{"rules":[{"route":"GET /mine","scope":"report:66","accept":["request","host"]},{"route":"GET /theirs","scope":"report:66","accept":["request"]}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, t.TempDir(), "-rules", rules, "-host-issuer", server.URL, "-host-audience", "app")
	now := p.now()
	token := key.Sign(t, "EdDSA", oidctest.Object{"iss": server.URL, "aud": "app", "sub": "user-42", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	status, _, body := p.do("GET", p.base+"/mine", "", "Authorization", "Bearer "+token)
	for _, said := range []string{`"mode":"host"`, `"subject":"user-42"`, `"access":"granted"`} {
		if status != 200 || !strings.Contains(body, said) {
			t.Errorf("the host's user is answered %d %s, without %s", status, body, said)
		}
	}
	if strings.Contains(body, "pass_id") {
		t.Errorf("a pass that is none is told: %s", body)
	}
	if status, _, body := p.do("GET", p.base+"/theirs", "", "Authorization", "Bearer "+token); status != 403 {
		t.Errorf("where only passes are accepted: %d %s", status, body)
	}
	p.move(time.Minute)
	if status, _, _ := p.do("GET", p.base+"/mine", "", "Authorization", "Bearer "+token); status != 403 {
		t.Errorf("in the second it expires: %d", status)
	}
	if strings.Contains(p.log.String(), token) || strings.Contains(p.log.String(), "user-42") {
		t.Errorf("the log tells the token or whose it is:\n%s", p.log)
	}
	if !strings.Contains(p.log.String(), `add "host" to its accept`) {
		t.Errorf("the log does not say what to do:\n%s", p.log)
	}
}
