package issue_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

// uses makes a pass one of max uses that was used n times.
func uses(n, max int) func(*pass.Pass) {
	return func(p *pass.Pass) {
		p.MaxUses, p.Uses = max, map[pass.Key]pass.NumericDate{}
		for i := range n {
			p.Uses[pass.KeyOf([8]byte{byte(i)})] = start - 5
		}
	}
}

func TestReissueGivesUses(t *testing.T) {
	for name, row := range map[string]struct {
		edit func(*pass.Pass)
		more string
		want int
	}{
		"none asked for":          {uses(1, 3), ``, 3},
		"from those of before on": {uses(2, 3), `"max_uses":5`, 7},
		"fewer than were left":    {uses(2, 9), `"max_uses":1`, 3},
		"a spent pass":            {uses(1, 1), `"max_uses":1`, 2},
		"up to a hundred in all":  {uses(40, 40), `"max_uses":60`, 100},
		"an unlimited pass":       {uses(0, 0), ``, 0},
		"with a new end":          {func(p *pass.Pass) { uses(1, 1)(p); p.ExpiresAt = start }, `"max_uses":2,"expires_in":60`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			want := k.made(row.edit)
			a, got := k.good(reissue(row.more))
			if got.MaxUses != row.want || !maps.Equal(got.Uses, want.Uses) {
				t.Errorf("%d of %d uses, want %d", len(got.Uses), got.MaxUses, row.want)
			}
			if row.want == 0 || row.want > len(want.Uses) {
				admitted(k, got, k.short(a))
			}
			if again, got := k.good(reissue(row.more)); got.MaxUses != row.want || again.Token == a.Token {
				t.Errorf("made again, the uses are of %d, want %d", got.MaxUses, row.want)
			}
		})
	}
}

func TestWrongUsesOfAReissue(t *testing.T) {
	for name, row := range map[string]struct {
		edit func(*pass.Pass)
		more string
		want map[string]string // field to what its reason says
	}{
		"none":                           {asItIs, `"max_uses":0`, map[string]string{"max_uses": "1 to 99 (uses so far: 1; at most 100 in all)"}},
		"fewer than none":                {asItIs, `"max_uses":-1`, map[string]string{"max_uses": "1 to 99"}},
		"a hundred beyond those before":  {asItIs, `"max_uses":100`, map[string]string{"max_uses": "1 to 99"}},
		"of a pass that had all it may":  {uses(100, 100), `"max_uses":1`, map[string]string{"max_uses": "issue a new pass"}},
		"beyond all numbers":             {asItIs, `"max_uses":4294967297`, map[string]string{"max_uses": "it is 4294967297"}},
		"no number":                      {uses(1, 1), `"max_uses":"1"`, map[string]string{"max_uses": "whole number"}},
		"of an unlimited pass":           {uses(0, 0), `"max_uses":1`, map[string]string{"max_uses": "unlimited"}},
		"of an unlimited pass, too many": {uses(0, 0), `"max_uses":101`, map[string]string{"max_uses": "unlimited"}},
		"of a spent and expired pass": {func(p *pass.Pass) { uses(1, 1)(p); p.ExpiresAt = start }, ``,
			map[string]string{"max_uses": "it is required, since the pass is spent", "expires_in": "it is required"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			want := k.made(row.edit)
			a := k.issue(reissue(row.more))
			if a.Error == nil || a.Error.Code != "invalid_request" || len(a.Error.Fields) != len(row.want) {
				t.Fatalf("answer %s", mustJSON(t, a))
			}
			for field, says := range row.want {
				if !strings.Contains(a.Error.Fields[field], says) {
					t.Errorf("%s: %q does not say %q", field, a.Error.Fields[field], says)
				}
			}
			if diff := cmp.Diff(want, k.record()); diff != "" || k.store.reissues != 0 {
				t.Errorf("%d writes; the record changed (-was +is):\n%s", k.store.reissues, diff)
			}
		})
	}
}

// spent wants a reissue to be refused since nobody could use its link.
func (k *kit) spent(doc, says string) {
	k.Helper()
	a := k.issue(doc)
	if a.Error == nil || a.Error.Code != "spent" || a.Token != "" || len(a.Error.Fields) != 1 || !strings.Contains(a.Error.Fields["max_uses"], says) {
		k.Errorf("%s: %s", doc, mustJSON(k, a))
	}
}

func TestReissueOfASpentPassNeedsUses(t *testing.T) {
	for _, doc := range []string{reissue(``), reissue(`"keep_old_for":60`), reissue(`"expires_in":60`)} {
		k := newKit(t)
		want := k.made(uses(3, 3))
		k.spent(doc, "1 to 97 (uses so far: 3; at most 100 in all)")
		if diff := cmp.Diff(want, k.record()); diff != "" || k.store.reissues != 0 {
			t.Errorf("%d writes; the record changed (-was +is):\n%s", k.store.reissues, diff)
		}
	}
	k := newKit(t)
	k.made(uses(100, 100))
	k.spent(reissue(``), "issue a new pass")
}

func TestARevokedAndSpentPassIsRevoked(t *testing.T) {
	k := newKit(t)
	k.made(func(p *pass.Pass) { uses(1, 1)(p); p.RevokedAt = start - 1 })
	k.problem(reissue(``), "revoked")
}

// TestUsesAmidAReissue: the pass is used between the read and the write.
func TestUsesAmidAReissue(t *testing.T) {
	raced := func(edit func(*pass.Pass), n int) *kit {
		k := newKit(t)
		p := k.made(edit)
		k.store.amid = func() {
			for i := range n {
				key := pass.KeyOf([8]byte{1, byte(i)})
				ask := pass.Ask{Signed: true, Scope: pass.AnyScope, Accept: []pass.Mode{p.Mode}, Key: key}
				if _, reason, err := k.store.Use(t.Context(), passID, ask, pass.Use{Key: key, At: start}); reason != pass.OK {
					t.Fatal(reason, err)
				}
			}
		}
		return k
	}
	k := raced(uses(0, 3), 2)
	if _, p := k.good(reissue(`"max_uses":5`)); p.MaxUses != 7 {
		t.Errorf("%d of %d uses, want 7", len(p.Uses), p.MaxUses)
	}
	raced(uses(0, 3), 3).spent(reissue(``), "1 to 97")
	k = raced(uses(0, 3), 3)
	k.cfg.MaxLifetime = days // the end that the pass has is no matter where another is asked for
	k.spent(reissue(`"expires_in":60`), "1 to 97")
	raced(uses(0, 3), 1).refused(reissue(`"max_uses":100`), "max_uses")
}
