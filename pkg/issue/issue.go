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
// Build the pass by every rule, read the signing key, draw, sign, and only then write
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
// # Moving in
//
// A request with the credential of another system makes the pass that this opens
// from then on, beside the token in the answer, which is equivalent to it: see
// token.Moved. Nothing is kept of it but that token's digest, and no answer, error or
// log line holds it. Its id follows from the credential, so there is one pass at
// most, however often it is asked for; the second time is answered already_issued,
// with the id, and changes nothing.
//
// # Reissue
//
// A request that names a pass in reissue gives that pass a new secret, in the
// same order of work: read it, build, draw, sign, and only then one conditional
// write. Mode, scope, uses and sessions stay as they are. How often the pass may
// be used from now on may be said, and must be of one that is spent, whose link
// would let nobody in. What is wrong is answered by name as well, and nothing is
// written then. If its answer was lost, nobody has the new token and the old one
// is bound by what was asked: reissue again, which gives no more uses. A JWT has
// no secret: one that was handed out before goes on until its own exp, as long as
// the pass does, and another may be signed while what opens the pass stays as it is
// (keep_link), which takes nothing from anybody and may be repeated.
//
// # Many at once, and again
//
// A request with an idempotency key may be repeated for a day, by whoever lost its
// answer: it is answered to the letter as the first time, or refused by name, and
// one pass comes of each of its requests, whatever was killed in between. Many
// passes are asked for with a key only, since their lost answer would be passes
// that nobody holds. The rules:
//
//   - An order is put before any pass, in one conditional put. It holds what the
//     answer depends on beside the request: salt, signing key and second. Ids and
//     secrets are HMACs of the salt by that key's derivation key; everything is
//     judged at that second, whenever it is repeated.
//   - The order has keyed digests of the key, of the request and of the answer, and
//     nothing else of them. Another request under the key is refused, and so is one
//     whose answer would be another by now, for the settings were changed. What was
//     issued stays then, and the refusal names the passes.
//   - A pass is one conditional put. One that is there is this one, and stays as it
//     has become since: no use of it comes back.
//   - When all are there the order is done, by one more write, and only then the
//     whole is answered. What is done is never written again: a pass that was
//     cleared away or forgotten stays so.
//   - Each of many is answered by itself, and one that is wrong keeps none of the
//     others back. Where all are wrong nothing is written, and the key stays free.
//   - The answer is measured before anything is written, since Lambda drops one that
//     is too large.
//   - Writes that fail are tried again as long as there is time, less a second to
//     answer. What could not be written is said to be left, and is written when the
//     request is repeated.
//
// Store calls: a read, a put, one put a pass, one update; of what is done, a read;
// where the settings were changed since, a read and one more per 50 passes.
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
	"github.com/gatepass/gatepass/pkg/terms"
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
	// Order returns the order under a key, nil if there is none.
	Order(ctx context.Context, key string) (*pass.Order, error)
	// PutOrder puts an order where none stands, and returns the one that lies there
	// then.
	PutOrder(ctx context.Context, o *pass.Order) (*pass.Order, error)
	// FinishOrder makes an order Done; one that is not there any more is
	// pass.ErrNotFound.
	FinishOrder(ctx context.Context, o *pass.Order) error
}

// Signer hands out signing keys: a *keys.Signer. Its errors match
// pass.ErrUnavailable. It is not asked for short tokens, but where a request has
// an idempotency key.
type Signer interface {
	// Current returns the key that signs now.
	Current(ctx context.Context) (keys.SigningKey, error)
	// Key returns the key of a KID, whether it signs or did; the error of one that is
	// gone matches pass.ErrNotFound too.
	Key(ctx context.Context, kid string) (keys.SigningKey, error)
}

// Issuer issues passes. It is safe for concurrent use if its random source is.
type Issuer struct {
	cfg     Config
	site    site
	store   Store
	signer  Signer
	digests Digests
	now     func() time.Time
	rand    io.Reader
}

// New returns an Issuer, or every fault of cfg in one error. A nil now is the
// real clock, a nil random is crypto/rand.
func New(cfg Config, store Store, signer Signer, digests Digests, now func() time.Time, random io.Reader) (*Issuer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if store == nil || signer == nil || digests == nil {
		return nil, errors.New("issue: a store, a signer and digests are needed")
	}
	if now == nil {
		now = time.Now
	}
	if random == nil {
		random = rand.Reader
	}
	cfg = cfg.withDefaults()
	where, err := terms.NewSite(cfg.PublicURL)
	return &Issuer{cfg: cfg, site: site{where}, store: store, signer: signer, digests: digests, now: now, rand: random}, err
}

// Issue carries out the request doc, a JSON document of any content. The clock
// is read once.
func (i *Issuer) Issue(ctx context.Context, doc []byte) (*Answer, error) {
	switch kindOf(doc) {
	case renewed:
		return i.reissue(ctx, doc)
	case registered:
		return i.issueRegistered(ctx, doc)
	case many:
		return i.issueMany(ctx, doc)
	case once:
		return i.issueOnce(ctx, doc)
	}
	req, faults := readRequest(doc)
	if faults.syntax != "" {
		return &Answer{Error: faults.problem()}, nil
	}
	d := i.draft(req, faults)
	d.build()
	if p := faults.problem(); p != nil {
		return &Answer{Error: p}, nil
	}
	return i.mint(ctx, d)
}

func (i *Issuer) draft(req *request, f *faults) *draft {
	return i.draftAt(req, f, pass.At(i.now()))
}

// draftAt returns a draft that is built as of one second.
func (i *Issuer) draftAt(req *request, f *faults, now pass.NumericDate) *draft {
	return &draft{cfg: &i.cfg, site: &i.site, req: req, faults: f, now: now, pass: &pass.Pass{}, defaults: map[string]any{}}
}

// unavailable says what could not be done, as the kind of error that callers
// may retry.
func unavailable(what string, err error) error {
	if errors.Is(err, pass.ErrUnavailable) {
		return fmt.Errorf("issue: %s: %w", what, err)
	}
	return fmt.Errorf("issue: %s: %w: %w", what, pass.ErrUnavailable, err)
}
