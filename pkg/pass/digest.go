package pass

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Digest is the SHA-256 of a secret: what is kept in its place. Secrets have
// 128 random bits, so the digest needs neither salt nor stretching.
type Digest [sha256.Size]byte

// DigestOf returns the digest of a secret.
func DigestOf(secret []byte) Digest { return sha256.Sum256(secret) }

// String returns the digest in base64url, as it stands in records.
func (d Digest) String() string { return base64.RawURLEncoding.EncodeToString(d[:]) }

// Key returns the first 64 bits, enough to tell one session of a pass from
// another and too few to be of use.
func (d Digest) Key() Key { return KeyOf([8]byte(d[:8])) }

// ParseDigest reads what String wrote.
func ParseDigest(s string) (Digest, error) {
	var d Digest
	if base64.RawURLEncoding.DecodedLen(len(s)) != len(d) {
		return d, fmt.Errorf("pass: a digest has %d bytes", len(d))
	}
	// The decoder skips line ends, so a short digest can have the right length.
	n, err := base64.RawURLEncoding.Strict().Decode(d[:], []byte(s))
	if err == nil && n != len(d) {
		err = fmt.Errorf("pass: a digest has %d bytes, not %d", len(d), n)
	}
	if err != nil {
		return Digest{}, err
	}
	return d, nil
}

// Key names one use or one session within its pass: 64 bits in base64url.
// A use's key is drawn at random once per invocation and kept over retries of
// the write, so that a write whose answer was lost is recognised as the same
// use. It never comes from the request.
type Key string

// KeyOf returns the key of 64 random bits.
func KeyOf(b [8]byte) Key { return Key(base64.RawURLEncoding.EncodeToString(b[:])) }
