package storetest

import (
	"fmt"

	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
)

func usePromises() []promise {
	out := []promise{
		{"no such pass is unknown, and is not made", useOfNothing},
		{"a use is counted and leaves its details", useLeavesDetails},
		{"ten uses are admitted and the eleventh is spent", useTenTimes},
		{"a use that is counted already is not counted again", useAgain},
		{"a use that is counted already is refused by every rule but spent", useAgainRefused},
		{"an unlimited pass is judged and not written", useUnlimited},
		{"the clock moves over not_before and expires_at to the second", useOverTime},
		{"a use whose key is empty or another's is an error", useWithoutKey},
		{"a use whose details are not UTF-8 is counted", useNotUTF8},
	}
	for _, c := range presentations() {
		out = append(out, promise{"a pass " + c.says + " is " + string(c.want), func(k kit) {
			p, a := presented(counted(), c)
			k.plant(record.FromPass(p))
			if got := k.judgedUse(p.ID, record.FromPass(p), a, useAt(a, now)); got != c.want {
				k.Errorf("pass.Admit says %s", got)
			}
		}})
	}
	return out
}

// presented returns a pass and an ask of the case. Its key is not in the record.
func presented(p *pass.Pass, c presentation) (*pass.Pass, pass.Ask) {
	a := ask(p, key(1))
	c.change(p, &a)
	return p, a
}

func useAt(a pass.Ask, at pass.NumericDate) pass.Use {
	return pass.Use{Key: a.Key, At: at, Route: "GET /reports/{id}", IP: "192.0.2.1", UserAgent: "curl/8.9"}
}

func useOfNothing(k kit) {
	a := ask(counted(), key(1))
	k.judgedUse(newID(), nil, a, useAt(a, now))
}

func useLeavesDetails(k kit) {
	p := k.created(counted())
	first, second := useAt(ask(p, key(1)), now), pass.Use{Key: key(2), At: now + 1}
	p.Uses[key(1)], p.LastUse = now, &first
	after, r, err := k.Use(k.ctx, p.ID, ask(p, key(1)), first)
	k.reason("first", r, err, pass.OK)
	k.same("after the first", after, p)
	p.Uses[key(2)], p.LastUse = now+1, &second
	after, r, err = k.Use(k.ctx, p.ID, ask(p, key(2)), second)
	k.reason("second", r, err, pass.OK)
	k.same("after the second, which has fewer details", after, p)
	k.same("pass", k.read(p.ID), p)
}

func useTenTimes(k kit) {
	p := k.created(counted())
	for i := range 10 {
		left, _ := k.used(p.ID, ask(p, key(i)), now+pass.NumericDate(i), pass.OK).UsesLeft()
		k.same("uses left", left, 9-i)
	}
	unchanged := k.unchanged(p.ID)
	k.same("uses", len(k.used(p.ID, ask(p, key(10)), now+10, pass.Spent).Uses), 10)
	unchanged()
}

func useAgain(k kit) {
	p := counted()
	p.MaxUses = 1
	k.created(p)
	k.used(p.ID, ask(p, key(1)), now, pass.OK)
	unchanged := k.unchanged(p.ID)
	for i := range 3 {
		p := k.used(p.ID, ask(p, key(1)), now+pass.NumericDate(i), pass.OK)
		k.same("uses", p.Uses, map[pass.Key]pass.NumericDate{key(1): now})
	}
	k.used(p.ID, ask(p, key(2)), now, pass.Spent)
	unchanged()
}

func useAgainRefused(k kit) {
	for _, c := range presentations() {
		want := c.want
		if want == pass.Spent {
			want = pass.OK
		}
		p, a := presented(counted(), c)
		p.Uses[a.Key] = now - 1
		k.plant(record.FromPass(p))
		if got := k.judgedUse(p.ID, record.FromPass(p), a, useAt(a, now)); got != want {
			k.Errorf("%s: %s, want %s", c.says, got, want)
		}
	}
}

func useUnlimited(k kit) {
	for _, c := range presentations() {
		p, a := presented(counted(), c)
		if p.MaxUses = 0; c.want == pass.Spent {
			c.want = pass.OK
		}
		k.plant(record.FromPass(p))
		if got := k.judgedUse(p.ID, record.FromPass(p), a, useAt(a, now)); got != c.want {
			k.Errorf("%s: %s, want %s", c.says, got, c.want)
		}
	}
}

func useOverTime(k kit) {
	p := counted()
	p.NotBefore, p.ExpiresAt = now+10, now+20
	k.created(p)
	for i, c := range []struct {
		at   pass.NumericDate
		want pass.Reason
	}{
		{now, pass.NotYetValid}, {now + 9, pass.NotYetValid}, {now + 10, pass.OK}, {now + 19, pass.OK},
		{now + 20, pass.Expired}, {now + 21, pass.Expired}, {p.PurgeAt + 1000*day, pass.Expired}, {now + 15, pass.OK},
	} {
		k.used(p.ID, ask(p, key(i)), c.at, c.want)
	}
	k.same("uses", k.read(p.ID).Uses, map[pass.Key]pass.NumericDate{key(2): now + 10, key(3): now + 19, key(7): now + 15})
}

func useWithoutKey(k kit) {
	p := k.created(counted())
	unchanged := k.unchanged(p.ID)
	for _, c := range []struct{ asked, used pass.Key }{{"", ""}, {"", key(1)}, {key(1), ""}, {key(1), key(2)}} {
		_, r, err := k.Use(k.ctx, p.ID, ask(p, c.asked), pass.Use{Key: c.used, At: now})
		k.reason(fmt.Sprintf("key %q in the ask, %q in the use", c.asked, c.used), r, err, pass.Unavailable)
	}
	unchanged()
}

func useNotUTF8(k kit) {
	p := k.created(counted())
	_, r, err := k.Use(k.ctx, p.ID, ask(p, key(1)), pass.Use{Key: key(1), At: now, UserAgent: "caf\xe9"})
	k.reason("use", r, err, pass.OK)
	k.same("uses", k.read(p.ID).Uses, map[pass.Key]pass.NumericDate{key(1): now})
}
