package handler

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/page"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/token"
)

// VisitConfig is what the link page needs to know.
type VisitConfig struct {
	QueryName   string   // the parameter that carries a token to its target
	QueryNames  []string // all that routes take tokens from, for targets of forms
	MovedIn     []string // the parameters that credentials which moved in come in; empty: none did
	NonceCookie string
	// SessionCookies are cleared when a session is ended.
	SessionCookies []string
	CookieDomain   string     // of the sessions' cookies; empty: this host alone
	Brand          page.Brand // whose pages they are
	Desk           *desk.Desk // takes what visitors ask of the host; nil: nothing can be asked
	Forms          Forms      // of /register/{form}; nil: there are none
}

// JWKS is the ring of public keys as a document (RFC 7517).
type JWKS interface {
	JWKS() ([]byte, error)
	Refresh(ctx context.Context) error
}

// Visit answers browsers: the link page, redeeming, ending a session, the page
// for who was refused elsewhere, forms, JWKS, and whoami for the sample.
func Visit(cfg VisitConfig, l *gate.Link, ring JWKS, log *Log, rs ...Refresher) Func {
	v := &visit{cfg: cfg, pages: page.New(cfg.Brand), link: l, ring: ring, log: log}
	return guard(log, func(ctx context.Context, event json.RawMessage) (json.RawMessage, error) {
		defer beside(ctx, log, rs)()
		var req events.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(event, &req); err != nil || req.Version != "2.0" && req.RequestContext.HTTP.Method == "" {
			log.failed("decode", errNotHTTP)
			return nil, errNotHTTP
		}
		return json.Marshal(v.route(ctx, &req))
	})
}

type visit struct {
	cfg   VisitConfig
	pages *page.Pages
	link  *gate.Link
	ring  JWKS
	log   *Log
}

type (
	httpRequest  = events.APIGatewayV2HTTPRequest
	httpResponse = events.APIGatewayV2HTTPResponse
)

// route answers by route key: a raw path begins with the stage or with the key of
// an API mapping where there is one.
func (v *visit) route(ctx context.Context, req *httpRequest) httpResponse {
	method := req.RequestContext.HTTP.Method
	_, path, named := strings.Cut(req.RouteKey, " ")
	if !named { // $default, or a caller that knows no route keys
		path = req.RawPath
	}
	switch {
	case strings.HasPrefix(path, "/p/") && (method == http.MethodGet || method == http.MethodHead):
		return v.open(ctx, req)
	case strings.HasPrefix(path, "/p/") && method == http.MethodPost:
		return v.redeem(ctx, req)
	case strings.HasPrefix(path, formPath) && (method == http.MethodGet || method == http.MethodHead):
		return v.form(ctx, req)
	case strings.HasPrefix(path, formPath) && method == http.MethodPost:
		return v.register(ctx, req)
	case path == "/session/end" && method == http.MethodPost:
		return v.end(ctx, req, func() httpResponse { return v.afterwards(req) })
	case path == "/.well-known/jwks.json" && method == http.MethodGet:
		return v.jwks(ctx, req)
	case path == "/refused" && (method == http.MethodGet || method == http.MethodHead):
		return v.elsewhere(req)
	case path == "/whoami" && method == http.MethodGet && req.RequestContext.Authorizer != nil:
		return v.whoami(req)
	}
	return v.notice(req, http.StatusNotFound, page.NothingHere)
}

// open shows the link page. It asks the gate to look, which uses nothing. A
// browser that comes again gets the nonce it had, so that a click in any of its
// tabs, and one after a lost answer, is the same redemption.
func (v *visit) open(ctx context.Context, req *httpRequest) httpResponse {
	raw, nonce := v.linkToken(req), v.cookie(req)
	d, keep := v.link.Open(ctx, &gate.Visit{Token: raw, Nonce: drawn(nonce), Request: gateRequest(req)})
	v.log.decision(pageEvent("open", req), d)
	if d.Outcome != gate.Allow {
		return v.refused(req, d)
	}
	return v.show(req, raw, nonce, d, keep)
}

// show is the page of a link that is good.
func (v *visit) show(req *httpRequest, raw, nonce string, d gate.Decision, keep bool) httpResponse {
	l := page.Link{Holder: d.Holder, Action: itself(req), Itself: itself(req), Token: raw, Query: v.cfg.QueryName}
	if !d.Pass.Mode.Redeems() {
		l.Action = d.Pass.Target
		return v.html(req, http.StatusOK, func(b io.Writer, lang string) error { return v.pages.Link(b, lang, l) })
	}
	if !keep {
		nonce = rand.Text()
	}
	return v.clickable(req, http.StatusOK, nonce, l)
}

// clickable is a link page whose button redeems: its nonce is in its cookie too,
// which begins its time anew.
func (v *visit) clickable(req *httpRequest, status int, nonce string, l page.Link) httpResponse {
	l.Nonce = nonce
	res := v.html(req, status, func(b io.Writer, lang string) error { return v.pages.Link(b, lang, l) })
	res.Cookies = []string{v.nonceCookie(nonce)}
	return res
}

