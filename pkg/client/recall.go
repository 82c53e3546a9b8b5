package client

import (
	"context"
	"time"
)

// Selection says which passes RevokeAll revokes: those with the one of the first
// four that is set, or All that there are, and of them those that were issued in
// some time. What was left out by mistake revokes nothing.
type Selection struct {
	Scope    string    `json:"scope,omitzero"`
	Subject  string    `json:"subject,omitzero"`
	Email    string    `json:"email,omitzero"`
	IssuedBy string    `json:"issued_by,omitzero"`
	All      bool      `json:"all,omitzero"`
	Since    time.Time `json:"since,omitzero"`  // zero: from the first on
	Before   time.Time `json:"before,omitzero"` // zero: those issued until the first call
	Cursor   string    `json:"cursor,omitzero"` // where to go on, of a Recalled with the same of all else
}

// Recalled is how far RevokeAll or Forget came.
type Recalled struct {
	Seen       int      // passes of the selection that are revoked now; of RevokeAll
	Revoked    int      // of them, those that this revoked; the others were revoked before
	Unreadable []string // ids of those that this version of Gatepass cannot read; it lets in nobody by them
	Forgotten  int      // passes, and forms that were filled in; of Forget
	Hints      []string // of the last call: what is still to be known, or done
	Cursor     string   // empty: it is done
}

// maxSteps bounds the calls of one RevokeAll or Forget. Each goes on for as long as
// its function may run.
const maxSteps = 10_000

// RevokeAll revokes every pass of a selection, and ends the sessions of each. It
// makes as many calls as that takes. With an error it returns how far it came, and
// goes on from its Cursor when it is called again with that; from the beginning is
// as good, since revoking twice is revoking once. Errors: ErrInvalid,
// ErrUnavailable.
func (c *Client) RevokeAll(ctx context.Context, s Selection, who Who) (Recalled, error) {
	return c.recall(ctx, s.Cursor, func(cursor string) map[string]any {
		s.Cursor = cursor
		return map[string]any{"revoke": struct {
			Selection
			Who
		}{s, who}}
	})
}

// Person names somebody, by one of the two.
type Person struct {
	Email   string `json:"email,omitzero"` // of a visitor, in whatever case
	Subject string `json:"subject,omitzero"`
	Cursor  string `json:"cursor,omitzero"` // where to go on
}

// Forget removes every pass and registration of a person, and all that belongs to
// them. It makes as many calls as that takes, as RevokeAll does; from the beginning
// is as good here too. Errors: ErrInvalid, ErrUnavailable.
func (c *Client) Forget(ctx context.Context, p Person, who Who) (Recalled, error) {
	return c.recall(ctx, p.Cursor, func(cursor string) map[string]any {
		p.Cursor = cursor
		return map[string]any{"forget": struct {
			Person
			Who
		}{p, who}}
	})
}

// step is what one call of a recall answers.
type step struct {
	Seen       *int     `json:"seen"` // of RevokeAll
	Revoked    int      `json:"revoked"`
	Unreadable []string `json:"unreadable"`
	Forgotten  *int     `json:"forgotten"` // of Forget
	Hints      []string `json:"hints"`
	Cursor     string   `json:"cursor"`
}

// answered reports whether something was counted, if nothing was found.
func (s *step) answered() bool { return s.Seen != nil || s.Forgotten != nil }

// recall makes calls until there is no cursor, and adds up what they answer.
func (c *Client) recall(ctx context.Context, cursor string, doc func(cursor string) map[string]any) (Recalled, error) {
	total := Recalled{Cursor: cursor}
	for range maxSteps {
		var step step
		if err := c.call(ctx, named(c.Functions.Recall, "recall"), doc(total.Cursor), &step); err != nil {
			return total, err
		}
		if step.Cursor != "" && step.Cursor == total.Cursor {
			return total, stuck()
		}
		total.Seen, total.Revoked, total.Forgotten = total.Seen+counted(step.Seen), total.Revoked+step.Revoked, total.Forgotten+counted(step.Forgotten)
		total.Unreadable, total.Hints = append(total.Unreadable, step.Unreadable...), step.Hints
		if total.Cursor = step.Cursor; total.Cursor == "" {
			return total, nil
		}
	}
	return total, &Error{Code: unavailable, Message: "it is not done; go on from the cursor"}
}

// counted is a number that one of the two leaves out.
func counted(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}
