package attach

import (
	"regexp"
	"strings"
	"sync"
)

// id is a physical id taken apart. Without an api it is of something that never
// came to be.
type id struct{ name, api string }

// none stands for the API of what never came to be. No API has this id.
const none = "-"

func (i id) String() string {
	if i.api == "" {
		i.api = none
	}
	return i.name + "/" + i.api
}

var (
	physical = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]{0,127}/[A-Za-z0-9]{1,255})/([A-Za-z0-9][A-Za-z0-9_-]{0,63}|-)$`)
	})
	apiID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`) })
)

// parseID reads a physical id, and reports false for one that we never made.
func parseID(s string) (id, bool) {
	m := physical().FindStringSubmatch(s)
	if m == nil {
		return id{}, false
	}
	if m[2] == none {
		m[2] = ""
	}
	return id{m[1], m[2]}, true
}

// name is the declaration's: "<stack>/<logical id>", from the stack's ARN
// (arn:aws:cloudformation:<region>:<account>:stack/<name>/<guid>).
func name(q Request) string {
	parts := strings.Split(q.Stack, "/")
	if len(parts) != 3 {
		return "unknown/" + q.LogicalID
	}
	return parts[1] + "/" + q.LogicalID
}
