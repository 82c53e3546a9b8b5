package client

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Description is how a pass stands. Times that are not known are zero.
type Description struct {
	Pass             string           `json:"pass"`      // its id
	State            string           `json:"state"`     // live, full (as many sessions as it can have), completed (a way to be revoked), registered, or the Decision
	Decision         pass.Reason      `json:"decision"`  // what a good presentation would be told now
	Given            string           `json:"given"`     // what the token is worth that ref was: opens, replaced, unknown, cut, or unchecked (a signed one); empty: it was an id
	Unchanged        bool             `json:"unchanged"` // of a change: it was so already
	Hints            []string         `json:"hints"`     // what that means, and what can be done about it
	Mode             pass.Mode        `json:"mode"`
	Form             pass.Format      `json:"format"`
	Scope            string           `json:"scope"`
	Subject          string           `json:"subject"`
	Visitor          *pass.Visitor    `json:"visitor"`
	Target           string           `json:"target"`
	Data             json.RawMessage  `json:"data"`               // what its issuer attached, a JSON object, or nil
	Invitation       *pass.Invitation `json:"invitation"`         // what the link page says
	SessionExpiresIn int64            `json:"session_expires_in"` // seconds that a session lives; zero: as long as the pass
	IssuedAt         time.Time        `json:"issued_at"`
	IssuedBy         string           `json:"issued_by"`
	NotBefore        time.Time        `json:"not_before"`
	ExpiresAt        time.Time        `json:"expires_at"`
	TokenExpiresAt   time.Time        `json:"token_expires_at"` // of a JWT that ends before its pass; else zero
	PurgeAt          time.Time        `json:"purge_at"`         // when the record may be cleared away
	Revoked          *Revocation      `json:"revoked"`
	Uses             Uses             `json:"uses"`
	Opens            *Opens           `json:"opens"`   // of Describe alone
	Clients          *int             `json:"clients"` // how many networks and browsers used or redeemed it, which is no verdict; of Describe alone
	Sessions         Sessions         `json:"sessions"`

	Changes         []Done    `json:"changes"`           // what was done to it since it was issued, oldest first
	ChangesNotShown int       `json:"changes_not_shown"` // older ones
	Refusals        *Refusals `json:"refusals"`          // where each presentation is told of; of Describe alone

	// Of an id under which somebody filled in a form, and for which no pass was
	// issued yet. Then there is nothing else but Hints.
	OfForm       string    `json:"form"`
	RegisteredAt time.Time `json:"registered_at"`
	IssueUntil   time.Time `json:"issue_until"` // no pass can be issued for it from then on
}

// answered reports whether it is of a pass.
func (d *Description) answered() bool { return d.Pass != "" }

// Revocation says when a pass was revoked, by whom and why.
type Revocation struct {
	At  time.Time `json:"at"`
	By  string    `json:"by"`
	Why string    `json:"why"`
}

// Done is one thing that somebody did to a pass.
type Done struct {
	At        time.Time `json:"at"`
	Operation string    `json:"operation"` // revoke, restore, change, end, reissue
	By        string    `json:"by"`
	Why       string    `json:"why"`
	Was       *Was      `json:"was"` // nil: it made nothing of this another, or some seconds are needed to tell
}

// Was is what an operation made another, as it was before it. Zero: it did not.
type Was struct {
	ExpiresAt time.Time `json:"expires_at"`
	MaxUses   int       `json:"max_uses"`
	Unlimited bool      `json:"unlimited"`
	Scope     string    `json:"scope"`
	Target    string    `json:"target"` // "-" if there was none
	Data      bool      `json:"data"`   // they were others, which nothing keeps
}

// Refusals say where it is told how presentations of a pass fared, those that were
// refused among them.
type Refusals struct {
	Query     string   `json:"query"`      // for Logs Insights of CloudWatch
	LogGroups []string `json:"log_groups"` // that it is asked of
	Look      string   `json:"look"`       // where there is no stack
}

// Uses are what was used of a pass, oldest first. Of an unlimited one nothing is
// counted: then Left is nil and Of zero.
type Uses struct {
	Left      *int  `json:"left"`
	Of        int   `json:"of"`
	Unlimited bool  `json:"unlimited"`
	Each      []Use `json:"each"`
}

// Use is one use. Its details come by the table's stream, some seconds after it.
type Use struct {
	At        time.Time `json:"at"`
	ID        string    `json:"id"`
	Route     string    `json:"route"`
	IP        string    `json:"ip"`
	UserAgent string    `json:"user_agent"`
}

// Opens are the looks at the link page by who held the link, mail scanners among
// them. None of them used anything.
type Opens struct {
	Gets         int64     `json:"gets"`
	Heads        int64     `json:"heads"`
	RefusedPosts int64     `json:"refused_posts"`
	FirstAt      time.Time `json:"first_at"`
	LastAt       time.Time `json:"last_at"`
	Unknown      bool      `json:"unknown"` // a newer version keeps them
}

// Sessions are what redeeming a pass opened, oldest first.
type Sessions struct {
	Live     int       `json:"live"`
	NotShown int       `json:"not_shown"` // older ones, which are not in Each
	Each     []Session `json:"each"`
}

// Session is one session: live, ended, expired or unknown.
type Session struct {
	ID        string    `json:"id"`
	State     string    `json:"state"`
	OpenedAt  time.Time `json:"opened_at"`
	ExpiresAt time.Time `json:"expires_at"`
	IP        string    `json:"ip"`
	UserAgent string    `json:"user_agent"`
	Origin    string    `json:"origin"`
}

// Describe tells all there is about the pass that ref is, or holds: an id, a
// token, a pasted link. Errors: ErrInvalid, ErrNotFound, ErrStateless,
// ErrUnavailable.
func (c *Client) Describe(ctx context.Context, ref string) (*Description, error) {
	return c.described(ctx, "describe", map[string]string{"pass": ref})
}

func (c *Client) described(ctx context.Context, operation string, doc any) (*Description, error) {
	var d Description
	if err := c.manage(ctx, operation, doc, &d); err != nil {
		return nil, err
	}
	return &d, nil
}
