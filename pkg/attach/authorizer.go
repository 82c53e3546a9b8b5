package attach

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Authorizer is one of an API's, as API Gateway describes it.
type Authorizer struct {
	ID, Name        string
	REST            bool     // of a REST API; else of an HTTP or WebSocket API
	Type            string   // TOKEN, REQUEST, JWT, COGNITO_USER_POOLS
	URI             string   // what it calls; "" if nothing
	IdentitySources []string // what must be there before it is asked
	TTL             *int32   // seconds for which its answers are kept; nil: not said
}

// restTTL is what a REST API keeps answers for if nothing is said
// (https://docs.aws.amazon.com/apigateway/latest/api/API_CreateAuthorizer.html).
const restTTL = 300

// keeps returns for how many seconds answers are kept. Without an identity source
// there is nothing to keep them under
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html).
func (z Authorizer) keeps() int32 {
	switch {
	case z.TTL != nil:
		return *z.TTL
	case z.REST && (z.Type == "TOKEN" || len(z.IdentitySources) > 0):
		return restTTL
	}
	return 0
}

// calls reports whether it calls function, or a version or an alias of it. Its URI
// is arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<ARN>/invocations.
func (z Authorizer) calls(function string) bool {
	_, arn, ok := strings.Cut(z.URI, "/functions/")
	arn, _, _ = strings.Cut(arn, "/")
	return ok && function != "" && unqualified(arn) == unqualified(function)
}

// unqualified returns the ARN of a function without the name of a version or alias.
func unqualified(arn string) string {
	parts := strings.SplitN(arn, ":", 8)
	return strings.Join(parts[:min(7, len(parts))], ":")
}

// account returns the account in an ARN.
func account(arn string) string {
	if parts := strings.Split(arn, ":"); len(parts) > 4 {
		return parts[4]
	}
	return ""
}

// judge says what is wrong with an authorizer that calls Gatepass, and what to
// change in which template.
func (z Authorizer) judge() (faults Refused) {
	who := fmt.Sprintf("authorizer %s (%s)", shown(z.Name), z.ID)
	if ttl := z.keeps(); ttl > 0 {
		faults = append(faults, fmt.Sprintf("%s keeps Gatepass's answers for %d seconds, in which nothing is counted or revoked: %s", who, ttl, z.howNotToKeep()))
	}
	if len(z.IdentitySources) > 0 && z.Type != "TOKEN" { // a TOKEN authorizer cannot be without
		faults = append(faults, fmt.Sprintf("%s has the identity sources %s, without which API Gateway answers 401 and Gatepass is not asked, so that links or cookies do not work: %s",
			who, strings.Join(z.IdentitySources, ", "), z.howWithoutSources()))
	}
	return faults
}

func (z Authorizer) howNotToKeep() string {
	if z.REST {
		return "set Identity: { ReauthorizeEvery: 0 } (SAM), or AuthorizerResultTtlInSeconds: 0"
	}
	return "leave out Identity (SAM), or set AuthorizerResultTtlInSeconds: 0"
}

func (z Authorizer) howWithoutSources() string {
	if z.REST {
		return "set nothing but Identity: { ReauthorizeEvery: 0 } (SAM), or leave out IdentitySource"
	}
	return "leave out Identity (SAM), or IdentitySource"
}

// authorizers judges the authorizers of an API that call Gatepass, and counts
// them: -1 if they cannot be read, as those of another account.
func (a *Attacher) authorizers(ctx context.Context, q Request, d declared) (n int, faults Refused, err error) {
	if d.api == "" {
		return -1, nil, nil
	}
	list, err := a.APIs.Authorizers(ctx, d.api, d.kind)
	switch {
	case errors.Is(err, pass.ErrNotFound) && account(q.Stack) != account(a.Function):
		return -1, nil, nil
	case errors.Is(err, pass.ErrNotFound):
		return -1, Refused{"ApiId: there is no API " + d.api + " in the account and region of this Gatepass"}, nil
	case err != nil:
		return -1, nil, fmt.Errorf("the authorizers of API %s could not be read: %w", d.api, err)
	}
	for _, z := range list {
		if z.calls(a.Function) {
			n++
			faults = append(faults, z.judge()...)
		}
	}
	return n, faults, nil
}
