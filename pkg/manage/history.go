package manage

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
)

// uses returns the uses of a pass. Which there are, its own record says.
func uses(h *pass.History) Uses {
	u := Uses{Of: h.Pass.MaxUses, Unlimited: h.Pass.MaxUses == 0, Each: []Use{}}
	if left, counted := h.Pass.UsesLeft(); counted {
		u.Left = &left
	}
	for _, use := range detailed(h) {
		u.Each = append(u.Each, Use{At: use.At.String(), ID: use.Key, Route: printable(use.Route), IP: printable(use.IP), UserAgent: printable(use.UserAgent)})
	}
	return u
}

// detailed returns the uses with what is known of each: from the audit, which
// follows the use by some seconds; from the pass, which holds the newest; or
// from the session that the use opened, whose key is the same.
func detailed(h *pass.History) []pass.Use {
	known := map[pass.Key]pass.Use{}
	for k, at := range h.Pass.Uses {
		known[k] = pass.Use{Key: k, At: at}
	}
	add := func(u pass.Use) {
		was := known[u.Key]
		known[u.Key] = pass.Use{Key: u.Key, At: cmp.Or(was.At, u.At), Route: cmp.Or(was.Route, u.Route), IP: cmp.Or(was.IP, u.IP), UserAgent: cmp.Or(was.UserAgent, u.UserAgent)}
	}
	for _, u := range h.Uses {
		add(u)
	}
	if last := h.Pass.LastUse; last != nil {
		add(*last)
	}
	for _, s := range h.Sessions {
		if h.Pass.Counted(s.Key()) {
			add(pass.Use{Key: s.Key(), IP: s.IP, UserAgent: s.UserAgent})
		}
	}
	return slices.SortedFunc(maps.Values(known), func(a, b pass.Use) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Key, b.Key))
	})
}

// opens returns the looks at a pass's link page, or nil where only the pass was
// read.
func opens(h *pass.History) *Opens {
	switch o := h.Opens; {
	case o == nil:
		return nil
	case o.V != pass.Version:
		return &Opens{Unknown: true}
	default:
		return &Opens{Gets: o.Gets, Heads: o.Heads, RefusedPosts: o.Refused, FirstAt: o.FirstAt.String(), LastAt: o.LastAt.String()}
	}
}

// sessions returns the sessions of a pass: those with a record of their own,
// and, where only the pass was read, those that are entered in it.
func sessions(h *pass.History, now pass.NumericDate) Sessions {
	out := Sessions{Each: []Session{}}
	for _, s := range newestFirst(h) {
		shown := Session{ID: s.Key(), State: sessionState(h.Pass, &s, now), OpenedAt: s.At.String(), ExpiresAt: s.ExpiresAt.String(),
			IP: printable(s.IP), UserAgent: printable(s.UserAgent), Origin: printable(s.Origin)}
		if shown.State == "live" {
			out.Live++
		} else if len(out.Each) >= MaxSessionsShown {
			out.NotShown++
			continue
		}
		out.Each = append(out.Each, shown)
	}
	slices.Reverse(out.Each)
	return out
}

func newestFirst(h *pass.History) []pass.Session {
	all := slices.Clone(h.Sessions)
	for k, end := range h.Pass.Sessions {
		if !slices.ContainsFunc(h.Sessions, func(s pass.Session) bool { return s.Key() == k }) {
			all = append(all, entered(k, end))
		}
	}
	slices.SortFunc(all, func(a, b pass.Session) int {
		return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.ExpiresAt, a.ExpiresAt), cmp.Compare(b.Key(), a.Key()))
	})
	return all
}

// entered returns what the entry of a session in its pass tells of it. Its
// digest is known only as far as the key reaches, which is all that is asked of
// it here.
func entered(k pass.Key, end pass.NumericDate) pass.Session {
	s := pass.Session{V: pass.Version, ExpiresAt: end}
	b, _ := keyBytes(k)
	copy(s.Secret[:], b)
	return s
}

// sessionState is a session's decision in an operator's word.
func sessionState(p *pass.Pass, s *pass.Session, now pass.NumericDate) string {
	switch r := admits(p, s, now); {
	case r == pass.OK:
		return "live"
	case r == pass.Unavailable:
		return "unknown"
	case now >= s.ExpiresAt, p.Mode != pass.SessionMode && now >= p.ExpiresAt:
		return "expired"
	}
	return "ended"
}

func admits(p *pass.Pass, s *pass.Session, now pass.NumericDate) pass.Reason {
	return pass.AdmitSession(p, s, pass.Ask{Scope: pass.AnyScope, Accept: []pass.Mode{p.Mode}}, now)
}

// keyBytes returns the 64 bits of a session's id, and false if k is none.
func keyBytes(k pass.Key) ([]byte, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(k))
	return b, err == nil && len(b) == 8
}
