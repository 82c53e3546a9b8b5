package pass

// Touch is a way to look at a link page that uses nothing.
type Touch string

// The touches. Mail scanners make the first two, often before the person whom
// the mail is for; the third is somebody who clicked and was told why not.
const (
	Head        Touch = "head"
	Get         Touch = "get"
	RefusedPost Touch = "refused_post"
)

// Look is one look at the link page of a pass, by somebody who holds its secret.
type Look struct {
	Touch   Touch
	At      NumericDate
	PurgeAt NumericDate // that of the pass; zero leaves what was said before
}

// Opens are the looks at a pass's link page, counted. They lie beside the pass
// and decide nothing: a look that could not be counted was answered all the
// same, and one whose counting had to be repeated may be counted twice.
type Opens struct {
	V       int
	Heads   int64
	Gets    int64
	Refused int64       // posts that were refused; one that redeems is a session, not a look
	FirstAt NumericDate // of the look that was counted first
	LastAt  NumericDate // of the look that was counted last
	PurgeAt NumericDate
}

// After returns o with one more look, and false for a touch that is none.
func (o Opens) After(l Look) (Opens, bool) {
	switch l.Touch {
	case Head:
		o.Heads++
	case Get:
		o.Gets++
	case RefusedPost:
		o.Refused++
	default:
		return o, false
	}
	if o.FirstAt == 0 {
		o.FirstAt = l.At
	}
	if l.PurgeAt != 0 {
		o.PurgeAt = l.PurgeAt
	}
	o.LastAt = l.At
	return o, true
}
