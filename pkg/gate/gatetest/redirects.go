package gatetest

import (
	_ "embed"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// Host is the public host of the corpus of redirects.
const Host = "https://pass.example.com"

//go:embed redirects.txt
var redirects string

// Redirect is one line of the corpus: something that may be given as a place to
// go, and who may go there: path, here, away or no, as its file says.
type Redirect struct{ Verdict, To, Why string }

// Redirects returns the corpus.
func Redirects(tb testing.TB) (all []Redirect) {
	tb.Helper()
	for line := range strings.Lines(redirects) {
		if line = strings.TrimRight(line, "\n"); line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 3 {
			tb.Fatalf("redirects.txt: %q: a verdict, a string and what is behind it, apart by one tab", line)
		}
		to, err := strconv.Unquote(cells[1])
		if err != nil {
			tb.Fatalf("redirects.txt: %s: %v", cells[1], err)
		}
		all = append(all, Redirect{cells[0], to, cells[2]})
	}
	return all
}

// Leads returns the origin that a browser on Host goes to when it is sent to a
// place, as two readers see it: net/url, and one that reads as browsers do (the
// URL Standard): without what they drop, and with every backslash a slash. ok
// is false where either cannot tell, or where the two do not agree.
func Leads(to string) (origin string, ok bool) {
	base, err := url.Parse(Host + "/p/x")
	if err != nil {
		return "", false
	}
	seen := strings.Trim(to, "\x00\x01\x02\x03\x04\x05\x06\x07\x08\t\n\x0b\x0c\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f ")
	seen = strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(seen)
	u, err := base.Parse(to)
	if err != nil || u.User != nil {
		return "", false
	}
	plain := originOf(u)
	return plain, plain != "" && plain == standard(base, seen)
}

// standard is how a browser reads what is left: a scheme if there is one, then
// any number of slashes, if it is not https alone two of them, and a host.
func standard(base *url.URL, seen string) string {
	scheme, rest := base.Scheme, seen
	if before, after, found := strings.Cut(seen, ":"); found && before != "" && strings.Trim(strings.ToLower(before), "abcdefghijklmnopqrstuvwxyz0123456789+-.") == "" {
		scheme, rest = strings.ToLower(before), after
		if scheme != "https" || !strings.HasPrefix(rest, "//") {
			return ""
		}
	} else if !strings.HasPrefix(rest, "//") {
		return originOf(base)
	}
	host := strings.TrimLeft(rest, "/")
	if end := strings.IndexAny(host, "/?#"); end >= 0 {
		host = host[:end]
	}
	if host == "" || strings.ContainsAny(host, "@%") {
		return ""
	}
	return originOf(&url.URL{Scheme: scheme, Host: host})
}

func originOf(u *url.URL) string {
	if u.Opaque != "" || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":443")
}
