package token

import (
	"net/url"
	"slices"
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

// HoldsMoved reports whether a text has the credential in it that moved in as the
// pass of this id: as a word, in percent encoding too. A word is all that a
// credential's characters make up, or one without dots and colons between two of
// them, or with what stands before or behind one of them left off: report:… of a scope.
func HoldsMoved(text, id string) bool {
	if id == "" {
		return false
	}
	words := func(r rune) bool { return r > 127 || !inMoved(byte(r)) }
	for _, s := range []string{text, Unescaped(text)} {
		for word := range strings.FieldsFuncSeq(s, words) {
			if isMoved(word, id) {
				return true
			}
		}
	}
	return false
}

// isMoved reports whether a word, or one end of it, is the credential of id.
func isMoved(word, id string) bool {
	is := func(s string) bool {
		t, ok := Moved(strings.Trim(s, ".:"))
		return ok && t.ID == id
	}
	if is(word) || slices.ContainsFunc(strings.FieldsFunc(word, func(r rune) bool { return !bare(byte(r)) }), is) {
		return true
	}
	for i := range len(word) {
		if (word[i] == '.' || word[i] == ':') && (is(word[:i]) || is(word[i:])) {
			return true
		}
	}
	return false
}

// Unescaped returns a text with what is percent-encoded in it decoded, once. What is
// no such encoding stays: one wrong % hides nothing behind it.
func Unescaped(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if plain, err := url.PathUnescape(text[i : i+3]); err == nil {
				out.WriteString(plain)
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
