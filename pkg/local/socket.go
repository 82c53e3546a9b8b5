package local

import (
	"crypto/sha1" //nolint: RFC 6455 asks for it
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/gatepass/gatepass/pkg/local/template"
)

// connect takes a WebSocket handshake through $connect. A connection that comes
// about is answered, and then there is nothing more to it.
func (e *exchange) connect(found bool) *refusal {
	if !found || strings.Trim(e.path, "/") != "" {
		return &refusal{kind: "FORBIDDEN"}
	}
	if !strings.EqualFold(e.r.Header.Get("Upgrade"), "websocket") {
		return &refusal{kind: "DEFAULT_4XX", status: http.StatusUpgradeRequired}
	}
	if e.route = e.g.routes["$connect"]; e.route != nil {
		if why := e.guard(); why != nil {
			return why
		}
		status, why := e.greet()
		if why == nil && e.f.on(ruleHandshake) && status >= 300 {
			e.w.WriteHeader(status)
			return nil
		}
		if why != nil {
			return why
		}
	}
	h := e.w.Header()
	h.Set("Upgrade", "websocket")
	h.Set("Connection", "Upgrade")
	sum := sha1.Sum([]byte(e.r.Header.Get("Sec-Websocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	h.Set("Sec-Websocket-Accept", base64.StdEncoding.EncodeToString(sum[:]))
	e.w.WriteHeader(http.StatusSwitchingProtocols)
	return nil
}

func (e *exchange) guard() *refusal {
	if !e.f.on(ruleConnect) {
		return nil
	}
	return e.authorize()
}

// greet has the function behind $connect answer, if there is one.
func (e *exchange) greet() (int, *refusal) {
	in := &e.route.Integration
	if in.Kind != template.Lambda {
		return http.StatusOK, nil
	}
	if e.f.on(ruleIntegration) && !e.f.mayInvoke(in.ARN, in.Qualifier, e.arn()) {
		return 0, &refusal{kind: "API_CONFIGURATION_ERROR"}
	}
	event, err := e.proxyEvent(e.r)
	if err != nil {
		return 0, &refusal{kind: "REQUEST_TOO_LARGE"}
	}
	out, failed := e.s.call(e.r.Context(), e.f.functions[in.ARN], e.id, event)
	if failed != nil {
		return 0, e.useless()
	}
	a, err := parseAnswer1(out)
	if err != nil {
		return 0, e.useless()
	}
	return a.status, nil
}
