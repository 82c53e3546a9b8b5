package caller

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// door stands before one handler.
type door struct {
	cfg    Config
	gate   *gate.Gate
	scope  string   // as it was declared
	names  []string // of the path values in it
	bypass func(*http.Request) bool
	next   http.Handler
}

// ServeHTTP decides, which counts, and then lets in or turns away.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.bypass != nil && d.bypass(r) {
		hand(d.next, w, with(r, Caller{Access: Bypassed, Reason: pass.OK}))
		return
	}
	r, decision := d.decide(w, r)
	d.cfg.Decided(r.Context(), decision)
	r = with(r, of(decision))
	switch decision.Outcome {
	case gate.Allow:
		hand(d.next, w, r)
	case gate.Deny:
		hand(d.cfg.Denied, w, r)
	default:
		hand(d.cfg.Unavailable, w, r)
	}
}

// hand gives a request to a handler, and removes the files that it wrote in parsing
// a form: net/http does that for its own request alone, and this is a copy, which is
// all that the handler knows. A form that was parsed before stays for whoever did it.
func hand(to http.Handler, w http.ResponseWriter, r *http.Request) {
	before := r.MultipartForm
	defer func() {
		if r.MultipartForm != nil && r.MultipartForm != before {
			_ = r.MultipartForm.RemoveAll() // nobody is left to tell, as in net/http
		}
	}()
	to.ServeHTTP(w, r)
}

// decide returns the decision, and the request with its body whole. All of it ends
// with Config.Timeout, waiting for the body too.
func (d *door) decide(w http.ResponseWriter, r *http.Request) (*http.Request, gate.Decision) {
	ctx, cancel := context.WithTimeout(r.Context(), d.cfg.Timeout)
	defer cancel()
	req := d.request(r)
	end, _ := ctx.Deadline()
	fields, r := fieldsOf(w, r, end, d.cfg.MaxBody, slices.Concat(d.cfg.Gate.QueryNames, d.cfg.Gate.MovedIn))
	for name, values := range fields {
		req.Query[name] = append(req.Query[name], values...)
	}
	return r, d.gate.Authorize(ctx, req)
}

// request returns what the gate is asked, but for what is in the body.
func (d *door) request(r *http.Request) *gate.Request {
	req := browser(r)
	req.WebSocket = opensWebSocket(r)
	req.Route, req.Query, req.Authorization = cmp.Or(r.Pattern, d.scope), r.URL.Query(), r.Header.Values("Authorization")
	if ip, err := netip.ParseAddr(d.cfg.Address(r)); err == nil {
		req.IP = ip.String()
	}
	if len(d.names) > 0 {
		req.Params = make(map[string]string, len(d.names))
		for _, name := range d.names {
			req.Params[name] = d.cfg.Param(r, name)
		}
	}
	return req
}

// opensWebSocket reports whether a request is a WebSocket's opening handshake (RFC
// 6455, section 4.2.1): a GET, which any site may have a browser make with the
// cookies of this one.
func opensWebSocket(r *http.Request) bool {
	if r.Method != http.MethodGet {
		return false
	}
	for protocol := range strings.SplitSeq(strings.Join(r.Header.Values("Upgrade"), ","), ",") {
		if strings.EqualFold(strings.Trim(protocol, " \t"), "websocket") {
			return true
		}
	}
	return false
}

// browser is what is known of a client apart from the tokens it presents.
// Repeated headers become one that no rule trusts.
func browser(r *http.Request) *gate.Request {
	return &gate.Request{Method: r.Method, Cookies: r.Header.Values("Cookie"), UserAgent: r.UserAgent(),
		FetchSite: strings.Join(r.Header.Values("Sec-Fetch-Site"), ", "), Origin: strings.Join(r.Header.Values("Origin"), ", ")}
}

// connection is the address of whoever is at the other end.
func connection(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// with returns the request with who is calling in its context.
func with(r *http.Request, c Caller) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), contextKey{}, c))
}

// denied says that it is refused, and not why: whoever holds the link reads that
// on the link's page. 401 is for who presented nothing at all (RFC 9110, section
// 15.5.2).
func denied(w http.ResponseWriter, r *http.Request) {
	status := http.StatusForbidden
	if c, _ := From(r.Context()); c.Reason == pass.Missing {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	answer(w, status)
}

// unavailable says that nothing was decided, and that asking again may help.
func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "1")
	answer(w, http.StatusServiceUnavailable)
}

func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
