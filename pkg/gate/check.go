package gate

import (
	"context"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/rule"
	"github.com/gatepass/gatepass/pkg/token"
)

// Presentation is a credential that a backend found somewhere else than in a
// request to a route: a body, a queue, behind a load balancer.
type Presentation struct {
	Credential string      // ours, the host's own, or one that moved in
	Scope      string      // what it must be for; pass.AnyScope: anything
	Accept     []pass.Mode // which modes; empty: none and request
	Look       bool        // judge, but use nothing
}

// Check decides about one credential by the same rules as Authorize, and uses
// it unless Look is set. Sessions are not credentials here, and what
// is neither a token of ours nor the host's own counts as absent, as it would in
// a header; where credentials move in, it may be one of those.
func (g *Gate) Check(ctx context.Context, pr Presentation) Decision {
	now := pass.At(g.now())
	accept := pr.Accept
	if len(accept) == 0 {
		accept = []pass.Mode{pass.None, pass.Request}
	}
	c := &request{gate: g, rule: &rule.Rule{Route: "check", Scope: pr.Scope, Accept: accept}, scope: pr.Scope, now: now, look: pr.Look,
		use: pass.Use{At: now, Route: "check"}}
	raw := pr.Credential
	if c.host = g.findHost([]string{raw}); c.host.reason == pass.Missing && len(g.cfg.MovedIn) > 0 {
		raw = ours(raw)
	}
	c.token = presented{reason: pass.Missing}
	if token.KindOf(raw) != token.Foreign {
		c.token = g.parse(ctx, raw, now)
	}
	return c.decide(ctx, nil, pass.Missing)
}

// Validate reports what is wrong with a presentation, or nil.
func (pr Presentation) Validate() error {
	if pr.Scope != pass.AnyScope && !pass.ValidScope(pr.Scope) {
		return fmt.Errorf("a scope of %d bytes: it must be 1 to %d of A-Z a-z 0-9 . _ ~ - : /, or *", len(pr.Scope), pass.MaxScope)
	}
	return nil
}
