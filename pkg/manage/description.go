package manage

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/pass"
)

// MaxSessionsShown bounds the sessions of one description. Live ones are always
// among them; of the rest the newest are.
const MaxSessionsShown = 200

// Description is how a pass stands: the answer to every operation on one. Times are
// RFC 3339 in UTC, empty where not set. Its field order is for readers: what
// was asked first comes first.
type Description struct {
	Pass      string        `json:"pass"`
	State     string        `json:"state"`           // live, full, completed, registered, or the reason a good presentation is refused for
	Decision  pass.Reason   `json:"decision"`        // what a good presentation would be told now
	Given     string        `json:"given,omitempty"` // what the token that was given is worth; absent of an id
	Hints     []string      `json:"hints,omitempty"`
	Unchanged bool          `json:"unchanged,omitzero"` // of a change: it was so already, and nothing was written
	Mode      pass.Mode     `json:"mode,omitempty"`
	Format    pass.Format   `json:"format,omitempty"`
	Scope     string        `json:"scope,omitempty"`
	Subject   string        `json:"subject,omitempty"`
	Visitor   *pass.Visitor `json:"visitor,omitempty"`
	Target    string        `json:"target,omitempty"`

	Data             jsontext.Value   `json:"data,omitempty"`              // what backends receive
	Invitation       *pass.Invitation `json:"invitation,omitempty"`        // what the link's page shows
	SessionExpiresIn int64            `json:"session_expires_in,omitzero"` // seconds; absent of a visitor pass: as long as the pass

	IssuedAt  string      `json:"issued_at,omitempty"`
	IssuedBy  string      `json:"issued_by,omitempty"`
	NotBefore string      `json:"not_before,omitempty"`
	ExpiresAt string      `json:"expires_at,omitempty"`
	TokenEnd  string      `json:"token_expires_at,omitempty"` // of its signed token, where the pass lives longer
	PurgeAt   string      `json:"purge_at,omitempty"`
	Revoked   *Revocation `json:"revoked,omitempty"`
	Uses      Uses        `json:"uses,omitzero"`
	Opens     *Opens      `json:"opens,omitempty"`   // of describe alone
	Clients   *int        `json:"clients,omitempty"` // of describe alone; see clients
	Sessions  Sessions    `json:"sessions,omitzero"`

	Changes         []Done    `json:"changes,omitempty"`
	ChangesNotShown int       `json:"changes_not_shown,omitzero"`
	Refusals        *Refusals `json:"refusals,omitempty"` // of describe alone

	// Of an id that is registered, and has nothing else but its hints.
	Form         string `json:"form,omitempty"`
	RegisteredAt string `json:"registered_at,omitempty"`
	IssueUntil   string `json:"issue_until,omitempty"` // no pass can be issued for it from then on
}

// Revocation says when a pass was revoked, by whom and why.
type Revocation struct {
	At  string `json:"at"`
	By  string `json:"by,omitempty"`
	Why string `json:"why,omitempty"`
}

// Uses are what was used of a pass, oldest first. Of an unlimited pass nothing
// is counted, so Left and Of are absent.
type Uses struct {
	Left      *int  `json:"left,omitempty"`
	Of        int   `json:"of,omitzero"`
	Unlimited bool  `json:"unlimited,omitzero"`
	Each      []Use `json:"each"`
}

// Use is one use. Details arrive by the table's stream, so for some seconds
// there may be none.
type Use struct {
	At        string   `json:"at"`
	ID        pass.Key `json:"id"`
	Route     string   `json:"route,omitempty"`
	IP        string   `json:"ip,omitempty"`
	UserAgent string   `json:"user_agent,omitempty"`
}

