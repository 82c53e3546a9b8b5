package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/gatepass/gatepass/pkg/pass"
)

const (
	shortPrefix  = "gp_"
	cookiePrefix = "gs_"

	idLength = 16
	idEnd    = len(shortPrefix) + idLength
	sumStart = idEnd + 22
	length   = sumStart + 6
)

// Short is the content of a short token and of a session cookie. Printing or
// logging one shows its ID alone, except through String and Cookie, which are the
// credentials themselves; but fmt cannot see the methods of an unexported field,
// so do not keep a Short in one. See [Short.Format].
type Short struct {
	ID     string // of the pass: see [ValidID]
	Secret [16]byte
}

// NewShort draws an id and a secret from rand, in this order; the same bytes give
// the same Short. It fails if rand does, or gives nothing an id can be made of.
func NewShort(rand io.Reader) (Short, error) {
	id, err := newID(rand)
	if err != nil {
		return Short{}, err
	}
	t := Short{ID: id}
	if _, err := io.ReadFull(rand, t.Secret[:]); err != nil {
		return Short{}, fmt.Errorf("token: drawing a secret: %w", err)
	}
	return t, nil
}

// newID draws each character with the same chance: of 256 values the last 8 are
// passed over, since 62 goes four times into 248. One read is short of 16 good
// bytes once in 10^15 times, so a second is allowed for, and a fourth means that
// rand is not random.
func newID(rand io.Reader) (string, error) {
	var draw [2 * idLength]byte
	id := make([]byte, 0, idLength)
	for range 4 {
		if _, err := io.ReadFull(rand, draw[:]); err != nil {
			return "", fmt.Errorf("token: drawing an id: %w", err)
		}
		for _, b := range draw {
			if b < 4*byte(base) && len(id) < idLength {
				id = append(id, alphabet[b%byte(base)])
			}
		}
		if len(id) == idLength {
			return string(id), nil
		}
	}
	return "", errors.New("token: drawing an id: the source is not random")
}

// ValidID reports whether s can be the id of a pass: 16 base62 characters.
func ValidID(s string) bool {
	if len(s) != idLength {
		return false
	}
	for i := range len(s) {
		if _, ok := digit(s[i]); !ok {
			return false
		}
	}
	return true
}

// String returns the short token: the credential itself, to be handed out and
// neither stored nor logged.
func (t Short) String() string { return t.text(shortPrefix) }

// Cookie returns the same content as the value of a session cookie.
func (t Short) Cookie() string { return t.text(cookiePrefix) }

func (t Short) text(prefix string) string {
	var secret [sumStart - idEnd]byte
	put128(secret[:], t.Secret)
	b := make([]byte, 0, length)
	b = append(b, prefix...)
	b = append(b, t.ID...)
	b = append(b, secret[:]...)
	sum := checksum(b)
	return string(append(b, sum[:]...))
}

// Digest returns what the record keeps in the secret's place.
func (t Short) Digest() pass.Digest { return pass.DigestOf(t.Secret[:]) }

// ParseShort reads a short token, and reports false for anything but the one
// spelling that String writes.
func ParseShort(s string) (Short, bool) { return parse(s, shortPrefix) }

// ParseCookie reads the value of a session cookie, as strictly.
func ParseCookie(s string) (Short, bool) { return parse(s, cookiePrefix) }

func parse(s, prefix string) (Short, bool) {
	if len(s) != length || s[:len(prefix)] != prefix {
		return Short{}, false
	}
	id := s[len(prefix):idEnd]
	secret, ok := get128(s[idEnd:sumStart])
	sum := checksum([]byte(s[:sumStart]))
	if !ok || !ValidID(id) || string(sum[:]) != s[sumStart:] {
		return Short{}, false
	}
	return Short{ID: id, Secret: secret}, true
}

func checksum(b []byte) (sum [length - sumStart]byte) {
	put32(sum[:], crc32.ChecksumIEEE(b))
	return sum
}

// Derive returns the key for one purpose of one redemption: HMAC-SHA-256 with the
// short token as the key, over label, a zero byte and nonce. Whoever knows the
// nonce but not the token learns nothing; two labels give unrelated keys. The
// label holds no zero byte.
func (t Short) Derive(label string, nonce [16]byte) (key [32]byte) {
	mac := hmac.New(sha256.New, []byte(t.String()))
	mac.Write([]byte(label))
	mac.Write([]byte{0})
	mac.Write(nonce[:])
	mac.Sum(key[:0])
	return key
}
