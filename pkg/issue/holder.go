package issue

import (
	"context"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Digests names people in keys of the table, so that they cannot be read there: a
// *keys.Digester. Its errors match pass.ErrUnavailable.
type Digests interface {
	Digest(ctx context.Context, kind, value string) (string, error)
	Subject(ctx context.Context, subject string) (string, error)
	Email(ctx context.Context, email string) (string, error)
	Issuer(ctx context.Context, issuedBy string) (string, error)
}

// digestHolder says by whom a pass is held, and by whom it was issued, in the words that
// lists go by. A public pass has no holder.
func (i *Issuer) digestHolder(ctx context.Context, p *pass.Pass) (err error) {
	switch {
	case p.Visitor != nil:
		p.Holder, err = i.digests.Email(ctx, p.Visitor.Email)
	case p.Subject != "":
		p.Holder, err = i.digests.Subject(ctx, p.Subject)
	}
	if err == nil && p.IssuedBy != "" {
		p.Issuer, err = i.digests.Issuer(ctx, p.IssuedBy)
	}
	return err
}
