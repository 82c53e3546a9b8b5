package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// RunConcurrency holds a store to its numbers when many ask at once: never more
// than N, and none lost by racing. Every store must answer uses without an error
// in a storm; a redemption may be unavailable, as where two transactions of
// DynamoDB meet, and is then repeated as a browser would.
func RunConcurrency(t *testing.T, open func(t *testing.T) Backend) {
	b := open(t)
	for _, p := range []promise{
		{"200 goroutines on ten uses are admitted ten times", stormUses},
		{"200 goroutines on ten uses add up while the store fails in every way", stormFaults},
		{"200 retries of one use of a pass of one use are all admitted, and counted once", stormRetries},
		{"500 uses of a pass of one use, each with a key of its own, are admitted once", stormOne},
		{"twenty redemptions of a pass of three uses open three sessions", stormRedeem},
		{"twenty clicks on one form open one session by one use", stormClicks},
		{"five places for sessions are not given to twenty", stormLimit},
		{"of twenty that create one pass, one does", stormCreate},
		{"no use is admitted after a revocation was answered", stormRevoke},
	} {
		t.Run(p.says, func(t *testing.T) { p.holds(newKit(t, b)) })
	}
	t.Run("of ten that put one key, one does", func(t *testing.T) { stormKeys(newKit(t, open(t))) })
}

