// Package terms holds what may be said of a pass: the bounds of its scope, data,
// target, uses and end, and how each is read from a JSON document. Who issues
// passes and who changes them go by the same terms, so that no change makes a pass
// that could not have been issued.
//
// # Rules
//
//   - What judges a value returns what is wrong with it and what to do about that,
//     for whoever said it, or "": a document may have many faults, and all of them
//     are answered together.
//   - Nothing here repeats a value that may be a credential. Times are whole
//     seconds, sizes bytes; no clock is read.
package terms

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// WrongScope judges a scope.
func WrongScope(s string) string {
	if pass.ValidScope(s) {
		return ""
	}
	return fmt.Sprintf("it must be 1 to %d of the characters A-Z a-z 0-9 . _ ~ - : /, such as report:66", pass.MaxScope)
}

// WrongUses judges how often a pass may be used.
func WrongUses(n int64) string {
	if n >= 1 && n <= pass.MaxUses {
		return ""
	}
	return fmt.Sprintf("it is %d; it must be 1 to %d, or say \"unlimited\": true instead", n, pass.MaxUses)
}

// WrongUnlimited judges whether a pass of this mode may be without limit.
func WrongUnlimited(m pass.Mode) string {
	if m != pass.SessionMode {
		return ""
	}
	return "a link that signs in a user is always counted; say max_uses, or leave both out"
}

// Life is how long a stack lets passes live, in seconds.
type Life struct {
	Longest      int64 // any pass
	LongestLogin int64 // a link that signs in a user
}

// Of returns how many seconds a pass of this mode may live, and why if that is not
// so for all. The empty mode is any.
func (l Life) Of(m pass.Mode) (longest int64, because string) {
	if m == pass.SessionMode {
		return l.LongestLogin, " for a link that signs in a user (MaxLoginLinkExpiry)"
	}
	return l.Longest, ""
}

// WrongIn judges an end that was said in seconds from now.
func (l Life) WrongIn(m pass.Mode, seconds int64) string {
	longest, because := l.Of(m)
	if seconds >= 1 && seconds <= longest {
		return ""
	}
	return fmt.Sprintf("it is %d; it must be 1 to %d seconds%s", seconds, longest, because)
}

// WrongAt judges an end that was said as a time, now being this second.
func (l Life) WrongAt(m pass.Mode, end, now pass.NumericDate) string {
	longest, because := l.Of(m)
	if seconds := int64(end - now); seconds < 1 || seconds > longest {
		return fmt.Sprintf("it is %d seconds from now (%s); it must be 1 to %d%s", seconds, now, longest, because)
	}
	return ""
}
