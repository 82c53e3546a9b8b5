package pass

import (
	"bytes"
	"cmp"
	"encoding/json"
)

// What can be done to a pass, as its history names it.
const (
	Changing   = "change"
	Revoking   = "revoke"
	Completing = "complete" // a revocation too: what the pass was for is done
	Restoring  = "restore"
	Ending     = "end"
	Reissuing  = "reissue"
)

// Change is one thing that somebody did to a pass. The newest is kept on the pass,
// by the write that did it; the stream carries each of them on to the history. By
// and Why may hold personal data.
type Change struct {
	Key       Key // 64 bits that were drawn for it, or stand for it; empty: it is kept nowhere
	At        NumericDate
	Operation string
	By        string
	Why       string

	// Of one in the history alone, which the stream's reader puts there:

	Was      Was    // what it made another
	Sequence string // of the stream's record: decimal digits, more with each change of the pass
}

// CompareChanges is negative where a was made before b: in a second before, or in
// the same and the stream told of it before.
func CompareChanges(a, b Change) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(len(a.Sequence), len(b.Sequence)), cmp.Compare(a.Sequence, b.Sequence))
}

// Amendment is what a pass is to be made. What is zero in it stays as it is.
type Amendment struct {
	ExpiresAt NumericDate
	PurgeAt   NumericDate // goes with ExpiresAt
	MaxUses   int         // of those that were counted and those to come together
	Unlimited bool        // nothing is counted from now on
	Scope     string
	Data      json.RawMessage
	Target    string
	Change    Change
}

// Amended reports whether p is already what a is to make of it.
func (p *Pass) Amended(a Amendment) bool {
	return (a.ExpiresAt == 0 || a.ExpiresAt == p.ExpiresAt) &&
		(a.MaxUses == 0 || a.MaxUses == p.MaxUses) &&
		(!a.Unlimited || p.MaxUses == 0) &&
		(a.Scope == "" || a.Scope == p.Scope) &&
		(len(a.Data) == 0 || bytes.Equal(a.Data, p.Data)) &&
		(a.Target == "" || a.Target == p.Target)
}

// Amend makes p what a says, unless it is that already. Whatever else p is stays:
// one that was revoked is so still, uses are uses, and sessions live as long as
// they were opened for, if their pass does.
func (p *Pass) Amend(a Amendment) {
	if p.Amended(a) {
		return
	}
	if a.ExpiresAt != 0 {
		p.ExpiresAt = a.ExpiresAt
		if a.PurgeAt != 0 {
			p.PurgeAt = a.PurgeAt
		}
	}
	switch {
	case a.Unlimited:
		p.MaxUses = 0
	case a.MaxUses != 0:
		p.MaxUses = a.MaxUses
	}
	if a.Scope != "" {
		p.Scope = a.Scope
	}
	if len(a.Data) > 0 {
		p.Data = bytes.Clone(a.Data)
	}
	if a.Target != "" {
		p.Target = a.Target
	}
	p.did(a.Change)
}

// did notes what was done to p.
func (p *Pass) did(c Change) {
	if c.Key != "" {
		p.LastChange = &c
	}
}
