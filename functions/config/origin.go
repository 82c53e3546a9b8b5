package config

import "net/url"

// Origin returns the scheme and host of a URL, as a browser's Origin header has
// them, or "" of what is no URL.
func Origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
