package record

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// OpensSK is the sort key of the looks at a pass's link page.
const OpensSK = "O"

// The attribute names of opens. A count that nothing was added to is absent.
const (
	Heads        = "heads"
	Gets         = "gets"
	RefusedPosts = "refused_posts"
	FirstAt      = "first_at"
	LastAt       = "last_at"
)

// Count returns the attribute that counts a touch, and false for none.
func Count(t pass.Touch) (string, bool) {
	switch t {
	case pass.Head:
		return Heads, true
	case pass.Get:
		return Gets, true
	case pass.RefusedPost:
		return RefusedPosts, true
	}
	return "", false
}

// FromOpens returns the item of the looks at a pass's link page.
func FromOpens(id string, o pass.Opens) Item {
	it := Item{PK: PassPK(id), SK: OpensSK, V: int64(o.V)}
	it.numbers(map[string]int64{Heads: o.Heads, Gets: o.Gets, RefusedPosts: o.Refused,
		FirstAt: int64(o.FirstAt), LastAt: int64(o.LastAt), PurgeAt: int64(o.PurgeAt)})
	return it
}

// ToOpens reads the item of the looks at a pass's link page. One of another
// version comes back with its V alone.
func ToOpens(it Item) (pass.Opens, error) {
	r := &reader{it: it}
	if _, ok := PassID(r.text(PK)); !ok || r.text(SK) != OpensSK {
		return pass.Opens{}, fmt.Errorf("record: item %q is no opens", r.text(PK))
	}
	o := pass.Opens{V: int(r.number(V))}
	if o.V == pass.Version {
		o.Heads, o.Gets, o.Refused = r.number(Heads), r.number(Gets), r.number(RefusedPosts)
		o.FirstAt, o.LastAt, o.PurgeAt = r.date(FirstAt), r.date(LastAt), r.date(PurgeAt)
	}
	return o, r.err
}