// redeem turns the pass into a session and goes to its target.
func (v *visit) redeem(ctx context.Context, req *httpRequest) httpResponse {
	form := posted(req)
	if form.Get("wish") == page.NewLink {
		return v.newLink(ctx, req)
	}
	if form.Get("wish") == page.SignOut {
		return v.signOut(ctx, req)
	}
	nonce := v.nonce(req, form)
	visitReq := gate.Visit{Token: v.linkToken(req), Nonce: drawn(nonce), Switch: form.Get("switch") == "yes", Request: gateRequest(req)}
	o := v.link.Redeem(ctx, &visitReq)
	v.log.decision(pageEvent("redeem", req), o.Decision)
	switch {
	case o.Reason == pass.WrongSubject:
		return v.ask(req, nonce, o.Decision)
	case o.Outcome != gate.Allow:
		return v.refused(req, o.Decision)
	}
	target := o.Pass.Target
	if target == "" {
		target = "/"
	}
	res := httpResponse{StatusCode: http.StatusSeeOther, Headers: v.security(map[string]string{"location": target})}
	if o.Cookie != "" {
		res.Cookies = []string{v.sessionCookie(o.Cookie, o.Value, o.ExpiresAt)}
	}
	return res
}

// ask answers a click that would end somebody else's login or visit: with the
// page that says so, whose button switches. Its click is as good as any other's
// where its answer is lost, so it has a nonce, whether or not this one had.
func (v *visit) ask(req *httpRequest, nonce string, d gate.Decision) httpResponse {
	if nonce == "" {
		nonce = rand.Text()
	}
	return v.clickable(req, http.StatusForbidden, nonce, page.Link{Holder: d.Holder, Action: itself(req), Itself: itself(req)})
}

// end ends the browser's sessions and answers with what comes then; a dead one is
// answered the same.
func (v *visit) end(ctx context.Context, req *httpRequest, then func() httpResponse) httpResponse {
	r := gateRequest(req)
	d := v.link.End(ctx, &r)
	v.log.decision(pageEvent("end", req), d)
	if d.Outcome != gate.Allow {
		return v.refused(req, d)
	}
	res := then()
	res.Cookies = append(v.cleared(), res.Cookies...)
	// Browsers keep pages in memory to go back to, some of them no-store ones too.
	res.Headers["clear-site-data"] = `"cache"`
	return res
}

// afterwards leads on to next, which the form or else the query says, if that
// stays on this host and holds no credential. Without one a page says that the session has ended.
func (v *visit) afterwards(req *httpRequest) httpResponse {
	next := posted(req).Get("next")
	if next == "" {
		next = req.QueryStringParameters["next"]
	}
	if !gate.LocalPath(next) || token.Shows(next) || v.movedIn(next) {
		return v.notice(req, http.StatusOK, page.SignedOut)
	}
	return httpResponse{StatusCode: http.StatusSeeOther, Headers: v.security(map[string]string{"location": next})}
}

// movedIn reports whether a path leads to a credential that may have moved in.
func (v *visit) movedIn(path string) bool {
	return len(v.cfg.MovedIn) > 0 && len(token.MovedLinks(path, v.cfg.MovedIn)) > 0
}

// jwks answers from memory, and reads the ring where there is none yet.
func (v *visit) jwks(ctx context.Context, req *httpRequest) httpResponse {
	b, err := v.ring.JWKS()
	if err != nil && v.ring.Refresh(ctx) == nil {
		b, err = v.ring.JWKS()
	}
	if err != nil {
		v.log.failed("jwks", err)
		return v.notice(req, http.StatusServiceUnavailable, page.TryAgain)
	}
	return httpResponse{StatusCode: http.StatusOK, Body: string(b), Headers: v.security(map[string]string{
		"content-type": "application/jwk-set+json", "cache-control": "public, max-age=300"})}
}

// posted returns the fields of a form; none of a body that is not one.
func posted(req *httpRequest) url.Values {
	body := req.Body
	if req.IsBase64Encoded {
		b, err := base64.StdEncoding.DecodeString(body)
		if err != nil {
			return nil
		}
		body = string(b)
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil
	}
	return form
}

// linkToken takes the token out of a link's path.
func (v *visit) linkToken(req *httpRequest) string {
	rest := req.PathParameters["token"]
	if rest == "" {
		rest = strings.TrimPrefix(req.RawPath, "/p/")
	}
	return v.link.Token(rest)
}

// gateRequest is what the gate may know of a browser.
func gateRequest(req *httpRequest) gate.Request {
	return gate.Request{ID: req.RequestContext.RequestID, Method: req.RequestContext.HTTP.Method, Cookies: req.Cookies,
		FetchSite: req.Headers["sec-fetch-site"], Origin: req.Headers["origin"],
		IP: req.RequestContext.HTTP.SourceIP, UserAgent: req.RequestContext.HTTP.UserAgent}
}

// pageEvent stands in for an authorizer's event in the log.
func pageEvent(operation string, req *httpRequest) *apigw.Event {
	return &apigw.Event{Dialect: "page", Request: gate.Request{Route: operation, ID: req.RequestContext.RequestID}}
}
