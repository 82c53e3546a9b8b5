package manage

import "github.com/gatepass/gatepass/pkg/pass"

// What a token is worth that was given to find a pass by. Whoever has an id, which
// is no secret, can write a token around it: only the first two show that it
// was issued.
const (
	opening   = "opens"     // it is one of the pass
	replaced  = "replaced"  // it was, until its end
	unknown   = "unknown"   // it is none; it may have been one before a reissue
	cut       = "cut"       // it is not whole
	unchecked = "unchecked" // it is signed, and nobody looked by whom
)

// given judges what was given; empty: no token but an id.
func given(p *pass.Pass, where found, now pass.NumericDate) string {
	switch {
	case where.cut:
		return cut
	case where.signed:
		return unchecked
	case where.secret == nil:
		return ""
	}
	switch until, ok := p.Secrets[*where.secret]; {
	case !ok:
		return unknown
	case until != 0 && now >= until:
		return replaced
	}
	return opening
}
