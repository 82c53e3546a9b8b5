package manage

import "github.com/gatepass/gatepass/pkg/pass"

// clients counts the clients that used or redeemed a pass: the networks and
// browsers, as pass.Client tells them apart. It is nil where only the pass was read.
//
// It is a count and never a verdict. One person is several after changing networks
// or updating the browser, and behind a proxy that changes its address; several
// people in one office are one. Whoever only looked is none, mail scanners among
// them, nor is a use of which neither address nor browser is known.
func clients(h *pass.History) *int {
	if h.Opens == nil {
		return nil
	}
	seen := map[pass.Key]bool{}
	for _, s := range h.Sessions {
		seen[pass.Client(h.Pass.ID, s.IP, s.UserAgent)] = true
	}
	for _, u := range detailed(h) {
		seen[pass.Client(h.Pass.ID, u.IP, u.UserAgent)] = true
	}
	delete(seen, "")
	n := len(seen)
	return &n
}
