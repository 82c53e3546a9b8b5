package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Reissue gives a pass a new secret if pass.AdmitReissue admits it. One that
// was made before is made.
func (s *Store) Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error) {
	return s.manage(ctx, id, pass.Change{}, func(p *pass.Pass) {
		if !p.Reissued(r) && pass.AdmitReissue(p, r) == pass.OK {
			p.Reissue(r)
		}
	})
}
