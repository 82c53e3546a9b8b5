package keys

import (
	"context"
	"crypto/ed25519"
	"errors"
	"sync/atomic"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Ring is the verifier's half: the public keys, in memory. It is safe for
// concurrent use, and starts nothing by itself: on Lambda a function is frozen
// between requests, so its owner says when to read.
//
// A function calls Refresh once when it starts. On each request it asks Due, and
// if so calls Refresh in a goroutine beside the request (with a context of its
// own: the request's ends too early). Only a kid that is not in memory makes a
// request wait for the store, through Missing.
type Ring struct {
	store PublicStore
	cfg   Config
	now   func() pass.NumericDate
	turn  turn                     // held by whoever reads the store and replaces view
	view  atomic.Pointer[ringView] // what is in memory; never nil, never changed in place
}

// ringView is one state of the ring.
type ringView struct {
	keys    map[string]Public
	list    []Public
	readAt  pass.NumericDate // of the newest read that succeeded; zero: none did
	triedAt pass.NumericDate // of the newest read that was begun
	err     error            // of the newest read
}

var errNeverRead = unavailable("ring", errors.New("not read yet"))

// NewRing returns an empty ring; a nil now is the real clock.
func NewRing(store PublicStore, cfg Config, now func() time.Time) *Ring {
	r := &Ring{store: store, cfg: cfg.withDefaults(), now: clock(now), turn: newTurn()}
	r.view.Store(&ringView{err: errNeverRead})
	return r
}

// Key returns the key of that kid, from memory alone. A key that is published
// but does not sign yet is returned, a retired one is not.
func (r *Ring) Key(kid string) (ed25519.PublicKey, bool) {
	p, ok := r.view.Load().keys[kid]
	if !ok || p.retired(r.now()) {
		return nil, false
	}
	return p.Key, true
}

func (p Public) retired(now pass.NumericDate) bool { return p.RetiresAt != 0 && now >= p.RetiresAt }

// Due reports whether it is time to call Refresh: RefreshSeconds after the last
// read, and after a failed one every few seconds. It is false again as soon as
// somebody has begun.
func (r *Ring) Due(now pass.NumericDate) bool {
	v := r.view.Load()
	return !within(now, v.triedAt, retryAfter) && !within(now, v.readAt, r.cfg.RefreshSeconds)
}

// within reports whether now is in the seconds that begin at start. A clock that
// was set back to before start is not.
func within(now, start pass.NumericDate, seconds int64) bool {
	return now >= start && now < start+pass.NumericDate(seconds)
}

// Refresh reads the store now. On failure (an error matching
// pass.ErrUnavailable, also for a record that is no key) the ring keeps what it
// has: keys known before still verify.
func (r *Ring) Refresh(ctx context.Context) error {
	if err := r.turn.take(ctx); err != nil {
		return err
	}
	defer r.turn.give()
	return r.refresh(ctx)
}

// refresh is Refresh for whoever has the turn.
func (r *Ring) refresh(ctx context.Context) error {
	begun := *r.view.Load()
	begun.triedAt = r.now()
	r.view.Store(&begun)

	next := begun
	list, err := load(ctx, r.store)
	if next.err = err; err == nil {
		next.list, next.keys, next.readAt = list, byKID(list), begun.triedAt
	}
	r.view.Store(&next)
	return err
}

// load reads the public keys and checks them.
func load(ctx context.Context, store PublicStore) ([]Public, error) {
	list, err := store.PublicKeys(ctx)
	if err != nil {
		return nil, unavailable("read the ring", err)
	}
	if err := checkAll(list); err != nil {
		return nil, unavailable("read the ring", err)
	}
	return list, nil
}

func byKID(list []Public) map[string]Public {
	keys := make(map[string]Public, len(list))
	for _, p := range list {
		keys[p.KID] = p
	}
	return keys
}

// Missing is asked when Key does not know a kid: it reads the store, unless
// that was done in the last 5 seconds (so that made-up kids cannot drive reads),
// and reports whether the kid is known now. A false while Err is not nil means
// that nobody can tell.
func (r *Ring) Missing(ctx context.Context, kid string) bool {
	if r.turn.take(ctx) != nil {
		return false
	}
	defer r.turn.give()
	v := r.view.Load()
	if _, seen := v.keys[kid]; !seen && !within(r.now(), v.triedAt, retryAfter) {
		_ = r.refresh(ctx) // kept for Err
	}
	_, ok := r.Key(kid)
	return ok
}

// Err returns what the newest read of the store failed with, or nil. It matches
// pass.ErrUnavailable; so does that of a ring that was never read.
func (r *Ring) Err() error { return r.view.Load().err }
