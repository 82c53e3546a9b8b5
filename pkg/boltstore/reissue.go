package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Reissue gives a pass a new secret if pass.AdmitReissue admits it. A secret that
// is in the record already is this reissue, made before.
func (s *Store) Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error) {
	return s.manage(ctx, id, pass.Change{}, func(p *pass.Pass) {
		if _, done := p.Secrets[r.Secret]; !done && pass.AdmitReissue(p, r) == pass.OK {
			p.Reissue(r)
		}
	})
}
