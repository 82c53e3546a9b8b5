package terms

import (
	"fmt"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Data puts an issuer's object into the form in which backends receive it:
// compact, and in ASCII, since it travels in headers. That form is measured. It
// returns what is kept, or what is wrong. v stays as it is.
func Data(v jsontext.Value, stateless bool) (kept []byte, why string) {
	v = v.Clone()
	// Strings are written anew, so that the size does not depend on how they were
	// escaped. Text that is no Unicode was refused when the request was read.
	if v.Compact(jsontext.AllowDuplicateNames(false), jsontext.PreserveRawStrings(false)) != nil {
		return nil, "a name stands twice in one of its objects; say each once"
	}
	high, because := pass.MaxData, ""
	if stateless {
		high, because = pass.MaxStateless, ", because a stateless token carries it"
	}
	compact := ascii(string(v))
	if len(compact) > high {
		return nil, fmt.Sprintf("it has %d bytes as compact JSON in ASCII; it must have at most %d%s", len(compact), high, because)
	}
	return compact, ""
}

// ascii writes compact JSON so that every byte is printable ASCII: all else
// stands in strings only, and there as \uXXXX (RFC 8259, section 7).
func ascii(v string) []byte {
	out := make([]byte, 0, len(v))
	for _, r := range v {
		switch {
		case r >= 0x10000:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		case r >= 0x7F:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, byte(r))
		}
	}
	return out
}
