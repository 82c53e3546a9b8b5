package handler

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// refused says why to who holds the secret, and nothing to anybody else: the
// status, the headers and the page are the same for every other link.
func (v *visit) refused(req *httpRequest, d gate.Decision) httpResponse {
	r := page.Refused{Reason: d.Reason, Reference: d.PassID, Holder: d.Holder}
	if v.cfg.Desk != nil {
		r.Action = itself(req)
	}
	status := http.StatusForbidden
	switch {
	case d.Reason == pass.Unavailable:
		return v.notice(req, http.StatusServiceUnavailable, page.TryAgain)
	case d.Holder == nil && d.Reason != pass.CrossSite, page.Neutral(d.Reason):
		status, r.Reason, r.Holder = http.StatusNotFound, pass.Unknown, nil
	}
	return v.html(req, status, func(b io.Writer, lang string) error { return v.pages.Refused(b, lang, r) })
}

// elsewhere is where a backend sends a browser that was refused on its route.
// The query's reason chooses among fixed pages and its reference is an id or
// nothing: no other word of a caller's gets onto the page, and nothing is read.
func (v *visit) elsewhere(req *httpRequest) httpResponse {
	r := page.Refused{Reason: pass.Unknown}
	if reason := pass.Reason(req.QueryStringParameters["reason"]); slices.Contains(pass.Reasons(), reason) {
		r.Reason = reason
	}
	if id := req.QueryStringParameters["reference"]; token.ValidID(id) {
		r.Reference = id
	}
	return v.html(req, http.StatusForbidden, func(b io.Writer, lang string) error { return v.pages.Refused(b, lang, r) })
}

// whoami shows the authorizer's context: as a page to browsers, as JSON to
// programs. It knows only what a route's authorizer put there.
func (v *visit) whoami(req *httpRequest) httpResponse {
	known := map[string]string{}
	for name, value := range req.RequestContext.Authorizer.Lambda {
		if text, ok := value.(string); ok && text != "-" && text != "" {
			known[name] = text
		}
	}
	if !strings.Contains(req.Headers["accept"], "text/html") {
		body, err := json.Marshal(known)
		if err != nil { // texts alone
			return v.notice(req, http.StatusInternalServerError, page.TryAgain)
		}
		return httpResponse{StatusCode: http.StatusOK, Body: string(body) + "\n", Headers: v.security(map[string]string{"content-type": "application/json"})}
	}
	who := page.WhoAmI{Granted: known["access"] == string(gate.Granted)}
	for _, name := range []string{"access", "reason", "mode", "subject", "visitor", "scope", "data", "pass_id", "session_id"} {
		if known[name] != "" {
			who.Facts = append(who.Facts, page.Fact{Name: name, Value: known[name]})
		}
	}
	if known["session_id"] != "" {
		who.SignOut = "session/end" // beside this page, also below a base path
	}
	return v.html(req, http.StatusOK, func(b io.Writer, lang string) error { return v.pages.WhoAmI(b, lang, who) })
}

func (v *visit) notice(req *httpRequest, status int, n page.Notice) httpResponse {
	return v.html(req, status, func(b io.Writer, lang string) error { return v.pages.Notice(b, lang, n) })
}

// html makes an answer of a page in the browser's language, with the headers
// that every page has.
func (v *visit) html(req *httpRequest, status int, write func(out io.Writer, lang string) error) httpResponse {
	lang := page.Language(req.Headers["accept-language"])
	var b strings.Builder
	if err := write(&b, lang); err != nil {
		v.log.failed("page", err)
		return httpResponse{StatusCode: http.StatusInternalServerError, Headers: v.security(nil)}
	}
	return httpResponse{StatusCode: status, Body: b.String(), Headers: v.security(map[string]string{
		"content-type": "text/html; charset=utf-8", "content-language": lang, "vary": "accept-language"})}
}

// security adds the headers of everything that may have seen a token: kept by
// nobody, framed by nobody, and its address told to nobody.
func (v *visit) security(h map[string]string) map[string]string {
	all := map[string]string{"cache-control": "no-store", "referrer-policy": "strict-origin", "x-content-type-options": "nosniff",
		"content-security-policy": v.pages.Policy(), "strict-transport-security": "max-age=31536000", "x-robots-tag": "noindex"}
	for name, value := range h {
		all[name] = value
	}
	return all
}
