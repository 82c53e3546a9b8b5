package issue

import (
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"github.com/gatepass/gatepass/pkg/pass"
)

// unprintable returns the first character that could change how the text around
// it is shown: controls, line breaks, and those that turn the direction of
// writing (with which "gnp.exe" reads as "exe.png"). Those allowed are passed over.
func unprintable(s, allowed string) (rune, bool) {
	for _, r := range s {
		bad := unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) ||
			r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
		if bad && !strings.ContainsRune(allowed, r) {
			return r, true
		}
	}
	return 0, false
}

// wrongCharacters tells what in s cannot stand in a URL or a header as it is.
func wrongCharacters(s string) string {
	for _, r := range s {
		switch {
		case r == '\\':
			return "it holds a backslash, which browsers read as a slash; write %5C"
		case r <= ' ':
			return fmt.Sprintf("it holds %U, a space or control character; write it as %%%02X", r, r)
		case r > '~':
			return fmt.Sprintf("it holds %U, which is not printable ASCII; write its UTF-8 in percent encoding", r)
		}
	}
	return ""
}

// wrongSubject judges a subject. It is what OpenID Connect Core allows in a sub,
// and what can be told to a backend in a header and be read there as it was: "-"
// is how a header says that there is none.
func wrongSubject(s string) string {
	switch {
	case s == "" || len(s) > pass.MaxSubject:
		return fmt.Sprintf("it has %d bytes; it must have 1 to %d", len(s), pass.MaxSubject)
	case s == "-":
		return "it must not be \"-\", which tells a backend that there is no subject"
	case s[0] == ' ' || s[len(s)-1] == ' ':
		return "it must not begin or end with a space, which headers lose"
	}
	for _, r := range s {
		if r < ' ' || r > '~' {
			return fmt.Sprintf("it holds %U; it must be printable ASCII, since backends are told it in a header", r)
		}
	}
	return ""
}

// maxLocal bounds what stands before the @ (RFC 5321, section 4.5.3.1.1).
const maxLocal = 64

// wrongEmail judges the bare address of one person.
func wrongEmail(s string) string {
	if len(s) < 3 || len(s) > pass.MaxEmail {
		return fmt.Sprintf("it has %d bytes; it must have 3 to %d", len(s), pass.MaxEmail)
	}
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || strings.LastIndexByte(s, '@') > maxLocal {
		return "it must be one plain address, such as ginger@example.com"
	}
	if r, ok := unprintable(s, ""); ok {
		return fmt.Sprintf("it holds %U, a control character; take it out", r)
	}
	return ""
}
