package local

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	region  = "local"
	account = "000000000000"
	stage   = "$default"
)

// common is what authorizer and integration events of payload 2.0 share.
type common struct {
	Version        string            `json:"version"`
	RouteKey       string            `json:"routeKey"`
	RawPath        string            `json:"rawPath"` // decoded, in spite of its name
	RawQueryString string            `json:"rawQueryString"`
	Cookies        []string          `json:"cookies,omitempty"`
	Headers        map[string]string `json:"headers"`
	Query          map[string]string `json:"queryStringParameters,omitempty"`
	Context        requestContext    `json:"requestContext"`
	Params         map[string]string `json:"pathParameters,omitempty"`
	StageVariables map[string]string `json:"stageVariables,omitempty"`
}

type requestContext struct {
	AccountID    string          `json:"accountId"`
	APIID        string          `json:"apiId"`
	Authorizer   *authorizerPart `json:"authorizer,omitempty"`
	DomainName   string          `json:"domainName"`
	DomainPrefix string          `json:"domainPrefix"`
	HTTP         httpPart        `json:"http"`
	RequestID    string          `json:"requestId"`
	RouteKey     string          `json:"routeKey"`
	Stage        string          `json:"stage"`
	Time         string          `json:"time"`
	TimeEpoch    int64           `json:"timeEpoch"` // milliseconds
}

type httpPart struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// authorizerPart is where an integration finds the authorizer's context.
type authorizerPart struct {
	Lambda map[string]any `json:"lambda"`
}

// authorizerEvent is the question to the authorizer. IdentitySource is always
// null: the authorizer is called whatever the request brings.
type authorizerEvent struct {
	Type           string   `json:"type"`
	RouteARN       string   `json:"routeArn"`
	IdentitySource []string `json:"identitySource"`
	common
}

// proxyEvent is the request as an integration gets it.
type proxyEvent struct {
	common
	Body            string `json:"body,omitempty"`
	IsBase64Encoded bool   `json:"isBase64Encoded"`
}

// describe says of a request what both events say.
func (s *Server) describe(r *http.Request, rt *route, params map[string]string, id string) common {
	now, ip := s.cfg.Now().UTC(), sourceIP(r)
	host := hostname(r.Host)
	prefix, _, _ := strings.Cut(host, ".")
	return common{
		Version: "2.0", RouteKey: rt.Key, RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Cookies: cookies(r), Headers: headers(r, ip, id), Query: query(r.URL), Params: params,
		Context: requestContext{
			AccountID: account, APIID: s.cfg.API, DomainName: host, DomainPrefix: prefix,
			HTTP:      httpPart{Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: ip, UserAgent: r.UserAgent()},
			RequestID: id, RouteKey: rt.Key, Stage: stage,
			Time: now.Format("02/Jan/2006:15:04:05 +0000"), TimeEpoch: now.UnixMilli(),
		},
	}
}

// routeARN names the request to IAM.
func (s *Server) routeARN(r *http.Request) string {
	return "arn:aws:execute-api:" + region + ":" + account + ":" + s.cfg.API + "/" + stage + "/" + r.Method + r.URL.Path
}

// hop are the headers of the connection, which end at API Gateway.
func hop(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// headers returns the headers with lower-case names, repeated ones joined, the
// cookies apart, and what API Gateway adds.
func headers(r *http.Request, ip, id string) map[string]string {
	out := make(map[string]string, len(r.Header)+5)
	for name, values := range r.Header {
		if name != "Cookie" && !hop(name) {
			out[strings.ToLower(name)] = strings.Join(values, ",")
		}
	}
	if before := out["x-forwarded-for"]; before != "" {
		ip = before + ", " + ip
	}
	_, port, _ := net.SplitHostPort(r.Host)
	if port == "" {
		port = "80"
	}
	out["host"] = r.Host
	out["x-forwarded-for"], out["x-forwarded-port"], out["x-forwarded-proto"] = ip, port, "http"
	if out["x-amzn-trace-id"] == "" {
		out["x-amzn-trace-id"] = "Root=" + id
	}
	return out
}

// cookies returns every name=value of the Cookie headers.
func cookies(r *http.Request) []string {
	var out []string
	for _, line := range r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if pair = strings.TrimSpace(pair); pair != "" {
				out = append(out, pair)
			}
		}
	}
	return out
}

// query returns the decoded parameters, repeated ones joined with commas.
func query(u *url.URL) map[string]string {
	out := map[string]string{}
	for name, values := range u.Query() {
		out[name] = strings.Join(values, ",")
	}
	return out
}

// encode returns the integration event with a body. API Gateway calls a body
// text by its media type alone: not even a form is one, nor one that has none.
func (c common) encode(mediaType string, body []byte) (json.RawMessage, error) {
	e := proxyEvent{common: c, Body: string(body)}
	if len(body) > 0 && (!isText(mediaType) || !utf8.Valid(body)) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return marshal(e)
}

// marshal writes an event. What a client sent that is no UTF-8 is replaced.
func marshal(event any) (json.RawMessage, error) {
	return jsonv2.Marshal(event, jsontext.AllowInvalidUTF8(true), jsonv2.Deterministic(true), jsonv2.FormatNilSliceAsNull(true))
}

func isText(mediaType string) bool {
	t, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return false
	}
	switch t {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(t, "text/")
}

// sourceIP returns the peer's address, without port, zone or mapping.
func sourceIP(r *http.Request) string {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return ap.Addr().Unmap().WithZone("").String()
}

func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return strings.Trim(host, "[]")
}

// requestID returns a fresh id, which is also a trace id. No client chooses it.
func (s *Server) requestID() (string, error) {
	var b [12]byte
	if _, err := io.ReadFull(s.cfg.Rand, b[:]); err != nil {
		return "", fmt.Errorf("local: no random request id: %w", err)
	}
	return fmt.Sprintf("1-%08x-%x", s.cfg.Now().Unix(), b), nil
}
