package handler

import (
	"net/http"

	"github.com/gatepass/gatepass/pkg/pass"
)

// Every cookie is set here, so that one that is cleared has the path and the
// domain of when it was set: a browser takes any other for a different cookie.
const everyCookie = "; Path=/; Secure; HttpOnly; SameSite=Lax"

// nonceSeconds is how long a page's button can tell its click from another.
const nonceSeconds = "900"

// nonceCookie keeps a page's nonce in its browser, for this host alone.
func (v *visit) nonceCookie(nonce string) string {
	return v.cfg.NonceCookie + "=" + nonce + everyCookie + "; Max-Age=" + nonceSeconds
}

// sessionCookie gives a session to its browser.
func (v *visit) sessionCookie(name, value string, ends pass.NumericDate) string {
	return name + "=" + value + v.widely() + "; Expires=" + ends.Time().Format(http.TimeFormat)
}

// cleared takes every session's cookie back.
func (v *visit) cleared() (lines []string) {
	for _, name := range v.cfg.SessionCookies {
		lines = append(lines, name+"="+v.widely()+"; Max-Age=0")
	}
	return lines
}

// widely is what session cookies are set with: for this host, or its domain.
func (v *visit) widely() string {
	if v.cfg.CookieDomain == "" {
		return everyCookie
	}
	return everyCookie + "; Domain=" + v.cfg.CookieDomain
}
