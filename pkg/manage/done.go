package manage

import (
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
)

// MaxChangesShown bounds the changes of one description: the newest are shown.
const MaxChangesShown = 100

// Done is one thing that somebody did to a pass since it was issued. The newest is
// on the pass itself; those before it arrive by the table's stream, so for some
// seconds one may be missing.
type Done struct {
	At        string `json:"at"`
	Operation string `json:"operation"`
	By        string `json:"by,omitempty"`
	Why       string `json:"why,omitempty"`
	Was       *Was   `json:"was,omitempty"` // nil: it made nothing of this another, or the stream has not told of it yet
}

// Was is what an operation made another, as it was before it. Empty: it did not.
type Was struct {
	ExpiresAt string `json:"expires_at,omitempty"`
	MaxUses   int    `json:"max_uses,omitzero"`
	Unlimited bool   `json:"unlimited,omitzero"`
	Scope     string `json:"scope,omitempty"`
	Data      bool   `json:"data,omitzero"`    // they were others, which nothing keeps
	Target    string `json:"target,omitempty"` // "-" if there was none
}

func wasOf(w pass.Was) *Was {
	if w == (pass.Was{}) {
		return nil
	}
	out := &Was{Data: w.Data, MaxUses: w.MaxUses, Unlimited: w.Unlimited, Scope: printable(w.Scope), Target: printable(w.Target)}
	if w.ExpiresAt != 0 {
		out.ExpiresAt = w.ExpiresAt.String()
	}
	return out
}

// changes returns what was done to a pass, oldest first, and how much more there
// is. The newest is on the pass itself; of the others the audit follows.
func changes(h *pass.History) (shown []Done, more int) {
	last := h.Pass.LastChange
	all := slices.Clone(h.Changes)
	if last != nil {
		newest := func(c pass.Change) bool { return c.Key == last.Key }
		if i := slices.IndexFunc(all, newest); i >= 0 {
			told := all[i] // which says what was before, too
			last = &told
		}
		all = slices.DeleteFunc(all, newest)
	}
	slices.SortStableFunc(all, pass.CompareChanges)
	if last != nil {
		all = append(all, *last)
	}
	more = max(len(all)-MaxChangesShown, 0)
	for _, c := range all[more:] {
		shown = append(shown, Done{At: c.At.String(), Operation: printable(c.Operation), By: printable(c.By), Why: printable(c.Why), Was: wasOf(c.Was)})
	}
	return shown, more
}
