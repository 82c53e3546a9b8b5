// Package client is Gatepass for other Go backends: issue a pass, check a
// credential, look after what was issued, and verify signed tokens without asking
// anybody.
//
// Everything but the last goes through one function, an [Invoke], that calls a
// Lambda function by name. So nothing here imports the AWS SDK, and who has one
// brings its own:
//
//	invoke := func(ctx context.Context, function string, payload []byte) ([]byte, error) {
//		out, err := sdk.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
//		if err != nil {
//			return nil, err
//		}
//		return out.Payload, nil
//	}
//	gatepass := client.Client{Invoke: invoke, Functions: client.Functions{Issue: os.Getenv("ISSUE_FUNCTION")}}
//	pass, err := gatepass.Issue(ctx, client.Request{Scope: "report:66", Target: "/reports/66"})
//
// [Local] is the Invoke for "make run".
//
// # Rules
//
//   - A method makes one call, unless it says otherwise. Nothing is retried: what
//     is worth it is an error that matches [ErrUnavailable]. What an Invoke returns
//     is that, unless it is marked by [NotCalled].
//   - What a function refuses is an *[Error], of a kind that errors.Is tells. A
//     credential that is refused is no error: that is what Check is for.
//   - No error holds a credential, and [Issued], which does, prints as the id of its
//     pass, with any verb of package fmt and in package slog.
//   - Times are whole seconds in UTC; in a request fractions are cut off or, of
//     NotBefore, rounded up. What a request leaves out has the default that the
//     README's table gives.
//   - An answer may get new members; what is not known here is passed over.
package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/token"
)

// Invoke calls a Lambda function with a payload and returns its answer, which may
// be a failure of the function in Lambda's words. It is called by as many at once
// as use the Client. Its errors are taken to be worth trying again, whatever they
// are. Where that would not help, since Lambda knows no such function or grants no
// right to invoke it (ResourceNotFoundException, AccessDeniedException), it may say
// so by [NotCalled].
type Invoke func(ctx context.Context, function string, payload []byte) ([]byte, error)

// Functions are the names or ARNs of Gatepass's functions: the outputs of its
// stack. The zero ones are called as under "make run": issue, manage, authorizer
// and recall.
type Functions struct {
	Issue      string // output IssueFunction; needs MayIssuePolicy
	Manage     string // output ManageFunction; needs MayManagePolicy
	Authorizer string // output AuthorizerArn; needs MayCheckPolicy
	Recall     string // output RecallFunction; needs MayRecallPolicy
}

// Client calls Gatepass. It is not changed after its first use, and is safe for
// concurrent use if its Invoke is.
type Client struct {
	Invoke    Invoke
	Functions Functions
}

// maxPayload is what Lambda takes and answers, in bytes.
const maxPayload = 6 << 20

// call invokes a function with a document and reads its answer.
func (c *Client) call(ctx context.Context, function string, doc, answer any) error {
	if c.Invoke == nil {
		return &Error{Code: invalid, Message: "the Client has no Invoke"}
	}
	payload, err := json.Marshal(doc)
	if err != nil {
		return &Error{Code: invalid, Message: "the request cannot be written as JSON: " + safe(err.Error())}
	}
	if len(payload) > maxPayload {
		return &Error{Code: invalid, Message: fmt.Sprintf("the request has %d bytes, and Lambda takes %d: make it several", len(payload), maxPayload)}
	}
	out, err := c.Invoke(ctx, function, payload)
	if err != nil {
		code := unavailable
		if errors.Is(err, ErrNotCalled) {
			code = notCalled
		}
		return &Error{Code: code, Message: function + ": " + safe(err.Error()), cause: err}
	}
	if err := failure(function, out); err != nil {
		return err
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return noAnswer(function)
	}
	if a, ok := answer.(interface{ answered() bool }); ok && !a.answered() {
		return noAnswer(function)
	}
	return nil
}

// noAnswer is the error of what came in the place of an answer. An answer that
// lacks what every answer has is none either: what stands between may say {} or
// null to everything, and that is no pass, nor a pass that was revoked.
func noAnswer(function string) error {
	return &Error{Code: unavailable, Message: function + " returned an unrecognised response: is it Gatepass's, and of this version?"}
}

// failure returns what is wrong with an answer: the function's own problem, or
// that it failed, of which Lambda tells in a document of its own.
func failure(function string, out []byte) error {
	var said struct {
		Error *Error   `json:"error"`
		ID    string   `json:"id"`
		IDs   []string `json:"ids"`
		Why   *string  `json:"errorMessage"`
		Type  string   `json:"errorType"`
	}
	if json.Unmarshal(out, &said) != nil {
		return nil // the caller finds out by itself
	}
	switch {
	case said.Error != nil && said.Error.Code == "":
		return noAnswer(function)
	case said.Error != nil:
		said.Error.PassID, said.Error.PassIDs = said.ID, said.IDs
		return said.Error.safe()
	case said.Why != nil:
		why := cmp.Or(*said.Why, said.Type) // the type is Go's name of it, such as wrapError
		return &Error{Code: unavailable, Message: function + " failed: " + safe(why)}
	}
	return nil
}

// safe is a text of somebody else's as an error may show it.
func safe(s string) string {
	if token.Shows(s) {
		return "(a text with a credential in it)"
	}
	return s
}

// named returns the name that was set, or the one under "make run".
func named(name, standard string) string {
	if name == "" {
		return standard
	}
	return name
}
