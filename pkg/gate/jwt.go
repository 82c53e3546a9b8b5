package gate

import (
	"context"
	"crypto/ed25519"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// JWTs verifies with the keys of a ring, and looks once for a key that the ring
// does not know: a token may have been signed a moment ago by a new one.
type JWTs struct {
	Issuer   string
	Audience string
	Leeway   int64 // seconds, for nbf and iat alone
	Ring     *keys.Ring
}

// Verify implements Verifier.
func (j JWTs) Verify(ctx context.Context, raw string, now pass.NumericDate) (token.Claims, pass.Reason) {
	unsure := false
	v := token.Verifier{Issuer: j.Issuer, Audience: j.Audience, Leeway: j.Leeway, Key: func(kid string) (ed25519.PublicKey, bool) {
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
