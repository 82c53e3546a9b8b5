package pass_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

const scope = "report:66"

// times are seconds in which passes live. Sums of a few of them stay far from
// the ends of an int64.
func times() *rapid.Generator[pass.NumericDate] {
	return rapid.Custom(func(t *rapid.T) pass.NumericDate {
		return pass.NumericDate(rapid.Int64Range(1_000, 4_000_000_000).Draw(t, "second"))
	})
}

func secretOf(n byte) pass.Digest { return pass.DigestOf([]byte{n}) }

// goodPass is a pass with which goodAsk is admitted at now: a start before, an
// end after, uses left.
func goodPass(t *rapid.T, now pass.NumericDate) *pass.Pass {
	most := rapid.IntRange(0, pass.MaxUses).Draw(t, "max uses")
	p := &pass.Pass{V: pass.Version, ID: "token00000000001", Mode: rapid.SampledFrom([]pass.Mode{pass.None, pass.Request}).Draw(t, "mode"), Scope: scope,
		Secrets: map[pass.Digest]pass.NumericDate{secretOf(1): 0}, NotBefore: now - pass.NumericDate(rapid.Int64Range(0, 100).Draw(t, "since")),
		ExpiresAt: now + pass.NumericDate(rapid.Int64Range(1, 100).Draw(t, "left")), IssuedAt: now - 100, MaxUses: most}
	p.Uses = uses(rapid.IntRange(0, max(most-1, 0)).Draw(t, "uses"), now)
	return p
}

func goodAsk() pass.Ask {
	return pass.Ask{Secret: secretOf(1), Scope: scope, Accept: []pass.Mode{pass.None, pass.Request}, MaxAge: 101, Key: key(200)}
}

func key(n byte) pass.Key { return pass.KeyOf([8]byte{n}) }

func uses(n int, at pass.NumericDate) map[pass.Key]pass.NumericDate {
	m := map[pass.Key]pass.NumericDate{}
	for i := range n {
		m[key(byte(i))] = at
	}
	return m
}

// fault is one thing wrong with a presentation, and the reason it is told by.
type fault struct {
	reason pass.Reason
	spoil  func(p *pass.Pass, a *pass.Ask, now pass.NumericDate)
}

// faults are all of Admit's, what cannot be helped first: the order in which
// people are told.
func faults() []fault {
	return []fault{
		{pass.Unavailable, func(p *pass.Pass, _ *pass.Ask, _ pass.NumericDate) { p.V = pass.Version + 1 }},
		{pass.Unknown, func(_ *pass.Pass, a *pass.Ask, _ pass.NumericDate) { a.Secret = secretOf(2) }},
		{pass.Revoked, func(p *pass.Pass, _ *pass.Ask, now pass.NumericDate) { p.RevokedAt = now + 5 }},
		{pass.Expired, func(p *pass.Pass, _ *pass.Ask, now pass.NumericDate) { p.ExpiresAt = now }},
		{pass.Expired, func(_ *pass.Pass, a *pass.Ask, _ pass.NumericDate) { a.MaxAge = 100 }},
		{pass.NotYetValid, func(p *pass.Pass, _ *pass.Ask, now pass.NumericDate) { p.NotBefore = now + 1 }},
		{pass.WrongScope, func(_ *pass.Pass, a *pass.Ask, _ pass.NumericDate) { a.Scope = "report:67" }},
		{pass.WrongMode, func(p *pass.Pass, a *pass.Ask, _ pass.NumericDate) {
			a.Accept = slices.DeleteFunc(a.Accept, func(m pass.Mode) bool { return m == p.Mode })
		}},
		{pass.Spent, func(p *pass.Pass, _ *pass.Ask, now pass.NumericDate) {
			p.MaxUses = max(p.MaxUses, 1)
			p.Uses = uses(p.MaxUses, now)
		}},
	}
}

