package keys

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// KIDOf returns the RFC 7638 thumbprint of an Ed25519 key (members of RFC 8037,
// section 2): SHA-256 in base64url of its required members in order.
func KIDOf(key ed25519.PublicKey) string {
	sum := sha256.Sum256([]byte(`{"crv":"Ed25519","kty":"OKP","x":"` + b64(key) + `"}`))
	return b64(sum[:])
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// check refuses a record that cannot be a key: nothing may be verified with it,
// and since it was not written by a signer, nothing beside it is believed either.
func (p Public) check() error {
	switch {
	case len(p.Key) != ed25519.PublicKeySize:
		return fmt.Errorf("keys: key %d has %d bytes, not %d", p.Sequence, len(p.Key), ed25519.PublicKeySize)
	case p.KID != KIDOf(p.Key):
		return fmt.Errorf("keys: key %d has a kid that is not its thumbprint", p.Sequence)
	case p.SignsFrom <= 0:
		return fmt.Errorf("keys: key %d has no time from which it signs", p.Sequence)
	case p.RetiresAt != 0 && p.RetiresAt <= p.SignsFrom:
		return fmt.Errorf("keys: key %d retires before it signs", p.Sequence)
	}
	return nil
}

// checkAll checks each key, and that they are in the order of their sequences.
func checkAll(list []Public) error {
	for i, p := range list {
		if err := p.check(); err != nil {
			return err
		}
		if i > 0 && p.Sequence <= list[i-1].Sequence {
			return fmt.Errorf("keys: key %d after key %d: out of sequence", p.Sequence, list[i-1].Sequence)
		}
	}
	return nil
}
