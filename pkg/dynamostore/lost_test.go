package dynamostore_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/dynamostore/dynamolocal"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// harm is what happens to one attempt on the way.
type harm int

const (
	whole    harm = iota
	unsent        // the connection breaks before
	lost          // it is carried out, and the connection breaks before the answer
	refused       // the other side says 500 and does nothing
	misheard      // it is carried out, and something between says 502
)

func harms() map[string]harm {
	return map[string]harm{"unsent": unsent, "lost": lost, "refused": refused, "misheard": misheard}
}

var errBroken = errors.New("connection reset by peer")

// harmed is a transport in which plan decides about each attempt at a write,
// counted from 0.
type harmed struct {
	plan func(n int) harm
	next http.RoundTripper
	n    atomic.Int64
}

func (h *harmed) RoundTrip(r *http.Request) (*http.Response, error) {
	if op := operation(r); op == "BatchGetItem" || op == "Query" {
		return h.next.RoundTrip(r)
	}
	what := h.plan(int(h.n.Add(1) - 1))
	switch what {
	case unsent:
		return nil, errBroken
	case refused:
		return says(r, http.StatusInternalServerError), nil
	}
	resp, err := h.next.RoundTrip(r)
	if err != nil || what == whole {
		return resp, err
	}
	resp.Body.Close()
	if what == lost {
		return nil, errBroken
	}
	return says(r, http.StatusBadGateway), nil
}

func says(r *http.Request, status int) *http.Response {
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}
}

// first harms the first attempts.
func first(attempts int, h harm) func(int) harm {
	return func(n int) harm {
		if n < attempts {
			return h
		}
		return whole
	}
}

// harmedTable returns a table whose writes are harmed from now on.
func harmedTable(t *testing.T) (dynamolocal.Table, *harmed) {
	t.Helper()
	h := &harmed{plan: first(0, whole), next: &http.Transport{MaxConnsPerHost: 32}}
	return dynamolocal.NewTable(t, dynamolocal.Start(t), through(h.RoundTrip)), h
}

func (h *harmed) start(plan func(int) harm) {
	h.n.Store(0)
	h.plan = plan
}

func TestAWriteThatTheSDKSendsAgainIsMadeOnce(t *testing.T) {
	db, h := harmedTable(t)
	ctx := t.Context()
	id := 0
	for name, harm := range harms() {
		for attempts := 1; attempts <= 2; attempts++ {
			id++
			p := request(keyName(id), 3)
			h.start(first(attempts, harm))
			wantKind(t, name+": create", db.Create(ctx, p), nil)

			h.start(first(attempts, harm))
			after, reason, err := db.Use(ctx, p.ID, asking("a"), using("a"))
			if reason != pass.OK || len(after.Uses) != 1 {
				t.Errorf("%s: use: %s (%v) %v", name, reason, err, after)
			}

			s := &pass.Session{V: pass.Version, PassID: p.ID, Secret: digest(9), At: now, ExpiresAt: now + 60}
			h.start(first(attempts, harm))
			after, opened, reason, err := db.Redeem(ctx, after, asking(s.Key()), s)
			if reason != pass.OK || len(after.Uses) != 2 || len(after.Sessions) != 1 || !cmp.Equal(opened, s) {
				t.Errorf("%s: redeem: %s (%v) %v %v", name, reason, err, after, opened)
			}

			h.start(first(attempts, harm))
			after, err = db.Reissue(ctx, p.ID, pass.Renewal{Secret: digest(9), KeepOld: now + 60, Uses: 4, At: now})
			if want := map[pass.Digest]pass.NumericDate{digest(9): 0, digest(0): now + 60}; err != nil || !cmp.Equal(after.Secrets, want) || after.MaxUses != 2+4 {
				t.Errorf("%s: reissue: %v %v", name, err, after)
			}

			h.start(first(attempts, harm))
			after, err = db.Change(ctx, p.ID, pass.Amendment{MaxUses: 9, Scope: "s", Change: pass.Change{Key: "k", At: now}})
			if err != nil || after.MaxUses != 9 || after.Scope != "s" || after.LastChange == nil || after.LastChange.Key != "k" {
				t.Errorf("%s: change: %v %v", name, err, after)
			}

			h.start(first(attempts, harm))
			after, err = db.Revoke(ctx, p.ID, pass.Change{At: now, By: "ops", Why: "lost"})
			if err != nil || after.RevokedBy != "ops" {
				t.Errorf("%s: revoke: %v %v", name, err, after)
			}

			o := &pass.Order{V: pass.Version, Key: p.ID, KID: "kid", At: now, PurgeAt: now + pass.OrderLife}
			h.start(first(attempts, harm))
			lies, err := db.PutOrder(ctx, o)
			if err != nil || !cmp.Equal(lies, o) {
				t.Errorf("%s: order: %v %v", name, err, lies)
			}
			h.start(first(attempts, harm))
			wantKind(t, name+": finish the order", db.FinishOrder(ctx, o), nil)

			h.start(first(attempts, harm))
			wantKind(t, name+": key", db.PutKey(ctx, keys.Public{Sequence: int64(id)}, keys.Sealed{Sequence: int64(id)}, now), nil)
		}
	}
}

