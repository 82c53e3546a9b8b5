package keys_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

func TestFirstKeySignsAtOnce(t *testing.T) {
	k := newKit(t)
	key := k.current(k.signer())
	ring := k.ring()
	k.refresh(ring)
	pub, ok := ring.Key(key.KID)
	if !ok || !ed25519.Verify(pub, []byte("text"), ed25519.Sign(key.Private, []byte("text"))) {
		t.Error("the first key does not verify what it signs")
	}
	if key.Derivation == [32]byte{} {
		t.Error("no derivation key")
	}
	got := k.stored()
	if len(got) != 1 || got[0].Sequence != 1 || got[0].SignsFrom != start || got[0].RetiresAt != 0 {
		t.Errorf("stored %+v", got)
	}
}

func TestNothingSecretIsStored(t *testing.T) {
	k := newKit(t)
	key := k.current(k.signer())
	list, err := k.store.SealedKeys(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	at := append(list[0].Private, list[0].Derivation...)
	for _, secret := range [][]byte{key.Private[:32], key.Derivation[:]} {
		if bytes.Contains(at, secret) {
			t.Error("a secret half lies open in the store")
		}
	}
}

func TestSigningKeyPrintsAsItsKID(t *testing.T) {
	k := newKit(t)
	key := k.current(k.signer())
	want := "key " + key.KID
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, key); got != want {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	if got, err := json.Marshal(key); err != nil || string(got) != `{"KID":"`+key.KID+`"}` {
		t.Errorf("as JSON %s, %v", got, err)
	}
}

func TestKeyIsOpenedOnce(t *testing.T) {
	k := newKit(t)
	s := k.signer()
	first := k.current(s)
	opens, reads := k.store.opens, k.store.reads
	for range 100 {
		if k.current(s).KID != first.KID {
			t.Fatal("another key")
		}
	}
	if k.store.opens != opens || k.store.reads != reads {
		t.Error("the store was asked again")
	}
	k.move(60)
	k.current(s)
	if k.store.opens != opens || k.store.reads != reads+1 {
		t.Errorf("after a refresh: opened %d times more, read %d times more; want 0, 1", k.store.opens-opens, k.store.reads-reads)
	}
}

func TestRotation(t *testing.T) {
	k := newKit(t)
	s, other := k.signer(), k.signer()
	first := k.current(s)
	keyIs := func(when string, s *keys.Signer, same bool, published int) keys.SigningKey {
		t.Helper()
		key := k.current(s)
		if (key.KID == first.KID) != same || len(k.stored()) != published {
			t.Errorf("%s: signs with the first key: %t, want %t; %d keys, want %d", when, key.KID == first.KID, same, len(k.stored()), published)
		}
		return key
	}
	k.move(999)
	keyIs("a second before RotateAfter", s, true, 1)
	k.move(60)
	keyIs("after RotateAfter, with the next read", s, true, 2)
	made := k.date()
	k.move(119)
	keyIs("a second before the next one signs", s, true, 2)
	keyIs("the same on another instance", other, true, 2)
	k.move(1)
	second := keyIs("when the next one signs", s, false, 2)
	if keyIs("the same on another instance", other, false, 2).KID != second.KID {
		t.Error("two instances sign with two keys")
	}
	got := k.stored()
	if got[1].SignsFrom != made+120 || got[0].RetiresAt != made+120+600 || got[1].RetiresAt != 0 {
		t.Errorf("made at %d, stored %+v", made, got)
	}
}

func TestRotationByAnotherInstanceIsSeen(t *testing.T) {
	k := newKit(t)
	idle, busy := k.signer(), k.signer()
	first := k.current(idle)
	for range 40 {
		k.move(30)
		k.current(busy)
	}
	k.move(120)
	if key := k.current(idle); key.KID == first.KID || key.KID != k.current(busy).KID {
		t.Error("an instance that was idle signs with the old key")
	}
}

func TestMakersTogetherMakeOneKey(t *testing.T) {
	for name, age := range map[string]int64{"of the first key": 0, "of the next key": 1000} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			want := 1
			if age > 0 {
				k.current(k.signer())
				k.move(age)
				want = 2
			}
			// Both have read the ring before either puts.
			var both sync.WaitGroup
			both.Add(2)
			var puts sync.Mutex
			waiting := 2
			k.store.beforePut = func() error {
				puts.Lock()
				first := waiting > 0
				waiting--
				puts.Unlock()
				if first {
					both.Done()
					both.Wait()
				}
				return nil
			}
			var got [2]keys.SigningKey
			var all sync.WaitGroup
			for i := range got {
				all.Go(func() { got[i], _ = k.signer().Current(t.Context()) })
			}
			all.Wait()
			if len(k.stored()) != want {
				t.Errorf("%d keys, want %d", len(k.stored()), want)
			}
			if got[0].KID == "" || got[0].KID != got[1].KID {
				t.Errorf("they sign with %q and %q", got[0].KID, got[1].KID)
			}
			if k.store.puts != want+1 {
				t.Errorf("%d puts; this test wants both to try", k.store.puts)
			}
		})
	}
}

