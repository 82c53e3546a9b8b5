package decisions

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/testdata"
)

// vocabulary returns every word a row may say, by column. It is inside of the
// package because the words are what the parser knows, and nothing else.
func vocabulary() map[string][]string {
	withModes := func(words []string, name string) []string {
		for _, m := range modes() {
			words = append(words, name+"="+string(m))
		}
		return words
	}
	ofPass := withModes(slices.Sorted(maps.Keys(passWords())), "mode")
	ofPass = append(ofPass, "format=jwt", "format=stateless", "uses=unlimited", "secret=old:")
	ofSession := append(slices.Sorted(maps.Keys(sessionWords())), "user(", "visitor(", "opened(")
	ofRequest := slices.Sorted(maps.Keys(requestWords()))
	ofRequest = append(ofRequest, prefixed("via=", places()[:5])...)
	ofRequest = append(ofRequest, "+foreign-query", "+foreign-bearer", "+vuid", "+bearer")
	ofRequest = append(ofRequest, prefixed("token=", forms()[1:])...)
	ofRequest = append(ofRequest, prefixed("method=", methods()[1:])...)
	ofRequest = append(ofRequest, "site=same-origin", "site=same-site", "site=cross-site", "site=none", "origin=own", "origin=null",
		"count=yes", "count=no", "store=down", "store=blocked", "store=no-writes")
	return map[string][]string{
		"pass": ofPass, "session": ofSession, "request": ofRequest,
		"rule":    withModes(slices.Sorted(maps.Keys(ruleWords())), "accept"),
		"outcome": {"allow granted", "allow anonymous", "allow refused", "deny", "error"},
		"by":      {"token", "user", "visitor", "-"},
		"counted": {"yes", "no"}, "calls": {"-", "r1", "r1 w1"},
	}
}

func prefixed(with string, words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = with + w
	}
	return out
}

// Every word that the parser knows is said by some row: what no row says, no
// test holds to anything.
func TestEveryWordHasARow(t *testing.T) {
	for column, words := range vocabulary() {
		at := slices.Index(columns(), column)
		var said []string
		for _, line := range strings.Split(testdata.Decisions(), "\n") {
			if !strings.HasPrefix(line, "#") && strings.Contains(line, "|") {
				said = append(said, cells(line)[at])
			}
		}
		for _, word := range words {
			if !slices.ContainsFunc(said, says(word)) {
				t.Errorf("%s: no row says %s", column, word)
			}
		}
	}
}

// says returns whether a cell says a word, whole.
func says(word string) func(string) bool {
	if strings.HasPrefix(word, "accept=") {
		return func(cell string) bool {
			_, accept, _ := strings.Cut(cell, "accept=")
			accept, _, _ = strings.Cut(accept, " ")
			return slices.Contains(strings.Split(accept, ","), strings.TrimPrefix(word, "accept="))
		}
	}
	before, after := `(^|[ (])`, `($|[ =)+])`
	if strings.HasPrefix(word, "+") {
		before = ""
	}
	if strings.HasSuffix(word, "(") || strings.HasSuffix(word, ":") {
		after = ""
	}
	return regexp.MustCompile(before + regexp.QuoteMeta(word) + after).MatchString
}

// The head of the file explains every word, for those who do not read Go.
func TestEveryWordIsExplained(t *testing.T) {
	head, _, _ := strings.Cut(testdata.Decisions(), "\n## ")
	explained := strings.FieldsFunc(head, func(r rune) bool { return strings.ContainsRune(" \n|=().,:;\"", r) })
	lookUp := func(column string, words []string) {
		for _, word := range words {
			if !slices.Contains(explained, word) {
				t.Errorf("%s: %s is not explained at the top of the table", column, word)
			}
		}
	}
	lookUp("columns", columns())
	lookUp("pass", slices.Sorted(maps.Keys(passWords())))
	lookUp("session", slices.Sorted(maps.Keys(sessionWords())))
	lookUp("request", slices.Sorted(maps.Keys(requestWords())))
	lookUp("rule", slices.Sorted(maps.Keys(ruleWords())))
	lookUp("token", forms())
	lookUp("method", methods())
	lookUp("modes", []string{string(pass.None), string(pass.Request), string(pass.SessionMode), string(pass.VisitorMode)})
	lookUp("formats", []string{string(pass.Short), string(pass.JWT), string(pass.Stateless)})
	lookUp("values", []string{"same-origin", "same-site", "cross-site", "none", "own", "down", "blocked", "no-writes", "yes", "no", "old", "unlimited"})
	for _, place := range places() {
		if !strings.Contains(head, place) {
			t.Errorf("via: %s is not explained at the top of the table", place)
		}
	}
}
