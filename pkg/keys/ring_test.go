package keys_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"sync"
	"testing"

	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
)

func TestKIDOf(t *testing.T) {
	// RFC 8037, appendix A.3.
	key := ed25519.PublicKey("\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a")
	if got, want := keys.KIDOf(key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRingKnowsWhatItReadAndNothingElse(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	k.put(public(1), 0)
	if _, ok := ring.Key(public(1).KID); ok {
		t.Error("knows a key before it was read")
	}
	k.wantErr(ring.Err(), pass.ErrUnavailable)
	k.refresh(ring)
	k.wantErr(ring.Err(), nil)
	if key, ok := ring.Key(public(1).KID); !ok || !key.Equal(public(1).Key) {
		t.Error("does not know the key that was read")
	}
	if _, ok := ring.Key(public(2).KID); ok {
		t.Error("knows a key that is not in the store")
	}
}

func TestNextKeyVerifiesBeforeItSigns(t *testing.T) {
	k := newKit(t)
	next := public(1)
	next.SignsFrom = start + 120
	k.put(next, 0)
	ring := k.ring()
	k.refresh(ring)
	if _, ok := ring.Key(next.KID); !ok {
		t.Error("a published key does not verify")
	}
}

func TestRetiredKeyVerifiesNothing(t *testing.T) {
	k := newKit(t)
	k.put(public(1), 0)
	k.put(public(2), start+10) // the first retires then
	ring := k.ring()
	k.refresh(ring)
	k.move(9)
	if _, ok := ring.Key(public(1).KID); !ok {
		t.Error("retired a second too early")
	}
	k.move(1)
	if _, ok := ring.Key(public(1).KID); ok {
		t.Error("verifies at the second it retires")
	}
	k.move(60)
	before := k.store.reads
	if ring.Missing(t.Context(), public(1).KID) || k.store.reads != before {
		t.Error("a retired key is known, so it needs no read and is never found")
	}
}

func TestDue(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	due := func(when string, want bool) {
		t.Helper()
		if got := ring.Due(k.date()); got != want {
			t.Errorf("%s: due is %t, want %t", when, got, want)
		}
	}
	due("never read", true)
	k.refresh(ring)
	due("just read", false)
	k.move(59)
	due("a second before its time", false)
	k.move(1)
	due("in time", true)
	k.store.read = func() error { due("while it is being read", false); return errDown }
	k.wantErr(ring.Refresh(t.Context()), pass.ErrUnavailable)
	due("just failed", false)
	k.move(4)
	due("four seconds after a failure", false)
	k.move(1)
	due("five seconds after a failure", true)
	k.store.read = nil
	k.refresh(ring)
	k.move(-100)
	due("read in what is now the future", true)
}

func TestUnknownKIDReadsAtMostEveryFiveSeconds(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	k.refresh(ring)
	missing := func(when, kid string, want bool, reads int) {
		t.Helper()
		before := k.store.reads
		if got := ring.Missing(t.Context(), kid); got != want {
			t.Errorf("%s: known is %t, want %t", when, got, want)
		}
		if got := k.store.reads - before; got != reads {
			t.Errorf("%s: %d reads, want %d", when, got, reads)
		}
	}
	missing("just read", "made-up", false, 0)
	k.move(4)
	k.put(public(1), 0)
	missing("four seconds later", public(1).KID, false, 0)
	k.move(1)
	missing("five seconds later", public(1).KID, true, 1)
	missing("known", public(1).KID, true, 0)
	missing("at once again", "made-up", false, 0)
	k.move(5)
	missing("made up, in time", "made-up", false, 1)
}

func TestUnknownKIDsTogetherReadOnce(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	k.put(public(1), 0)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if !ring.Missing(t.Context(), public(1).KID) {
				t.Error("not found")
			}
		})
	}
	all.Wait()
	if k.store.reads != 1 {
		t.Errorf("%d reads, want 1", k.store.reads)
	}
}

