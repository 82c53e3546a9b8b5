package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// upstreamTime is how long an HTTP API waits for an integration.
const upstreamTime = 30 * time.Second

// contextPrefix starts the headers that carry the authorizer's context.
const contextPrefix = "Gatepass-"

// grantedKey is under which a proxied request carries the authorizer's context.
type grantedKey struct{}

// newProxy returns the HTTP integration. What the authorizer granted arrives as
// headers, pass_id as Gatepass-Pass-Id; a client's own of that prefix never do,
// on no route, and in no spelling that a framework might take for one.
func newProxy(to *url.URL, log *slog.Logger) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(to)
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.SetXForwarded()
			removeContext(p.Out.Header)
			granted, _ := p.In.Context().Value(grantedKey{}).(map[string]any)
			for key, v := range granted {
				p.Out.Header.Set(contextHeader(key), headerText(v))
			}
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			log.Error("the upstream did not answer", "upstream", to.Redacted(), "error", err)
			refuse(w, http.StatusServiceUnavailable)
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelError),
	}
}

// forward hands the request on, with the body that was read from it.
func (s *Server) forward(w http.ResponseWriter, r *http.Request, body []byte, granted map[string]any) {
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), grantedKey{}, granted), upstreamTime)
	defer cancel()
	r = r.WithContext(ctx)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.TransferEncoding = nil
	s.proxy.ServeHTTP(w, r)
}

// removeContext removes what a client sent in the authorizer's name. Frameworks
// that read CGI variables cannot tell _ from -, so neither is told from it here.
func removeContext(h http.Header) {
	for name := range h {
		plain := strings.ReplaceAll(name, "_", "-")
		if len(plain) >= len(contextPrefix) && strings.EqualFold(plain[:len(contextPrefix)], contextPrefix) {
			delete(h, name)
		}
	}
}

func contextHeader(key string) string {
	return http.CanonicalHeaderKey(contextPrefix + strings.ReplaceAll(key, "_", "-"))
}

// headerText writes a context value as API Gateway's parameter mapping does.
func headerText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool, float64:
		return fmt.Sprint(v)
	case nil:
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
