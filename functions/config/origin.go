package config

import (
	"net/url"
	"strings"
)

// Origin returns the scheme and host of a URL, as a browser's Origin header has
// them: in lower case and without the scheme's own port (RFC 6454, section 6.2).
// It is "" of what is no URL.
func Origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme {
	case "https":
		host = strings.TrimSuffix(host, ":443")
	case "http":
		host = strings.TrimSuffix(host, ":80")
	}
	return scheme + "://" + host
}
