package client

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Ask is what a credential must be good for.
type Ask struct {
	Scope  string      // required; "*" is any
	Accept []pass.Mode // which modes; empty: none and request. Others are redeemed on their link page
	Look   bool        // judge, but use nothing
}

// Decision is what became of a credential. It holds none.
type Decision struct {
	Allowed  bool
	Reason   pass.Reason // ok, or why not
	Counted  bool        // this was a use
	UsesLeft *int        // nil: not counted, or refused before it was found
	Mode     pass.Mode   // of the pass; so are the others. Empty where it is not known
	PassID   string      // not secret
	Scope    string
	Subject  string          // the user whom it stands for
	Visitor  *pass.Visitor   // the person whom it is for
	Data     json.RawMessage // what its issuer attached, a JSON object, or nil
}

// contextWire is how the authorizer tells of a pass: text alone, "-" for nothing.
type contextWire struct {
	Reason  pass.Reason `json:"reason"`
	Mode    string      `json:"mode"`
	PassID  string      `json:"pass_id"`
	Scope   string      `json:"scope"`
	Subject string      `json:"subject"`
	Visitor string      `json:"visitor"`
	Data    string      `json:"data"`
}

// Check asks whether a credential is good, and uses it unless ask says Look. A
// refusal is a Decision, not an error. Errors: ErrInvalid; ErrUnavailable, then
// nothing was decided, though of a counted pass one use may be gone.
func (c *Client) Check(ctx context.Context, credential string, ask Ask) (*Decision, error) {
	type question struct {
		Credential string      `json:"credential"`
		Scope      string      `json:"scope"`
		Accept     []pass.Mode `json:"accept,omitzero"`
		Count      bool        `json:"count"`
	}
	doc := map[string]question{"check": {credential, ask.Scope, ask.Accept, !ask.Look}}
	var a struct {
		Outcome  string `json:"outcome"`
		Counted  bool   `json:"counted"`
		UsesLeft *int   `json:"uses_left"`
		contextWire
	}
	if err := c.call(ctx, named(c.Functions.Authorizer, "authorizer"), doc, &a); err != nil {
		return nil, err
	}
	if a.Outcome != "allow" && a.Outcome != "deny" {
		return nil, &Error{Code: unavailable, Message: "nothing could be decided: " + safe(string(a.Reason))}
	}
	d := a.decision()
	d.Allowed, d.Counted, d.UsesLeft = a.Outcome == "allow", a.Counted, a.UsesLeft
	return d, nil
}

// decision undoes the form in which the authorizer tells of a pass.
func (w contextWire) decision() *Decision {
	d := &Decision{Reason: w.Reason, Mode: pass.Mode(said(w.Mode)), PassID: said(w.PassID), Scope: said(w.Scope), Subject: said(w.Subject)}
	if plain, err := url.PathUnescape(d.Subject); err == nil {
		d.Subject = plain
	}
	if v := said(w.Visitor); v != "" {
		d.Visitor = new(pass.Visitor)
		if json.Unmarshal([]byte(v), d.Visitor) != nil {
			d.Visitor = nil
		}
	}
	if v := said(w.Data); json.Valid([]byte(v)) {
		d.Data = json.RawMessage(v)
	}
	return d
}

// said returns what a value of the context says; "-" is nothing.
func said(v string) string {
	if v == "-" {
		return ""
	}
	return v
}
