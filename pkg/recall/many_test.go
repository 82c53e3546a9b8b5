package recall_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/token"
)

// TestAHundredThousandAreRevokedThoughEveryHundredthCallInterrupts: each of them,
// each is counted once, and each is denied at its next check. With the race detector
// it runs itself without: what could race here does so with fewer, in the tests of
// faults.
func TestAHundredThousandAreRevokedThoughEveryHundredthCallInterrupts(t *testing.T) {
	if raced {
		out, err := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run", "^"+t.Name()+"$", ".").CombinedOutput()
		if err != nil || !strings.Contains(string(out), "ok") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	const all = 100_000
	k := newKit(t)
	k.plant(all)
	sum, calls := k.interrupted(100)
	if sum.Seen != all || sum.Revoked != all || calls < all/100 {
		t.Errorf("%d calls answered %+v, want each of %d once", calls, sum, all)
	}
	g, err := gate.New(gatetest.Config(), k.store, gatetest.NewJWTs(), gatetest.Rules{}, k.Now, rand.Reader)
	k.must(err)
	for n := range all {
		if d := g.Check(t.Context(), gate.Presentation{Credential: nth(n).String(), Scope: "report:66"}); d.Reason != pass.Revoked {
			t.Fatalf("pass %d is %s at its next check", n, d.Reason)
		}
	}
	k.issue("another", t0+1, nil)
	if p := k.pass("another"); p.RevokedAt != 0 {
		t.Error("what was issued afterwards is revoked")
	}
}

// nth is the token of the nth planted pass. Their ids lie in all parts of an index.
func nth(n int) token.Short {
	s := token.Short{ID: fmt.Sprintf("%c%015d", "0123456789ABCDEF"[n%16], n)}
	binary.BigEndian.PutUint64(s.Secret[:], uint64(n))
	return s
}

// plant puts passes of one scope, twenty issued a second, in few transactions.
func (k *kit) plant(n int) {
	k.t.Helper()
	var items []record.Item
	for i := range n {
		p := &pass.Pass{V: pass.Version, ID: nth(i).ID, Mode: pass.Request, Format: pass.Short, Scope: "report:66", Subject: "fred",
			Secrets: map[pass.Digest]pass.NumericDate{nth(i).Digest(): 0}, IssuedAt: t0 - pass.NumericDate(i/20), ExpiresAt: t0 + 86_400, PurgeAt: t0 + 30*86_400}
		items = append(items, record.FromPass(p))
	}
	for part := range slices.Chunk(items, 5000) {
		k.must(k.store.(*boltstore.Store).PutItems(part))
	}
}

// interrupted revokes all of the scope, with calls that each end at the nth call of
// the store: because the caller's context ends, or the store goes down, by turns.
func (k *kit) interrupted(nth int64) (sum answer, calls int) {
	cursor := ""
	for more := true; more; calls++ {
		ctx, cancel := context.WithCancel(context.Background())
		var asked atomic.Int64
		k.Store = storetest.Faulty(k.store, func(storetest.Call) storetest.Fault {
			switch n := asked.Add(1); {
			case n < nth:
				return storetest.None
			case n == nth && calls%3 == 0:
				return storetest.After
			case calls%3 == 1:
				cancel()
				return storetest.None
			}
			return storetest.Before
		})
		doc := revokeAll
		if cursor != "" {
			doc = strings.TrimSuffix(doc, "}}") + `,"cursor":"` + cursor + `"}}`
		}
		a, err := k.asks(ctx, doc)
		cancel()
		if errors.Is(err, pass.ErrUnavailable) {
			continue // nothing was done: the same again
		}
		k.must(err)
		sum.Seen, sum.Revoked = sum.Seen+a.Seen, sum.Revoked+a.Revoked
		cursor, more = a.Cursor, a.Cursor != ""
	}
	k.Store = k.store
	return sum, calls
}
