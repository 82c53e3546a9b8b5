package local

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// forward hands a mapped request on to an HTTP integration.
func (e *exchange) forward(r *http.Request) *refusal {
	in := &e.route.Integration
	to, path, err := e.target(in, r)
	if err != nil {
		e.s.cfg.Log.Error("the integration leads nowhere: give its upstream", "integration", in.LogicalID, "error", err)
		return &refusal{kind: "INTEGRATION_FAILURE"}
	}
	ctx, cancel := context.WithTimeout(r.Context(), e.patience(in))
	defer cancel()
	r = r.WithContext(ctx)
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(e.body)), int64(len(e.body)), nil
	var failed *refusal
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = to.Scheme, to.Host, ""
			p.Out.URL.Path, p.Out.URL.RawPath = unescaped(path), path
			if in.Method != "" && in.Method != "ANY" {
				p.Out.Method = in.Method
			}
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.SetXForwarded()
		},
		ModifyResponse: func(answer *http.Response) error {
			e.cors(answer.Header, nil)
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) {
			e.s.cfg.Log.Error("the upstream did not answer", "integration", in.LogicalID, "upstream", to.Redacted(), "error", err)
			if failed = (&refusal{kind: "INTEGRATION_FAILURE"}); ctx.Err() != nil {
				failed.kind = "INTEGRATION_TIMEOUT"
			}
		},
		ErrorLog: slog.NewLogLogger(e.s.cfg.Log.Handler(), slog.LevelError),
	}
	proxy.ServeHTTP(e.w, r)
	return failed
}

// target returns where an HTTP integration leads, and the path there. One with
// an http URI has that URI's path, with the request's path values in it; a
// private one (a listener's ARN) has the request's own.
func (e *exchange) target(in *template.Integration, r *http.Request) (*url.URL, string, error) {
	uri := in.URI
	for name, v := range e.params1() {
		uri = strings.ReplaceAll(strings.ReplaceAll(uri, "{"+name+"}", v), "{"+name+"+}", v)
	}
	given := e.f.upstreams[in.LogicalID]
	if !strings.HasPrefix(uri, "http://") && !strings.HasPrefix(uri, "https://") {
		if given == nil {
			return nil, "", &url.Error{Op: "forward", URL: in.URI, Err: http.ErrNoLocation}
		}
		_, said := in.RequestParameters["overwrite:path"]
		path := r.URL.EscapedPath()
		if e.g.api.Stage != "$default" && !said && e.f.on(rulePrivatePath) {
			path = "/" + e.g.api.Stage + path
		}
		return given, path, nil
	}
	to, err := url.Parse(uri)
	if err != nil {
		return nil, "", err
	}
	path := to.EscapedPath()
	if _, said := in.RequestParameters["overwrite:path"]; said {
		path = r.URL.EscapedPath()
	}
	if given != nil {
		return given, path, nil
	}
	return to, path, nil
}
