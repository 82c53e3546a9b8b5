// Package keys holds the signing keys: the [Ring] that verifiers read, the
// [Signer] that makes keys and signs with them, and the seam where the private
// halves are encrypted ([Sealer]).
//
// Nobody runs a key ceremony. The first token to be signed makes the first key,
// and from then on the signer makes the next one in time.
//
// # Life of a key
//
//   - made: both halves are put under the next sequence number, on condition
//     that it is free. Of two makers one wins and the other reads the winner's.
//   - published: from then on verifiers that read the ring know it. A published
//     key verifies at once; nobody has signed with it yet.
//   - signing: from SignsFrom on. The first key signs at once. A later one is
//     made when its predecessor has signed for RotateAfter, and signs two
//     refreshes after that: one for every verifier to read it, one to spare.
//   - retired: its successor signs, so the last token it signed was signed before
//     the successor's SignsFrom and expires at the latest MaxLifetime after it.
//     That second is its RetiresAt; from it on the key verifies nothing.
//
// # What keeps that true
//
// A signer that has not read the ring for one and a half refreshes refuses to
// sign, because a successor may be signing that it does not know of, and then
// its own key might retire before the token expires. The other half refresh is
// left for what clocks differ and a slow put. Verifiers are not bound in this
// way: a stale ring lacks new keys, and an unknown key makes it read again.
//
// A key's KID is its RFC 7638 thumbprint, so it names the key by content: a
// record whose two disagree, in either half, is refused when it is loaded.
package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// PublicStore is all that a verifier may do: read the public halves.
type PublicStore interface {
	// PublicKeys returns the keys by sequence, read consistently.
	PublicKeys(ctx context.Context) ([]Public, error)
}

// Store is what the signer needs. Errors match pass.ErrUnavailable, but for the
// one named here.
type Store interface {
	PublicStore
	// SealedKeys returns the other halves, by sequence.
	SealedKeys(ctx context.Context) ([]Sealed, error)
	// PutKey adds both halves of one key, or neither: a sequence that is taken is
	// pass.ErrExists. It gives pub's predecessor retires in the same transaction.
	PutKey(ctx context.Context, pub Public, sealed Sealed, retires pass.NumericDate) error
}

// Defaults of Config, and the least time between two reads that a verifier makes
// because it was asked for something it does not know. Seconds.
const (
	DefaultRefresh     = 300
	DefaultRotateAfter = 90 * 24 * 3600
	retryAfter         = 5
)

// Config is shared by the ring and the signer, and must be the same for every
// function of a stack: the signer waits as long as RefreshSeconds tells it that
// verifiers take. Zero fields have the stated default.
type Config struct {
	RefreshSeconds int64 // between two reads of the ring; default DefaultRefresh, 5 to 3600
	RotateAfter    int64 // seconds a key signs before the next is made; default DefaultRotateAfter
	MaxLifetime    int64 // seconds the longest token lives; default and most pass.MaxLifetime

	// Warn is told of failures that did not stop the answer, such as a rotation
	// that was put off. It may be nil, and must be safe for concurrent use.
	Warn func(error)
}

// Validate reports every field that is out of bounds.
func (c Config) Validate() error {
	c = c.withDefaults()
	var faults []error
	bound := func(name string, v, low, high int64) {
		if v < low || v > high {
			faults = append(faults, fmt.Errorf("keys: %s is %d; it must be %d to %d seconds", name, v, low, high))
		}
	}
	bound("RefreshSeconds", c.RefreshSeconds, retryAfter, 3600)
	bound("RotateAfter", c.RotateAfter, 2*c.RefreshSeconds, 10*365*24*3600)
	bound("MaxLifetime", c.MaxLifetime, 1, pass.MaxLifetime)
	return errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	c.RefreshSeconds = or(c.RefreshSeconds, DefaultRefresh)
	c.RotateAfter = or(c.RotateAfter, DefaultRotateAfter)
	c.MaxLifetime = or(c.MaxLifetime, pass.MaxLifetime)
	if c.Warn == nil {
		c.Warn = func(error) {}
	}
	return c
}

func or(v, standard int64) int64 {
	if v == 0 {
		return standard
	}
	return v
}

// clock returns now in whole seconds; a nil now is the real one.
func clock(now func() time.Time) func() pass.NumericDate {
	if now == nil {
		now = time.Now
	}
	return func() pass.NumericDate { return pass.At(now()) }
}

// unavailable says what could not be done, as the kind of error that callers
// may retry. It keeps err's own kind beside it.
func unavailable(what string, err error) error {
	if errors.Is(err, pass.ErrUnavailable) {
		return fmt.Errorf("keys: %s: %w", what, err)
	}
	return fmt.Errorf("keys: %s: %w: %w", what, pass.ErrUnavailable, err)
}

// turn lets one caller at a time do what should not be done twice at once, and
// gives up waiting when ctx ends, which a mutex cannot.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return unavailable("wait for another reader", ctx.Err())
	}
}

func (t turn) give() { <-t }
