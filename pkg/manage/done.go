package manage

import (
	"cmp"
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
}

// changes returns what was done to a pass, oldest first, and how much more there
// is. The newest is on the pass itself; of the others the audit follows.
func changes(h *pass.History) (shown []Done, more int) {
	last := h.Pass.LastChange
	all := slices.Clone(h.Changes)
	if last != nil {
		all = slices.DeleteFunc(all, func(c pass.Change) bool { return c.Key == last.Key })
	}
	slices.SortStableFunc(all, func(a, b pass.Change) int { return cmp.Compare(a.At, b.At) })
	if last != nil {
		all = append(all, *last)
	}
	more = max(len(all)-MaxChangesShown, 0)
	for _, c := range all[more:] {
		shown = append(shown, Done{At: c.At.String(), Operation: printable(c.Operation), By: printable(c.By), Why: printable(c.Why)})
	}
	return shown, more
}
