package apigw

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// Check is the dialect of the direct question: a backend that holds a
// credential invokes the authorizer itself.
const Check Dialect = "check"

// checkWire is {"check": {…}}.
type checkWire struct {
	Check *struct {
		Credential string      `json:"credential"`
		Scope      string      `json:"scope"`
		Accept     []pass.Mode `json:"accept"`
		Count      *bool       `json:"count"`
	} `json:"check"`
}

// Problem is what was wrong with a document somebody wrote to us.
type Problem struct {
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Fields  map[string]string `json:"fields,omitempty"`
}

// Error says it in one line. Neither it nor the fields hold a credential.
func (p *Problem) Error() string { return p.Code + ": " + p.Message }

// DecodeCheck reads a check document: credential and scope are required, accept
// defaults to none and request, count to true. The error is a *Problem.
func DecodeCheck(doc []byte) (gate.Presentation, error) {
	var w checkWire
	if err := json.Unmarshal(doc, &w, json.RejectUnknownMembers(true)); err != nil {
		return gate.Presentation{}, problem(where(err), "unknown, repeated, or of another type: a check has credential, scope, accept (a list of modes) and count (true or false)")
	}
	if w.Check == nil {
		return gate.Presentation{}, problem("check", `missing: ask with {"check":{"credential":"…","scope":"…"}}`)
	}
	pr := gate.Presentation{Credential: w.Check.Credential, Scope: w.Check.Scope, Accept: w.Check.Accept, Look: w.Check.Count != nil && !*w.Check.Count}
	fields := map[string]string{}
	if pr.Credential == "" {
		fields["check.credential"] = "missing: the token as it was presented"
	}
	if err := pr.Validate(); err != nil {
		fields["check.scope"] = err.Error()
	}
	for _, m := range pr.Accept {
		if m != pass.None && m != pass.Request && m != pass.Host {
			fields["check.accept"] = "only none, request and host: passes of other modes are redeemed on their link page"
		}
	}
	if len(fields) > 0 {
		return gate.Presentation{}, &Problem{Code: "invalid_request", Message: "the check cannot be made as it was asked", Fields: fields}
	}
	return pr, nil
}

func problem(field, why string) *Problem {
	return &Problem{Code: "invalid_request", Message: "the check cannot be made as it was asked", Fields: map[string]string{field: why}}
}

// where names the member a JSON error is about, without its value.
func where(err error) string {
	var ptr jsontext.Pointer
	var sem *json.SemanticError
	var syn *jsontext.SyntacticError
	switch {
	case errors.As(err, &sem):
		ptr = sem.JSONPointer
	case errors.As(err, &syn):
		ptr = syn.JSONPointer
	}
	name := strings.ReplaceAll(strings.TrimPrefix(string(ptr), "/"), "/", ".")
	if token.Shows(name) { // is answered, and logged by who asked
		name = "check.(a credential)"
	}
	return firstOf(name, "document")
}

// CheckAnswer is what a check is answered with.
type CheckAnswer struct {
	Outcome  gate.Outcome `json:"outcome"`
	Counted  bool         `json:"counted"`
	UsesLeft *int         `json:"uses_left,omitempty"`
	Context
}

// EncodeCheck writes the answer to a check. An outcome of "error" is an answer
// too: nothing was decided, and the caller may ask again.
func EncodeCheck(d gate.Decision) ([]byte, error) {
	a := CheckAnswer{Outcome: d.Outcome, Counted: d.Counted, Context: NewContext(d)}
	if d.Pass != nil {
		if left, ok := d.Pass.UsesLeft(); ok {
			a.UsesLeft = &left
		}
	}
	return json.Marshal(a)
}

// EncodeProblem writes a problem as the answer it is.
func EncodeProblem(err error) ([]byte, error) {
	var p *Problem
	if !errors.As(err, &p) {
		return nil, fmt.Errorf("apigw: no problem: %w", err)
	}
	return json.Marshal(map[string]*Problem{"error": p})
}
