package desk_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/storetest"
)

// asks asks for a new link and wants a reason; an error is that of unavailable,
// and of nothing else, and only who is turned away is told when to come again.
func asks(t *testing.T, d *desk.Desk, p *pass.Pass, ip string, want pass.Reason) desk.Asked {
	t.Helper()
	a := d.NewLink(t.Context(), p, ip)
	if a.Reason != want || errors.Is(a.Err, pass.ErrUnavailable) != (want == pass.Unavailable) || (a.Err != nil) != (want == pass.Unavailable) || (a.RetryAfter > 0) != (want == pass.RateLimited) {
		t.Errorf("answered %+v, want %s", a, want)
	}
	return a
}

// another is a pass of its own.
func another(i int) *pass.Pass {
	p := visitor()
	p.ID = fmt.Sprintf("pass%012d", i)
	return p
}

func (h *house) noted(t *testing.T, id string) record.Item {
	t.Helper()
	it, err := h.bolt.Item(record.PassPK(id), record.LinkRequestSK)
	if err != nil {
		t.Fatal(err)
	}
	return it
}

// TestANewLinkIsNotedOnceInTenMinutes, and answered the same in between.
func TestANewLinkIsNotedOnceInTenMinutes(t *testing.T) {
	h, p := newHouse(t), visitor()
	for i, c := range []struct {
		after, at pass.NumericDate
		count     int64
	}{{0, 0, 1}, {1, 0, 1}, {599, 0, 1}, {600, 600, 2}, {1199, 600, 2}, {1200, 1200, 3}} {
		h.now = opening + c.after
		if a := asks(t, h.Desk, p, "192.0.2.7", pass.OK); a.Repeated == (c.after == c.at) {
			t.Errorf("request %d: %+v", i, a)
		}
		want := record.FromLinkRequest(p.ID, pass.LinkRequest{V: pass.Version, At: opening + c.at, Count: c.count, Secret: p.SecretKey(), PurgeAt: p.PurgeAt})
		if diff := cmp.Diff(want, h.noted(t, p.ID)); diff != "" {
			t.Errorf("request %d (-want +got):\n%s", i, diff)
		}
	}
	if got := h.store.Calls(); got["RequestLink"] != 6 || got["DigestMark"] != 1 || len(got) != 2 {
		t.Errorf("made the calls %v", got)
	}
}

// TestAfterAReissueANewLinkIsAskedForAnew, by whichever of its links; and that
// once.
func TestAfterAReissueANewLinkIsAskedForAnew(t *testing.T) {
	h, p := newHouse(t), visitor()
	for i := range 3 {
		for _, repeated := range []bool{false, true, true} {
			h.now++
			if a := asks(t, h.Desk, p, "192.0.2.7", pass.OK); a.Repeated != repeated {
				t.Errorf("after %d reissues: %+v, want repeated %t", i, a, repeated)
			}
		}
		p.Reissue(pass.Renewal{Secret: pass.DigestOf([]byte{byte(i)}), KeepOld: h.now + 3600, At: h.now})
	}
	if n := h.noted(t, p.ID)[record.Taken]; n != int64(3) {
		t.Errorf("noted %v times, want 3", n)
	}
}

// TestTwentyRequestsFromABlockInAnHour: the next is refused, writes nothing, and
// has its turn when the clock strikes. One that was told goes on being answered.
func TestTwentyRequestsFromABlockInAnHour(t *testing.T) {
	h := newHouse(t)
	h.now = opening + 3590
	for i := range 20 {
		asks(t, h.Desk, another(i), fmt.Sprintf("192.0.2.%d", i), pass.OK)
	}
	if a := asks(t, h.Desk, another(20), "192.0.2.200", pass.RateLimited); a.RetryAfter != 10 {
		t.Errorf("told to come again in %d s, want 10", a.RetryAfter)
	}
	if h.noted(t, another(20).ID) != nil {
		t.Error("a refused request was noted")
	}
	if a := asks(t, h.Desk, another(0), "192.0.2.1", pass.OK); !a.Repeated {
		t.Errorf("one that was told before: %+v", a)
	}
	asks(t, h.Desk, another(21), "198.51.100.1", pass.OK)
	h.now = opening + 3600
	asks(t, h.Desk, another(20), "192.0.2.200", pass.OK)
}

