package keys_test

import (
	"context"
	"errors"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

func TestAKeyIsFoundAgainByItsKID(t *testing.T) {
	k := newKit(t)
	s := k.signer()
	first := k.current(s)
	k.move(k.cfg.RotateAfter + 1)
	k.current(s) // publishes the next
	k.move(2*k.cfg.RefreshSeconds + 1)
	second := k.current(s)
	if first.KID == second.KID {
		t.Fatal("the key was not rotated")
	}
	for name, asked := range map[string]*keys.Signer{"one that made it": s, "one that has read nothing": k.signer()} {
		for _, want := range []keys.SigningKey{first, second} {
			got, err := asked.Key(t.Context(), want.KID)
			k.wantErr(err, nil)
			if got.KID != want.KID || got.Derivation != want.Derivation || !got.Private.Equal(want.Private) {
				t.Errorf("%s: key %s is %v", name, want.KID, got)
			}
		}
		opens := k.store.opens
		for range 3 {
			if _, err := asked.Key(t.Context(), first.KID); err != nil {
				t.Error(err)
			}
		}
		if k.store.opens != opens {
			t.Errorf("%s: a key is opened again", name)
		}
		if got := k.current(asked); got.KID != second.KID {
			t.Errorf("%s: signs with %s after the key of before was asked for", name, got.KID)
		}
	}
}

func TestAKeyThatIsGoneIsSaidToBe(t *testing.T) {
	k := newKit(t)
	s := k.signer()
	k.current(s)
	_, err := s.Key(t.Context(), "other")
	k.wantErr(err, pass.ErrNotFound)
	k.wantErr(err, pass.ErrUnavailable)

	half := newKit(t)
	p := public(1)
	half.store.Store = halfGone{half.store.Store}
	half.put(p, 0)
	for range 2 {
		_, err = half.signer().Key(t.Context(), p.KID)
		k.wantErr(err, pass.ErrNotFound)
		k.wantErr(err, pass.ErrUnavailable)
	}

	k.store.set(func(f *faulty) { f.read = down })
	_, err = k.signer().Key(t.Context(), "other")
	k.wantErr(err, errDown)
	if errors.Is(err, pass.ErrNotFound) {
		t.Error("a store that is down is said to have lost the key")
	}
	k.store.set(func(f *faulty) { f.read, f.open = nil, down })
	_, err = k.signer().Key(t.Context(), k.stored()[0].KID)
	k.wantErr(err, errDown)
	if errors.Is(err, pass.ErrNotFound) {
		t.Error("a store that is down is said to have lost the sealed half")
	}
}

// halfGone is a store whose sealed halves are gone.
type halfGone struct{ keys.Store }

func (halfGone) SealedKeys(context.Context) ([]keys.Sealed, error) { return nil, nil }
