package config

import (
	"fmt"
	"time"

	"github.com/gatepass/gatepass/pkg/oidc"
)

// Host returns the verifier of the host's own tokens, from HOST_ISSUER and
// HOST_AUDIENCE; nil where neither is set. One without the other is a fault: it
// would either be useless, or let in what was signed for somebody else.
func (r *Reader) Host(refreshSeconds int64) *oidc.Verifier {
	issuer, audience := r.Text("HOST_ISSUER", ""), r.Text("HOST_AUDIENCE", "")
	switch {
	case issuer == "" && audience == "":
		return nil
	case issuer == "":
		r.fault("HOST_ISSUER", "is not set, but HOST_AUDIENCE is")
		return nil
	case audience == "":
		r.fault("HOST_AUDIENCE", "is not set, but HOST_ISSUER is")
		return nil
	}
	v, err := oidc.New(oidc.Config{Issuer: issuer, Audience: audience, RefreshSeconds: refreshSeconds}, nil, time.Now)
	if err != nil {
		r.faults = append(r.faults, fmt.Errorf("environment variables HOST_*: %w", err))
		return nil
	}
	return v
}
