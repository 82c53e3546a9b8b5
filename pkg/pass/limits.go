package pass

// The bounds of a record. Sizes are bytes of UTF-8 unless said otherwise.
const (
	MaxUses       = 100             // beyond it a pass is unlimited: 100 uses are 2 write units
	MaxLifetime   = 400 * 24 * 3600 // seconds; nothing is for ever
	MaxData       = 4096            // of compact JSON in ASCII, as the backend receives it
	MaxStateless  = 1024            // of the same, when the token itself carries it
	MaxTarget     = 2048
	MaxName       = 150
	MaxEmail      = 254 // RFC 5321, section 4.5.3.1.3
	MaxInvitation = 500 // each of its fields
	MaxSubject    = 255 // as for the sub of OpenID Connect Core, section 2
	MaxScope      = 128
)

// ValidScope reports whether s is a scope: 1 to MaxScope of the characters
// A-Z a-z 0-9 . _ ~ - : and /.
func ValidScope(s string) bool {
	if s == "" || len(s) > MaxScope {
		return false
	}
	for i := range len(s) {
		if !scopeByte(s[i]) {
			return false
		}
	}
	return true
}

func scopeByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return c == '.' || c == '_' || c == '~' || c == '-' || c == ':' || c == '/'
}
