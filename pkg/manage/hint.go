package manage

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// hints say what an operator will want to know next: what the token at hand is
// worth, what the state means and what can be done about it.
func hints(p *pass.Pass, where found, d *Description, now pass.NumericDate) []string {
	var out []string
	for _, h := range []string{aboutToken(p, where, now), aboutState(p, d, now), aboutSigned(p, d, now), aboutSessions(d)} {
		if h != "" {
			out = append(out, h)
		}
	}
	return out
}

// aboutToken tells when the token that was given is not a good presentation,
// whatever the state of its pass.
func aboutToken(p *pass.Pass, where found, now pass.NumericDate) string {
	if where.cut {
		return "The token given here is cut or mistyped, and refused as malformed: have the whole link sent again."
	}
	if where.secret == nil {
		return ""
	}
	switch until, ok := p.Secrets[*where.secret]; {
	case !ok:
		return "The token given here does not open this pass, and is refused as unknown: it is not the one that was issued."
	case until != 0 && now >= until:
		return fmt.Sprintf("The token given here was replaced by a newer one, and is refused as unknown since %s.", until)
	}
	return ""
}

func aboutState(p *pass.Pass, d *Description, now pass.NumericDate) string {
	switch d.Decision {
	case pass.Revoked:
		if now >= p.ExpiresAt {
			return fmt.Sprintf("It is revoked, and expired at %s besides: restoring it would let nobody in. Change its end too, or issue a new pass.", p.ExpiresAt)
		}
		return "Restoring it makes its link good again; sessions that were ended stay ended."
	case pass.Expired:
		return fmt.Sprintf("It expired at %s, which no restoring changes: change its end, and its link is good again, or issue a new pass.", p.ExpiresAt)
	case pass.NotYetValid:
		return fmt.Sprintf("It is good from %s on.", p.NotBefore)
	case pass.Spent:
		return fmt.Sprintf("All of its %d uses are used: change max_uses, reissue it with some, or issue a new pass.", p.MaxUses)
	case pass.RateLimited:
		return fmt.Sprintf("It has %d live sessions, as many as a pass can have: end some.", d.Sessions.Live)
	}
	return ""
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
	return fmt.Sprintf("%d of its sessions live on until they expire, or are ended with the operation end.", d.Sessions.Live)
}
