package pass_test

import (
	stdcmp "cmp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestAmend(t *testing.T) {
	done := pass.Change{Key: "AgAAAAAAAAA", At: 20, Operation: pass.Changing, By: "Olga"}
	was := pass.Change{Key: "AQAAAAAAAAA", At: 10, Operation: pass.Ending}
	before := func() *pass.Pass {
		return &pass.Pass{V: pass.Version, ID: "x", Mode: pass.VisitorMode, Scope: "report:66", Data: []byte(`{"a":1}`), Target: "/a", ExpiresAt: 100, PurgeAt: 200, MaxUses: 3,
			Uses: map[pass.Key]pass.NumericDate{"u": 5}, Sessions: map[pass.Key]pass.NumericDate{"s": 50}, RevokedAt: 7, RevokedBy: "Otto", LastChange: &was}
	}
	for name, row := range map[string]struct {
		a    pass.Amendment
		want func(*pass.Pass)
	}{
		"nothing":                           {pass.Amendment{}, nil},
		"nothing but when it may go":        {pass.Amendment{PurgeAt: 300}, nil},
		"an end":                            {pass.Amendment{ExpiresAt: 150, PurgeAt: 250}, func(p *pass.Pass) { p.ExpiresAt, p.PurgeAt = 150, 250 }},
		"an end, which keeps the record":    {pass.Amendment{ExpiresAt: 50}, func(p *pass.Pass) { p.ExpiresAt = 50 }},
		"the end it has":                    {pass.Amendment{ExpiresAt: 100, PurgeAt: 300}, nil},
		"uses":                              {pass.Amendment{MaxUses: 1}, func(p *pass.Pass) { p.MaxUses = 1 }},
		"the uses it has":                   {pass.Amendment{MaxUses: 3}, nil},
		"no limit":                          {pass.Amendment{Unlimited: true}, func(p *pass.Pass) { p.MaxUses = 0 }},
		"a scope":                           {pass.Amendment{Scope: "report:67"}, func(p *pass.Pass) { p.Scope = "report:67" }},
		"the scope it has":                  {pass.Amendment{Scope: "report:66"}, nil},
		"data":                              {pass.Amendment{Data: []byte(`{}`)}, func(p *pass.Pass) { p.Data = []byte(`{}`) }},
		"the data it has":                   {pass.Amendment{Data: []byte(`{"a":1}`)}, nil},
		"a target":                          {pass.Amendment{Target: "/b"}, func(p *pass.Pass) { p.Target = "/b" }},
		"the target it has":                 {pass.Amendment{Target: "/a"}, nil},
		"one that is other of several":      {pass.Amendment{Scope: "report:66", Target: "/b", MaxUses: 3}, func(p *pass.Pass) { p.Target = "/b" }},
		"several that it has":               {pass.Amendment{Scope: "report:66", Target: "/a", MaxUses: 3, ExpiresAt: 100}, nil},
		"one that is other besides its end": {pass.Amendment{Scope: "b", ExpiresAt: 100, PurgeAt: 300}, func(p *pass.Pass) { p.Scope, p.PurgeAt = "b", 300 }},
	} {
		t.Run(name, func(t *testing.T) {
			for _, noted := range []bool{true, false} {
				got, want, a := before(), before(), row.a
				if noted {
					a.Change = done
				}
				if row.want != nil {
					row.want(want)
					if noted {
						want.LastChange = &done
					}
				}
				if got.Amended(a) != (row.want == nil) {
					t.Errorf("it is so already: %t", got.Amended(a))
				}
				got.Amend(a)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("noted %t (-want +got):\n%s", noted, diff)
				}
				if !got.Amended(a) {
					t.Error("and then it is not what it was made")
				}
			}
		})
	}
	unlimited := &pass.Pass{}
	if unlimited.Amended(pass.Amendment{MaxUses: 1}) || !unlimited.Amended(pass.Amendment{Unlimited: true}) {
		t.Error("an unlimited pass is taken for a counted one")
	}
}

// What a pass was made of stays the caller's.
func TestAmendKeepsApart(t *testing.T) {
	data, c := []byte(`{"a":1}`), pass.Change{Key: "k", By: "Olga"}
	p := &pass.Pass{}
	p.Amend(pass.Amendment{Data: data, Change: c})
	data[2], c.By = 'x', "Otto"
	if string(p.Data) != `{"a":1}` || p.LastChange.By != "Olga" {
		t.Errorf("%s, %+v", p.Data, p.LastChange)
	}
}

func TestAReissueIsNoted(t *testing.T) {
	secret := pass.DigestOf([]byte("new"))
	p := &pass.Pass{TokenExpiresAt: 50}
	p.Reissue(pass.Renewal{Secret: secret, At: 20, By: "Olga"})
	if want := (pass.Change{Key: secret.Key(), At: 20, Operation: pass.Reissuing, By: "Olga"}); p.LastChange == nil || *p.LastChange != want || p.TokenExpiresAt != 50 {
		t.Errorf("%+v, its token ends at %d", p.LastChange, p.TokenExpiresAt)
	}
	if p.Reissue(pass.Renewal{Secret: secret, At: 20, TokenExpiresAt: 60}); p.TokenExpiresAt != 60 {
		t.Errorf("the new token ends at %d", p.TokenExpiresAt)
	}
}

func TestChangesCompareAsTheStreamToldThem(t *testing.T) {
	inOrder := []pass.Change{{At: 5, Sequence: "100"}, {At: 6}, {At: 6, Sequence: "9"}, {At: 6, Sequence: "10"}, {At: 6, Sequence: "11"}, {At: 7, Sequence: "1"}}
	for i, a := range inOrder {
		for j, b := range inOrder {
			if got, want := pass.CompareChanges(a, b), stdcmp.Compare(i, j); got != want {
				t.Errorf("%+v and %+v compare as %d, want %d", a, b, got, want)
			}
		}
	}
}