// TestWhoClicksOnAndOnShutsNobodyOut: what the host is not told of is not
// counted.
func TestWhoClicksOnAndOnShutsNobodyOut(t *testing.T) {
	h := newHouse(t)
	for range 50 {
		asks(t, h.Desk, another(0), "192.0.2.7", pass.OK)
	}
	for i := 1; i < 20; i++ {
		asks(t, h.Desk, another(i), "192.0.2.8", pass.OK)
	}
	asks(t, h.Desk, another(20), "192.0.2.8", pass.RateLimited)
}

// TestALimiterThatCannotAnswerIsUnavailable, never an allow.
func TestALimiterThatCannotAnswerIsUnavailable(t *testing.T) {
	for _, f := range []storetest.Fault{storetest.Before, storetest.After, storetest.Instead} {
		h := newHouse(t)
		asks(t, h.over(t, storetest.Faulty(h.store, storetest.Always(f, "RequestLink"))), visitor(), "192.0.2.7", pass.Unavailable)
	}
}

// TestTheKeyIsDerivedOncePerProcess, and asked for again after a failure.
func TestTheKeyIsDerivedOncePerProcess(t *testing.T) {
	h := newHouse(t)
	for _, broken := range []mac{{err: errors.New("throttled")}, {size: 31}} {
		*h.mac = broken
		asks(t, h.Desk, visitor(), "192.0.2.7", pass.Unavailable)
	}
	if got := h.store.Calls(); len(got) != 0 {
		t.Errorf("without a key it made the calls %v", got)
	}
	*h.mac = mac{}
	for range 3 {
		asks(t, h.Desk, visitor(), "192.0.2.7", pass.OK)
	}
	if h.mac.asked != 1 {
		t.Errorf("the key was asked for %d times, want once", h.mac.asked)
	}
}

// TestAKeyThatIsNotTheTablesIsUnavailable: nothing is written under names by which
// nobody will be found.
func TestAKeyThatIsNotTheTablesIsUnavailable(t *testing.T) {
	h := newHouse(t)
	h.mac.other = "other"
	asks(t, h.Desk, visitor(), "192.0.2.7", pass.Unavailable)
	if got := h.store.Calls(); got["DigestMark"] != 1 || len(got) != 1 {
		t.Errorf("made the calls %v", got)
	}
}

// TestTheFirstFormMarksTheTable, where nobody was issued a pass before: what is named
// from then on is found by that key alone.
func TestTheFirstFormMarksTheTable(t *testing.T) {
	h := newHouse(t)
	bolt, err := boltstore.Open(filepath.Join(t.TempDir(), "fresh.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	defer bolt.Close()
	asks(t, h.over(t, bolt), another(1), "192.0.2.7", pass.OK)
	h.mac.other = "other"
	asks(t, h.over(t, bolt), another(2), "192.0.2.7", pass.Unavailable)
}

// TestNoAddressIsReadableInTheTable, also by who tries all of them without the
// key: the bytes of the file hold neither the address nor its block, and another
// key makes another bucket.
func TestNoAddressIsReadableInTheTable(t *testing.T) {
	h := newHouse(t)
	for i, ip := range []string{"203.0.113.77", "2001:db8:abcd:1::7"} {
		asks(t, h.Desk, another(i), ip, pass.OK)
	}
	changes, err := h.bolt.Changes(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	buckets := 0
	for _, c := range changes {
		if pk, _ := c.New[record.PK].(string); strings.HasPrefix(pk, "L#") {
			buckets++
			if bucket := strings.Split(pk, "#")[1]; len(bucket) != 43 {
				t.Errorf("%q is no digest of 256 bits", bucket)
			}
		}
	}
	if buckets != 2 {
		t.Errorf("%d buckets were written, want 2", buckets)
	}
	if err := h.bolt.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"203.0.113", "2001:db8", "new link from"} {
		if strings.Contains(string(file), part) {
			t.Errorf("the table holds %q", part)
		}
	}
}

func TestADeskNeedsEverythingItAsksFor(t *testing.T) {
	h := newHouse(t)
	for name, make := range map[string]func() (*desk.Desk, error){
		"no store":  func() (*desk.Desk, error) { return desk.New(nil, h.mac, time.Now, rand.Reader) },
		"no key":    func() (*desk.Desk, error) { return desk.New(h.store, nil, time.Now, rand.Reader) },
		"no clock":  func() (*desk.Desk, error) { return desk.New(h.store, h.mac, nil, rand.Reader) },
		"no chance": func() (*desk.Desk, error) { return desk.New(h.store, h.mac, time.Now, nil) },
	} {
		if d, err := make(); err == nil || d != nil {
			t.Errorf("%s: made a desk", name)
		}
	}
}
