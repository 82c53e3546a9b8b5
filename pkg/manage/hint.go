package manage

import (
	"fmt"
	"slices"

	"github.com/gatepass/gatepass/pkg/pass"
)

// hints say what an operator will want to know next: what the token at hand is
// worth, what the state means and what can be done about it.
func hints(h *pass.History, where found, d *Description, now pass.NumericDate) []string {
	var out []string
	p := h.Pass
	for _, h := range []string{aboutToken(h, where, d.Given), aboutState(p, d, now), aboutSigned(p, d, now), aboutSessions(d)} {
		if h != "" {
			out = append(out, h)
		}
	}
	return out
}

// already tells that a change made of a pass nothing that it was not.
func already(r *request, p *pass.Pass) string {
	switch {
	case r.op == restore:
		return "It was not revoked: nothing was changed."
	case r.op == end && r.Session != "":
		return "That session had ended already: nothing was changed."
	case r.op == end:
		return "It had no live session: nothing was changed."
	case p.RevokedAt != 0 && r.op != change:
		return fmt.Sprintf("It was %s already, at %s by %s: nothing was changed.", withdrawal(p), p.RevokedAt, printable(p.RevokedBy))
	}
	return "It was so already: nothing was changed."
}

// withdrawal is in which of the two ways a pass was revoked.
func withdrawal(p *pass.Pass) string {
	if p.Completed {
		return completed
	}
	return string(pass.Revoked)
}

// aboutToken tells when the token that was given is not a good presentation,
// whatever the state of its pass.
func aboutToken(h *pass.History, where found, worth string) string {
	switch last := reissued(h); {
	case worth == cut:
		return "The token given here is cut or mistyped, and refused as malformed: have the whole link sent again."
	case worth == unknown && last != nil:
		return fmt.Sprintf("The token given here does not open this pass, and is refused as unknown: it was replaced by a reissue (the last was at %s, by %s), or it was never issued.", last.At, last.By)
	case worth == unknown:
		return "The token given here does not open this pass, and is refused as unknown: it is not the one that was issued."
	case worth == replaced:
		return fmt.Sprintf("The token given here was replaced by a newer one, and is refused as unknown since %s.", h.Pass.Secrets[*where.secret])
	}
	return ""
}

// reissued returns the last reissue of a pass, or nil if it had none.
func reissued(h *pass.History) *Done {
	done, _ := changes(h)
	for _, d := range slices.Backward(done) {
		if d.Operation == pass.Reissuing {
			return &d
		}
	}
	return nil
}

func aboutState(p *pass.Pass, d *Description, now pass.NumericDate) string {
	switch d.Decision {
	case pass.Revoked:
		if now >= p.ExpiresAt {
			return fmt.Sprintf("It is %s, and expired at %s besides: restoring it would let nobody in. Change its end too, or issue a new pass.", withdrawal(p), p.ExpiresAt)
		}
		if p.Completed {
			return "Who opens its link is told that this is done. Restoring it makes its link good again; sessions that were ended stay ended."
		}
		return "Restoring it makes its link good again; sessions that were ended stay ended."
	case pass.Expired:
		return fmt.Sprintf("It expired at %s, which no restoring changes: change its end, and its link is good again, or issue a new pass.", p.ExpiresAt)
	case pass.NotYetValid:
		return fmt.Sprintf("It is good from %s on.", p.NotBefore)
	case pass.Spent:
		return spent(p.MaxUses) + ": change max_uses, reissue it with some, or issue a new pass."
	case pass.RateLimited:
		return fmt.Sprintf("It has %d live sessions, as many as a pass can have: end some.", d.Sessions.Live)
	}
	return ""
}

func spent(uses int) string {
	if uses == 1 {
		return "Its only use is spent"
	}
	return fmt.Sprintf("All %d of its uses are spent", uses)
}

// aboutSigned tells where a pass was made to live longer than its signed token,
// which says its own end and goes by it.
func aboutSigned(p *pass.Pass, d *Description, now pass.NumericDate) string {
	if d.TokenEnd == "" || now >= p.ExpiresAt {
		return ""
	}
	return fmt.Sprintf("Its signed token says that it ends at %s, whatever the pass does: issue {\"reissue\": %q, \"keep_link\": true} gives one that lasts as long as the pass. Its link does already.", p.TokenExpiresAt, p.ID)
}

// aboutSessions warns that somebody is still in, though the link is no good.
func aboutSessions(d *Description) string {
	if d.Decision == pass.OK || d.Decision == pass.RateLimited || d.Sessions.Live == 0 {
		return ""
	}
	if d.Sessions.Live == 1 {
		return "1 session is still live, until it expires or is ended with the operation end."
	}
	return fmt.Sprintf("%d sessions are still live, until they expire or are ended with the operation end.", d.Sessions.Live)
}
