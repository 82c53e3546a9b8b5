package pass_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// TestRequestsForALinkKeepTheirDistance, at its edge on both sides.
func TestRequestsForALinkKeepTheirDistance(t *testing.T) {
	none := pass.LinkRequest{V: pass.Version}
	was := pass.LinkRequest{V: pass.Version, At: 1000, Count: 2, Secret: "s", PurgeAt: 9000}
	noted := func(at pass.NumericDate, count int64, secret pass.Key, purge pass.NumericDate) pass.LinkRequest {
		return pass.LinkRequest{V: pass.Version, At: at, Count: count, Secret: secret, PurgeAt: purge}
	}
	for name, c := range map[string]struct {
		was    pass.LinkRequest
		at     pass.NumericDate
		secret pass.Key
		purge  pass.NumericDate
		want   pass.LinkRequest
		noted  bool
	}{
		"the first":                           {none, 1000, "s", 9000, noted(1000, 1, "s", 9000), true},
		"a second too early":                  {was, 1599, "s", 9500, was, false},
		"at its second":                       {was, 1600, "s", 9500, noted(1600, 3, "s", 9500), true},
		"without another end":                 {was, 1600, "s", 0, noted(1600, 3, "s", 9000), true},
		"in the same second":                  {was, 1000, "s", 9500, was, false},
		"before the last, by a clock that is": {was, 900, "s", 9500, was, false},
		"too early, but after a reissue":      {was, 1001, "t", 9500, noted(1001, 3, "t", 9500), true},
	} {
		got, ok := c.was.After(pass.Wish{At: c.at, Secret: c.secret, Every: 600, PurgeAt: c.purge})
		if got != c.want || ok != c.noted {
			t.Errorf("%s: %+v, %t, want %+v, %t", name, got, ok, c.want, c.noted)
		}
	}
}

// TestASecretIsNamedUntilTheNextReissue, also while the one before it goes on.
func TestASecretIsNamedUntilTheNextReissue(t *testing.T) {
	first, second := pass.DigestOf([]byte("first")), pass.DigestOf([]byte("second"))
	p := &pass.Pass{Secrets: map[pass.Digest]pass.NumericDate{first: 0}}
	if got := p.SecretKey(); got != first.Key() {
		t.Errorf("named %q, want %q", got, first.Key())
	}
	p.Reissue(pass.Renewal{Secret: second, KeepOld: 2000, At: 1000})
	if got := p.SecretKey(); got != second.Key() || len(p.Secrets) != 2 {
		t.Errorf("after a reissue %q of %d, want %q of 2", got, len(p.Secrets), second.Key())
	}
	if got := (&pass.Pass{}).SecretKey(); got != "" {
		t.Errorf("of no secret: %q", got)
	}
}
