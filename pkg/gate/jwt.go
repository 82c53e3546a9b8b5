package gate

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// JWTs verifies with the keys of a ring, and looks once for a key that the ring
// does not know: a token may have been signed a moment ago by a new one. Clocks
// may differ by a minute, for nbf and iat alone. Every field is required.
type JWTs struct {
	Issuer   string     // as issue has it: the stack's parameter Issuer
	Audience string     // as issue has it: the stack's parameter Audience
	Ring     *keys.Ring // whoever owns it calls Refresh when it starts, and then once a minute
}

// leeway is what the clocks of whoever signs and whoever verifies may differ by,
// in seconds.
const leeway = 60

// Validate reports every fault of the configuration together.
func (j JWTs) Validate() error {
	var faults []error
	if j.Issuer == "" || j.Audience == "" {
		faults = append(faults, fmt.Errorf("JWTs.Issuer %q and JWTs.Audience %q: both are needed, as the stack that issues has them", j.Issuer, j.Audience))
	}
	if j.Ring == nil {
		faults = append(faults, errors.New("JWTs.Ring: missing; keys.NewRing makes one over the store, and its Refresh reads the public keys"))
	}
	return errors.Join(faults...)
}

// Verify implements Verifier.
func (j JWTs) Verify(ctx context.Context, raw string, now pass.NumericDate) (token.Claims, pass.Reason) {
	unsure := false
	v := token.Verifier{Issuer: j.Issuer, Audience: j.Audience, Leeway: leeway, Key: func(kid string) (ed25519.PublicKey, bool) {
		if key, ok := j.Ring.Key(kid); ok {
			return key, true
		}
		if !j.Ring.Missing(ctx, kid) {
			unsure = j.Ring.Err() != nil // the key may be there: nobody can tell
			return nil, false
		}
		return j.Ring.Key(kid)
	}}
	c, reason := v.Verify(raw, now)
	if reason == pass.UnknownKey && unsure {
		return c, pass.Unavailable
	}
	return c, reason
}
