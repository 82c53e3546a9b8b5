package client

import (
	"context"
	"iter"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Query asks for passes, newest first. At most one of the first four is set; with
// none it is all that there are. Zero fields are left out.
type Query struct {
	Scope    string `json:"scope,omitzero"`
	Subject  string `json:"subject,omitzero"`
	Email    string `json:"email,omitzero"` // in whatever case
	IssuedBy string `json:"issued_by,omitzero"`

	State         string    `json:"state,omitzero"` // as Description has it, such as live
	IssuedFrom    time.Time `json:"issued_from,omitzero"`
	IssuedBefore  time.Time `json:"issued_before,omitzero"`
	ExpiresFrom   time.Time `json:"expires_from,omitzero"`
	ExpiresBefore time.Time `json:"expires_before,omitzero"`

	Limit  int    `json:"limit,omitzero"`  // passes of one page, 1 to 100; default 20
	Cursor string `json:"cursor,omitzero"` // of the page before, with the same of all else
}

// Listed is a pass in a list.
type Listed struct {
	ID        string      `json:"id"`
	State     string      `json:"state"` // as in Description
	Mode      pass.Mode   `json:"mode"`
	Form      pass.Format `json:"format"`
	Scope     string      `json:"scope"`
	Subject   string      `json:"subject"`
	Email     string      `json:"email"` // of its visitor
	IssuedAt  time.Time   `json:"issued_at"`
	IssuedBy  string      `json:"issued_by"`
	ExpiresAt time.Time   `json:"expires_at"`
	Uses      int         `json:"uses"`
	MaxUses   int         `json:"max_uses"`   // zero: unlimited
	RevokedAt time.Time   `json:"revoked_at"` // zero: it is not
}

// Page is a page of a list. It may be short or empty and still have a Cursor; one
// without is the last.
type Page struct {
	Passes []Listed `json:"passes"`
	Cursor string   `json:"cursor"`
}

// answered reports whether there is a list, if an empty one.
func (p *Page) answered() bool { return p.Passes != nil }

// List returns a page of passes. Errors: ErrInvalid, ErrUnavailable, that also of a
// page which leads to itself.
func (c *Client) List(ctx context.Context, q Query) (*Page, error) {
	var p Page
	if err := c.manage(ctx, "list", q, &p); err != nil {
		return nil, err
	}
	if p.Cursor != "" && p.Cursor == q.Cursor {
		return nil, stuck()
	}
	return &p, nil
}

// Pages returns pages of passes from q.Cursor on, at most so many, each by a call
// of its own. It ends with the last page or the first error; if the Cursor of the
// page that came last is not empty, there is more behind it.
func (c *Client) Pages(ctx context.Context, q Query, most int) iter.Seq2[*Page, error] {
	return func(yield func(*Page, error) bool) {
		for range most {
			p, err := c.List(ctx, q)
			if !yield(p, err) || err != nil || p.Cursor == "" {
				return
			}
			q.Cursor = p.Cursor
		}
	}
}

// stuck is the error of a cursor that leads to itself.
func stuck() error {
	return &Error{Code: unavailable, Message: "the same cursor came twice, so this would never end"}
}

// manage invokes one operation of the manage function.
func (c *Client) manage(ctx context.Context, operation string, doc, answer any) error {
	return c.call(ctx, named(c.Functions.Manage, "manage"), map[string]any{operation: doc}, answer)
}
