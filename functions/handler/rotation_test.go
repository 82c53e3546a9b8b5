package handler_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/keys"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
	"github.com/gatepass/gatepass/pkg/terms"
)

// turning is two issue functions and some authorizers over one store, each with
// its own memory of the keys, and one clock for all. It stands still while they
// work.
type turning struct {
	*testing.T
	cfg         keys.Config
	store       *storetest.Recorder
	now         time.Time
	random      *mathrand.Rand
	issuers     []handler.Func
	authorizers []handler.Func
	mu          sync.Mutex
	tokens      []signedToken
	checked     map[string]int
}

// signedToken is a token that was issued, and the second it is expired from.
type signedToken struct {
	raw     string
	expires time.Time
}

func newTurning(t *testing.T) *turning {
	t.Helper()
	k := &turning{T: t, store: storetest.Record(gatetest.Open(t).Store), now: gatetest.Clock(), random: mathrand.New(mathrand.NewPCG(1, 0)), checked: map[string]int{}}
	k.cfg = keys.Config{RefreshSeconds: 60, RotateAfter: 1000, MaxLifetime: 600}
	if err := k.store.PutRules(t.Context(), "a1b2c3d4e5", "test", []byte(allRules)); err != nil {
		t.Fatal(err)
	}
	sealer, err := keys.NewFileSealer(filepath.Join(t.TempDir(), "seal.key"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		i, err := issue.New(issue.Config{Settings: terms.Settings{PublicURL: "https://pass.example.com", MaxLifetime: k.cfg.MaxLifetime, MaxLoginLinkExpiry: 600}, Issuer: "gatepass", Audience: "api", DefaultExpiresIn: 600, DefaultVisitorExpiresIn: 600, DefaultSessionExpiresIn: 600},
			k.store, keys.NewSigner(k.store, sealer, k.cfg, k.clock, rand.Reader), gatetest.Digests(), k.clock, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		k.issuers = append(k.issuers, handler.Issue(i, handler.NewLog("issue", io.Discard, k.clock)))
	}
	return k
}

func (k *turning) clock() time.Time { return k.now }

// start starts one more authorizer, as a function that was scaled up: when it
// did decides when it reads the keys.
func (k *turning) start() {
	ring, book := keys.NewRing(k.store, k.cfg, k.clock), gate.NewBook(k.store, time.Minute, k.clock)
	g, err := gate.New(gatetest.Config(), k.store, gate.JWTs{Issuer: "gatepass", Audience: "api", Ring: ring}, book, k.clock, rand.Reader)
	if err != nil {
		k.Fatal(err)
	}
	k.authorizers = append(k.authorizers, handler.Authorizer(g, true, handler.NewLog("authorizer", io.Discard, k.clock), ring, book))
}

// issue has both functions issue at the same moment, a token with a record or
// one without.
func (k *turning) issue() {
	var both sync.WaitGroup
	for _, f := range k.issuers {
		format, life := []string{"jwt", "stateless"}[k.random.IntN(2)], 1+k.random.IntN(int(k.cfg.MaxLifetime))
		both.Go(func() {
			out, err := f(k.Context(), json.RawMessage(fmt.Sprintf(`{"scope":"report:66","format":%q,"unlimited":true,"expires_in":%d}`, format, life)))
			var a issued
			if err != nil || json.Unmarshal(out, &a) != nil || strings.Count(a.Token, ".") != 2 {
				k.Errorf("issue answered %s, %v", out, err)
				return
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			k.tokens = append(k.tokens, signedToken{a.Token, k.now.Add(time.Duration(life) * time.Second)})
		})
	}
	both.Wait()
}

// check presents a token to every authorizer that has requests just now.
func (k *turning) check(s signedToken) {
	in := event(k, apigw.HTTP2, report(s.raw), "66")
	var all sync.WaitGroup
	for i, f := range k.authorizers {
		if k.random.IntN(len(k.authorizers)) > i { // the later ones are the busier ones
			continue
		}
		all.Go(func() {
			out, err := f(k.Context(), in)
			allowed := strings.Contains(string(out), `"isAuthorized":true`)
			if live := k.now.Before(s.expires); err != nil || allowed != live {
				k.Errorf("authorizer %d at %d: a token that expires %d answered %s, %v", i, k.now.Unix(), s.expires.Unix(), out, err)
			}
			k.mu.Lock()
			defer k.mu.Unlock()
			k.checked[fmt.Sprint(allowed)]++
		})
	}
	all.Wait()
}

// TestRotationFromIssueToAuthorizer: over ten rotations no token issued meanwhile
// is refused by any authorizer, whenever it read the keys; none is accepted from
// the second it expires; and of two functions that rotate at once one makes the
// key.
func TestRotationFromIssueToAuthorizer(t *testing.T) {
	k := newTurning(t)
	for end := k.now.Add(10_500 * time.Second); k.now.Before(end); {
		if len(k.authorizers) < 4 && k.random.IntN(5) == 0 || len(k.authorizers) == 0 {
			k.start()
		}
		k.issue()
		k.check(k.tokens[len(k.tokens)-1])
		k.check(k.tokens[max(0, len(k.tokens)-1-k.random.IntN(60))])
		k.now = k.now.Add(time.Duration(k.random.IntN(50)) * time.Second)
	}
	k.rotated()
	if len(k.tokens) < 600 || k.checked["true"] < 800 || k.checked["false"] < 300 {
		t.Errorf("too little was shown: %d tokens, %v", len(k.tokens), k.checked)
	}
}

// rotated compares the keys that were made with those that were due.
func (k *turning) rotated() {
	k.Helper()
	list, err := k.store.PublicKeys(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	if len(list) < 8 || len(list) > 11 {
		k.Errorf("%d keys in ten times RotateAfter", len(list))
	}
	for i, p := range list {
		if p.Sequence != int64(i+1) {
			k.Errorf("key %d is the %dth", p.Sequence, i+1)
		}
		if i > 0 && p.SignsFrom-list[i-1].SignsFrom < pass.NumericDate(k.cfg.RotateAfter) {
			k.Errorf("key %d signs %d s after the one before: two were made at once", p.Sequence, p.SignsFrom-list[i-1].SignsFrom)
		}
	}
}
