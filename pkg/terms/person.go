package terms

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// WrongSubject judges a subject. It is what OpenID Connect Core allows in a sub,
// and what can be told to a backend in a header and be read there as it was: "-"
// is how a header says that there is none.
func WrongSubject(s string) string {
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

// WrongEmail judges the bare address of one person.
func WrongEmail(s string) string {
	if len(s) < 5 || len(s) > pass.MaxEmail {
		return fmt.Sprintf("it has %d bytes; it must have 5 to %d", len(s), pass.MaxEmail)
	}
	if !pass.PlainAddress(s) {
		return "it must be one plain address in ASCII, such as ginger@example.com, at a domain with a dot; write an international one in its xn-- form"
	}
	return ""
}
