package pass

import (
	"net/mail"
	"strings"
	"unicode"
)

// Unprintable returns the first character of s that could change how the text
// around it is shown: controls, line breaks, and those that turn the direction of
// writing (with which "gnp.exe" reads as "exe.png"). Those allowed are passed over.
func Unprintable(s, allowed string) (rune, bool) {
	for _, r := range s {
		bad := unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) ||
			r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
		if bad && !strings.ContainsRune(allowed, r) {
			return r, true
		}
	}
	return 0, false
}

// maxLocal bounds what stands before the @ (RFC 5321, section 4.5.3.1.1).
const maxLocal = 64

// PlainAddress reports whether s is the bare address of one person, in a form
// that needs no quoting: nothing stands around it, so it can stand in a header.
// Its length is for the caller to bound.
func PlainAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.LastIndexByte(s, '@') <= maxLocal
}