func keyName(n int) string { return "pass" + string(rune('A'+n)) }

func TestAPassThatIsThereIsNotTakenForOnesOwn(t *testing.T) {
	db, h := harmedTable(t)
	must(t, db.Create(t.Context(), request("P1", 3)))
	wantKind(t, "the same, at the first attempt", db.Create(t.Context(), request("P1", 3)), pass.ErrExists)
	h.start(first(1, refused))
	wantKind(t, "another, at the second attempt", db.Create(t.Context(), request("P1", 4)), pass.ErrExists)
}

func TestAUseWhoseEveryAnswerIsLostIsUnavailableAndThenItself(t *testing.T) {
	for name, harm := range harms() {
		t.Run(name, func(t *testing.T) {
			db, h := harmedTable(t)
			must(t, db.Create(t.Context(), request("P1", 1)))
			h.start(first(3, harm))
			_, reason, err := db.Use(t.Context(), "P1", asking("a"), using("a"))
			wantKind(t, "use", err, pass.ErrUnavailable)
			if reason != pass.Unavailable || h.n.Load() != 3 {
				t.Errorf("%s after %d attempts", reason, h.n.Load())
			}
			after, reason, err := db.Use(t.Context(), "P1", asking("a"), using("a"))
			if reason != pass.OK || len(after.Uses) != 1 {
				t.Errorf("again: %s (%v) %v", reason, err, after)
			}
			if _, reason, err = db.Use(t.Context(), "P1", asking("b"), using("b")); reason != pass.Spent {
				t.Errorf("another: %s (%v)", reason, err)
			}
		})
	}
}

// TestAllowedLeftAndLostAddUp is promise 1 with a network that breaks at every
// second attempt, in each way in turn, so that some answers are lost for good.
func TestAllowedLeftAndLostAddUp(t *testing.T) {
	const uses, visitors = 10, 60
	db, h := harmedTable(t)
	must(t, db.Create(t.Context(), request("P1", uses)))
	h.start(func(n int) harm { return harm(n%7) % 5 })
	var mu sync.Mutex
	allowed := map[pass.Key]bool{}
	var all sync.WaitGroup
	for n := range visitors {
		all.Go(func() {
			k := keyOf(n)
			_, reason, err := db.Use(t.Context(), "P1", asking(k), using(k))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case reason == pass.OK:
				allowed[k] = true
			case reason == pass.Unavailable && errors.Is(err, pass.ErrUnavailable), reason == pass.Spent && err == nil:
			default:
				t.Errorf("visitor %d: %s (%v)", n, reason, err)
			}
		})
	}
	all.Wait()
	it, err := db.Get(record.PassPK("P1"), record.PassSK)
	must(t, err)
	p, err := record.ToPass(it)
	must(t, err)
	lost := 0
	for k := range p.Uses {
		if !allowed[k] {
			lost++
		}
	}
	left, _ := p.UsesLeft()
	if len(allowed)+left+lost != uses || len(allowed) == 0 {
		t.Errorf("%d allowed, %d left, %d lost: not %d", len(allowed), left, lost, uses)
	}
	for k := range allowed {
		if !p.Counted(k) {
			t.Errorf("allowed without its use: %s", k)
		}
	}
	t.Logf("%d allowed, %d left, %d lost", len(allowed), left, lost)
}
