package keys

import (
	"crypto/ed25519"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Public is the half of a signing key that verifiers read, as it lies in the
// store. Sequence numbers start at 1 and have no gaps.
type Public struct {
	Sequence  int64
	KID       string // RFC 7638 thumbprint
	Key       ed25519.PublicKey
	SignsFrom pass.NumericDate // tokens are signed with it from this second
	RetiresAt pass.NumericDate // zero while it is the newest; then the second its last token expires
}

// Sealed is the other half: the private key and the derivation key, each
// encrypted by a Sealer with the KID bound in. Only issue may read it.
type Sealed struct {
	Sequence   int64
	KID        string
	Private    []byte
	Derivation []byte
}
