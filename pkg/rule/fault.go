package rule

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Fault is one thing that is wrong with a declaration, and what to do about it.
type Fault struct {
	Field   string // such as rules[3].scope; empty: the document as a whole
	Problem string
}

// Faults is the error of [Parse] and [NewSet]: everything that is wrong, in the
// order of the document. It is for whoever wrote the declaration and may quote it.
type Faults []Fault

// shown bounds how many faults an error spells out; all are in the slice.
const shown = 50

// Error returns one line for each fault.
func (f Faults) Error() string {
	var b strings.Builder
	b.WriteString("rule: the declaration is refused:")
	for i, fault := range f {
		if i == shown {
			fmt.Fprintf(&b, "\n  and %d more", len(f)-shown)
			break
		}
		b.WriteString("\n  ")
		if fault.Field != "" {
			b.WriteString(fault.Field + ": ")
		}
		b.WriteString(fault.Problem)
	}
	return b.String()
}

// besides returns those of more that are not the consequence of one in f: of the
// same member, or of a thing that is no object.
func (f Faults) besides(more Faults) Faults {
	known := map[string]bool{}
	for _, fault := range f {
		known[fault.Field] = true
	}
	var rest Faults
	for _, fault := range more {
		if !known[fault.Field] && !known[""] {
			rest = append(rest, fault)
		}
	}
	return rest
}

// field names the member of the i-th rule.
func field(i int, member string) string {
	if member == "" {
		return fmt.Sprintf("rules[%d]", i)
	}
	return fmt.Sprintf("rules[%d].%s", i, member)
}

// quote quotes the beginning of what the declaration says, for a fault.
func quote(s string) string {
	const most = 64
	if len(s) <= most {
		return strconv.Quote(s)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strconv.Quote(s[:cut]) + "…"
}
