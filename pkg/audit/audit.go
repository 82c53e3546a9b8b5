// Package audit reads the table's stream: it turns what changed into events for
// the world outside, keeps the details of each use and the clients that a pass was
// used from, sets the marker that tells when a pass expires, and clears away what
// belonged to a pass that is gone.
//
// An [Auditor] takes [Change] values, in the order of the stream, and does for
// each what follows from its two images alone:
//
//	a pass appears              marker set; pass.issued
//	its expiry is another       marker set anew
//	it goes later than it would what lies beside it stays as long
//	it is reissued              pass.reissued
//	a use is in it that was not details kept; pass.used
//	its last change is another  kept, with who and why; pass.changed where it is one
//	revoked_at comes            pass.revoked; if completed with it, pass.completed
//	revoked_at goes             pass.restored
//	a session's entry goes      session.ended
//	a session's record appears  session.opened
//	a use or session is from    its client noted; pass.shared
//	another client than before
//	a new link is asked for     link.requested
//	a form was posted           visitor.registered
//	the marker is removed       pass.expired
//	a pass is removed by TTL    the rest of it cleared; pass.purged
//	a pass is removed otherwise the rest of it cleared; pass.deleted
//	looks are counted           nothing: describe shows them
//
// # Rules
//
//   - At least once. Lambda hands a batch over again after any failure. Every
//     store call may be repeated, and an event made again has the same id, so
//     whoever must not act twice remembers ids.
//   - In order, stopping at the first failure. What comes after a failed change
//     is reported with it and handed over again; nothing overtakes.
//   - No change can block its shard for ever. One that cannot be read (an image
//     that is not whole, an attribute of the wrong type) will not read better
//     next time, and behind it would wait every expiry and every use of its
//     shard until they are lost after 24 hours. So it is skipped, counted and
//     named in the [Report], which is what alarms look at.
//   - Removal by TTL is told only by the service principal ([IsTTL]): anybody
//     else who removes an item has deleted it.
//   - Events carry ids, times, counts and a form's name, nothing else: no
//     credential, no digest, no subject, no address, no data. A session's id is its
//     key, 64 bits of a digest, which opens nothing.
//
// The marker may be cleared together with its pass before TTL gets to it, which
// takes its time and keeps no order. A marker that is removed at or after its
// second therefore is pass.expired whoever removed it, so that each pass that
// expired says so.
//
// Whether a pass is shared is a count and never a verdict: how many clients
// (pass.Client) its uses came from, where it is used by requests, or its sessions,
// where it redeems; a use that opened a session is that session. Looks are by mail
// scanners too and count for nothing. Clients are counted here and not where
// decisions are made, which none of them changes.
//
// A session whose entry goes after its second has not been ended: it had
// expired, and redeeming made room. That is no event.
package audit

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// Store is what the stream's reader needs of a store, and all that its
// function's role may do. Each method may be repeated, as storetest.Store says.
type Store interface {
	PutMarker(ctx context.Context, id string, expiresAt pass.NumericDate) error
	PutUse(ctx context.Context, id string, u pass.Use, purgeAt pass.NumericDate) error
	PutChange(ctx context.Context, id string, c pass.Change, purgeAt pass.NumericDate) error
	Seen(ctx context.Context, id string, v pass.Visit) (which int, err error)
	Keep(ctx context.Context, id string, purgeAt pass.NumericDate) error
	Clear(ctx context.Context, id string) error
}

// Events takes events out of the house. Publish returns nil only if it has
// taken every one of them; after an error all of them are published again, with
// the same ids. There may be any number of them, but at least one.
type Events interface {
	Publish(ctx context.Context, events []Event) error
}

// Change is one change of an item, as the stream tells it.
type Change struct {
	ID       string           // of the stream event: the same whenever it is told
	Sequence string           // its sequence number, which names it in a partial failure
	Old, New record.Item      // nil where there was none before, or is none after
	TTL      bool             // TTL removed the item
	At       pass.NumericDate // about when
	Err      error            // why it could not be read; then it has no images
}

// Auditor handles changes. It is safe for concurrent use.
type Auditor struct {
	Store  Store
	Events Events
	Log    func(Report) // called once per batch; nil: not recorded
}

// Report sums a batch up, for the log and the metrics. It holds no credential
// and no personal data. What is handed over again is counted again.
type Report struct {
	Changes   int      // in the batch
	Handled   int      // of them, for good; the rest is handed over again
	Published int      // events
	Foreign   int      // changes of items that mean nothing here; skipped
	Versions  int      // changes of items of another version; skipped
	Malformed []string // the ids of changes that could not be read; skipped
	FailedAt  string   // the sequence number of the first change that failed
	Err       error    // why it failed
}

// Handle works through changes in their order. It stops at the first that fails
// and returns the sequence numbers from there on, lowest first, with the cause;
// those are to be handed over again, and all before them are done. The cause is
// for the log: answered as the function's error it would fail the whole batch.
func (a *Auditor) Handle(ctx context.Context, changes []Change) (failed []string, err error) {
	r := Report{Changes: len(changes)}
	at, err := a.work(ctx, changes, &r)
	r.Handled = at
	for _, c := range changes[at:] {
		failed = append(failed, c.Sequence)
	}
	if err != nil {
		r.FailedAt, r.Err = failed[0], err
	}
	if a.Log != nil {
		a.Log(r)
	}
	return failed, err
}

// work returns how many changes are done for good: all of them, or those before
// the first whose store call failed or whose events could not be published.
func (a *Auditor) work(ctx context.Context, changes []Change, r *Report) (int, error) {
	var events []Event
	var err error
	done, first := 0, len(changes) // first: the first change with an event
	for _, c := range changes {
		var told []Event
		if told, err = a.one(ctx, c, r); err != nil {
			err = fmt.Errorf("audit: change %s: %w", c.Sequence, err)
			break
		}
		if len(told) > 0 {
			first = min(first, done)
			events = append(events, told...)
		}
		done++
	}
	if len(events) == 0 {
		return done, err
	}
	if perr := a.Events.Publish(ctx, events); perr != nil {
		return first, errors.Join(err, fmt.Errorf("audit: publishing from change %s on: %w", changes[first].Sequence, perr))
	}
	r.Published = len(events)
	return done, err
}

// one does what follows from one change and returns its events. A change that
// means nothing to us, or cannot be read, is counted and done.
func (a *Auditor) one(ctx context.Context, c Change, r *Report) ([]Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	todo, err := read(c)
	switch {
	case errors.Is(err, errForeign):
		r.Foreign++
	case errors.Is(err, errVersion):
		r.Versions++
	case err != nil:
		r.Malformed = append(r.Malformed, c.ID)
	}
	for _, do := range todo.calls {
		if err := do(ctx, a.Store); err != nil {
			return nil, err
		}
	}
	shared, err := todo.seen.note(ctx, a.Store)
	if err != nil {
		return nil, err
	}
	return append(todo.events, shared...), nil
}
