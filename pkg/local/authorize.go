package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	jsonv2 "github.com/go-json-experiment/json"
)

// authorize asks the authorizer, and returns the context it grants, or the
// status to refuse with: 403 for a denial, 500 for everything that is no answer.
func (s *Server) authorize(r *http.Request, about *common) (map[string]any, int) {
	arn := s.routeARN(r)
	event, err := marshal(authorizerEvent{Type: "REQUEST", RouteARN: arn, common: *about})
	if err != nil {
		return nil, http.StatusInternalServerError
	}
	out, failed := s.call(r.Context(), s.cfg.Authorizer, about.Context.RequestID, event)
	if failed != nil {
		return nil, http.StatusInternalServerError
	}
	v, err := parseVerdict(out, arn)
	if err != nil {
		s.cfg.Log.Error("answer of no use as an authorizer's", "request_id", about.Context.RequestID, "error", err)
		return nil, http.StatusInternalServerError
	}
	if !v.allow {
		return nil, http.StatusForbidden
	}
	return v.context, 0
}

// verdict is what an authorizer's answer comes to for one request.
type verdict struct {
	allow   bool
	context map[string]any
}

// verdictWire is both forms of the answer, whose names have their case. API
// Gateway expects the one that its authorizer is set to; here either will do, but
// not both in one.
type verdictWire struct {
	IsAuthorized *bool           `json:"isAuthorized"`
	PrincipalID  string          `json:"principalId"`
	Policy       *policyDocument `json:"policyDocument"`
	Context      map[string]any  `json:"context"`
}

func parseVerdict(out json.RawMessage, arn string) (verdict, error) {
	var w verdictWire
	if err := jsonv2.Unmarshal(out, &w); err != nil {
		return verdict{}, err
	}
	switch {
	case w.IsAuthorized != nil && w.Policy == nil:
		return verdict{allow: *w.IsAuthorized, context: w.Context}, nil
	case w.IsAuthorized != nil:
		return verdict{}, errors.New("it is both a simple answer and a policy")
	case w.Policy == nil:
		return verdict{}, errors.New("it has neither isAuthorized nor policyDocument")
	case w.PrincipalID == "":
		return verdict{}, errors.New("a policy needs a principalId")
	}
	allow, err := w.Policy.allows(arn)
	if err != nil {
		return verdict{}, fmt.Errorf("policyDocument: %w", err)
	}
	return verdict{allow: allow, context: w.Context}, nil
}