func TestRingKeepsServingWhenTheStoreFails(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	k.put(public(1), 0)
	k.refresh(ring)
	k.store.read = down
	k.move(3600)
	k.wantErr(ring.Refresh(t.Context()), pass.ErrUnavailable)
	k.wantErr(ring.Err(), pass.ErrUnavailable)
	if _, ok := ring.Key(public(1).KID); !ok {
		t.Error("lost a key to a failed read")
	}
	k.move(5)
	if ring.Missing(t.Context(), public(2).KID) {
		t.Error("found a key without a store")
	}
	k.wantErr(ring.Err(), pass.ErrUnavailable)
	k.store.read = nil
	k.refresh(ring)
	k.wantErr(ring.Err(), nil)
}

func TestForeignErrorOfAStoreIsUnavailable(t *testing.T) {
	k := newKit(t)
	cause := errors.New("of another kind")
	k.store.read = func() error { return cause }
	err := k.ring().Refresh(t.Context())
	k.wantErr(err, pass.ErrUnavailable)
	k.wantErr(err, cause)
}

func TestRingRefusesWhatIsNoKey(t *testing.T) {
	for name, spoil := range map[string]func(*keys.Public){
		"a short key":                   func(p *keys.Public) { p.Key = p.Key[:31] },
		"a long key":                    func(p *keys.Public) { p.Key = append(p.Key, 0) },
		"a kid of another key":          func(p *keys.Public) { p.KID = public(9).KID },
		"another key under its kid":     func(p *keys.Public) { p.Key = public(9).Key },
		"a key that never signs":        func(p *keys.Public) { p.SignsFrom = 0 },
		"a key that retires unused":     func(p *keys.Public) { p.RetiresAt = p.SignsFrom },
		"a key whose sequence is taken": func(p *keys.Public) { p.Sequence = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			good, bad := public(1), public(2)
			list := listStore{good}
			ring := keys.NewRing(&list, keys.Config{}, newClock().now)
			if err := ring.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			spoil(&bad)
			list = append(list, bad)
			if err := ring.Refresh(t.Context()); !errors.Is(err, pass.ErrUnavailable) {
				t.Errorf("got error %v, want %v", err, pass.ErrUnavailable)
			}
			if _, ok := ring.Key(bad.KID); ok && bad.KID != good.KID {
				t.Error("the bad key verifies")
			}
			if _, ok := ring.Key(good.KID); !ok {
				t.Error("the key known before was dropped")
			}
		})
	}
}

// listStore answers with what it holds, good or bad.
type listStore []keys.Public

func (l *listStore) PublicKeys(context.Context) ([]keys.Public, error) { return *l, nil }

func TestMissingGivesUpWithItsContext(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	reading, release := make(chan struct{}), make(chan struct{})
	k.store.read = func() error { close(reading); <-release; return nil }
	var all sync.WaitGroup
	all.Go(func() { _ = ring.Refresh(t.Context()) })
	<-reading
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if ring.Missing(ended, public(1).KID) {
		t.Error("found without a read")
	}
	k.wantErr(ring.Refresh(ended), pass.ErrUnavailable)
	close(release)
	all.Wait()
}

func TestJWKS(t *testing.T) {
	k := newKit(t)
	ring := k.ring()
	_, err := ring.JWKS()
	k.wantErr(err, pass.ErrUnavailable)

	want := func(body string) {
		t.Helper()
		k.refresh(ring)
		got, err := ring.JWKS()
		k.wantErr(err, nil)
		if string(got) != body {
			t.Errorf("got  %s\nwant %s", got, body)
		}
	}
	entry := func(kid, x string) string {
		return `{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"` + kid + `","x":"` + x + `"}`
	}
	first := entry("ztbkwUTj3EykAmV-cJTL2mji0UARaMUmW7XIbMNOrro", "zswVB9wd3XKVlRwpCIjwla25BE0bc9aW5t8GXWg71Pw")
	second := entry("hFbVBhD2mj02-tVI1s0ZXmerYiLMK0HMEtYSPPNPTT4", "a3nFfmoJUjkoLASBjpYRLz8DpAAbqXpWTCOFKj8epfw")
	want(`{"keys":[]}`)
	k.put(public(1), 0)
	want(`{"keys":[` + first + `]}`)
	k.put(public(2), start+10)
	want(`{"keys":[` + first + `,` + second + `]}`)
	k.move(10)
	want(`{"keys":[` + second + `]}`)
}
