package manage

import (
	"regexp"
	"sync"

	"github.com/gatepass/gatepass/pkg/token"
)

// uuid is a segment of a path that is a UUID: the one credential that an ancestor
// has in its path.
var uuid = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:/|%2F)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:/|%2F|[?#]|$)`)
})

// moved returns the credentials that s is or holds and that may have moved in, in
// the order of how sure that is: s itself; a link's, here or under one of the names;
// a UUID in a path, as the ancestors' magic links have it. Of the last two kinds
// there may be several.
func moved(s string, names []string) []found {
	if len(names) == 0 {
		return nil
	}
	if t, ok := token.Moved(s); ok {
		return []found{foundAs(t)}
	}
	var hits []found
	for _, t := range token.MovedLinks(s, names) {
		hits = append(hits, foundAs(t))
	}
	if len(hits) > 0 {
		return hits
	}
	for _, m := range uuid().FindAllStringSubmatch(s, -1) {
		if t, ok := token.Moved(m[1]); ok {
			hits = append(hits, foundAs(t))
		}
	}
	return hits
}

func foundAs(t token.Short) found {
	d := t.Digest()
	return found{id: t.ID, secret: &d}
}
