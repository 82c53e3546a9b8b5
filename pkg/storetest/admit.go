package storetest

import (
	"flag"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

// RunAdmit holds a store to the rules of package pass, which it repeats as
// conditions or calls: for random records, asks and times, mostly at the edge of
// a rule, a use is counted exactly when pass.Admit admits it, a session is opened
// exactly when pass.AdmitRedeem does, the reason is theirs, and whatever is
// refused has changed nothing. It tries each so many times as checks says; the
// flag -rapid.checks, where given, decides instead. No other test that uses
// rapid may run at the same time.
func RunAdmit(t *testing.T, open func(t *testing.T) Backend, checks int) {
	limit(t, checks)
	for _, c := range []struct {
		name string
		try  func(kit, *rapid.T) pass.Reason
	}{{"use", randomUse}, {"redeem", randomRedeem}} {
		t.Run(c.name, func(t *testing.T) {
			b, seen := open(t), map[pass.Reason]int{}
			rapid.Check(t, func(rt *rapid.T) { seen[c.try(newKit(rt, b), rt)]++ })
			if t.Log(seen); seen[pass.OK] == 0 || len(seen) < 4 {
				t.Error("too few kinds of answers to prove anything")
			}
		})
	}
}

// limit has rapid make so many checks, for which it has a flag and nothing else.
func limit(t *testing.T, checks int) {
	const name = "rapid.checks"
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	was := flag.Lookup(name).Value.String()
	if err := flag.Set(name, strconv.Itoa(checks)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Lookup(name).Value.Set(was) })
}

func randomUse(k kit, t *rapid.T) pass.Reason {
	p, a := randomPass(t)
	p.Mode = mostly(t, "mode", pass.Request, pass.None, pass.SessionMode, pass.VisitorMode)
	if mostly(t, "counted already", false, true) {
		p.Uses[a.Key] = now - 1
	}
	return k.judgedUse(p.ID, k.planted(t, p), a, useAt(a, now))
}

func randomRedeem(k kit, t *rapid.T) pass.Reason {
	p, a := randomPass(t)
	fill(p, "live sessions", now+1, mostly(t, "live", 0, 1, pass.MaxSessions-1, pass.MaxSessions, pass.MaxSessions+1))
	fill(p, "dead sessions", now, mostly(t, "dead", 0, 1, 2, pass.MaxSessions))
	if mostly(t, "entered already", false, true) {
		p.Sessions[a.Key] = rapid.SampledFrom([]pass.NumericDate{now - 1, now, now + 1, now + day}).Draw(t, "until")
	}
	if mostly(t, "counted already", false, true) {
		p.Uses[a.Key] = now - 1
	}
	r := redemption{ask: a, opens: session(p, 1, now), session: k.plantedSession(t, p)}
	r.pass, r.read = k.planted(t, p), p
	if rapid.Bool().Draw(t, "read before the others came") {
		r.read = &pass.Pass{V: p.V, ID: p.ID, Mode: p.Mode, Scope: p.Scope, MaxUses: p.MaxUses}
	}
	return k.judgedRedeem(r)
}

// randomPass returns a pass and an ask of it: each rule is mostly kept, else
// broken or at its edge.
func randomPass(t *rapid.T) (*pass.Pass, pass.Ask) {
	edge := []pass.NumericDate{now - 1, now, now + 1}
	p := counted()
	p.V = mostly(t, "v", pass.Version, pass.Version+1, 0)
	p.Mode = mostly(t, "mode", pass.VisitorMode, pass.SessionMode, pass.Request)
	p.SessionExpiresIn = mostly(t, "session_expires_in", int64(hour), 0, 1, 14*day)
	p.Secrets[secret(0)] = mostly(t, "until", 0, edge...)
	if rapid.Bool().Draw(t, "second secret") {
		p.Secrets[secret(5)] = mostly(t, "its until", 0, edge...)
	}
	p.NotBefore = mostly(t, "not_before", 0, edge...)
	p.ExpiresAt = mostly(t, "expires_at", now+day, edge...)
	p.RevokedAt = mostly(t, "revoked_at", 0, now-1, now, now+1)
	p.IssuedAt = now - mostly(t, "age", pass.NumericDate(hour), 0, 1)
	p.MaxUses = mostly(t, "max_uses", 3, 0, 1, 2, pass.MaxUses)
	spend(p, max(0, p.MaxUses-mostly(t, "left", 2, 1, 0, -1)))

	a := ask(p, key(1))
	a.Secret = mostly(t, "secret", secret(0), secret(5), secret(99), pass.Digest{})
	a.Signed = mostly(t, "signed", false, true)
	a.Scope = mostly(t, "scope", p.Scope, pass.AnyScope, "report:6", "report:666", "")
	a.Accept = randomAccept(t)
	a.MaxAge = mostly(t, "max_age", int64(0), hour-1, hour, hour+1, 1, 2)
	return p, a
}

func randomAccept(t *rapid.T) []pass.Mode {
	all := []pass.Mode{pass.None, pass.Request, pass.SessionMode, pass.VisitorMode}
	if mostly(t, "accept all", true, false) {
		return all
	}
	return slices.DeleteFunc(all, func(pass.Mode) bool { return rapid.Bool().Draw(t, "leave out") })
}

// planted puts a pass behind the store's back, or, sometimes, does not.
func (k kit) planted(t *rapid.T, p *pass.Pass) record.Item {
	if mostly(t, "absent", false, true) {
		return nil
	}
	it := with(record.FromPass(p), later())
	if p.V == 0 {
		delete(it, record.V)
	}
	k.plant(it)
	return it
}

// plantedSession puts the session that is about to be opened, sometimes: then
// this is a retry.
func (k kit) plantedSession(t *rapid.T, p *pass.Pass) record.Item {
	if mostly(t, "new", true, false) {
		return nil
	}
	at := rapid.SampledFrom([]pass.NumericDate{now, now - 59, now - 60, now - 61, now + 10}).Draw(t, "opened at")
	s := session(p, 1, at)
	s.V = mostly(t, "v of the session", pass.Version, pass.Version+1)
	k.plant(record.FromSession(s))
	return record.FromSession(s)
}

// fill enters n sessions of others that expire at a second.
func fill(p *pass.Pass, label string, until pass.NumericDate, n int) {
	for i := range n {
		p.Sessions[pass.DigestOf([]byte(label+strconv.Itoa(i))).Key()] = until
	}
}

// mostly draws the usual value nine times of ten, else one of the others.
func mostly[T any](t *rapid.T, label string, usual T, others ...T) T {
	return rapid.SampledFrom(append(slices.Repeat([]T{usual}, 9*len(others)), others...)).Draw(t, label)
}
