package manage

import (
	"regexp"
	"strings"
	"sync"
)

// What people paste around the id of a pass: a sentence of a mail or a page, a line
// of a log, quotes. The group of each pattern is the word that may be the id.
const wordEnd = "([0-9A-Za-z]{16})(?:[\"'`\\\\)>\\]},.:;!?»«“”’]|\\s|$)"

var (
	labelled = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i:\b(?:reference(?: is)?|pass|pass_id))[\\"' :=]{1,8}` + wordEnd)
	})
	alone = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile("(?:^|[\\s\"'`(<\\[{,:»«„“‘])" + wordEnd)
	})
)

// words returns what in a text may be the id of a pass: what is called one, or else
// every word that stands alone and looks like one.
func words(s string) []found {
	if hits := matches(labelled(), s); len(hits) > 0 {
		return hits
	}
	return matches(alone(), s)
}

// matches looks for each word behind the one before, whose end may be where the next
// begins.
func matches(pattern *regexp.Regexp, s string) (hits []found) {
	for m := pattern.FindStringSubmatchIndex(s); m != nil; m = pattern.FindStringSubmatchIndex(s) {
		if id := s[m[2]:m[3]]; drawn(id) {
			hits = append(hits, found{id: id})
		}
		s = s[m[3]:]
	}
	return hits
}

// drawn reports whether a word looks drawn at random: those of a language have no
// digits, and their letters are of one case but for the first.
func drawn(word string) bool {
	return strings.ContainsAny(word, "0123456789") || word[1:] != strings.ToLower(word[1:]) && word != strings.ToUpper(word)
}
