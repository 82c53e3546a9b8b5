package pass

import (
	"net/url"
	"strings"
)

// QueryOf returns the first of these names that target's query holds, as [HasQuery]
// looks for it, or "".
func QueryOf(target string, names ...string) string {
	for _, name := range names {
		if HasQuery(target, name) {
			return name
		}
	}
	return ""
}

// HasQuery reports whether target's query holds name, however it is written
// there. A target that has the name of the credential's parameter already leads
// nowhere that a link could.
func HasQuery(target, name string) bool {
	target, _, _ = strings.Cut(target, "#")
	_, query, _ := strings.Cut(target, "?")
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		key, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(key); key == name || (err == nil && plain == name) {
			return true
		}
	}
	return false
}
