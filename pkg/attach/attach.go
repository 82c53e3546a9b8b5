// Package attach is what Custom::GatepassRules does: a stack declares, beside its
// API, what the routes of that API ask for, and CloudFormation has the declaration
// put into effect, changed and removed with the stack.
//
//	Rules:
//	  Type: Custom::GatepassRules
//	  Properties:
//	    ServiceToken: !ImportValue gatepass-AttachFunction
//	    ServiceTimeout: 60
//	    ApiId: !Ref Api
//	    Rules:
//	      - { Route: "GET /reports/{id}", Scope: "report:{id}", Accept: [request] }
//
// The properties are the members of a [rule.Declaration] as CloudFormation writes
// names, and CloudFormation hands numbers and booleans over as strings, so "true"
// and "300" are taken for what they stand for. Whatever is wrong is told in one
// [Refused], and nothing is written.
//
// # Which one it is
//
// The physical id is "<stack>/<logical id>/<api id>"; the first two are the
// declaration's name in the rules of that API. A changed ApiId makes another id, so
// that CloudFormation sees a replacement, and deletes the old one once the update
// has succeeded; until then, and after a rollback, the old API keeps its rules. A
// create that is refused answers with "-" for the API, so that the deletion which
// follows it, or which CloudFormation makes up for later, removes nothing.
//
// # Rolling back
//
// CloudFormation rolls an update back with another update to the old properties,
// and nothing tells it from any other. So an update to what is there already
// succeeds unjudged: a refused update can always be rolled back. One that made a
// replacement of which CloudFormation never heard removes that too.
//
// # One rule a route
//
// Equal routes in two declarations would leave every route of the API without an
// answer. A declaration is compared with the others before it is written and, since
// another may be written at the same time, again after; whoever then sees both takes
// its own back. So of two that race never both are accepted; both may be refused,
// each with the other's name.
//
// # Authorizers that cache
//
// API Gateway can keep an authorizer's answers, for 300 seconds if a REST API says
// nothing (https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html).
// A kept answer is neither counted nor revoked, and the authorizer cannot see that
// it is kept; so a declaration for such an API is refused. Authorizers are known by
// the function in their URI; one whose function a stage variable names is not, and
// neither are those of an API in another account, which cannot be read.
package attach

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Store keeps declarations: what this function's role may do to the table.
type Store interface {
	// Rules returns the declarations for an API, name to JSON, as of now.
	Rules(ctx context.Context, api string) (map[string][]byte, error)
	// PutRules replaces one declaration.
	PutRules(ctx context.Context, api, name string, body []byte) error
	// DeleteRules removes one; one that is not there is removed already.
	DeleteRules(ctx context.Context, api, name string) error
}

// APIs reads what API Gateway has.
type APIs interface {
	// Authorizers returns all authorizers of an API, or pass.ErrNotFound if there
	// is no such API. kind is HTTP, REST or WEBSOCKET, or "" to find out.
	Authorizers(ctx context.Context, api, kind string) ([]Authorizer, error)
}

// Attacher answers CloudFormation's requests. It is safe for concurrent use.
type Attacher struct {
	Store Store
	APIs  APIs
	// Function is the ARN of Gatepass's authorizer function, with or without the
	// name of a version or alias: an authorizer that calls any of them is judged.
	Function string
}

// Request is one of CloudFormation's.
type Request struct {
	Stack      string          // the stack's ARN
	LogicalID  string          // of the resource, in its template
	PhysicalID string          // what was answered before; "" to create
	Properties json.RawMessage // those of the template
	Old        json.RawMessage // those of before, of an update
	Undo       time.Duration   // how long taking a write back may go on once ctx has ended
}

// Result is what became of a request.
type Result struct {
	PhysicalID  string // never empty, whatever the error
	API, Name   string // of the declaration; "" if they are not known
	Rules       int    // declared
	Authorizers int    // of the API that call Gatepass; -1 if they were not looked at
}

// Create puts a declaration into effect. The error is [Refused], or it is
// unavailable and the same request may be made again.
func (a *Attacher) Create(ctx context.Context, q Request) (Result, error) {
	d, refused := read(q.Properties)
	at := id{name: name(q), api: d.api}
	res, err := a.declare(ctx, q, at, d, refused)
	if err != nil && !errors.Is(err, errLeft) {
		at.api = ""
	}
	res.PhysicalID = at.String()
	return res, err
}

// Update changes a declaration, or makes one for another API. After an error the
// physical id is the one of before, so that CloudFormation deletes nothing.
func (a *Attacher) Update(ctx context.Context, q Request) (Result, error) {
	d, refused := read(q.Properties)
	at := id{name: name(q), api: d.api}
	before, known := parseID(q.PhysicalID)
	if known && before.api == d.api {
		at = before
	}
	res, err := a.declare(ctx, q, at, d, refused)
	if err == nil {
		err = a.removeUnheardOf(ctx, q, at, before)
	}
	if res.PhysicalID = at.String(); err != nil {
		res.PhysicalID = q.PhysicalID
	}
	return res, err
}

// removeUnheardOf removes what an update to other properties wrote for another
// API when CloudFormation did not learn of it, and now goes back: it would delete
// only what it knows, which is before.
func (a *Attacher) removeUnheardOf(ctx context.Context, q Request, at, before id) error {
	tried := apiOf(q.Old)
	if tried == "" || tried == at.api || tried == before.api {
		return nil
	}
	if err := a.Store.DeleteRules(ctx, tried, name(q)); err != nil {
		return fmt.Errorf("the rules that the failed update left for API %s could not be removed: %w", tried, err)
	}
	return nil
}

// Delete removes a declaration; one that is not there is removed already, and so
// is one that never came to be. An id that is not ours CloudFormation made up
// because no answer reached it: then the properties say what may have been made.
func (a *Attacher) Delete(ctx context.Context, q Request) (Result, error) {
	at, known := parseID(q.PhysicalID)
	if !known {
		at = id{name: name(q), api: apiOf(q.Properties)}
	}
	res := Result{PhysicalID: q.PhysicalID, API: at.api, Name: at.name, Authorizers: -1}
	if at.api == "" {
		return res, nil
	}
	if err := a.Store.DeleteRules(ctx, at.api, at.name); err != nil {
		return res, fmt.Errorf("the rules could not be removed: %w", err)
	}
	return res, nil
}
