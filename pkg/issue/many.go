package issue

import (
	"bytes"
	"context"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatepass/gatepass/pkg/terms"
)

// MaxMany is how many passes one request may ask for.
const MaxMany = 1000

// maxKey bounds an idempotency key, in bytes.
const maxKey = 255

// maxAnswer bounds the answer to one request, in bytes: Lambda carries 6 MB.
const maxAnswer = 5_500_000

// Many is what a request for many is answered with.
type Many struct {
	Passes  []*Answer `json:"passes"`  // one to each request, in their order: a pass, or an Error alone
	Issued  int       `json:"issued"`  // that are there, since now or since the first time
	Refused int       `json:"refused"` // that were wrong
	Left    int       `json:"left"`    // that could not be written in time: repeat the request

	Err error `json:"-"` // why the first that is left was, for the log
}

// bundle is a request for many as it was written.
type bundle struct {
	key    string
	passes []jsontext.Value
	count  int // of all, those that are too many among them
}

// readMany reads a request for many. What is wrong with one of them is said in its
// own answer.
func readMany(doc []byte) (*bundle, *decoder) {
	b := &bundle{}
	d := &decoder{faults: &faults{}, given: map[string]bool{}}
	err := d.object(doc, "", map[string]member{"passes": b.list, "idempotency_key": terms.Text(&b.key)})
	if err != nil {
		d.faults.syntax = err.Error()
	}
	return b, d
}

// list reads the requests, each as it is.
func (b *bundle) list(v jsontext.Value) string {
	dec := jsontext.NewDecoder(bytes.NewBuffer(v), jsontext.AllowDuplicateNames(true))
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '[' {
		return "it must be a list of requests"
	}
	for dec.PeekKind() != ']' {
		one, err := dec.ReadValue()
		if err != nil {
			return "it must be a list of requests"
		}
		if b.count++; b.count <= MaxMany {
			b.passes = append(b.passes, one.Clone())
		}
	}
	if b.count < 1 || b.count > MaxMany {
		return fmt.Sprintf("it has %d; it must have 1 to %d requests", b.count, MaxMany)
	}
	return ""
}

// issueMany carries out a request for many.
func (i *Issuer) issueMany(ctx context.Context, doc []byte) (*Answer, error) {
	b, d := readMany(doc)
	f := d.faults
	if f.syntax == "" {
		switch why := wrongKey(b.key); {
		case !d.given["idempotency_key"]:
			f.add("idempotency_key", "it is required with passes: repeating the request with it gives the same passes, where those of a lost answer would be passes that nobody holds")
		case !f.has("idempotency_key") && why != "":
			f.add("idempotency_key", why)
		}
		if !d.given["passes"] {
			f.add("passes", fmt.Sprintf("it is required: a list of 1 to %d requests", MaxMany))
		}
	}
	if p := f.problem(); p != nil {
		return &Answer{Error: p}, nil
	}
	return i.carryOut(ctx, &job{key: b.key, doc: doc, requests: b.passes, read: readInMany, many: true})
}

// sum returns the answer to a request for many of which each was answered.
func (j *job) sum(all []*piece, failed error) *Answer {
	m := &Many{Passes: make([]*Answer, len(all)), Err: failed}
	for n, p := range all {
		m.Passes[n] = p.answer
		switch {
		case p.left:
			m.Passes[n] = left()
			m.Left++
		case p.answer.Error != nil:
			m.Refused++
		default:
			m.Issued++
		}
	}
	return &Answer{Many: m}
}

// left is the answer to one that could not be written in time. It is shorter than
// any pass, so that the whole is never longer than what was reckoned.
func left() *Answer {
	return &Answer{Error: &Problem{Unavailable, "not written in time: repeat the whole request with the same idempotency_key", map[string]string{}}}
}

// tooLarge returns what to answer where the answers together are too long for
// Lambda, or nil. Nothing was written then.
func tooLarge(all []*piece) *Problem {
	size := len(`{"passes":[],"issued":,"refused":,"left":}`) + 3*len("1000")
	for _, p := range all {
		size += len(p.text) + len(",")
	}
	if size <= maxAnswer {
		return nil
	}
	why := fmt.Sprintf("the answer would have %d bytes, and Lambda carries %d: split it into %d requests, each with an idempotency_key of its own", size, maxAnswer, size/maxAnswer+1)
	return &Problem{TooLarge, "nothing was issued: " + why, map[string]string{"passes": why}}
}

// wrongKey tells what is wrong with an idempotency key, or "".
func wrongKey(key string) string {
	if len(key) < 1 || len(key) > maxKey {
		return fmt.Sprintf("it has %d bytes; it must have 1 to %d", len(key), maxKey)
	}
	for _, c := range []byte(key) {
		if c < ' ' || c > '~' {
			return "it must be of printable ASCII alone, such as an order number or a UUID"
		}
	}
	return ""
}