// storm runs f n times at once and returns the answers in the order of i.
func storm[T any](n int, f func(i int) T) []T {
	out := make([]T, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			out[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return out
}

// outcome is the answer to one use or redemption.
type outcome struct {
	pass    *pass.Pass
	session *pass.Session
	reason  pass.Reason
	err     error
}

// use makes a use of a store that may be faulty.
func (k kit) useOf(s Store, p *pass.Pass, key pass.Key) outcome {
	after, r, err := s.Use(k.ctx, p.ID, ask(p, key), pass.Use{Key: key, At: now})
	return outcome{pass: after, reason: r, err: err}
}

// tally counts outcomes by reason and fails on an error.
func (k kit) tally(all []outcome) map[pass.Reason]int {
	k.Helper()
	sum := map[pass.Reason]int{}
	for _, o := range all {
		k.must(o.err)
		sum[o.reason]++
	}
	return sum
}

// numbered returns a counted pass of n uses.
func numbered(k kit, n int) *pass.Pass {
	k.Helper()
	p := counted()
	p.MaxUses = n
	return k.created(p)
}

func stormUses(k kit) {
	p := numbered(k, 10)
	all := storm(200, func(i int) outcome { return k.useOf(k, p, key(i)) })
	k.same("answers", k.tally(all), map[pass.Reason]int{pass.OK: 10, pass.Spent: 190})
	after := k.read(p.ID)
	k.same("uses", len(after.Uses), 10)
	for i, o := range all {
		if o.reason == pass.OK != after.Counted(key(i)) {
			k.Errorf("use %d is %s, in the record: %t", i, o.reason, after.Counted(key(i)))
		}
		if o.reason == pass.OK && !o.pass.Counted(key(i)) {
			k.Errorf("use %d is not in the pass it was answered with", i)
		}
	}
}

// stormFaults is promise 1 of the design: allows, uses whose answer was lost and
// uses left add up to ten.
func stormFaults(k kit) {
	p := numbered(k, 10)
	faults := []Fault{None, Before, After, Instead, Twice}
	faulty := Faulty(k, func(c Call) Fault { return faults[c.N%len(faults)] })
	all := storm(200, func(i int) outcome { return k.useOf(faulty, p, key(i)) })
	after := k.read(p.ID)
	allowed, lost := 0, 0
	for i, o := range all {
		recorded := after.Counted(key(i))
		switch {
		case o.err != nil && recorded:
			lost++
		case o.err != nil:
		case o.reason == pass.OK && recorded:
			allowed++
		case o.reason == pass.OK:
			k.Errorf("use %d was admitted and is not recorded", i)
		case recorded:
			k.Errorf("use %d was refused (%s) and is recorded", i, o.reason)
		}
	}
	if left, _ := after.UsesLeft(); allowed+lost+left != 10 || left != 0 {
		k.Errorf("%d allowed, %d lost, %d left", allowed, lost, left)
	}
}

func stormRetries(k kit) {
	p := numbered(k, 1)
	all := storm(200, func(int) outcome { return k.useOf(k, p, key(1)) })
	k.same("answers", k.tally(all), map[pass.Reason]int{pass.OK: 200})
	k.same("uses", k.read(p.ID).Uses, map[pass.Key]pass.NumericDate{key(1): now})
}

func stormOne(k kit) {
	p := numbered(k, 1)
	all := storm(500, func(i int) outcome { return k.useOf(k, p, key(i)) })
	k.same("answers", k.tally(all), map[pass.Reason]int{pass.OK: 1, pass.Spent: 499})
}

// patience is how often a browser repeats what was unavailable.
const patience = 50

// redeemOf redeems until the answer is one.
func (k kit) redeemOf(p *pass.Pass, n int) (o outcome) {
	s := session(p, n, now)
	for range patience {
		o.pass, o.session, o.reason, o.err = k.Redeem(k.ctx, p, sessionAsk(p, s), s)
		if !errors.Is(o.err, pass.ErrUnavailable) {
			return o
		}
	}
	return o
}

// opens holds every admitted session to be there and alive, and counts them.
func (k kit) opens(all []outcome) int {
	k.Helper()
	open := map[pass.Key]bool{}
	for _, o := range all {
		if o.reason == pass.OK {
			k.lives(o.session, now, pass.OK)
			open[o.session.Key()] = true
		}
	}
	return len(open)
}

func stormRedeem(k kit) {
	p := visitor()
	p.MaxUses = 3
	k.created(p)
	all := storm(20, func(i int) outcome { return k.redeemOf(p, i) })
	k.same("answers", k.tally(all), map[pass.Reason]int{pass.OK: 3, pass.Spent: 17})
	k.same("sessions", k.opens(all), 3)
	after := k.read(p.ID)
	k.same("uses and sessions", []int{len(after.Uses), len(after.Sessions)}, []int{3, 3})
}

func stormClicks(k kit) {
	p := k.created(login())
	all := storm(20, func(int) outcome { return k.redeemOf(p, 1) })
	k.same("answers", k.tally(all), map[pass.Reason]int{pass.OK: 20})
	k.same("sessions", k.opens(all), 1)
	after := k.read(p.ID)
	k.same("uses and sessions", []int{len(after.Uses), len(after.Sessions)}, []int{1, 1})
}

func stormLimit(k kit) {
	p := occupied(k, pass.MaxSessions-5, 7)
	all := storm(20, func(i int) outcome { return k.redeemOf(p, i) })
	k.same("answers", k.tally(all), map[pass.Reason]int{pass.OK: 5, pass.RateLimited: 15})
	k.same("sessions", k.opens(all), 5)
	k.same("live", k.read(p.ID).LiveSessions(now), pass.MaxSessions)
}

func stormCreate(k kit) {
	id, made := newID(), 0
	for i, err := range storm(20, func(i int) error {
		p := counted()
		p.ID, p.MaxUses = id, i+1
		return k.Create(k.ctx, p)
	}) {
		if err == nil {
			made++
			k.same("pass", k.read(id).MaxUses, i+1)
		} else {
			k.kind("create", err, pass.ErrExists)
		}
	}
	k.same("made", made, 1)
}

// stormRevoke revokes amid uses: those asked for after its answer are refused.
func stormRevoke(k kit) {
	p := numbered(k, pass.MaxUses)
	all := storm(60, func(i int) outcome {
		if i != 30 {
			return k.useOf(k, p, key(i))
		}
		if _, err := k.Revoke(k.ctx, p.ID, pass.Change{At: now, By: "Olga"}); err != nil {
			return outcome{err: err}
		}
		return k.useOf(k, p, key(i))
	})
	k.tally(all)
	k.same("use after the revocation", all[30].reason, pass.Revoked)
	after := k.read(p.ID)
	for i, o := range all {
		if o.reason != pass.OK && o.reason != pass.Revoked {
			k.Errorf("use %d is %s", i, o.reason)
		}
		if o.reason == pass.OK != after.Counted(key(i)) {
			k.Errorf("use %d is %s, in the record: %t", i, o.reason, after.Counted(key(i)))
		}
	}
}

func stormKeys(k kit) {
	made := 0
	for _, err := range storm(10, func(int) error {
		pub, sealed := pair(1)
		return k.PutKey(k.ctx, pub, sealed, 0)
	}) {
		if err == nil {
			made++
		} else if !errors.Is(err, pass.ErrExists) && !errors.Is(err, pass.ErrUnavailable) {
			k.Error(err)
		}
	}
	k.same("made", made, 1)
	pub, err := k.PublicKeys(k.ctx)
	k.must(err)
	k.same("keys", len(pub), 1)
}
