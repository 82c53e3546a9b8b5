package pass

import "cmp"

// Index is one way in which passes are listed. What is listed is who is in it:
// a pass without an issuer is in no list of issuers.
type Index string

// The indexes. Values of the last three are keyed digests, as in [Pass].
const (
	ByTime   Index = "time" // every pass; it has no values
	ByScope  Index = "scope"
	ByHolder Index = "holder"
	ByIssuer Index = "issuer"
	ByForm   Index = "form" // no passes but registrations, by the holder of what they ask for
)

// Place is where a pass stands in every index: by the second it was issued, and
// within that by its id.
type Place struct {
	IssuedAt NumericDate
	ID       string
}

// NewestFirst orders places as lists do, for slices.SortFunc.
func NewestFirst(a, b Place) int {
	return cmp.Or(cmp.Compare(b.IssuedAt, a.IssuedAt), cmp.Compare(b.ID, a.ID))
}

// Listing asks for a page of a list: at most Limit places before the place
// Before, newest first. The zero Before is the beginning; a Before without an id
// is everything that was issued before its second.
type Listing struct {
	Index  Index
	Value  string      // of the index; empty in ByTime
	From   NumericDate // no place that was issued before it; zero: as far as it goes
	Before Place
	Limit  int // 1 to MaxPlaces
}

// MaxPlaces bounds a page of places.
const MaxPlaces = 1000

// Valid reports whether a listing can be answered.
func (l Listing) Valid() bool {
	switch l.Index {
	case ByTime:
		return l.Value == "" && l.sized()
	case ByScope, ByHolder, ByIssuer, ByForm:
		return l.Value != "" && l.sized()
	}
	return false
}

func (l Listing) sized() bool {
	return l.Limit >= 1 && l.Limit <= MaxPlaces && l.From >= 0 && l.Before.IssuedAt >= 0
}
