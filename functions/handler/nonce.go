package handler

import (
	"net/url"
	"strings"

	"github.com/gatepass/gatepass/pkg/pass"
)

// A page's nonce tells one redemption from another: the same one within a minute
// is the same use and the same session. A browser has one, in a cookie, and keeps
// it from page to page and from pass to pass until it has redeemed the pass at
// hand: so the same link in two tabs is one redemption, and another pass that was
// opened in between takes nothing away. That is safe, since use key and session
// secret are HMACs of it by the token: for two passes they have nothing in common,
// and a nonce without a token opens nothing.

// nonce returns the nonce that a form carries, if the form is of our own page: its
// cookie says so, or the browser, by Sec-Fetch-Site or Origin. The latter is
// enough where the cookie has run out, or is another page's by now. Neither says
// who clicks, and need not: who has seen a page's HTML has its link, and writes
// into a request of their own whatever cookie and header they like. They keep out
// the one who cannot: another site that makes a browser post a nonce of its choice.
func (v *visit) nonce(req *httpRequest, form url.Values) string {
	text, r := form.Get("nonce"), gateRequest(req)
	if !isNonce(text) || text != v.cookie(req) && !v.link.Own(&r, false) {
		return ""
	}
	return text
}

// cookie returns the nonce that the browser has; empty if it has none that could
// be of a page of ours, since what it has gets onto the page again.
func (v *visit) cookie(req *httpRequest) string {
	for _, line := range req.Cookies {
		if name, value, _ := strings.Cut(line, "="); name == v.cfg.NonceCookie && isNonce(value) {
			return value
		}
	}
	return ""
}

// isNonce reports whether a text could be one of rand.Text's, which promises 128
// bits in base32.
func isNonce(text string) bool {
	return len(text) >= 26 && len(text) <= 64 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// drawn returns the nonce that a page's text stands for, or nil for none.
func drawn(text string) *[16]byte {
	if text == "" {
		return nil
	}
	d := pass.DigestOf([]byte(text))
	return (*[16]byte)(d[:16])
}
