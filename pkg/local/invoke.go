package local

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// invokeAPI is where Lambda's API lies; nothing of the HTTP API can.
const invokeAPI = "/2015-03-31/"

// apiError is one of Lambda's own errors, as opposed to a function's.
type apiError struct {
	status  int
	kind    string
	message string
}

// serveInvoke answers the Lambda Invoke API. Whatever function is named by
// whatever qualifier, it is the one in Config.
func (s *Server) serveInvoke(w http.ResponseWriter, r *http.Request, id string) {
	w.Header().Set("X-Amzn-Requestid", id)
	if e := s.invoke(w, r, id); e != nil {
		w.Header().Set("X-Amzn-Errortype", e.kind)
		writeJSON(w, e.status, map[string]string{"Type": "User", "Message": e.message, "message": e.message})
	}
}

func (s *Server) invoke(w http.ResponseWriter, r *http.Request, id string) *apiError {
	if !s.cfg.InvokeFromAnywhere && !local(r) {
		return &apiError{http.StatusForbidden, "AccessDeniedException", "the Invoke API answers programs on this machine only, by a loopback address"}
	}
	name, e := s.function(r)
	if e != nil {
		return e
	}
	payload, e := readPayload(r)
	if e != nil {
		return e
	}
	w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	switch kind := r.Header.Get("X-Amz-Invocation-Type"); kind {
	case "", "RequestResponse":
		s.respond(w, r, name, id, payload)
	case "Event":
		if len(payload) > maxEvent {
			return tooLarge(maxEvent)
		}
		s.running.Go(func() { s.call(r.Context(), name, id, payload) })
		w.WriteHeader(http.StatusAccepted)
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
	default:
		return &apiError{http.StatusBadRequest, "InvalidParameterValueException", fmt.Sprintf("invocation type %q: want RequestResponse, Event or DryRun", kind)}
	}
	return nil
}

// respond waits for the function and answers with what it answered, or how it failed.
func (s *Server) respond(w http.ResponseWriter, r *http.Request, name, id string, payload json.RawMessage) {
	out, failed := s.call(r.Context(), name, id, payload)
	if failed != nil {
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		writeJSON(w, http.StatusOK, failed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(out)
}

// function finds the function that the path names: by name, partial ARN or ARN,
// with or without a qualifier, escaped or not.
func (s *Server) function(r *http.Request) (string, *apiError) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), invokeAPI+"functions/")
	escaped, call := strings.CutSuffix(rest, "/invocations")
	asked, err := url.PathUnescape(escaped)
	if !ok || !call || r.Method != http.MethodPost || err != nil {
		return "", &apiError{http.StatusNotFound, "UnknownOperationException", "of Lambda's API only Invoke is here: POST " + invokeAPI + "functions/<name>/invocations"}
	}
	name := asked
	if i := strings.LastIndex(":"+asked, ":function:"); i >= 0 {
		name = asked[i+len("function:"):]
	}
	name, _, _ = strings.Cut(name, ":")
	for _, n := range []string{name, strings.TrimPrefix(name, s.cfg.NamePrefix)} {
		if s.cfg.Functions[n] != nil {
			return n, nil
		}
	}
	return "", &apiError{http.StatusNotFound, "ResourceNotFoundException", "Function not found: " + functionARN(name)}
}

// readPayload reads the event. No body is an empty event.
func readPayload(r *http.Request) (json.RawMessage, *apiError) {
	b, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxPayload))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, tooLarge(maxPayload)
	case err != nil:
		return nil, &apiError{http.StatusBadRequest, "InvalidRequestContentException", "Could not read the request body"}
	case len(b) == 0:
		return json.RawMessage("{}"), nil
	case !json.Valid(b):
		return nil, &apiError{http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json"}
	}
	return b, nil
}

func tooLarge(limit int) *apiError {
	return &apiError{http.StatusRequestEntityTooLarge, "RequestTooLargeException", fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit)}
}

// local reports whether a request comes from a program on this machine: not from
// another one, not through a proxy or tunnel that would make another one look
// like it, and not from a page that a browser here shows, even one whose name
// was rebound to this address.
func local(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || !loopbackName(hostname(r.Host)) {
		return false
	}
	for _, name := range []string{"Origin", "Sec-Fetch-Site", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Via"} {
		if r.Header.Get(name) != "" {
			return false
		}
	}
	return true
}

func loopbackName(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, _ := json.Marshal(v) // strings only: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b)
}
