package keys

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gatepass/gatepass/pkg/pass"
)

// SigningKey is an opened key. It prints as its KID alone.
type SigningKey struct {
	KID        string
	Private    ed25519.PrivateKey `json:"-"`
	Derivation [32]byte           `json:"-"` // HMAC key, for secrets that must be rebuilt
}

// Format keeps the secret halves out of whatever is printed, with any verb.
func (k SigningKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "key "+k.KID) }

// Signer is the issuer's half: it makes the keys and hands out the one to sign
// with. It reads the store once every RefreshSeconds and opens each key once. It
// is safe for concurrent use, also by several processes over one store.
type Signer struct {
	store  Store
	sealer Sealer
	cfg    Config
	now    func() pass.NumericDate
	rand   io.Reader

	turn   turn // guards the fields below
	ring   []Public
	readAt pass.NumericDate      // before ring was read
	opened map[string]SigningKey // those that were asked for, by KID
}

// NewSigner returns a signer that has read nothing yet. A nil now is the real
// clock, a nil random is crypto/rand.
func NewSigner(store Store, sealer Sealer, cfg Config, now func() time.Time, random io.Reader) *Signer {
	if random == nil {
		random = rand.Reader
	}
	return &Signer{store: store, sealer: sealer, cfg: cfg.withDefaults(), now: clock(now), rand: random, turn: newTurn(), opened: map[string]SigningKey{}}
}

// Current returns the key to sign with now, after making what is due: the first
// key, or the next one. Every error matches pass.ErrUnavailable; a rotation that
// fails is not one, since the current key still signs: Warn is told, and it is
// tried again with the next read.
func (s *Signer) Current(ctx context.Context) (SigningKey, error) {
	if err := s.turn.take(ctx); err != nil {
		return SigningKey{}, err
	}
	defer s.turn.give()
	if err := s.look(ctx); err != nil {
		return SigningKey{}, err
	}
	return s.open(ctx, signing(s.ring, s.now()))
}

// Key returns the key of a KID, whether it signs now or did: what was made with it
// can be made again. Every error matches pass.ErrUnavailable, and that of a key
// which is not there, or whose sealed half is gone, pass.ErrNotFound as well.
func (s *Signer) Key(ctx context.Context, kid string) (SigningKey, error) {
	if err := s.turn.take(ctx); err != nil {
		return SigningKey{}, err
	}
	defer s.turn.give()
	known := func(p Public) bool { return p.KID == kid }
	if !slices.ContainsFunc(s.ring, known) { // nothing was read yet, or another process made it since
		if err := s.read(ctx, s.now()); err != nil {
			return SigningKey{}, err
		}
	}
	at := slices.IndexFunc(s.ring, known)
	if at < 0 {
		return SigningKey{}, unavailable("find a key", pass.ErrNotFound)
	}
	return s.open(ctx, s.ring[at])
}

// look makes sure that the ring in memory is recent enough to sign by.
func (s *Signer) look(ctx context.Context) error {
	now := s.now()
	if within(now, s.readAt, s.cfg.RefreshSeconds) {
		return nil
	}
	err := s.read(ctx, now)
	if err != nil && within(now, s.readAt, s.cfg.RefreshSeconds*3/2) {
		s.cfg.Warn(err)
		return nil
	}
	return err
}

// signing returns the newest key that signs at now. Before the first one's time
// it is the first: it signs at once, by whoever's clock.
func signing(ring []Public, now pass.NumericDate) Public {
	for i := len(ring) - 1; i > 0; i-- {
		if now >= ring[i].SignsFrom {
			return ring[i]
		}
	}
	return ring[0]
}

// open returns p's secret halves, from memory if they were opened before.
func (s *Signer) open(ctx context.Context, p Public) (SigningKey, error) {
	if key, ok := s.opened[p.KID]; ok {
		return key, nil
	}
	list, err := s.store.SealedKeys(ctx)
	if err != nil {
		return SigningKey{}, unavailable("read the sealed keys", err)
	}
	for _, sealed := range list {
		if sealed.Sequence != p.Sequence || sealed.KID != p.KID {
			continue
		}
		key, err := s.unseal(ctx, p, sealed)
		if err != nil {
			return SigningKey{}, unavailable(fmt.Sprintf("open key %d", p.Sequence), err)
		}
		s.opened[p.KID] = key
		return key, nil
	}
	return SigningKey{}, unavailable(fmt.Sprintf("open key %d, which has no sealed half", p.Sequence), pass.ErrNotFound)
}

// unseal decrypts both secrets and checks that they are those of p.
func (s *Signer) unseal(ctx context.Context, p Public, sealed Sealed) (SigningKey, error) {
	private, err := s.sealer.Open(ctx, p.KID, sealed.Private)
	if err != nil {
		return SigningKey{}, err
	}
	derivation, err := s.sealer.Open(ctx, p.KID, sealed.Derivation)
	if err != nil {
		return SigningKey{}, err
	}
	key := SigningKey{KID: p.KID, Private: private}
	if len(private) != ed25519.PrivateKeySize || !p.Key.Equal(ed25519.NewKeyFromSeed(private[:ed25519.SeedSize]).Public()) {
		return SigningKey{}, errors.New("the sealed half is of another key")
	}
	if copy(key.Derivation[:], derivation) != len(derivation) || len(derivation) != len(key.Derivation) {
		return SigningKey{}, errors.New("the derivation key has the wrong length")
	}
	return key, nil
}
