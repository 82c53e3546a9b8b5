package config

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// maxMovedIn is how many names there may be: each is looked for in every request.
const maxMovedIn = 8

var movedName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9._~-]{1,32}$`) })

// NewMovedIn reads the query parameters that may carry a credential which moved
// in, with commas between them; of an empty text there are none.
func NewMovedIn(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	for i := range names {
		if names[i] = strings.TrimSpace(names[i]); !movedName().MatchString(names[i]) {
			return nil, fmt.Errorf("MovedIn %q: query parameters with commas between them, such as rt,vuid,sesame: each 1 to 32 of A-Z a-z 0-9 . _ ~ -", text)
		}
	}
	if len(names) > maxMovedIn {
		return nil, fmt.Errorf("MovedIn %q: at most %d query parameters", text, maxMovedIn)
	}
	return names, nil
}

// MovedIn returns them, from MOVED_IN.
func (r *Reader) MovedIn() []string {
	names, err := NewMovedIn(r.Text("MOVED_IN", ""))
	if err != nil {
		r.faults = append(r.faults, fmt.Errorf("environment variable MOVED_IN: %w", err))
	}
	return names
}
