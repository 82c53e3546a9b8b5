package pass

import "bytes"

// Was is what a change made another, as it was before. What is zero in it the change
// left as it was, but that Unlimited stands for a MaxUses of none.
type Was struct {
	ExpiresAt NumericDate
	MaxUses   int
	Unlimited bool
	Scope     string
	Target    string // "-" if there was none
	Data      bool   // they were others, of which nothing is kept
}

// Before returns what of p another state of it has not.
func (p *Pass) Before(after *Pass) (w Was) {
	if p.ExpiresAt != after.ExpiresAt {
		w.ExpiresAt = p.ExpiresAt
	}
	if p.MaxUses != after.MaxUses {
		w.MaxUses, w.Unlimited = p.MaxUses, p.MaxUses == 0
	}
	if p.Scope != after.Scope {
		w.Scope = p.Scope
	}
	if p.Target != after.Target {
		if w.Target = p.Target; w.Target == "" {
			w.Target = "-"
		}
	}
	w.Data = !bytes.Equal(p.Data, after.Data)
	return w
}
