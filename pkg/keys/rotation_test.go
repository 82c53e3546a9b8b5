package keys_test

import (
	"crypto/ed25519"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

// signed is a token as far as keys are concerned: the key that verifies it, and
// the second from which it is expired.
type signed struct {
	kid     string
	key     ed25519.PublicKey
	expires pass.NumericDate
}

// fleet is several signers and several verifiers over one store, whose clock
// moves and whose store fails now and then.
type fleet struct {
	*kit
	random  *rand.Rand
	signers []*keys.Signer
	rings   []*keys.Ring
	live    []signed
	stats   struct{ issued, refused, checked, unsure int }
}

func newFleet(t *testing.T, seed uint64) *fleet {
	f := &fleet{kit: newKit(t), random: rand.New(rand.NewPCG(seed, 0))}
	for range 3 {
		f.signers = append(f.signers, f.signer())
		f.rings = append(f.rings, f.ring())
	}
	f.store.read = func() error {
		if f.random.IntN(4) == 0 {
			return errDown
		}
		return nil
	}
	f.store.open, f.store.beforePut, f.store.afterwards = f.store.read, f.store.read, f.store.read
	return f
}

// issue signs a token that lives for up to MaxLifetime, if anything can.
func (f *fleet) issue() {
	now := f.date()
	key, err := f.signers[f.random.IntN(len(f.signers))].Current(f.Context())
	if err != nil {
		f.wantErr(err, pass.ErrUnavailable)
		f.stats.refused++
		return
	}
	life := 1 + f.random.Int64N(f.cfg.MaxLifetime)
	f.live = append(f.live, signed{key.KID, key.Private.Public().(ed25519.PublicKey), now + pass.NumericDate(life)})
	f.stats.issued++
}

// check presents a token to a ring in the way that the gate does. A live token
// may be unsure while the store fails, but never refused.
func (f *fleet) check(s signed, r *keys.Ring) {
	if r.Due(f.date()) {
		_ = r.Refresh(f.Context())
	}
	f.stats.checked++
	if _, ok := r.Key(s.kid); !ok && !r.Missing(f.Context(), s.kid) {
		if r.Err() == nil {
			f.Fatalf("a token that lives until %d is refused at %d; keys %+v", s.expires, f.date(), f.stored())
		}
		f.stats.unsure++
		return
	}
	key, ok := r.Key(s.kid)
	if !ok || !key.Equal(s.key) {
		f.Fatal("the key found is not the one that signed")
	}
}

// expire forgets the tokens that are over, each with a look at what its key
// must be by then.
func (f *fleet) expire() {
	var live []signed
	for _, s := range f.live {
		if f.date() < s.expires {
			live = append(live, s)
		}
	}
	f.live = live
	if f.random.IntN(10) > 0 {
		return
	}
	for _, p := range f.stored() {
		retired := p.RetiresAt != 0 && f.date() >= p.RetiresAt
		for _, r := range f.rings {
			if _, ok := r.Key(p.KID); ok && retired && r.Err() == nil && !r.Due(f.date()) {
				f.Fatalf("key %d verifies at %d and retired at %d", p.Sequence, f.date(), p.RetiresAt)
			}
		}
	}
}

func TestRotationUnderLoad(t *testing.T) {
	for seed := range uint64(4) {
		f := newFleet(t, seed)
		for f.date() < start+10_000 {
			f.move(f.random.Int64N(20))
			f.expire()
			f.issue()
			for range 3 {
				if n := len(f.live); n > 0 {
					f.check(f.live[f.random.IntN(n)], f.rings[f.random.IntN(len(f.rings))])
				}
			}
		}
		if n := len(f.stored()); n < 7 || n > 11 {
			t.Errorf("seed %d: %d keys in ten times RotateAfter", seed, n)
		}
		if f.stats.issued < 500 || f.stats.checked < 1500 || f.stats.unsure*10 > f.stats.checked {
			t.Errorf("seed %d shows too little: %+v", seed, f.stats)
		}
	}
}

// A signer that the store is lost to while another rotates must stop before
// what it signs outlives its key.
func TestNoTokenOutlivesItsKey(t *testing.T) {
	k := newKit(t)
	cut := &faulty{Store: k.store.Store}
	idle := keys.NewSigner(cut, k.sealer, k.cfg, k.now, nil)
	busy := k.signer()
	k.current(busy)
	k.move(999)
	k.current(idle)
	cut.read = down
	k.move(1)
	for k.date() < start+2000 {
		k.move(1)
		k.current(busy)
		key, err := idle.Current(t.Context())
		if err != nil {
			k.wantErr(err, pass.ErrUnavailable)
			continue
		}
		for _, p := range k.stored() {
			if p.KID == key.KID && p.RetiresAt != 0 && k.date()+pass.NumericDate(k.cfg.MaxLifetime) > p.RetiresAt {
				t.Fatalf("signed at %d with a key that retires at %d", k.date(), p.RetiresAt)
			}
		}
	}
	if _, err := idle.Current(t.Context()); !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("signs without a store: %v", err)
	}
}
