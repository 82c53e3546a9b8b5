package terms

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Site is where links and paths lead: a PublicURL taken apart once.
type Site struct {
	Base   string // without a slash at its end
	Origin string // scheme, host and port alone, as given
	url    *url.URL
}

// NewSite reads a PublicURL: https, or http on the loopback host. It may have a path.
func NewSite(public string) (Site, error) {
	if why := WrongCharacters(public); why != "" || len(public) > pass.MaxTarget {
		return Site{}, errors.New("it must be a URL of printable ASCII, such as https://example.com")
	}
	u, err := url.Parse(public)
	switch {
	case err != nil || !plainHost(u):
		return Site{}, errors.New("it must be a URL with a host, such as https://example.com")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return Site{}, errors.New("it must begin with https:// (http:// on localhost, 127.0.0.1 or [::1] alone)")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return Site{}, errors.New("it must have no user, query or fragment")
	}
	return Site{Base: strings.TrimRight(public, "/"), Origin: u.Scheme + "://" + u.Host, url: u}, nil
}

func loopback(host string) bool { return host == "localhost" || host == "127.0.0.1" || host == "::1" }

// WrongTarget judges where a pass leads. What redeems leads to a page on the host
// that sets the cookie; what carries its credential may lead to any. An empty mode
// is one that carries it. names are all the query parameters that a route takes
// credentials from, whichever of them this one's comes in: beside another value
// under any of them it is refused as one of two.
func (s Site) WrongTarget(target string, m pass.Mode, f pass.Format, names ...string) string {
	if why := s.wrongPlace(target, m.Redeems()); why != "" {
		return why
	}
	if name := pass.QueryOf(target, names...); name != "" {
		return fmt.Sprintf("it has %q in its query already, where a credential goes; take it out", name)
	}
	if m.Redeems() || f == pass.Stateless {
		return ""
	}
	return wrongButton(target)
}

// wrongPlace tells what is wrong with a target, or "". here: it must be on the
// site itself.
func (s Site) wrongPlace(target string, here bool) string {
	if target == "" || len(target) > pass.MaxTarget {
		return fmt.Sprintf("it has %d bytes; it must have 1 to %d", len(target), pass.MaxTarget)
	}
	if why := WrongCharacters(target); why != "" {
		return why
	}
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return "it is no URL: mind each % and the host"
	case strings.HasPrefix(target, "//"):
		return "it begins with //, which leads to another host; begin it with / or https://"
	case target[0] == '/':
		return ""
	case u.User != nil:
		return "it has a user before its host; take it out"
	case !plainHost(u):
		return "it must be a path that begins with /, or a URL with https:// and a host"
	case s.sameOrigin(u):
		return ""
	case here:
		return "it must be a page on " + s.Origin + ", where the session's cookie is sent; begin it with /"
	case u.Scheme != "https":
		return "it must begin with https://"
	}
	return ""
}

// host is a name or an address as every reader of URLs understands it.
var host = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([A-Za-z0-9_](\.?[A-Za-z0-9_-])*|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
})

// plainHost reports whether u is absolute and its host leaves no room for two
// readings.
func plainHost(u *url.URL) bool {
	if port, err := strconv.Atoi(u.Port()); u.Port() != "" && (err != nil || port < 1 || port > 65535) {
		return false
	}
	return u.Opaque == "" && host().MatchString(u.Host)
}

func (s Site) sameOrigin(u *url.URL) bool {
	return u.Scheme == s.url.Scheme && strings.EqualFold(u.Hostname(), s.url.Hostname()) && port(u) == port(s.url)
}

func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "http":
		return "80"
	}
	return "443"
}

// WrongCharacters tells what in s cannot stand in a URL or a header as it is.
func WrongCharacters(s string) string {
	for _, r := range s {
		switch {
		case r == '\\':
			return "it holds a backslash, which browsers read as a slash; write %5C"
		case r <= ' ':
			return fmt.Sprintf("it holds %U, a space or control character; write it as %%%02X", r, r)
		case r > '~':
			return fmt.Sprintf("it holds %U, which is not printable ASCII; write its UTF-8 in percent encoding", r)
		}
	}
	return ""
}
