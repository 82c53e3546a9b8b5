package pass_test

import (
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// TestRequestsForALinkKeepTheirDistance, at its edge on both sides.
func TestRequestsForALinkKeepTheirDistance(t *testing.T) {
	none := pass.LinkRequest{V: pass.Version}
	was := pass.LinkRequest{V: pass.Version, At: 1000, Count: 2, PurgeAt: 9000}
	for name, c := range map[string]struct {
		was   pass.LinkRequest
		at    pass.NumericDate
		purge pass.NumericDate
		want  pass.LinkRequest
		noted bool
	}{
		"the first":                           {none, 1000, 9000, pass.LinkRequest{V: pass.Version, At: 1000, Count: 1, PurgeAt: 9000}, true},
		"a second too early":                  {was, 1599, 9500, was, false},
		"at its second":                       {was, 1600, 9500, pass.LinkRequest{V: pass.Version, At: 1600, Count: 3, PurgeAt: 9500}, true},
		"without another end":                 {was, 1600, 0, pass.LinkRequest{V: pass.Version, At: 1600, Count: 3, PurgeAt: 9000}, true},
		"in the same second":                  {was, 1000, 9500, was, false},
		"before the last, by a clock that is": {was, 900, 9500, was, false},
	} {
		if got, noted := c.was.After(c.at, 600, c.purge); got != c.want || noted != c.noted {
			t.Errorf("%s: %+v, %t, want %+v, %t", name, got, noted, c.want, c.noted)
		}
	}
}
