package pass

// LinkRequest says that the holder of a pass asked for a new link: when last,
// and how often. It lies beside the pass and decides nothing about it; what the
// host does about it is the host's.
type LinkRequest struct {
	V       int
	At      NumericDate // of the one that was noted last
	Count   int64       // how many were noted
	PurgeAt NumericDate
}

// After returns r with one more request at a second, and false where the one
// before is less than every seconds older, also by a clock that is ahead: then r
// stays. A zero purgeAt leaves what was said before.
func (r LinkRequest) After(at NumericDate, every int64, purgeAt NumericDate) (LinkRequest, bool) {
	if r.At > at-NumericDate(every) {
		return r, false
	}
	r.At = at
	r.Count++
	if purgeAt != 0 {
		r.PurgeAt = purgeAt
	}
	return r, true
}
