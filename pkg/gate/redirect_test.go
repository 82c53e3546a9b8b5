package gate_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
)

// bypasses are ways in which redirects were led astray elsewhere.
func bypasses() []string {
	return []string{"", "evil.example", "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example", "/\t/evil.example",
		"/\n/evil.example", "/\r\n//evil.example", "\t//evil.example", " /x", "/ /x", "https://evil.example", "HTTPS://evil.example", "https:evil.example", "https:/evil.example",
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "//user@evil.example", "https://pass.example.com@evil.example",
		"//2130706433", "//0x7f000001", "//[::1]", "//[::ffff:127.0.0.1]", "//evil%2eexample", "/\x00/evil.example", "/\x7f", "/é", "/%zz", "?next=/", "#f", ".", "./x", "../x",
		"/" + strings.Repeat("a", 2048)}
}

func TestLocalPathLeadsNowhereElse(t *testing.T) {
	for _, s := range bypasses() {
		if gate.LocalPath(s) {
			t.Errorf("%q is taken for a path of this host", s)
		}
	}
	for _, s := range []string{"/", "/visitors", "/a/b?c=//evil.example&d=%2F%2F#//x", "/a//b", "/@evil.example", "/:80", "/x:y", "/%2F/evil.example", "/" + strings.Repeat("a", 2047)} {
		if !gate.LocalPath(s) {
			t.Errorf("%q is refused", s)
		}
	}
}

// FuzzLocalPath: whatever is accepted stays on the host, also for a browser,
// which reads backslashes as slashes and drops tabs and line ends.
func FuzzLocalPath(f *testing.F) {
	for _, s := range append(bypasses(), "/", "/a?b#c") {
		f.Add(s)
	}
	base, err := url.Parse("https://pass.example.com/session/end")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !gate.LocalPath(s) {
			return
		}
		seen := strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(s)
		to, err := base.Parse(seen)
		if err != nil || to.Host != base.Host || to.Scheme != "https" || to.User != nil {
			t.Fatalf("%q leads to %v, %v", s, to, err)
		}
	})
}
