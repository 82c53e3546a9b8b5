package issue

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/gatepass/gatepass/pkg/keys"
)

// derivedLabel is what ids and secrets are derived for. Another text would make
// others of the orders that stand.
const derivedLabel = "gatepass issue v1\x00"

// derived is where the nth pass of an order takes its id and secret from, in place
// of a source of chance: HMAC-SHA-256(derivation key, label, salt, n, block), block
// after block. Without the key it cannot be told from chance; with it, it is the
// same every time.
type derived struct {
	key     []byte
	message []byte // all but the block
	block   uint32
	rest    []byte
}

func newDerived(key keys.SigningKey, salt [32]byte, n int) *derived {
	message := append([]byte(derivedLabel), salt[:]...)
	return &derived{key: key.Derivation[:], message: binary.BigEndian.AppendUint32(message, uint32(n))}
}

// Read implements io.Reader. It never fails.
func (d *derived) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(d.rest) == 0 {
			mac := hmac.New(sha256.New, d.key)
			mac.Write(d.message)
			mac.Write(binary.BigEndian.AppendUint32(nil, d.block))
			d.rest = mac.Sum(nil)
			d.block++
		}
		c := copy(p[n:], d.rest)
		d.rest = d.rest[c:]
		n += c
	}
	return n, nil
}
