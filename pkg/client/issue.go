package client

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Request asks for a pass. Only Scope is required in mode none, a Subject beside
// it in mode request; the README's table has the bounds, defaults and modes of
// each field. Zero fields are left out.
type Request struct {
	Mode       pass.Mode        `json:"mode,omitzero"`       // default: visitor where Visitor is set, else none
	Scope      string           `json:"scope,omitzero"`      // such as report:66
	Subject    string           `json:"subject,omitzero"`    // the user whom it stands for; request and session
	Visitor    *pass.Visitor    `json:"visitor,omitzero"`    // the person whom it is for; visitor
	Invitation *pass.Invitation `json:"invitation,omitzero"` // what the link page says
	Data       any              `json:"data,omitzero"`       // anything that is written as a JSON object; 4096 bytes, stateless 1024
	Target     string           `json:"target,omitzero"`     // where it leads: a path on the public host, or a URL

	MaxUses          int       `json:"max_uses,omitzero"`           // 1 to 100
	Unlimited        bool      `json:"unlimited,omitzero"`          // in place of MaxUses
	ExpiresIn        int64     `json:"expires_in,omitzero"`         // seconds, 1 to 34560000
	ExpiresAt        time.Time `json:"expires_at,omitzero"`         // in place of ExpiresIn
	NotBefore        time.Time `json:"not_before,omitzero"`         // the first second it is good for
	SessionExpiresIn int64     `json:"session_expires_in,omitzero"` // seconds; session and visitor

	Format       pass.Format `json:"format,omitzero"`       // default: short
	IssuedBy     string      `json:"issued_by,omitzero"`    // who asks, at most 255 bytes
	Registration string      `json:"registration,omitzero"` // the pass_id of a visitor.registered event; then no Mode and no Visitor
	Credential   Secret      `json:"credential,omitzero"`   // a token of another service that is to go on, 22 to 1024 bytes

	// IdempotencyKey makes the call repeatable: 1 to 255 bytes of printable ASCII.
	// The same request with the same key is answered with the same pass and token.
	IdempotencyKey string `json:"idempotency_key,omitzero"`
}

// Secret is a credential that goes into a request. It prints as what it is not:
// with any verb of package fmt, and in package slog.
type Secret string

// Format prints that there is something, and not what.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.LogValue().String()) }

// LogValue is the same for package slog.
func (s Secret) LogValue() slog.Value {
	if s == "" {
		return slog.StringValue("")
	}
	return slog.StringValue("(a credential)")
}

// Issued is a pass that was issued, or in a batch why it was not. It holds the
// credential, so it prints and logs as its ID.
type Issued struct {
	ID         string            `json:"id"`         // of the pass; not secret
	Token      string            `json:"token"`      // the credential
	Link       string            `json:"link"`       // for people: the link page; empty for stateless tokens
	URL        string            `json:"url"`        // for programs: the target with the credential; none and request with a target
	Parameters map[string]string `json:"parameters"` // the credential by its query name
	ExpiresAt  time.Time         `json:"expires_at"` // the first second that is too late
	Mode       pass.Mode         `json:"mode"`
	Form       pass.Format       `json:"format"`   // named so because Format is a method
	Visitor    *pass.Visitor     `json:"visitor"`  // whom to mail the Link to, where the request named a registration
	Defaults   map[string]any    `json:"defaults"` // the fields that were decided by default, and as what
	Error      *Error            `json:"error"`    // of IssueMany alone: why it was not issued; all else is empty
}

// answered reports whether there is a pass.
func (a *Issued) answered() bool { return a.ID != "" }

// Format prints the ID of the pass, or the error, with any verb.
func (a Issued) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.LogValue().String()) }

// LogValue is the same for package slog.
func (a Issued) LogValue() slog.Value {
	if a.Error != nil {
		return slog.StringValue(a.Error.Error())
	}
	return slog.StringValue("pass " + a.ID)
}

