package boltstore

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Reissue gives a pass a new secret if pass.AdmitReissue admits it now. A secret
// that is in the record already is this reissue, made before.
func (s *Store) Reissue(ctx context.Context, id string, secret pass.Digest, keepOld, expiresAt, purgeAt, now pass.NumericDate) (*pass.Pass, error) {
	return s.manage(ctx, id, func(p *pass.Pass) {
		if _, done := p.Secrets[secret]; !done && pass.AdmitReissue(p, expiresAt, now) == pass.OK {
			p.Reissue(secret, keepOld, expiresAt, purgeAt, now)
		}
	})
}
