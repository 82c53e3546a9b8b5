package issue

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// job is a request that has an idempotency key: for one pass, or for many.
type job struct {
	key      string
	doc      []byte           // the whole of it
	requests []jsontext.Value // one for each pass
	read     func([]byte) (*request, *faults)
	many     bool
}

// piece is what one request of a job comes to.
type piece struct {
	draft  *draft
	answer *Answer
	text   jsontext.Value // the answer's JSON
	pass   *pass.Pass     // to be written; nil where it is refused, or stateless
	left   bool           // it could not be written
}

// issueOnce carries out a request for one pass that has an idempotency key.
func (i *Issuer) issueOnce(ctx context.Context, doc []byte) (*Answer, error) {
	req, faults := readRequest(doc)
	if faults.syntax != "" {
		return &Answer{Error: faults.problem()}, nil
	}
	d := i.draft(req, faults)
	if d.idempotencyKey(); !d.asked("idempotency_key") {
		d.build()
		return &Answer{Error: faults.problem()}, nil
	}
	return i.carryOut(ctx, &job{key: req.idempotencyKey, doc: doc, requests: []jsontext.Value{doc}, read: readRequest})
}

// idempotencyKey judges the key of a request for one pass.
func (d *draft) idempotencyKey() { d.judged("idempotency_key", wrongKey(d.req.idempotencyKey)) }

// carryOut carries out a job: for the first time, or again as it was then.
func (i *Issuer) carryOut(ctx context.Context, j *job) (*Answer, error) {
	key, err := i.digests.Digest(ctx, "idempotency key", j.key)
	if err != nil {
		return nil, unavailable("name the idempotency key", err)
	}
	asked, err := i.digestOf(ctx, j.doc)
	if err != nil {
		return nil, err
	}
	o, err := i.store.Order(ctx, key)
	now := pass.At(i.now())
	switch {
	case err != nil:
		return nil, unavailable("read the order", err)
	case o != nil && o.V != pass.Version:
		return nil, unavailable("read the order", errors.New("it is of another version"))
	case o.Stands(now):
		return i.repeat(ctx, j, o, asked)
	}
	return i.begin(ctx, j, &pass.Order{V: pass.Version, Key: key, Request: asked, At: now, PurgeAt: now + pass.OrderLife})
}

// begin carries out a job for the first time. It writes nothing before everything
// is judged, signed and measured.
func (i *Issuer) begin(ctx context.Context, j *job, o *pass.Order) (*Answer, error) {
	all, err := i.buildAll(j, o.At)
	if err != nil {
		return nil, err
	}
	if !someRight(all) {
		if p := tooLarge(all); p != nil {
			return &Answer{Error: p}, nil
		}
		return j.answered(all, nil)
	}
	key, err := i.signer.Current(ctx)
	if err != nil {
		return nil, unavailable("read the signing key", err)
	}
	o.KID = key.KID
	if _, err := io.ReadFull(i.rand, o.Salt[:]); err != nil {
		return nil, unavailable("draw a salt", err)
	}
	if o.Answer, err = i.makeAll(ctx, all, o, key); err != nil {
		return nil, err
	}
	if p := tooLarge(all); p != nil {
		return &Answer{Error: p}, nil
	}
	o.Done = len(toWrite(all)) == 0
	lies, err := i.store.PutOrder(ctx, o)
	switch {
	case err != nil:
		return nil, unavailable("put the order", err)
	case lies.Salt != o.Salt: // the same key came twice at once, and the other call was first
		return i.repeat(ctx, j, lies, o.Request)
	}
	return i.finish(ctx, j, lies, all)
}

// repeat carries out a job as it was the first time, by the clock and the key of
// then. What cannot be made again to the letter is refused.
func (i *Issuer) repeat(ctx context.Context, j *job, o *pass.Order, asked string) (*Answer, error) {
	if o.Request != asked {
		return refusedKey(KeyReused, fmt.Sprintf("it was used for another request at %s; repeat that one to the letter, or use another key", o.At)), nil
	}
	key, err := i.signer.Key(ctx, o.KID)
	switch {
	case errors.Is(err, pass.ErrNotFound):
		return keyGone(o), nil
	case err != nil:
		return nil, unavailable("read the signing key", err)
	}
	all, err := i.buildAll(j, o.At)
	if err != nil {
		return nil, err
	}
	answer, err := i.makeAll(ctx, all, o, key)
	switch {
	case err != nil:
		return nil, err
	case answer != o.Answer:
		return i.settingsChanged(ctx, j, o, key)
	}
	a, err := i.finish(ctx, j, o, all)
	if a != nil {
		a.Repeated = true
	}
	return a, err
}

