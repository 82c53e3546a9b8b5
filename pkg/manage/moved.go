package manage

import (
	"regexp"
	"sync"

	"github.com/gatepass/gatepass/pkg/terms"
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

// holdsNothingOf refuses the credential that the pass moved in by in what would be
// kept or logged. It is told by its id, which the document names in whatever way, so
// a word that is not this one is never mistaken for it. MovedIn does not matter: what
// moved in before it was emptied is in mailboxes still.
func (r *request) holdsNothingOf(id string) {
	kept := map[string]string{"by": r.By, "why": r.Why}
	if r.terms.Scope != nil {
		kept["scope"] = *r.terms.Scope
	}
	if r.terms.Target != nil {
		kept["target"] = *r.terms.Target
	}
	if r.terms.Data != nil {
		data, _ := terms.Data(r.terms.Data, false) // without the escapes of JSON that could hide it
		kept["data"] = string(data)
	}
	for field, s := range kept {
		if token.HoldsMoved(s, id) {
			r.faults.add(field, "holds the credential that the pass moved in by, of which nothing but a digest is kept; take it out")
		}
	}
}

func foundAs(t token.Short) found {
	d := t.Digest()
	return found{id: t.ID, secret: &d}
}