// Issue issues a pass. Errors: ErrInvalid, ErrUnavailable; with a Registration
// also ErrNotFound and ErrAlreadyIssued, with a Credential ErrAlreadyIssued, with an
// IdempotencyKey ErrConflict and ErrIssuedBefore.
func (c *Client) Issue(ctx context.Context, r Request) (*Issued, error) {
	var a Issued
	if err := c.call(ctx, named(c.Functions.Issue, "issue"), r, &a); err != nil {
		return nil, err
	}
	return &a, nil
}

// Batch is what became of many requests.
type Batch struct {
	Passes  []Issued `json:"passes"` // one per request, in their order
	Issued  int      `json:"issued"`
	Refused int      `json:"refused"` // wrong themselves: Error says why
	Left    int      `json:"left"`    // not done in time: make the same call again
}

// answered reports whether each is a pass or says why not.
func (b *Batch) answered() bool {
	return b.Passes != nil && !slices.ContainsFunc(b.Passes, func(a Issued) bool {
		return a.Error == nil && !a.answered() || a.Error != nil && a.Error.Code == ""
	})
}

// Format prints how many, with any verb.
func (b Batch) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, b.LogValue().String()) }

// LogValue is the same for package slog.
func (b Batch) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("issued %d, refused %d, left %d", b.Issued, b.Refused, b.Left))
}

// IssueMany issues up to 1,000 passes. The key is required (1 to 255 bytes of
// printable ASCII), and those of the requests stay empty. While Left is above 0,
// or after an error that matches ErrUnavailable, the same call issues what is
// left and answers what was issued before with the same tokens. Errors: ErrInvalid,
// ErrTooLarge and ErrConflict, with which nothing was issued; ErrIssuedBefore and
// ErrUnavailable. What is wrong with one of the requests is its own Error.
func (c *Client) IssueMany(ctx context.Context, key string, list []Request) (*Batch, error) {
	doc := struct {
		Passes []Request `json:"passes"`
		Key    string    `json:"idempotency_key"`
	}{append([]Request{}, list...), key}
	var b Batch
	if err := c.call(ctx, named(c.Functions.Issue, "issue"), doc, &b); err != nil {
		return nil, err
	}
	if len(b.Passes) != len(list) {
		return nil, &Error{Code: unavailable, Message: fmt.Sprintf("%d answers to %d requests", len(b.Passes), len(list))}
	}
	for i := range b.Passes {
		if e := b.Passes[i].Error; e != nil {
			b.Passes[i] = Issued{Error: e.safe()}
		}
	}
	return &b, nil
}

// Renewal asks for a new secret of a pass, whose link was lost or has expired.
// All else stays as it is. Zero fields are left out.
type Renewal struct {
	Pass       string    `json:"reissue"`               // its id
	ExpiresIn  int64     `json:"expires_in,omitzero"`   // seconds from now; required, or ExpiresAt, of one that has expired
	ExpiresAt  time.Time `json:"expires_at,omitzero"`   // in place of ExpiresIn
	MaxUses    int       `json:"max_uses,omitzero"`     // uses from now on, 1 to 100; required of one that is spent
	KeepOldFor int64     `json:"keep_old_for,omitzero"` // seconds that the secret of before goes on, 0 to 604800
	KeepLink   bool      `json:"keep_link,omitzero"`    // of a JWT alone: only that is signed anew, the link goes on; excludes KeepOldFor
	IssuedBy   string    `json:"issued_by,omitzero"`    // who asks, for the log
}

// Reissue gives a pass a new secret. Errors: ErrInvalid, ErrNotFound, ErrRevoked,
// ErrSpent, ErrUnavailable. If the answer is lost, reissue again. With KeepLink the answer
// has no Link.
func (c *Client) Reissue(ctx context.Context, r Renewal) (*Issued, error) {
	var a Issued
	if err := c.call(ctx, named(c.Functions.Issue, "issue"), r, &a); err != nil {
		return nil, err
	}
	return &a, nil
}
