package token

import (
	"crypto/sha256"
	"strings"
)

// Bounds of a credential that may move in, in bytes.
const (
	MinMoved = 22
	MaxMoved = 1024
)

// What the two halves of a credential that moved in are hashed with. Neither is
// ever changed: links that were sent lead where these say.
const (
	movedID     = "gatepass moved-in id"
	movedSecret = "gatepass moved-in secret"
)

// Moved reads a credential that another system made, as the short token that it
// is equivalent to: the same pass, the same secret, so that whatever is decided
// about the one is decided about the other. It reports false for a string that is
// no such credential, or looks like one of ours. Whether anything moved in by it
// only the store knows.
func Moved(credential string) (Short, bool) {
	if !movable(credential) {
		return Short{}, false
	}
	half := func(label string) [16]byte {
		sum := sha256.Sum256([]byte(label + "\x00" + credential))
		return [16]byte(sum[:16])
	}
	var digits [sumStart - idEnd]byte
	put128(digits[:], half(movedID))
	return Short{ID: string(digits[len(digits)-idLength:]), Secret: half(movedSecret)}, true
}

// movable reports whether s has the form of a credential that may move in.
func movable(s string) bool {
	if len(s) < MinMoved || len(s) > MaxMoved || !bare(s[0]) || !bare(s[len(s)-1]) {
		return false
	}
	for i := range len(s) {
		if !inMoved(s[i]) {
			return false
		}
	}
	return KindOf(s) == Foreign && !IsCookie(s)
}

// IsCookie reports whether s claims to be the value of a session cookie, by its
// look alone.
func IsCookie(s string) bool { return strings.HasPrefix(s, cookiePrefix) }

// MovedAt reads the credential that a text begins with, as [Moved] does: up to the
// first character that none has, and without the punctuation that none ends with.
func MovedAt(text string) (Short, bool) {
	if end := strings.IndexFunc(text, func(r rune) bool { return r > 127 || !inMoved(byte(r)) }); end >= 0 {
		text = text[:end]
	}
	return Moved(strings.TrimRight(text, ".:"))
}

// inMoved reports whether a credential may have c in it.
func inMoved(c byte) bool { return bare(c) || c == '.' || c == ':' }

// bare reports whether c is a character that a credential may begin and end with:
// those of base64url.
func bare(c byte) bool {
	_, ok := digit(c)
	return ok || c == '-' || c == '_'
}
