package pass

import (
	"crypto/sha256"
	"net/netip"
	"slices"
)

// Block returns the block of clients that an address belongs to, which is what
// one customer is given: an IPv4 /24, an IPv6 /48. Whatever is no address is one
// block too.
func Block(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return "none"
	}
	addr, bits := addr.Unmap().WithZone(""), 48
	if addr.Is4() {
		bits = 24
	}
	return netip.PrefixFrom(addr, bits).Masked().String()
}

// Client names who used or redeemed a pass, by the block of their address and
// their user agent: 64 bits of a digest, which tell two clients of one pass apart
// and are another with the next pass. It is empty where neither is known, as of a
// direct check or a REST API's TOKEN event.
//
// It is a sign and no proof. One person is two clients after changing networks or
// updating the browser; two people in one office with one browser are one.
func Client(id, ip, userAgent string) Key {
	if ip == "" && userAgent == "" {
		return ""
	}
	return Digest(sha256.Sum256([]byte(id + "\x00" + Block(ip) + "\x00" + userAgent))).Key()
}

// MaxClients is how many clients of one pass are told apart.
const MaxClients = 100

// Visit is a use or a session of a pass, and the client that it came from.
type Visit struct {
	Client  Key         // as Client says
	Key     Key         // of the use or the session
	PurgeAt NumericDate // that of the pass; zero leaves what was said before
}

// Clients are the clients of a pass, in the order in which they came. They lie
// beside the pass and decide nothing about it: that a link was passed on is no
// reason to refuse, and many are meant to be.
type Clients struct {
	V       int
	Each    []Key // at most MaxClients, none twice
	Brought []Key // of each, the visit that brought it
	PurgeAt NumericDate
}

// After returns c with the client of a visit, and false where nothing is new: it
// is among them, or there is no room for it, or the visit names none.
func (c Clients) After(v Visit) (Clients, bool) {
	if v.Client == "" || len(c.Each) >= MaxClients || slices.Contains(c.Each, v.Client) {
		return c, false
	}
	c.Each, c.Brought = append(slices.Clone(c.Each), v.Client), append(slices.Clone(c.Brought), v.Key)
	if v.PurgeAt != 0 {
		c.PurgeAt = v.PurgeAt
	}
	return c, true
}

// BroughtBy returns which client a visit brought, counted from 1, and 0 for a visit
// that brought none. It answers the same however often it is asked, and whoever
// came since.
func (c Clients) BroughtBy(v Visit) int {
	at := slices.Index(c.Each, v.Client)
	if at < 0 || c.Brought[at] != v.Key {
		return 0
	}
	return at + 1
}
