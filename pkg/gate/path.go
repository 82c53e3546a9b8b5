package gate

import (
	"strings"

	"github.com/gatepass/gatepass/pkg/token"
)

// Token returns the token that a link holds in its path, of which rest is what
// stands behind /p/: up to the label, or to what a sentence, a mail program or its
// encoding may have left behind it, which no token has in it. A credential that may
// have moved in is returned as the short token that it is equivalent to. Whether
// what is returned is a token at all Open and Redeem say.
func (l *Link) Token(rest string) string {
	if len(l.cfg.MovedIn) > 0 {
		if t, ok := token.MovedAt(rest); ok {
			return t.String()
		}
	}
	if end := strings.IndexFunc(rest, foreign); end >= 0 {
		rest = rest[:end]
	}
	return strings.TrimRight(rest, "_") // of a text in italics
}

// foreign reports whether no short token has r in it.
func foreign(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
