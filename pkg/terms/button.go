package terms

import (
	"fmt"
	"html"
	"net/url"
	"strings"
)

// The button of a link to none or request is a form, in which each parameter of
// the target's query is a field. A page is one response under 15 KB, whatever is
// on it besides, so a target's share of it is bounded.
const (
	maxButton = 4000 // bytes of the form: the target, escaped, and its fields
	fieldSize = 40   // bytes of one field besides its name and value
)

// wrongButton tells what is wrong with a target as the button of a link, or "".
func wrongButton(target string) string {
	size, fields := 0, 0
	action, _, _ := strings.Cut(target, "#")
	action, query, _ := strings.Cut(action, "?")
	size += escaped(action)
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if n != "" && err1 == nil && err2 == nil {
			fields++
			size += fieldSize + escaped(n) + escaped(v)
		}
	}
	if size > maxButton {
		return fmt.Sprintf("with %d parameters it takes %d bytes of the link's page, where it may take %d: shorten its query, or ask for a stateless token, which has no page", fields, size, maxButton)
	}
	return ""
}

// escaped returns how many bytes a text takes on a page.
func escaped(s string) int {
	return len(html.EscapeString(s)) + 4*strings.Count(s, "+") + 2*strings.Count(s, "\x00")
}
