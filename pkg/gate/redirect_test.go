package gate_test

import (
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
)

func TestLocalPathLeadsNowhereElse(t *testing.T) {
	counts := map[bool]int{}
	for _, r := range gatetest.Redirects(t) {
		if got, want := gate.LocalPath(r.To), r.Verdict == "path"; got != want {
			t.Errorf("%q (%s) is taken for a path of this host: %v", r.To, r.Why, got)
		}
		counts[r.Verdict == "path"]++
	}
	if counts[true] < 20 || counts[false] < 150 {
		t.Errorf("the corpus has %d paths and %d other places", counts[true], counts[false])
	}
	for length, want := range map[int]bool{2048: true, 2049: false} {
		if gate.LocalPath("/"+strings.Repeat("a", length-1)) != want {
			t.Errorf("%d bytes are taken: %v", length, !want)
		}
	}
}

// FuzzLocalPath: whatever is accepted stays on the host, also for a browser,
// which reads backslashes as slashes and drops tabs and line ends.
func FuzzLocalPath(f *testing.F) {
	for _, r := range gatetest.Redirects(f) {
		f.Add(r.To)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !gate.LocalPath(s) {
			return
		}
		if to, ok := gatetest.Leads(s); !ok || to != gatetest.Host {
			t.Fatalf("%q leads to %q, %v", s, to, ok)
		}
	})
}
