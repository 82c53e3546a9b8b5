package gate_test

import (
	"context"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/token"
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

// TestClocksMayDifferByAMinute: whoever signs may be ahead, by no second more.
func TestClocksMayDifferByAMinute(t *testing.T) {
	public := gatetest.Key().Public().(ed25519.PublicKey)
	kid := keys.KIDOf(public)
	ring := keys.NewRing(&rack{keys: []keys.Public{{Sequence: 1, KID: kid, Key: public, SignsFrom: decisions.Now}}}, keys.Config{}, gatetest.Clock)
	j := gate.JWTs{Issuer: gatetest.Issuer, Audience: gatetest.Audience, Ring: ring}
	raw, err := token.Sign(token.Claims{Issuer: j.Issuer, Audience: j.Audience, ID: "SampleOfAnyClock", Scope: "a", Mode: pass.None, Stateless: true,
		IssuedAt: decisions.Now, NotBefore: decisions.Now, ExpiresAt: decisions.Now + 3600}, kid, gatetest.Key())
	if err != nil {
		t.Fatal(err)
	}
	for behind, want := range map[pass.NumericDate]pass.Reason{0: pass.OK, 60: pass.OK, 61: pass.NotYetValid} {
		if _, reason := j.Verify(t.Context(), raw, decisions.Now-behind); reason != want {
			t.Errorf("%d seconds behind: %s, want %s", behind, reason, want)
		}
	}
}
