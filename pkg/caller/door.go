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
	r, req := d.request(r)
	decision := d.decide(r.Context(), req)
	d.cfg.Decided(r.Context(), decision)
	r = with(r, of(decision))
	switch decision.Outcome {
	case gate.Allow:
		hand(d.next, w, r)
	case gate.Deny:
		hand(d.cfg.Denied, w, r)
	default:
		unavailable(w)
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

func (d *door) decide(ctx context.Context, req *gate.Request) gate.Decision {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.Timeout)
	defer cancel()
	return d.gate.Authorize(ctx, req)
}

// request returns what the gate is asked, and the request with its body whole.
func (d *door) request(r *http.Request) (*http.Request, *gate.Request) {
	req := browser(r)
	req.Route, req.Query, req.Authorization = cmp.Or(r.Pattern, d.scope), r.URL.Query(), r.Header.Values("Authorization")
	if ip, err := netip.ParseAddr(d.cfg.Address(r)); err == nil {
		req.IP = ip.String()
	}
	if strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Upgrade"), ",")), "websocket") {
		// A WebSocket is opened by a GET, and any site may have a browser open one
		// with the cookies of this one: the gate knows that by the route's name.
		req.Route = "$connect"
	}
	if len(d.names) > 0 {
		req.Params = make(map[string]string, len(d.names))
		for _, name := range d.names {
			req.Params[name] = d.cfg.Param(r, name)
		}
	}
	fields, r := fieldsOf(r, d.cfg.MaxBody, slices.Concat(d.cfg.Gate.QueryNames, d.cfg.Gate.MovedIn))
	for name, values := range fields {
		req.Query[name] = append(req.Query[name], values...)
	}
	return r, req
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
func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "1")
	answer(w, http.StatusServiceUnavailable)
}

func answer(w http.ResponseWriter, status int) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
