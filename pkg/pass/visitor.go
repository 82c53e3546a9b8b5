package pass

import (
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

// The bounds of an address's parts (RFC 5321, section 4.5.3.1, RFC 1035, section
// 2.3.4).
const (
	maxLocal = 64
	maxLabel = 63
)

// atext is what may stand between the dots before the @ without quotes, beside
// letters and digits (RFC 5322, section 3.2.3).
const atext = "!#$%&'*+-/=?^_`{|}~"

// PlainAddress reports whether s is the bare address of one person, in the one
// way to write it: printable ASCII that needs no quoting, at a domain with a dot.
// Other letters are refused, since they have many spellings of one domain, of
// which each would count as another address: an international domain is written
// in its xn-- form. Its length is for the caller to bound.
func PlainAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && len(local) <= maxLocal && atoms(local) && hostname(domain)
}

func atoms(local string) bool {
	for atom := range strings.SplitSeq(local, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune(atext, r) }) {
			return false
		}
	}
	return true
}

// hostname reports whether s is a name of labels that no number, address or
// single word is.
func hostname(s string) bool {
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if l == "" || len(l) > maxLabel || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsFunc(l, func(r rune) bool { return !alphanumeric(r) && r != '-' }) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}