func refusedKey(code, why string) *Answer {
	return &Answer{Error: &Problem{code, "nothing was issued: " + why, map[string]string{"idempotency_key": why}}}
}

// buildAll builds every pass that a job asks for, as of one second, and answers the
// requests that are wrong.
func (i *Issuer) buildAll(j *job, at pass.NumericDate) ([]*piece, error) {
	all := make([]*piece, len(j.requests))
	for n, doc := range j.requests {
		req, faults := j.read(doc)
		d := i.draftAt(req, faults, at)
		if faults.syntax == "" {
			d.build()
		}
		all[n] = &piece{draft: d}
		if p := faults.problem(); p != nil {
			if err := all[n].answered(&Answer{Error: p}); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// answered keeps the answer to a piece, also as it will be written.
func (p *piece) answered(a *Answer) (err error) {
	p.answer = a
	if p.text, err = json.Marshal(a, json.Deterministic(true)); err != nil {
		return unavailable("write an answer", err)
	}
	return nil
}

func someRight(all []*piece) bool {
	for _, p := range all {
		if p.answer == nil {
			return true
		}
	}
	return false
}

// makeAll makes the passes that are right, and every answer. It returns the digest of
// all answers: another one would be another answer.
func (i *Issuer) makeAll(ctx context.Context, all []*piece, o *pass.Order, key keys.SigningKey) (string, error) {
	var whole []byte
	for n, p := range all {
		if p.answer == nil {
			if err := i.remake(ctx, p, newDerived(key, o.Salt, n), key); err != nil {
				return "", err
			}
		}
		whole = append(append(whole, p.text...), 0)
	}
	digest, err := i.digests.Digest(ctx, "issue answer", string(whole))
	if err != nil {
		return "", unavailable("name the answer", err)
	}
	return digest, nil
}

// remake makes the pass of one piece and its answer, always the same of the same
// source.
func (i *Issuer) remake(ctx context.Context, p *piece, source io.Reader, key keys.SigningKey) error {
	short, err := token.NewShort(source)
	if err != nil {
		return unavailable("draw a token", err)
	}
	credential, err := i.sign(p.draft, short, key)
	if err != nil {
		return unavailable("sign a token", err)
	}
	if !p.draft.stateless() {
		if err := i.digestHolder(ctx, p.draft.pass); err != nil {
			return unavailable("name the holder", err)
		}
		p.pass = p.draft.record(short)
	}
	return p.answered(i.answer(p.draft, short, credential))
}

// toWrite returns the pieces that have a pass to be written.
func toWrite(all []*piece) (out []*piece) {
	for _, p := range all {
		if p.pass != nil {
			out = append(out, p)
		}
	}
	return out
}

// finish writes the passes of an order, unless all were written before, and
// answers.
func (i *Issuer) finish(ctx context.Context, j *job, o *pass.Order, all []*piece) (*Answer, error) {
	if o.Done {
		return j.answered(all, nil)
	}
	if err := i.putAll(ctx, toWrite(all), j.tries()); err != nil {
		return j.answered(all, unavailable("put the passes", err))
	}
	err := i.retry(j.tries()).Do(ctx, o.Key, func() error { return i.store.FinishOrder(ctx, o) })
	if err != nil && !errors.Is(err, pass.ErrNotFound) { // it was too old to stand, and gave way
		return nil, unavailable("finish the order", err)
	}
	return j.answered(all, nil)
}

// tries is how often each write of a job is tried.
func (j *job) tries() int {
	if j.many {
		return tries
	}
	return triesOne
}

// answered answers a job. Where one pass was asked for that could not be written,
// that is the error.
func (j *job) answered(all []*piece, failed error) (*Answer, error) {
	if j.many {
		return j.sum(all, failed), nil
	}
	if failed != nil {
		return nil, failed
	}
	return all[0].answer, nil
}

// digestOf returns the digest of a request, however it was spaced and ordered:
// that of its canonical form (RFC 8785), but for whole numbers, which are kept to
// the digit.
func (i *Issuer) digestOf(ctx context.Context, doc []byte) (string, error) {
	v := jsontext.Value(doc).Clone()
	if err := v.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.AllowDuplicateNames(true)); err != nil {
		return "", unavailable("canonicalize the request", err)
	}
	digest, err := i.digests.Digest(ctx, "issue request", string(v))
	if err != nil {
		return "", unavailable("name the request", err)
	}
	return digest, nil
}
