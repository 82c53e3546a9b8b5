package rule

import (
	"net/url"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// LocalPath reports whether a browser that is sent to s stays on this host. It
// must be a path from "/", in printable ASCII without a backslash: browsers take
// "/\" and "//" for the beginning of another host's name, and leave out tabs and
// line ends before they look.
func LocalPath(s string) bool {
	if len(s) > pass.MaxTarget || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == '\\' {
			return false
		}
	}
	u, err := url.Parse(s)
	return err == nil && u.Scheme == "" && u.Host == "" && u.User == nil
}
