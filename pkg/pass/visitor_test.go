package pass_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/pass"
)

// TestAPlainAddressHasOneSpelling: what mail programs read as the same domain is
// refused, or it would be another address to every limit.
func TestAPlainAddressHasOneSpelling(t *testing.T) {
	label := strings.Repeat("x", 63)
	for s, want := range map[string]bool{
		"ginger@example.com": true, "Ginger.Rogers+seats@Example.CO.UK": true, "o'hara@example.com": true, "a@b.c": true,
		"!#$%&'*+-/=?^_`{|}~@example.com": true, "a@xn--exmple-cua.xn--p1ai": true, "a@1.2.com": true, "a@a--b.com": true,
		label + "x@" + label + ".com": true, label + "xx@example.com": false, "a@" + label + "x.com": false,
		"": false, "@": false, "a": false, "a@": false, "@b.c": false, "a@b@c.d": false, "a@b": false, "a@localhost": false,
		".a@b.c": false, "a.@b.c": false, "a..b@c.d": false, "a@.b.c": false, "a@b.c.": false, "a@b..c": false,
		"a@-x.com": false, "a@x-.com": false, "a@x.-com": false, "a@x_y.com": false, "a@127.0.0.1": false, "a@b.1": false,
		"a@[127.0.0.1]": false, "a@[IPv6:::1]": false, `"a"@b.c`: false, "a b@c.d": false, "a@b.c (d)": false, "<a@b.c>": false, "a,b@c.d": false, "a;b@c.d": false,
		"a@exam\u00adple.com": false, "a@\uff45xample.com": false, "a@exam\u200bple.com": false, "a@exam\u2060ple.com": false, "a@exämple.com": false, "a@example\u3002com": false,
		"\u00ada@example.com": false, "ä@example.com": false, "a\u0308@example.com": false, "a\u202e@b.c": false, "a\x00@b.c": false, "a@b.c\n": false, "a\xff@b.c": false,
		"a@xn--exmple-cua.com\u200d": false, "a\x7f@b.c": false,
	} {
		if got := pass.PlainAddress(s); got != want {
			t.Errorf("%q: %t, want %t", s, got, want)
		}
	}
}
