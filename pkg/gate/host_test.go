package gate_test

import (
	"crypto/rand"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/oidc"
	"github.com/gatepass/gatepass/pkg/oidc/oidctest"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestWhatIsToldOfTheHostsToken beside another credential: the reason of the one
// that was refused, and of which of the two it is.
func TestWhatIsToldOfTheHostsToken(t *testing.T) {
	for _, c := range []struct {
		row    string
		reason pass.Reason // TokenReason
		host   bool
	}{
		{"the host's user is let in without a read", "", true},
		{"a token of the host's is not good in the second it expires", "", true},
		{"the host's user is of the wrong mode where the rule does not name host", "", true},
		{"the host's user may not be signed in as another", "", true},
		{"a pass with a subject waits for who the host's user is", "", true},
		{"a refused token of the host's leaves it to the session", pass.Expired, true},
		{"a spent pass leaves it to the host's token", pass.Spent, false},
		{"of two refused tokens ours is told", "", false},
		{"a session decides where the rule does not name host", "", false},
		{"a pass of another subject than the host's user is refused uncounted", "", false},
	} {
		t.Run(c.row, func(t *testing.T) {
			row, b := rowNamed(t, c.row), gatetest.Open(t)
			gatetest.Plant(t, b, row)
			d := gatetest.New(t, b, row).Authorize(t.Context(), gatetest.Request(t, row))
			if d.TokenReason != c.reason || d.Host != c.host {
				t.Errorf("token reason %q, about the host's %v; want %q, %v", d.TokenReason, d.Host, c.reason, c.host)
			}
		})
	}
}

// TestTheHostsKeysAreFetchedForWhoAsksForThem: where the rule does not accept
// host nobody can have them fetched without a pass, nor anywhere by a token that
// will not be judged.
func TestTheHostsKeysAreFetchedForWhoAsksForThem(t *testing.T) {
	for name, want := range map[string]int{
		"the host's user is let in without a read":                               1,
		"the host's user may ask again and again":                                1,
		"a pass of another subject is refused where the rule does not name host": 1,
		"the host's user is of the wrong mode where the rule does not name host": 0,
		"the host's user is nobody on an optional route that does not name host": 0,
		"a bad path value is refused to the host's user too":                     0,
		"the host's user is refused where nobody declared a rule":                0,
		"a token of another issuer counts as absent":                             0,
		"two different tokens of the host's are malformed":                       0,
		"a token of the host's that is cut is malformed":                         0,
		"a check that does not name host refuses the host's user":                0,
	} {
		t.Run(name, func(t *testing.T) {
			row, b := rowNamed(t, name), gatetest.Open(t)
			gatetest.Plant(t, b, row)
			provider, cfg := oidctest.NewProvider(t, gatetest.HostIssuer), gatetest.Config()
			v, err := oidc.New(oidc.Config{Issuer: gatetest.HostIssuer, Audience: gatetest.HostAudience}, provider, gatetest.Clock)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Host = v
			g, err := gate.New(cfg, b, gatetest.NewJWTs(), gatetest.Rules{Row: row}, gatetest.Clock, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			decide(t.Context(), t, g, row)
			if got := provider.Asked(); got != want {
				t.Errorf("the keys were fetched %d times, want %d", got, want)
			}
		})
	}
}
