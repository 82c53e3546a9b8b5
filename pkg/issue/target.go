package issue

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/gatepass/gatepass/pkg/pass"
)

// target judges where the pass leads. What redeems leads to a page on the host
// that sets the cookie; what carries its credential may lead to any.
func (d *draft) target() {
	if !d.asked("target") {
		return
	}
	if why := d.site.wrongTarget(d.req.target, d.pass.Mode.Redeems()); why != "" {
		d.wrong("target", "%s", why)
	} else if pass.HasQuery(d.req.target, d.cfg.QueryName) {
		d.wrong("target", "it has %q in its query already, where the credential goes; take it out", d.cfg.QueryName)
	} else if why := wrongButton(d.req.target); why != "" && !d.pass.Mode.Redeems() && !d.stateless() {
		d.wrong("target", "%s", why)
	}
	d.pass.Target = d.req.target
}

// wrongTarget tells what is wrong with a target, or "". here: it must be on the
// site itself.
func (s *site) wrongTarget(target string, here bool) string {
	if target == "" || len(target) > pass.MaxTarget {
		return fmt.Sprintf("it has %d bytes; it must have 1 to %d", len(target), pass.MaxTarget)
	}
	if why := wrongCharacters(target); why != "" {
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
		return "it must be a page on " + s.origin + ", where the session's cookie is sent; begin it with /"
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

func (s *site) sameOrigin(u *url.URL) bool {
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

// urlOf returns target with the credential at the end of its query; everything
// else stays byte for byte as it was. A path is put on the site's origin.
func (s *site) urlOf(target, name, credential string) string {
	if target[0] == '/' {
		target = s.origin + target
	}
	fragment := ""
	if i := strings.IndexByte(target, '#'); i >= 0 {
		target, fragment = target[:i], target[i:]
	}
	join := "?"
	if _, query, ok := strings.Cut(target, "?"); ok {
		join = "&"
		if query == "" || strings.HasSuffix(query, "&") {
			join = ""
		}
	}
	return target + join + name + "=" + credential + fragment
}

// linkOf returns the link page of a short token, with a label that tells people
// where it leads and that nothing reads.
func (s *site) linkOf(short, target string) string {
	link := s.base + "/p/" + short
	if l := label(target); l != "" {
		link += "/" + l
	}
	return link
}

const maxLabel = 40

var notLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^a-z0-9]+`) })

// label reduces the end of target's path to a-z, 0-9 and "-". A segment without
// letters says little, so it takes the one before it along: /reports/66.
func label(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	if len(parts) == 0 {
		return ""
	}
	words := plain(parts[len(parts)-1])
	if len(parts) > 1 && !strings.ContainsAny(words, "abcdefghijklmnopqrstuvwxyz") {
		words = plain(parts[len(parts)-2] + "-" + words)
	}
	return strings.Trim(words[:min(len(words), maxLabel)], "-")
}

func plain(s string) string {
	return strings.Trim(notLabel().ReplaceAllString(strings.ToLower(s), "-"), "-")
}
