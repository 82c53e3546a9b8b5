package attach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Refused is the error about a declaration that is wrong: everything that is,
// each in a line of its own, for whoever wrote the template.
type Refused []string

// Error returns all of it.
func (r Refused) Error() string { return r.First(len(r)) }

// First returns the first n lines, and how many there are besides: what can be
// told where not all of it can.
func (r Refused) First(n int) string {
	n = min(n, len(r))
	text := strings.Join(r[:n], "\n")
	if n < len(r) {
		text += fmt.Sprintf("\nand %d more", len(r)-n)
	}
	return text
}

// unknown says what a name may have been meant for.
func unknown(at, name string, known []string) string {
	if meant := nearest(name, known); meant != "" {
		return at + shown(name) + ": unknown; did you mean " + meant + "?"
	}
	return at + shown(name) + ": unknown; there is " + strings.Join(known, ", ")
}

// shown bounds a name that somebody wrote.
func shown(name string) string {
	if len(name) > 64 {
		return name[:61] + "..."
	}
	return name
}

// nearest returns the known name that differs from name in case and separators
// alone, or else by at most two letters, or "".
func nearest(name string, known []string) string {
	bare := strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	if len(bare) > 64 {
		return ""
	}
	best := slices.MinFunc(known, func(a, b string) int {
		return cmp.Compare(distance(bare, strings.ToLower(a)), distance(bare, strings.ToLower(b)))
	})
	if d := distance(bare, strings.ToLower(best)); d > 2 || d >= len(bare) {
		return ""
	}
	return best
}

// distance counts the letters to add, drop or change (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			same := left
			if a[i] != b[j] {
				same++
			}
			left, row[j+1] = row[j+1], min(same, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
