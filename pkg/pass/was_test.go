package pass_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// other returns p as edited.
func other(p pass.Pass, edit func(*pass.Pass)) pass.Pass {
	edit(&p)
	return p
}

func TestBeforeIsWhatAChangeMadeAnother(t *testing.T) {
	p := pass.Pass{ID: "P1", ExpiresAt: 100, MaxUses: 3, Scope: "a", Data: []byte(`{"a":1}`), Target: "/a", Uses: map[pass.Key]pass.NumericDate{"k": 5}}
	bare := pass.Pass{ID: "P1", ExpiresAt: 100, Scope: "a"}
	for name, row := range map[string]struct {
		before, after pass.Pass
		want          pass.Was
	}{
		"nothing":                 {p, p, pass.Was{}},
		"what is counted":         {p, other(p, func(p *pass.Pass) { p.Uses = nil; p.LastChange = &pass.Change{Key: "k"} }), pass.Was{}},
		"its end":                 {p, other(p, func(p *pass.Pass) { p.ExpiresAt = 99 }), pass.Was{ExpiresAt: 100}},
		"how often":               {p, other(p, func(p *pass.Pass) { p.MaxUses = 4 }), pass.Was{MaxUses: 3}},
		"counted no more":         {p, other(p, func(p *pass.Pass) { p.MaxUses = 0 }), pass.Was{MaxUses: 3}},
		"counted from now on":     {bare, other(bare, func(p *pass.Pass) { p.MaxUses = 4 }), pass.Was{Unlimited: true}},
		"all else":                {p, other(p, func(p *pass.Pass) { p.Scope, p.Data, p.Target = "b", []byte(`{}`), "/b" }), pass.Was{Scope: "a", Data: true, Target: "/a"}},
		"data where none was":     {bare, other(bare, func(p *pass.Pass) { p.Data = []byte(`{"b":1}`) }), pass.Was{Data: true}},
		"a target where none was": {bare, other(bare, func(p *pass.Pass) { p.Target = "/b" }), pass.Was{Target: "-"}},
	} {
		if got := row.before.Before(&row.after); got != row.want {
			t.Errorf("%s: %+v, want %+v", name, got, row.want)
		}
	}
}
