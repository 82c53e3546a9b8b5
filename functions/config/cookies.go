package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Cookies are the names of a stack's cookies, and who gets them.
//
// A browser returns a cookie to the host that set it: then its name begins with
// __Host-, by which the browser itself refuses one from anywhere else. Domain
// widens that to a domain and every host below it, each of which can then read
// the sessions' cookies and plant others: the prefix is __Secure- (RFC 6265bis,
// section 4.1.3). The nonce is of use to the link page alone and stays with its
// host.
type Cookies struct {
	User, Visitor, Nonce string
	Domain               string // empty: the host alone
}

var (
	cookieName   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$") }) // a token (RFC 9110, section 5.6.2)
	cookieDomain = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
	})
	// Where everybody may have a host below. Browsers refuse cookies for most of
	// these, and would then sign nobody in.
	sharedDomain = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(com?|org|net|ac|gov|edu|ne|or)\.[a-z]{2}$|(^|\.)(amazonaws\.com(\.cn)?|cloudfront\.net|on\.aws)$`)
	})
)

// NewCookies returns the cookies of a stack whose public URL is given; of an
// empty one nothing is compared. The error names every fault.
func NewCookies(name, domain, publicURL string) (Cookies, error) {
	var faults []error
	if !cookieName().MatchString(name) {
		faults = append(faults, fmt.Errorf("CookieName %q: 1 to 40 characters that may stand in a cookie's name, such as gatepass", name))
	}
	prefix := "__Host-"
	if domain != "" {
		prefix = "__Secure-"
		if why := wrongDomain(domain, publicURL); why != "" {
			faults = append(faults, fmt.Errorf("CookieDomain %q %s", domain, why))
		}
	}
	return Cookies{User: prefix + name, Visitor: prefix + name + "-visitor", Nonce: "__Host-" + name + "-nonce", Domain: domain}, errors.Join(faults...)
}

// Sessions returns the names of the cookies that hold a session.
func (c Cookies) Sessions() []string { return []string{c.User, c.Visitor} }

// wrongDomain says why no browser should or would send a cookie of domain, or "".
func wrongDomain(domain, publicURL string) string {
	u, err := url.Parse(publicURL)
	switch {
	case !cookieDomain().MatchString(domain) || len(domain) > 253:
		return "must be the name of a domain in lower case, of two labels or more, such as example.com: no dot before it, no port, no address"
	case sharedDomain().MatchString(domain):
		return "is shared by everybody who has a host below it"
	case publicURL == "" || err != nil: // is a fault of its own
		return ""
	}
	if host := strings.ToLower(u.Hostname()); host != domain && !strings.HasSuffix(host, "."+domain) {
		return fmt.Sprintf("must be the host of PublicUrl or a domain above it: browsers let %q set no cookie for another", host)
	}
	return ""
}

// Cookies returns the cookies, from COOKIE_NAME, COOKIE_DOMAIN and PUBLIC_URL.
func (r *Reader) Cookies() Cookies {
	c, err := NewCookies(r.Text("COOKIE_NAME", CookieName), r.Text("COOKIE_DOMAIN", ""), r.Text("PUBLIC_URL", ""))
	if err != nil {
		r.faults = append(r.faults, fmt.Errorf("environment variables COOKIE_*: %w", err))
	}
	return c
}

// CookieName is the default of COOKIE_NAME.
const CookieName = "gatepass"