func TestLoserWithASlowClockUsesTheFirstKey(t *testing.T) {
	k := newKit(t)
	first := k.current(k.signer())
	k.move(-30)
	if k.current(k.signer()).KID != first.KID {
		t.Error("another key")
	}
}

func TestSignerWithoutItsStore(t *testing.T) {
	t.Run("that never read cannot sign", func(t *testing.T) {
		k := newKit(t)
		k.store.read = down
		_, err := k.signer().Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
	})
	t.Run("whose first put fails cannot sign", func(t *testing.T) {
		k := newKit(t)
		k.store.beforePut = down
		_, err := k.signer().Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
		if len(k.stored()) != 0 {
			t.Error("a key was made")
		}
	})
	t.Run("whose first put's answer is lost finds its key the next time", func(t *testing.T) {
		k := newKit(t)
		k.store.afterwards = down
		s := k.signer()
		_, err := s.Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
		if k.current(s); len(k.stored()) != 1 {
			t.Errorf("%d keys, want 1", len(k.stored()))
		}
	})
	t.Run("that cannot read the sealed keys cannot sign", func(t *testing.T) {
		k := newKit(t)
		k.store.open = down
		_, err := k.signer().Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
	})
	t.Run("signs on for half a refresh, then refuses", func(t *testing.T) {
		k := newKit(t)
		s := k.signer()
		k.current(s)
		k.store.read = down
		k.move(89)
		k.current(s)
		if len(k.warned) != 1 || !errors.Is(k.warned[0], pass.ErrUnavailable) {
			t.Errorf("warned %v, want one unavailable", k.warned)
		}
		k.move(1)
		_, err := s.Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
	})
	t.Run("signs on when a rotation fails, and tries again", func(t *testing.T) {
		k := newKit(t)
		s := k.signer()
		first := k.current(s)
		k.move(1000)
		k.store.beforePut = down
		if k.current(s).KID != first.KID || len(k.stored()) != 1 || len(k.warned) != 1 {
			t.Errorf("key %v, %d stored, warned %v", first, len(k.stored()), k.warned)
		}
		k.store.beforePut = nil
		k.move(60)
		if k.current(s); len(k.stored()) != 2 {
			t.Errorf("%d keys, want 2", len(k.stored()))
		}
	})
	t.Run("that always loses gives up", func(t *testing.T) {
		k := newKit(t)
		k.store.beforePut = func() error { return pass.ErrExists }
		_, err := k.signer().Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
		if k.store.puts > 5 {
			t.Errorf("after %d puts", k.store.puts)
		}
	})
}

func TestSignerGivesUpWithItsContext(t *testing.T) {
	k := newKit(t)
	s := k.signer()
	reading, release := make(chan struct{}), make(chan struct{})
	k.store.read = func() error { k.store.read = nil; close(reading); <-release; return nil }
	var all sync.WaitGroup
	all.Go(func() { _, _ = s.Current(t.Context()) })
	<-reading
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Current(ended)
	k.wantErr(err, pass.ErrUnavailable)
	k.wantErr(err, context.Canceled)
	close(release)
	all.Wait()
}

