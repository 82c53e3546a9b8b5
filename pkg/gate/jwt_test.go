package gate_test

import (
	"context"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// rack is a key store that can fail.
type rack struct {
	err  error
	keys []keys.Public
}

func (r *rack) PublicKeys(context.Context) ([]keys.Public, error) { return r.keys, r.err }

// TestUnknownKeyIsUnavailableWhileTheRingCannotBeRead: the key may have been
// made a moment ago, so a denial would be a guess.
func TestUnknownKeyIsUnavailableWhileTheRingCannotBeRead(t *testing.T) {
	row := rowNamed(t, "a stateless token is admitted without a call")
	store, now := &rack{err: pass.ErrUnavailable}, gatetest.Clock()
	ring := keys.NewRing(store, keys.Config{}, func() time.Time { return now })
	j := gate.JWTs{Issuer: gatetest.Issuer, Audience: gatetest.Audience, Ring: ring}
	raw := row.Present(gatetest.Mint(t))[0].Value
	if _, reason := j.Verify(t.Context(), raw, decisions.Now); reason != pass.Unavailable {
		t.Errorf("while the ring cannot be read: %s", reason)
	}
	store.err, now = nil, now.Add(5*time.Second)
	if _, reason := j.Verify(t.Context(), raw, decisions.Now); reason != pass.UnknownKey {
		t.Errorf("of a ring that has no such key: %s", reason)
	}
}
