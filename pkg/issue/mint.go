package issue

import (
	"context"
	"errors"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// attempts bounds how often an id is drawn again that was taken. 16 base62
// characters collide once in 10^28 pairs: the second time is no accident.
const attempts = 3

// mint makes the token of a draft that is right, and writes its record: digests of
// whose it is, a token drawn, signed, and only then the one write.
func (i *Issuer) mint(ctx context.Context, d *draft) (*Answer, error) {
	var key keys.SigningKey
	if d.pass.Format != pass.Short {
		var err error
		if key, err = i.signer.Current(ctx); err != nil {
			return nil, unavailable("read the signing key", err)
		}
	}
	if !d.stateless() {
		if err := i.digestHolder(ctx, d.pass); err != nil {
			return nil, unavailable("name the holder", err)
		}
	}
	for range attempts {
		short, err := i.draw(d)
		if err != nil {
			return nil, unavailable("draw a token", err)
		}
		credential, err := i.sign(d, short, key)
		if err != nil {
			return nil, unavailable("sign a token", err)
		}
		err = i.create(ctx, d, short)
		switch {
		case errors.Is(err, pass.ErrExists) && d.registration != nil: // somebody else did since it was read
			return alreadyIssued(short.ID), nil
		case errors.Is(err, pass.ErrExists) && d.moved != nil:
			return alreadyMoved(short.ID), nil
		case err == nil:
			return i.answer(d, short, credential), nil
		case !errors.Is(err, pass.ErrExists):
			return nil, unavailable("put the pass", err)
		}
	}
	return nil, unavailable("put the pass", errors.New("every id drawn was taken"))
}

// draw returns the token of a draft: drawn at random, but for an id that is known,
// and for one that moves in, whose is known whole.
func (i *Issuer) draw(d *draft) (token.Short, error) {
	if d.moved != nil {
		return *d.moved, nil
	}
	short, err := token.NewShort(i.rand)
	if d.registration != nil {
		short.ID = d.registration.ID
	}
	return short, err
}

// create writes the record, of all but stateless tokens.
func (i *Issuer) create(ctx context.Context, d *draft, short token.Short) error {
	if d.stateless() {
		return nil
	}
	return i.store.Create(ctx, d.record(short))
}

// record returns the pass that a token opens.
func (d *draft) record(short token.Short) *pass.Pass {
	p := *d.pass
	p.ID, p.Secrets = short.ID, map[pass.Digest]pass.NumericDate{short.Digest(): 0}
	return &p
}

// sign returns the credential: the short token, which needs no signature, or a JWT of
// the same id.
func (i *Issuer) sign(d *draft, short token.Short, key keys.SigningKey) (string, error) {
	if d.pass.Format == pass.Short {
		return short.String(), nil
	}
	c := token.Claims{
		Issuer: i.cfg.Issuer, Audience: i.cfg.Audience, Subject: d.pass.Subject, Scope: d.pass.Scope, ID: short.ID, Mode: d.pass.Mode,
		IssuedAt: d.now, NotBefore: d.pass.NotBefore, ExpiresAt: d.pass.ExpiresAt,
	}
	if d.stateless() {
		c.Stateless, c.Data = true, d.pass.Data
	}
	return token.Sign(c, key.KID, key.Private)
}

func (i *Issuer) answer(d *draft, short token.Short, credential string) *Answer {
	p := d.pass
	a := &Answer{
		ID: short.ID, Token: credential, Parameters: map[string]string{i.cfg.QueryName: credential},
		ExpiresAt: p.ExpiresAt.String(), Mode: p.Mode, Form: p.Format, Defaults: d.defaults,
	}
	if d.registration != nil {
		a.Visitor = p.Visitor
	}
	if !d.stateless() {
		a.Link = i.site.linkOf(short.String(), p.Target)
	}
	if p.Target != "" && !p.Mode.Redeems() {
		a.URL = i.site.urlOf(p.Target, i.cfg.QueryName, credential)
	}
	return a
}
