package issue

import (
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/gatepass/gatepass/pkg/terms"
)

// target judges where the pass leads.
func (d *draft) target() {
	if !d.asked("target") {
		return
	}
	d.judged("target", d.site.WrongTarget(d.req.target, d.pass.Mode, d.pass.Format, d.cfg.Names()...))
	d.pass.Target = d.req.target
}

// site writes links and addresses.
type site struct{ terms.Site }

// urlOf returns target with the credential at the end of its query; everything
// else stays byte for byte as it was. A path is put on the site's origin.
func (s *site) urlOf(target, name, credential string) string {
	if target[0] == '/' {
		target = s.Origin + target
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
	link := s.Base + "/p/" + short
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
