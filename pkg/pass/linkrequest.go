package pass

// LinkRequest says that the holder of a pass asked for a new link: when last,
// and how often. It lies beside the pass and decides nothing about it; what the
// host does about it is the host's.
type LinkRequest struct {
	V       int
	At      NumericDate // of the one that was noted last
	Count   int64       // how many were noted
	Secret  Key         // of Wish.Secret then
	PurgeAt NumericDate
}

// Wish is one request for a new link.
type Wish struct {
	At      NumericDate
	Secret  Key         // which secret the pass has now: Pass.SecretKey. Never empty
	Every   int64       // seconds from one that is noted to the next of the same secret
	PurgeAt NumericDate // zero leaves what was said before
}

// After returns r with one more request, and false where the one before is less
// than Every seconds older, also by a clock that is ahead: then r stays. A pass
// that was reissued since has another secret, and is asked for anew: that link
// may be lost as well.
func (r LinkRequest) After(w Wish) (LinkRequest, bool) {
	if r.Secret == w.Secret && r.At > w.At-NumericDate(w.Every) {
		return r, false
	}
	r.At, r.Secret = w.At, w.Secret
	r.Count++
	if w.PurgeAt != 0 {
		r.PurgeAt = w.PurgeAt
	}
	return r, true
}

// SecretKey names the secret that opens p until its end, and another one after
// each reissue. It tells two secrets apart and opens nothing.
func (p *Pass) SecretKey() (k Key) {
	for d, until := range p.Secrets {
		if until == 0 {
			k = max(k, d.Key())
		}
	}
	return k
}

// Window is room for so many in a limiter's bucket, from one second until
// another.
type Window struct {
	Bucket      string
	Limit       int
	From, Until NumericDate
}

// Wished is what became of a wish.
type Wished string

// What may become of a wish.
const (
	WishNoted    Wished = "noted"    // the host is told
	WishRepeated Wished = "repeated" // the host was told a moment ago; nothing was counted
	WishRefused  Wished = "refused"  // its window is full
)
