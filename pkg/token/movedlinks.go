package token

import (
	"net/url"
	"strings"
)

// MovedLinks returns the credentials that may have moved in, of the links in a text
// from outside: behind /p/, and under one of the names in a query. What wrapped a
// link may have encoded it once.
func MovedLinks(text string, names []string) (found []Short) {
	starts := []string{"/p/", "%2Fp%2F"}
	for _, name := range names {
		for _, before := range []string{"?", "&", "%3F", "%26"} {
			starts = append(starts, before+name+"=", before+name+"%3D")
		}
	}
	for _, start := range starts {
		for rest := text; ; {
			var ok bool
			if _, rest, ok = strings.Cut(rest, start); !ok {
				break
			}
			if t, ok := movedLink(rest); ok {
				found = append(found, t)
			}
		}
	}
	return found
}

// movedLink reads the credential that the rest of a link begins with, in which %3A
// may stand for a colon.
func movedLink(rest string) (Short, bool) {
	value, _, _ := strings.Cut(rest, "%26")
	if end := strings.IndexFunc(value, func(r rune) bool { return r > 127 || !inMoved(byte(r)) && r != '%' }); end >= 0 {
		value = value[:end]
	}
	if plain, err := url.PathUnescape(value); err == nil {
		value = plain
	}
	return MovedAt(value)
}