// twisted answers with sealed keys that are not those that were put.
type twisted struct {
	keys.Store
	twist func([]keys.Sealed) []keys.Sealed
}

func (s twisted) SealedKeys(ctx context.Context) ([]keys.Sealed, error) {
	list, err := s.Store.SealedKeys(ctx)
	return s.twist(list), err
}

func TestSealedHalfMustBeThatOfTheKey(t *testing.T) {
	k := newKit(t)
	k.current(k.signer())
	foreign, err := k.sealer.Seal(t.Context(), k.stored()[0].KID, ed25519.NewKeyFromSeed(make([]byte, 32)))
	k.wantErr(err, nil)
	short, err := k.sealer.Seal(t.Context(), k.stored()[0].KID, []byte("short"))
	k.wantErr(err, nil)
	for name, twist := range map[string]func(*keys.Sealed){
		"a private key of another key": func(s *keys.Sealed) { s.Private = foreign },
		"a private key cut short":      func(s *keys.Sealed) { s.Private = short },
		"a derivation key cut short":   func(s *keys.Sealed) { s.Derivation = short },
		"the halves exchanged":         func(s *keys.Sealed) { s.Private, s.Derivation = s.Derivation, s.Private },
		"the private key twice":        func(s *keys.Sealed) { s.Derivation = s.Private },
		"a byte changed":               func(s *keys.Sealed) { s.Private[20] ^= 1 },
		"the kid of another key":       func(s *keys.Sealed) { s.KID = public(9).KID },
		"another sequence":             func(s *keys.Sealed) { s.Sequence = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			store := twisted{k.store, func(list []keys.Sealed) []keys.Sealed {
				list[0].Private = bytes.Clone(list[0].Private)
				twist(&list[0])
				return list
			}}
			_, err := keys.NewSigner(store, k.sealer, k.cfg, k.now, nil).Current(t.Context())
			if !errors.Is(err, pass.ErrUnavailable) {
				t.Errorf("got error %v, want %v", err, pass.ErrUnavailable)
			}
		})
	}
}

// brokenSealer fails at the nth call.
type brokenSealer struct {
	keys.Sealer
	calls *int
}

func (s brokenSealer) Seal(ctx context.Context, kid string, plain []byte) ([]byte, error) {
	if *s.calls--; *s.calls == 0 {
		return nil, errors.New("no sealing")
	}
	return s.Sealer.Seal(ctx, kid, plain)
}

func (s brokenSealer) Open(ctx context.Context, kid string, sealed []byte) ([]byte, error) {
	if *s.calls--; *s.calls == 0 {
		return nil, errors.New("no opening")
	}
	return s.Sealer.Open(ctx, kid, sealed)
}

func TestSealerThatFailsIsUnavailable(t *testing.T) {
	for nth := 1; nth <= 4; nth++ {
		k := newKit(t)
		calls := nth
		k.sealer = brokenSealer{k.sealer, &calls}
		s := k.signer()
		_, err := s.Current(t.Context())
		k.wantErr(err, pass.ErrUnavailable)
		if k.current(s); len(k.stored()) != 1 {
			t.Errorf("%d keys, want 1", len(k.stored()))
		}
	}
}

func TestRandomnessThatEndsIsUnavailable(t *testing.T) {
	k := newKit(t)
	s := keys.NewSigner(k.store, k.sealer, k.cfg, k.now, strings.NewReader("too little"))
	_, err := s.Current(t.Context())
	k.wantErr(err, pass.ErrUnavailable)
	if len(k.stored()) != 0 {
		t.Error("a key was made of too little randomness")
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	if err := (keys.Config{}).Validate(); err != nil {
		t.Errorf("the zero Config: %v", err)
	}
	err := keys.Config{RefreshSeconds: 4, RotateAfter: 1, MaxLifetime: pass.MaxLifetime + 1}.Validate()
	for _, field := range []string{"RefreshSeconds", "RotateAfter", "MaxLifetime"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in %v", field, err)
		}
	}
}
