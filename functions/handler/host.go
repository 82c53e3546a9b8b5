package handler

import "github.com/gatepass/gatepass/pkg/pass"

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
