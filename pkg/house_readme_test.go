package pkg_test

import (
	"regexp"
	"strings"
	"testing"
)

// TestEveryLinkWithinTheReadmeLeadsSomewhere: to a heading, by the name that GitHub
// gives it.
func TestEveryLinkWithinTheReadmeLeadsSomewhere(t *testing.T) {
	text := regexp.MustCompile("(?ms)^```.*?^```").ReplaceAllString(read(t, "README.md"), "")
	headings := map[string]bool{}
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		name := regexp.MustCompile(`[^\w\- ]`).ReplaceAllString(strings.ToLower(h[1]), "")
		headings[strings.ReplaceAll(name, " ", "-")] = true
	}
	links := regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(text, -1)
	if len(links) < 20 {
		t.Fatalf("only %d links were found", len(links))
	}
	for _, l := range links {
		if !headings[l[1]] {
			t.Errorf("README.md: nothing is named #%s", l[1])
		}
	}
}
