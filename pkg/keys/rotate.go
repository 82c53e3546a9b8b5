package keys

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io"

	"github.com/gatepass/gatepass/pkg/pass"
)

// rounds bounds how often a signer that lost to another maker reads again.
const rounds = 3

// read reads the ring and makes the key that is due, until none is.
func (s *Signer) read(ctx context.Context, now pass.NumericDate) error {
	for range rounds {
		ring, err := load(ctx, s.store)
		if err != nil {
			return err
		}
		if !s.due(ring, now) {
			s.ring, s.readAt = ring, now
			return nil
		}
		err = s.add(ctx, ring)
		if err == nil || errors.Is(err, pass.ErrExists) {
			continue // the ring has a new key, this signer's or another's
		}
		if len(ring) == 0 {
			return err
		}
		s.cfg.Warn(err)
		s.ring, s.readAt = ring, now
		return nil
	}
	return unavailable("make a key", errors.New("the ring kept changing"))
}

// due reports whether a key must be made: there is none, or the newest has
// signed for RotateAfter.
func (s *Signer) due(ring []Public, now pass.NumericDate) bool {
	if len(ring) == 0 {
		return true
	}
	return now >= ring[len(ring)-1].SignsFrom+pass.NumericDate(s.cfg.RotateAfter)
}

// add makes the key and puts it after the newest of ring.
func (s *Signer) add(ctx context.Context, ring []Public) error {
	pub, private, derivation, err := s.draw()
	if err != nil {
		return unavailable("draw a key", err)
	}
	sealed := Sealed{KID: pub.KID}
	if sealed.Private, err = s.sealer.Seal(ctx, pub.KID, private); err != nil {
		return unavailable("seal a key", err)
	}
	if sealed.Derivation, err = s.sealer.Seal(ctx, pub.KID, derivation); err != nil {
		return unavailable("seal a key", err)
	}
	pub.Sequence, pub.SignsFrom = 1, s.now()
	if n := len(ring); n > 0 {
		pub.Sequence = ring[n-1].Sequence + 1
		pub.SignsFrom += pass.NumericDate(2 * s.cfg.RefreshSeconds)
	}
	sealed.Sequence = pub.Sequence
	err = s.store.PutKey(ctx, pub, sealed, pub.SignsFrom+pass.NumericDate(s.cfg.MaxLifetime))
	if err != nil && !errors.Is(err, pass.ErrExists) {
		return unavailable("put a key", err)
	}
	return err
}

// draw makes the halves of a new key. The seed is read here because
// ed25519.GenerateKey may read more or less than it from random.
func (s *Signer) draw() (pub Public, private, derivation []byte, err error) {
	secret := make([]byte, ed25519.SeedSize+32)
	if _, err := io.ReadFull(s.rand, secret); err != nil {
		return Public{}, nil, nil, err
	}
	key := ed25519.NewKeyFromSeed(secret[:ed25519.SeedSize])
	pub.Key = key.Public().(ed25519.PublicKey)
	pub.KID = KIDOf(pub.Key)
	return pub, key, secret[ed25519.SeedSize:], nil
}
