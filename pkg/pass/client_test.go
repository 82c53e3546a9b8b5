package pass_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatepass/gatepass/pkg/pass"
)

func TestABlockIsWhatOneCustomerIsGiven(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.7": "192.0.2.0/24", "192.0.2.255": "192.0.2.0/24", "192.0.3.7": "192.0.3.0/24",
		"::ffff:192.0.2.9":      "192.0.2.0/24",
		"2001:db8:abcd:12::7":   "2001:db8:abcd::/48",
		"2001:db8:abcd:ffff::1": "2001:db8:abcd::/48",
		"2001:db8:abce::1":      "2001:db8:abce::/48",
		"fe80::1%eth0":          "fe80::/48",
		"":                      "none", "192.0.2": "none", "junk": "none",
	} {
		if got := pass.Block(ip); got != want {
			t.Errorf("%q is in block %q, want %q", ip, got, want)
		}
	}
}

func TestAClientIsABlockAndABrowserOfOnePass(t *testing.T) {
	const id, ip, browser = "7Gm2kQpX4sVbN9aT", "192.0.2.7", "Mozilla/5.0"
	own := pass.Client(id, ip, browser)
	for _, row := range []struct {
		name            string
		id, ip, browser string
		same            bool
	}{
		{"another address of the block", id, "192.0.2.200", browser, true},
		{"the address as IPv6 writes it", id, "::ffff:192.0.2.7", browser, true},
		{"another block", id, "192.0.3.7", browser, false},
		{"another browser", id, ip, "Mozilla/5.1", false},
		{"another pass", "7Gm2kQpX4sVbN9aU", ip, browser, false},
		{"no address", id, "", browser, false},
		{"no browser", id, ip, "", false},
		{"a browser whose name begins as a block ends", id, "", "192.0.2.0/24\x00" + browser, false},
	} {
		if got := pass.Client(row.id, row.ip, row.browser); (got == own) != row.same || len(got) != 11 {
			t.Errorf("%s: client %q beside %q, want the same: %v", row.name, got, own, row.same)
		}
	}
	if got := pass.Client(id, "", ""); got != "" {
		t.Errorf("of whom nothing is known is client %q", got)
	}
}

func visit(client, n int) pass.Visit {
	v := pass.Visit{Client: key(byte(client)), Key: key(byte(n)), PurgeAt: pass.NumericDate(n)}
	if client == 0 {
		v.Client = ""
	}
	return v
}

func TestClientsComeOnceAndInOrder(t *testing.T) {
	c := pass.Clients{V: pass.Version}
	for n, want := range []struct {
		client int
		which  int
	}{{1, 1}, {1, 0}, {2, 2}, {0, 0}, {1, 0}, {3, 3}} {
		v := visit(want.client, n)
		is, added := c.After(v)
		if added != (want.which > 0) || is.BroughtBy(v) != want.which || !added && !cmp.Equal(is, c) {
			t.Errorf("visit %d of client %d: brought %d (%v), want %d", n, want.client, is.BroughtBy(v), added, want.which)
		}
		c = is
	}
	want := pass.Clients{V: pass.Version, Each: []pass.Key{key(1), key(2), key(3)}, Brought: []pass.Key{key(0), key(2), key(5)}, PurgeAt: 5}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestAFullListOfClientsTakesNoMore(t *testing.T) {
	c := pass.Clients{V: pass.Version}
	for n := range pass.MaxClients {
		is, added := c.After(visit(n+1, n))
		if !added {
			t.Fatalf("client %d is not taken", n+1)
		}
		c = is
	}
	if is, added := c.After(visit(pass.MaxClients+1, 200)); added || len(is.Each) != pass.MaxClients || is.BroughtBy(visit(pass.MaxClients+1, 200)) != 0 {
		t.Errorf("one more than %d is taken", pass.MaxClients)
	}
}

// What a visit brought is the same whenever it is asked again: whoever is told of
// it twice is told the same.
func TestWhatAVisitBroughtStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, was := pass.Clients{V: pass.Version}, map[int]int{}
		visits := rapid.SliceOfN(rapid.IntRange(0, 6), 0, 30).Draw(t, "clients")
		for n, client := range visits {
			c, _ = c.After(visit(client, n))
			was[n] = c.BroughtBy(visit(client, n))
		}
		again := c
		for n, client := range visits {
			again, _ = again.After(visit(client, n))
			if got := again.BroughtBy(visit(client, n)); got != was[n] {
				t.Fatalf("visit %d brought client %d, and later %d", n, was[n], got)
			}
		}
		slices.Sort(again.Each)
		if !cmp.Equal(len(again.Each), len(slices.Compact(again.Each))) || len(again.Each) != len(c.Each) {
			t.Fatalf("clients %v after %v", again.Each, c.Each)
		}
	})
}