// Of any set of faults the first in the order is told, and without one the pass
// is admitted.
func TestAdmitTellsTheFirstFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a, want := goodPass(t, now), goodAsk(), pass.OK
		for i, f := range faults() {
			if !rapid.Bool().Draw(t, string(f.reason)) {
				continue
			}
			f.spoil(p, &a, now)
			if want == pass.OK {
				want = faults()[i].reason
			}
		}
		if got := pass.Admit(p, a, now); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// Each fault alone is enough: a rule that is always hidden behind another would
// not show in the test above.
func TestAdmitTellsEachFault(t *testing.T) {
	for _, f := range faults() {
		rapid.Check(t, func(t *rapid.T) {
			now := times().Draw(t, "now")
			p, a := goodPass(t, now), goodAsk()
			f.spoil(p, &a, now)
			if got := pass.Admit(p, a, now); got != f.reason {
				t.Fatalf("%s, want %s", got, f.reason)
			}
		})
	}
}

// A pass is good in [NotBefore, ExpiresAt) and at no other second.
func TestAdmitIsExactToTheSecond(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodPass(t, now), goodAsk()
		a.MaxAge = 0
		for _, at := range []struct {
			second pass.NumericDate
			want   pass.Reason
		}{
			{p.NotBefore - 1, pass.NotYetValid}, {p.NotBefore, pass.OK},
			{p.ExpiresAt - 1, pass.OK}, {p.ExpiresAt, pass.Expired}, {p.ExpiresAt + 1, pass.Expired},
		} {
			if got := pass.Admit(p, a, at.second); got != at.want {
				t.Fatalf("%d s from the start, %d s from the end: %s, want %s", at.second-p.NotBefore, at.second-p.ExpiresAt, got, at.want)
			}
		}
	})
}

// Age is counted from when the pass was issued, and reaching it is too old.
func TestAdmitIsExactAboutAge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodPass(t, now), goodAsk()
		a.MaxAge = rapid.Int64Range(1, 1_000).Draw(t, "max age")
		for age, want := range map[int64]pass.Reason{-1: pass.OK, 0: pass.OK, a.MaxAge - 1: pass.OK, a.MaxAge: pass.Expired, a.MaxAge + 1: pass.Expired} {
			p.IssuedAt = now - pass.NumericDate(age)
			if got := pass.Admit(p, a, now); got != want {
				t.Fatalf("age %d of %d: %s, want %s", age, a.MaxAge, got, want)
			}
		}
	})
}

// A previous secret opens until its second; the pass's own until the pass ends.
func TestAdmitIsExactAboutSecrets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodPass(t, now), goodAsk()
		for until, want := range map[pass.NumericDate]pass.Reason{0: pass.OK, now + 1: pass.OK, now: pass.Unknown, now - 1: pass.Unknown} {
			p.Secrets = map[pass.Digest]pass.NumericDate{secretOf(2): 0, secretOf(1): until}
			if got := pass.Admit(p, a, now); got != want {
				t.Fatalf("until %d s from now: %s, want %s", until-now, got, want)
			}
		}
	})
}

func TestAdmitCountsToTheLimitAndNoFurther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodPass(t, now), goodAsk()
		p.MaxUses = rapid.IntRange(0, pass.MaxUses).Draw(t, "limit")
		p.Uses = uses(rapid.IntRange(0, pass.MaxUses).Draw(t, "used"), now)
		want := pass.OK
		if p.MaxUses > 0 && len(p.Uses) >= p.MaxUses {
			want = pass.Spent
		}
		if got := pass.Admit(p, a, now); got != want {
			t.Fatalf("%d of %d: %s, want %s", len(p.Uses), p.MaxUses, got, want)
		}
	})
}

