package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// now is where the suite's clock stands: 2100-01-01.
const now pass.NumericDate = 4_102_444_800

const (
	minute = 60
	hour   = 60 * minute
	day    = 24 * hour
)

// kit is what each test has in hand: the test, which may be one of rapid's, and
// the store.
type kit struct {
	rapid.TB
	Backend
	ctx context.Context
}

func newKit(t rapid.TB, b Backend) kit { return kit{t, b, context.Background()} }

// must fails the test on an error.
func (k kit) must(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// kind fails the test unless err is of the kind: nil for none.
func (k kit) kind(what string, err, want error) {
	k.Helper()
	if !errors.Is(err, want) {
		k.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// same fails the test unless got is want; empty and nil maps are alike.
func (k kit) same(what string, got, want any) {
	k.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		k.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// plant puts items behind the store's back.
func (k kit) plant(items ...record.Item) {
	k.Helper()
	for _, it := range items {
		k.must(k.Put(it))
	}
}

// raw reads an item past the store.
func (k kit) raw(pk, sk string) record.Item {
	k.Helper()
	it, err := k.Get(pk, sk)
	k.must(err)
	return it
}

func (k kit) rawPass(id string) record.Item {
	k.Helper()
	return k.raw(record.PassPK(id), record.PassSK)
}

func (k kit) rawSession(s *pass.Session) record.Item {
	k.Helper()
	return k.raw(record.PassPK(s.PassID), record.SessionSK(s.Secret))
}

// created puts a pass through the store.
func (k kit) created(p *pass.Pass) *pass.Pass {
	k.Helper()
	k.must(k.Create(k.ctx, p))
	return p
}

// read reads a pass through the store.
func (k kit) read(id string) *pass.Pass {
	k.Helper()
	return k.entry(pass.Ref{ID: id}).Pass
}

func (k kit) entry(r pass.Ref) pass.Entry {
	k.Helper()
	entries, err := k.Read(k.ctx, []pass.Ref{r})
	k.must(err)
	if len(entries) != 1 {
		k.Fatalf("%d entries for one ref", len(entries))
	}
	return entries[0]
}

// used uses a pass at a second, wanting a reason, and returns the pass after it.
func (k kit) used(id string, a pass.Ask, at pass.NumericDate, want pass.Reason) *pass.Pass {
	k.Helper()
	p, r, err := k.Use(k.ctx, id, a, pass.Use{Key: a.Key, At: at})
	k.reason("use", r, err, want)
	return p
}

// redeemed redeems a pass as the store has it now, wanting a reason.
func (k kit) redeemed(s *pass.Session, want pass.Reason) (*pass.Pass, *pass.Session) {
	k.Helper()
	p := k.read(s.PassID)
	if p == nil {
		p = &pass.Pass{ID: s.PassID}
	}
	after, opened, r, err := k.Redeem(k.ctx, p, sessionAsk(p, s), s)
	k.reason("redeem", r, err, want)
	if (opened != nil) != (r == pass.OK) {
		k.Errorf("redeem: %s with session %v", r, opened)
	}
	return after, opened
}

// reason compares an answer with the wanted one. An error and unavailable are
// the same thing.
func (k kit) reason(what string, r pass.Reason, err error, want pass.Reason) {
	k.Helper()
	if r != want {
		k.Errorf("%s: %s (%v), want %s", what, r, err, want)
	}
	if r == pass.Unavailable {
		k.kind(what, err, pass.ErrUnavailable)
	} else {
		k.kind(what, err, nil)
	}
}

// newID returns the id of a pass that nobody has used yet.
func newID() string { return rand.Text()[:16] }

// secret returns the digest of one of the suite's secrets.
func secret(n int) pass.Digest { return pass.DigestOf([]byte{byte(n >> 8), byte(n)}) }

// key returns one of the suite's use keys; each is also the key of a session.
func key(n int) pass.Key { return secret(n).Key() }

// counted returns a pass for ten requests to routes.
func counted() *pass.Pass {
	return &pass.Pass{
		V: pass.Version, ID: newID(), Mode: pass.Request, Format: pass.Short, Scope: "report:66", Subject: "ginger",
		Secrets: map[pass.Digest]pass.NumericDate{secret(0): 0}, ExpiresAt: now + day, MaxUses: 10, IssuedAt: now - hour, PurgeAt: now + 31*day,
		Uses: map[pass.Key]pass.NumericDate{}, Sessions: map[pass.Key]pass.NumericDate{},
	}
}

// visitor returns a pass that may be redeemed any number of times within a day.
func visitor() *pass.Pass {
	p := counted()
	p.Mode, p.Subject, p.MaxUses = pass.VisitorMode, "", 0
	p.Visitor = &pass.Visitor{Email: "vera@example.com"}
	return p
}

// login returns a pass that is redeemed once within ten minutes, for a session
// of two weeks.
func login() *pass.Pass {
	p := counted()
	p.Mode, p.Scope, p.MaxUses = pass.SessionMode, "login", 1
	p.ExpiresAt, p.SessionExpiresIn = now+10*minute, 14*day
	p.PurgeAt = p.EndOfLife() + 30*day
	return p
}

// ask returns what presents p in the way it was made for.
func ask(p *pass.Pass, k pass.Key) pass.Ask {
	return pass.Ask{Secret: secret(0), Scope: p.Scope, Accept: []pass.Mode{p.Mode}, Key: k}
}

func sessionAsk(p *pass.Pass, s *pass.Session) pass.Ask { return ask(p, s.Key()) }

// session returns the nth session of p, opened at a second.
func session(p *pass.Pass, n int, at pass.NumericDate) *pass.Session {
	return &pass.Session{V: pass.Version, PassID: p.ID, Secret: secret(n), At: at, ExpiresAt: p.SessionEnd(at),
		IP: "192.0.2.7", UserAgent: "Mozilla/5.0", Origin: "https://mail.example.com", PurgeAt: p.PurgeAt}
}

// later is what a newer version may have added to an item, one attribute of
// each type.
func later() record.Item {
	return record.Item{"x_s": "text", "x_n": int64(7), "x_bool": true, "x_b": []byte{0, 255}, "x_m": record.Item{"in": "side"}, "x_l": []any{"a", int64(1)}}
}

// with returns an item and further attributes.
func with(it, more record.Item) record.Item {
	out := maps.Clone(it)
	maps.Copy(out, more)
	return out
}
