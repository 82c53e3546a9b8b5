// Package recall takes back many passes at once: it revokes all of a kind, and it
// forgets a person. Both do harm that nobody undoes, so they are no operations of
// package manage: their function has a role and a right of its own.
//
// A document has one key, the operation's name:
//
//	{"revoke": {"scope": "…", "since": "2027-01-31T08:00:00Z", "before": "2027-01-31T12:00:00Z", "by": "…", "why": "…", "cursor": "…"}}
//	{"forget": {"email": "…", "by": "…", "why": "…", "cursor": "…"}}
//
// The answers are [Revoked] and [Forgotten]. One with a cursor is not the end: the
// same document with that cursor goes on, until there is none.
//
// # Rules
//
//   - revoke walks an index: of one scope, subject, email or issued_by, or with
//     "all": true of every pass there is. None of these and no all is refused: what
//     was left out by mistake must not end every access there is.
//   - before is fixed by the first call, at the latest as its own second, and goes
//     along in the cursor: what is issued afterwards is never touched. since spares
//     what was issued before its second.
//   - Each pass is one conditional write, which a check sees at once. A pass that
//     was revoked before is seen, and stays as it is; one that is gone is passed
//     over; one that this version cannot read is named, and admits nobody here.
//   - forget revokes each pass of a person, and then erases it with all that lies
//     beside it, last of all what it is found by: whoever is interrupted repeats,
//     from the cursor or from the beginning.
//   - A call works until little of its time is left, or the store fails for longer
//     than some tries; what it did by then is answered with a cursor. Only a call
//     that did nothing is an error, and it matches pass.ErrUnavailable.
//   - A cursor is behind everything that was done, and nothing that was not. It says
//     which question it is of, and another one is refused by name.
//   - Indexes are a moment behind: what was issued in the last seconds may be missing.
//   - by is logged. Why is kept with the pass only, and whom it is about is in no log.
package recall

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/gatepass/gatepass/pkg/manage"
	"github.com/gatepass/gatepass/pkg/pass"
)

// Store is what this needs of a store, and all that its function's role may do.
// Each method is as storetest.Store says: each may be repeated.
type Store interface {
	Find(ctx context.Context, l pass.Listing) ([]pass.Place, error)
	Revoke(ctx context.Context, id string, c pass.Change) (*pass.Pass, error)
	Erase(ctx context.Context, id string) error
	EraseRemains(ctx context.Context) error
}

// Recaller carries out these operations. It is safe for concurrent use.
type Recaller struct {
	Store   Store
	Digests manage.Digests
	MovedIn []string                                   // as in a manage.Manager
	Now     func() time.Time                           // read once per call; nil: time.Now
	Wait    func(context.Context, time.Duration) error // before what failed is tried again; nil: by the real clock
	Rand    io.Reader                                  // tells one recall's changes from another's; nil: crypto/rand
	Log     func(Entry)                                // called once per call, before it is answered; nil: not recorded
}

// The operations, as documents and log entries name them.
const (
	revoke = pass.Revoking
	forget = "forget"
)

// Entry is the record of one call, for the log. It holds nothing of a pass or a
// person. By is as in a manage.Entry.
type Entry struct {
	Operation  string // empty: the document named none
	By         string
	Seen       int
	Revoked    int
	Unreadable int
	Forgotten  int
	More       bool   // it is to be gone on with
	Outcome    string // ok, unavailable, or the code of a manage.Problem
	Fields     int    // of the document, how many were wrong
	Err        error  // why it is unavailable, or ended early though there was time; nil: neither
}

// Handle carries out the operation that a document asks for and returns the answer
// as a document, indented for people. The error is for what may be tried again and
// matches pass.ErrUnavailable.
func (r *Recaller) Handle(ctx context.Context, doc []byte) ([]byte, error) {
	var s Selection
	var p Person
	d := manage.ReadDocument(doc, `{"revoke": {"scope": "…", "by": "…"}}`,
		[]manage.Operation{{Name: revoke, Fields: s.fields()}, {Name: forget, Fields: p.fields()}})
	switch d.Operation() {
	case revoke:
		a, err := r.revoke(ctx, d, s)
		return manage.Answer(a, err)
	case forget:
		a, err := r.forget(ctx, d, p)
		return manage.Answer(a, err)
	}
	err := d.Problem()
	r.log(Entry{}, err)
	return manage.Answer(nil, err)
}

// Revoke revokes every pass of a selection, or as many as there is time for. Its
// error is a *manage.Problem, or matches pass.ErrUnavailable.
func (r *Recaller) Revoke(ctx context.Context, s Selection) (*Revoked, error) {
	return r.revoke(ctx, manage.NewDocument(revoke), s)
}

// Forget erases every pass and registration of a person, or as many as there is
// time for. Errors are as with Revoke.
func (r *Recaller) Forget(ctx context.Context, p Person) (*Forgotten, error) {
	return r.forget(ctx, manage.NewDocument(forget), p)
}

func (r *Recaller) log(e Entry, err error) {
	if e.Outcome, e.Fields = manage.Outcome(err); e.Outcome == string(pass.Unavailable) {
		e.Err = err
	}
	if r.Log != nil {
		r.Log(e)
	}
}

func (r *Recaller) now() pass.NumericDate {
	now := r.Now
	if now == nil {
		now = time.Now
	}
	return pass.At(now())
}

// key draws what a recall's changes are told by.
func (r *Recaller) key() (k [8]byte, err error) {
	from := r.Rand
	if from == nil {
		from = rand.Reader
	}
	if _, err := io.ReadFull(from, k[:]); err != nil {
		return k, fmt.Errorf("%w: no random bytes: %w", pass.ErrUnavailable, err)
	}
	return k, nil
}
