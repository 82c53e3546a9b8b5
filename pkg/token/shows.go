package token

import (
	"net/url"
	"regexp"
	"sync"
)

var shows = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`g[ps]_[0-9A-Za-z]{16}|eyJ[0-9A-Za-z_-]{16}`) })

// Shows reports whether a text from outside holds what looks like a credential
// of ours or of the host's, whole or cut, plain or as it stands in a URL: such a
// text is neither kept nor sent on.
func Shows(s string) bool {
	if plain, err := url.PathUnescape(s); err == nil && shows().MatchString(plain) {
		return true
	}
	return shows().MatchString(s)
}