// A use that is in the record already is this one, whatever is left; but it
// waives no other rule.
func TestAdmitKnowsItsOwnUse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodPass(t, now), goodAsk()
		p.MaxUses = max(p.MaxUses, 1)
		p.Uses = uses(p.MaxUses, now)
		a.Key = key(byte(rapid.IntRange(0, p.MaxUses-1).Draw(t, "use")))
		want := pass.OK
		if f := rapid.SampledFrom(faults()).Draw(t, "fault"); f.reason != pass.Spent {
			f.spoil(p, &a, now)
			want = f.reason
		}
		if got := pass.Admit(p, a, now); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	})
}

// Looking has no key. An entry without one, which nobody writes, is not its use.
func TestAdmitWithoutKeyIsNobodysUse(t *testing.T) {
	p := &pass.Pass{V: pass.Version, Mode: pass.None, Scope: scope, Secrets: map[pass.Digest]pass.NumericDate{secretOf(1): 0},
		ExpiresAt: 2, MaxUses: 1, Uses: map[pass.Key]pass.NumericDate{"": 1}}
	a := goodAsk()
	a.Key, a.MaxAge = "", 0
	if got := pass.Admit(p, a, 1); got != pass.Spent {
		t.Errorf("%s, want %s", got, pass.Spent)
	}
	if p.Counted("") {
		t.Error("the empty key is counted")
	}
}

// A signature stands in for the secret and for nothing else.
func TestAdmitTakesASignatureForTheSecret(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a, want := goodPass(t, now), goodAsk(), pass.OK
		a.Secret, a.Signed, p.Secrets = pass.Digest{}, true, nil
		if f := rapid.SampledFrom(faults()).Draw(t, "fault"); f.reason != pass.Unknown {
			f.spoil(p, &a, now)
			want = f.reason
		}
		if got := pass.Admit(p, a, now); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		if got := pass.Admit(nil, a, now); got != pass.Unknown {
			t.Fatalf("no pass: %s, want %s", got, pass.Unknown)
		}
	})
}

func TestTheZeroValuesAdmitNobody(t *testing.T) {
	now := pass.NumericDate(1_000)
	good := &pass.Pass{V: pass.Version, Mode: pass.None, Scope: scope, Secrets: map[pass.Digest]pass.NumericDate{secretOf(1): 0}, ExpiresAt: now + 1}
	ask := goodAsk()
	ask.MaxAge = 0
	for _, row := range []struct {
		name string
		p    *pass.Pass
		a    pass.Ask
		want pass.Reason
	}{
		{"a good pass and ask are admitted", good, ask, pass.OK},
		{"no pass is unknown", nil, ask, pass.Unknown},
		{"the zero pass cannot be judged", &pass.Pass{}, ask, pass.Unavailable},
		{"the zero pass of this version has no secret", &pass.Pass{V: pass.Version}, ask, pass.Unknown},
		{"the zero pass of this version has expired", &pass.Pass{V: pass.Version}, pass.Ask{Signed: true, Scope: pass.AnyScope, Accept: ask.Accept}, pass.Expired},
		{"the zero ask proves nothing", good, pass.Ask{}, pass.Unknown},
		{"the zero ask with a secret is for no scope", good, pass.Ask{Secret: ask.Secret}, pass.WrongScope},
		{"the zero ask with secret and scope accepts no mode", good, pass.Ask{Secret: ask.Secret, Scope: scope}, pass.WrongMode},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := pass.Admit(row.p, row.a, now); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
}

// With a scope on the rule nothing but that scope opens it.
func TestAdmitComparesScopesWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := times().Draw(t, "now")
		p, a := goodPass(t, now), goodAsk()
		p.Scope = rapid.StringMatching(`[a-z*:]{0,3}`).Draw(t, "pass")
		a.Scope = rapid.StringMatching(`[a-z*:]{0,3}`).Draw(t, "ask")
		want := pass.WrongScope
		if a.Scope == p.Scope || a.Scope == "*" {
			want = pass.OK
		}
		if got := pass.Admit(p, a, now); got != want {
			t.Fatalf("a pass of %q asked for %q: %s, want %s", p.Scope, a.Scope, got, want)
		}
	})
}
