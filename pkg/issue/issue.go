// Package issue turns a request into a pass: it decides what was left open,
// refuses what is wrong, makes the token, and writes one record.
//
// # The request
//
// A JSON object, read strictly: names that are unknown, twice, or in other
// letters are refused, and so is null, which could mean "without limit" where
// the default is meant. The README's table gives each field's type, bounds,
// default and modes; a test reads that table and holds this package to it.
//
// # The answer
//
// What is wrong with a request is an ordinary [Answer], with an [Answer.Error]
// that names every wrong field and what to do about it; nothing is written then.
// An error is returned only for what the caller may simply try again, and
// matches pass.ErrUnavailable. No error holds a credential.
//
// # Order of work
//
// Judge the whole request, read the signing key, draw, sign, and only then write
// the record, in one conditional put. Nothing that can fail comes after the
// write, so a pass that is in the store was answered or its answer was lost; it
// was never refused. If its answer was lost, nobody has its token: it expires.
//
// A stateless token is the exception to all records: it is signed, and nothing
// is kept of it.
//
// # Registration
//
// A request that names a registration gets its visitor, and the scope and target
// of its form where it names none, from what was said on the form. The pass has
// the registration's id, so that there is one at most, however often the host is
// told of it: another is answered already_issued. If the answer was lost, reissue.
//
// # Reissue
//
// A request that names a pass in reissue gives that pass a new secret, in the
// same order of work: read it, judge, draw, sign, and only then one conditional
// write. Mode, scope, uses and sessions stay as they are. How often the pass may
// be used from now on may be said, and must be of one that is spent, whose link
// would let nobody in. What is wrong is answered by name as well, and nothing is
// written then. If its answer was lost, nobody has the new token and the old one
// is bound by what was asked: reissue again, which gives no more uses. A JWT has
// no secret: one that was handed out before goes on until its own exp, as long as
// the pass does.
package issue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Store is all that issuing and reissuing may do to the records. Its errors but
// for those named match pass.ErrUnavailable.
type Store interface {
	// Create puts a pass whose id is free, else pass.ErrExists.
	Create(ctx context.Context, p *pass.Pass) error
	// Read returns one entry per ref; a pass that is not there is nil.
	Read(ctx context.Context, refs []pass.Ref) ([]pass.Entry, error)
	// Registered returns the registration of an id and the pass of that id; what is
	// not there is nil.
	Registered(ctx context.Context, id string) (*pass.Registration, *pass.Pass, error)
	// Reissue gives a pass a new secret, by pass.AdmitReissue and as Pass.Reissue
	// does. It returns the pass after that; if the secret is not in it, it is
	// revoked, expired or spent, and nothing was written. One that is not there is
	// pass.ErrNotFound.
	Reissue(ctx context.Context, id string, r pass.Renewal) (*pass.Pass, error)
}

// Signer hands out the key that signs now: a *keys.Signer. Its errors match
// pass.ErrUnavailable. It is not asked for short tokens.
type Signer interface {
	Current(ctx context.Context) (keys.SigningKey, error)
}

// Issuer issues passes. It is safe for concurrent use if its random source is.
type Issuer struct {
	cfg    Config
	site   site
	store  Store
	signer Signer
	now    func() time.Time
	rand   io.Reader
}

// New returns an Issuer, or every fault of cfg in one error. A nil now is the
// real clock, a nil random is crypto/rand.
func New(cfg Config, store Store, signer Signer, now func() time.Time, random io.Reader) (*Issuer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if store == nil || signer == nil {
		return nil, errors.New("issue: a store and a signer are needed")
	}
	if now == nil {
		now = time.Now
	}
	if random == nil {
		random = rand.Reader
	}
	cfg = cfg.withDefaults()
	site, err := siteOf(cfg.PublicURL)
	return &Issuer{cfg: cfg, site: site, store: store, signer: signer, now: now, rand: random}, err
}

// Issue carries out the request doc, a JSON document of any content. The clock
// is read once.
func (i *Issuer) Issue(ctx context.Context, doc []byte) (*Answer, error) {
	switch {
	case asks(doc, "reissue"):
		return i.reissue(ctx, doc)
	case asks(doc, "registration"):
		return i.issueRegistered(ctx, doc)
	}
	req, faults := readRequest(doc)
	if faults.syntax != "" {
		return &Answer{Error: faults.problem()}, nil
	}
	d := i.draft(req, faults)
	d.judge()
	if p := faults.problem(); p != nil {
		return &Answer{Error: p}, nil
	}
	return i.mint(ctx, d)
}

func (i *Issuer) draft(req *request, f *faults) *draft {
	return &draft{cfg: &i.cfg, site: &i.site, req: req, faults: f, now: pass.At(i.now()), pass: &pass.Pass{}, defaults: map[string]any{}}
}

// unavailable says what could not be done, as the kind of error that callers
// may retry.
func unavailable(what string, err error) error {
	if errors.Is(err, pass.ErrUnavailable) {
		return fmt.Errorf("issue: %s: %w", what, err)
	}
	return fmt.Errorf("issue: %s: %w: %w", what, pass.ErrUnavailable, err)
}
