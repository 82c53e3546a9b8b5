package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Who says who asks for a change, and why. Both are kept with the pass, and By is
// logged: neither may hold a token.
type Who struct {
	By  string `json:"by"`           // required, at most 150 bytes
	Why string `json:"why,omitzero"` // at most 500 bytes
}

// Change says what of a pass is to be another. Zero fields stay as they are.
type Change struct {
	ExpiresAt time.Time `json:"expires_at,omitzero"` // earlier or later
	ExpiresIn int64     `json:"expires_in,omitzero"` // in place of ExpiresAt: seconds from now
	MaxUses   int       `json:"max_uses,omitzero"`   // 1 to 100, those that were used included
	Unlimited bool      `json:"unlimited,omitzero"`  // in place of MaxUses
	Scope     string    `json:"scope,omitzero"`
	Data      any       `json:"data,omitzero"` // in place of what there is: a JSON object
	Target    string    `json:"target,omitzero"`
}

// Changed is a pass after a change.
type Changed struct {
	Description

	// Anew is the token that takes the place of a JWT which would have ended before
	// its pass: the same pass, to be sent to who holds the old one. That goes on
	// until its own end. The link stays as it is, and is not in it. Nil: none is needed.
	Anew *Issued
}

// Format prints the id of the pass and its state, with any verb.
func (c Changed) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.LogValue().String()) }

// LogValue is the same for package slog.
func (c Changed) LogValue() slog.Value {
	return slog.StringValue("pass " + c.Pass + " " + c.State)
}

// Change changes a pass. Where its token is a JWT that now ends before the pass,
// it also has a new one signed, by a call of issue; the link stays. If that call
// fails both the answer and an error are returned and the change is made: the way
// to get the token is Reissue with KeepLink, or the same change again. Errors:
// ErrInvalid, ErrNotFound, ErrStateless, ErrUnavailable; those of Reissue.
func (c *Client) Change(ctx context.Context, ref string, change Change, who Who) (*Changed, error) {
	type document struct {
		Pass string `json:"pass"`
		Change
		Who
	}
	d, err := c.described(ctx, "change", document{ref, change, who})
	if err != nil {
		return nil, err
	}
	out := &Changed{Description: *d}
	if d.Form != pass.JWT || d.TokenExpiresAt.IsZero() || !d.TokenExpiresAt.Before(d.ExpiresAt) {
		return out, nil
	}
	out.Anew, err = c.Reissue(ctx, Renewal{Pass: d.Pass, KeepLink: true, IssuedBy: who.By})
	if err != nil {
		var e *Error
		errors.As(err, &e) // Reissue has no other
		return out, &Error{Code: e.Code, Fields: e.Fields, cause: e.cause,
			Message: fmt.Sprintf("pass %s was changed, but its token ends at %s, before it does, and no new one was answered (Reissue gives one): %s", d.Pass, d.TokenExpiresAt.Format(time.RFC3339), e.Message)}
	}
	return out, nil
}

// Extend gives a pass an end so many seconds from now, as Change does.
func (c *Client) Extend(ctx context.Context, ref string, seconds int64, who Who) (*Changed, error) {
	return c.Change(ctx, ref, Change{ExpiresIn: seconds}, who)
}

// Revoke withdraws a pass and ends its sessions, from the next check on. ref is as
// for Describe, and so are the errors; it may be repeated, as Restore and End may.
func (c *Client) Revoke(ctx context.Context, ref string, who Who) (*Description, error) {
	return c.described(ctx, "revoke", operation{Pass: ref, Who: who})
}

// Complete revokes a pass because what it was for is done. Whoever opens its link
// reads that, and hosts are told pass.completed; in all else it is as Revoke. One that
// was revoked before stays so.
func (c *Client) Complete(ctx context.Context, ref string, who Who) (*Description, error) {
	return c.described(ctx, "complete", operation{Pass: ref, Who: who})
}

// Restore takes a revocation back: the link, never the sessions that were ended.
func (c *Client) Restore(ctx context.Context, ref string, who Who) (*Description, error) {
	return c.described(ctx, "restore", operation{Pass: ref, Who: who})
}

// End ends one session of a pass, by its id as Describe tells it, or all of them
// where session is empty. The pass stays as it is.
func (c *Client) End(ctx context.Context, ref, session string, who Who) (*Description, error) {
	return c.described(ctx, "end", operation{Pass: ref, Session: session, Who: who})
}

// operation is what Revoke, Complete, Restore and End say.
type operation struct {
	Pass    string `json:"pass"`
	Session string `json:"session,omitzero"`
	Who
}