// Opens are the looks at the link page by who held the link, mail scanners
// among them; none of them used anything. A post that redeemed is a session and
// not here. Unknown says that a newer version keeps them, so they cannot be told.
type Opens struct {
	Gets         int64  `json:"gets"`
	Heads        int64  `json:"heads"`
	RefusedPosts int64  `json:"refused_posts"`
	FirstAt      string `json:"first_at,omitempty"`
	LastAt       string `json:"last_at,omitempty"`
	Unknown      bool   `json:"unknown,omitzero"`
}

// Sessions are what redeeming a pass opened, oldest first.
type Sessions struct {
	Live     int       `json:"live"`
	NotShown int       `json:"not_shown,omitzero"`
	Each     []Session `json:"each"`
}

// Session is one session: live, ended, expired, or unknown where its record is
// of a version this code cannot read. Past its second it is expired, whether or
// not somebody had ended it before.
type Session struct {
	ID        pass.Key `json:"id"`
	State     string   `json:"state"`
	OpenedAt  string   `json:"opened_at,omitempty"`
	ExpiresAt string   `json:"expires_at,omitempty"`
	IP        string   `json:"ip,omitempty"`
	UserAgent string   `json:"user_agent,omitempty"`
	Origin    string   `json:"origin,omitempty"`
}

// newDescription describes a pass of this version as it stands at now. where is
// what the operator gave to find it by.
func newDescription(h *pass.History, where found, now pass.NumericDate) *Description {
	p := h.Pass
	d := &Description{
		Pass: p.ID, Decision: decision(p, now), Mode: p.Mode, Format: p.Format, Scope: p.Scope,
		Subject: printable(p.Subject), Target: printable(p.Target), IssuedBy: printable(p.IssuedBy),
		IssuedAt: p.IssuedAt.String(), NotBefore: p.NotBefore.String(), ExpiresAt: p.ExpiresAt.String(), PurgeAt: p.PurgeAt.String(),
		SessionExpiresIn: p.SessionExpiresIn,
		Uses:             uses(h), Opens: opens(h), Clients: clients(h), Sessions: sessions(h, now),
	}
	d.State, d.Given = standing(p, now), given(p, where, now)
	if v := p.Visitor; v != nil {
		d.Visitor = &pass.Visitor{Email: printable(v.Email), FirstName: printable(v.FirstName), LastName: printable(v.LastName)}
	}
	if i := p.Invitation; i != nil {
		d.Invitation = &pass.Invitation{From: printable(i.From), Purpose: printable(i.Purpose), Message: printable(i.Message)}
	}
	if data := jsontext.Value(p.Data); data.IsValid() {
		d.Data = data
	}
	if p.RevokedAt != 0 {
		d.Revoked = &Revocation{At: p.RevokedAt.String(), By: printable(p.RevokedBy), Why: printable(p.RevokedWhy)}
	}
	if p.TokenExpiresAt != 0 && p.TokenExpiresAt < p.ExpiresAt {
		d.TokenEnd = p.TokenExpiresAt.String()
	}
	d.Changes, d.ChangesNotShown = changes(h)
	d.Hints = hints(h, where, d, now)
	return d
}

// decision asks package pass what a good presentation of p would be told. A
// pass that redeems is presented on the link page, the others to a route.
func decision(p *pass.Pass, now pass.NumericDate) pass.Reason {
	ask := pass.Ask{Signed: true, Scope: pass.AnyScope, Accept: []pass.Mode{p.Mode}}
	if p.Mode.Redeems() {
		return pass.AdmitRedeem(p, nil, ask, now)
	}
	return pass.Admit(p, ask, now)
}

// standing is how a pass stands, in an operator's word: the decision, but of a pass
// that is completed that it is.
func standing(p *pass.Pass, now pass.NumericDate) string {
	d := decision(p, now)
	if d == pass.Revoked && p.Completed {
		return completed
	}
	return state(d)
}

const completed = "completed"

// state is the decision in an operator's word.
func state(r pass.Reason) string {
	switch r {
	case pass.OK:
		return "live"
	case pass.RateLimited:
		return "full"
	}
	return string(r)
}
