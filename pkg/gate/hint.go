package gate

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Hint says to whoever operates what to do about a decision that let nobody in; it
// is empty where there is nothing to do. route is what the request came by, for
// where no rule was found. Like the log line that it is for, it names d.Scope, which
// holds path values: a client may have put anything there.
func Hint(d Decision, route string) string {
	reason := d.Reason
	if reason == pass.OK {
		reason = d.TokenReason
	}
	if d.Host {
		return hostHint(reason)
	}
	switch reason {
	case pass.Missing:
		return "no token of ours in the query or as Bearer (other bearers count as absent), and no session cookie: send the link, or make the rule optional"
	case pass.Malformed:
		return "what came is not one whole token: cut, mistyped, in the wrong parameter, two different ones, or (with a guard) a body's field of that name that holds something else; have the whole link copied, or issue anew"
	case pass.BadSignature:
		return "the JWT was not signed by this stack for this audience: compare Issuer and Audience of the stack that issued it"
	case pass.UnknownKey:
		return "the JWT's kid is not in /.well-known/jwks.json: another stack's token, or a key that has retired"
	case pass.Unknown:
		return "no such pass, or not its secret: it was cleared away after its retention, replaced, or never ours"
	case pass.Revoked:
		return "describe the pass for when, by whom and why; restore takes it back"
	case pass.Expired:
		return "describe the pass for when; issue a new one"
	case pass.NotYetValid:
		return "describe the pass for not_before; if it should be valid by now, compare clocks"
	case pass.Spent:
		return "describe the pass for each use; reissue it with max_uses, with more if mail programs or reloads used them up"
	case pass.WrongScope:
		if d.Scope == "" {
			return "a path value fits no scope: 1 to 64 of A-Z a-z 0-9 . _ ~ -, and nothing that is still encoded; if the router gave none, a guard stands before it: put it at the route itself"
		}
		return fmt.Sprintf("the route needs scope %q: describe the pass for its own; issue one for this scope, or correct the rule", d.Scope)
	case pass.WrongMode:
		return "the rule accepts other modes; a session or visitor pass opens through its link, never at a route"
	case pass.WrongSubject:
		return "somebody else is signed in in this browser, or is the host's user in the bearer beside the pass, or at the link page on a visit of another pass: end that session, or open the link in another one"
	case pass.WrongMethod:
		return "HEAD, OPTIONS or TRACE on a counted pass would use it up unseen: call with GET, and have preflights (CORS) answered before the authorizer"
	case pass.CrossSite:
		return "a cookie came with an unsafe method from another origin: call from the same origin, or add the origin to Origins"
	case pass.NoRule:
		return fmt.Sprintf(`nothing is declared for this route: add {"route":%q,"scope":"…","accept":["request"]} to the rules beside it`, route)
	case pass.SessionEnded:
		return "the session was ended, ran out, or its pass was revoked: send a new link"
	case pass.RateLimited:
		return "too many at once: describe the pass for its sessions, end those that are not needed"
	case pass.Unavailable:
		return "the store did not answer in time or not surely: see error; look at throttles and the table's health; clients may retry"
	}
	return ""
}

// hostHint says what to do about a token of the host's own that was refused: it
// is renewed, and its faults are found, where it was signed.
func hostHint(reason pass.Reason) string {
	switch reason {
	case pass.Malformed:
		return "the host's token is cut, is two different ones, or lacks exp or sub: see what the client sends as Bearer"
	case pass.BadSignature:
		return "the host's token was not signed with a key of HostIssuer, or neither its aud nor its client_id is HostAudience: compare both with the stack's parameters"
	case pass.UnknownKey:
		return "the kid of the host's token is not in the key set of HostIssuer: a key that was withdrawn, or a token of another environment"
	case pass.Expired:
		return "the host's token has expired, or is older than the rule's max_age: the client renews it with HostIssuer"
	case pass.NotYetValid:
		return "the host's token is not valid yet: if it should be, compare clocks with HostIssuer"
	case pass.WrongMode:
		return `the rule lets none of the host's own users in: add "host" to its accept if it should`
	case pass.WrongSubject:
		return "the host's token and the session in this browser are of two people: end the session, or sign in with the host as the same"
	case pass.Unavailable:
		return "the keys of HostIssuer could not be fetched: see error; they are tried again every few seconds, and clients may retry"
	}
	return ""
}
