package local

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
)

// An HTTP API's limits, in bytes.
const (
	maxHeader = 10_240   // request line and headers
	maxBody   = 10 << 20 // 10 MB
)

// ServeHTTP answers one request to the API, or to the Lambda Invoke API below
// /2015-03-31/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, err := s.requestID()
	if err != nil {
		s.cfg.Log.Error(err.Error())
		refuse(w, http.StatusInternalServerError)
		return
	}
	if strings.HasPrefix(r.URL.Path, invokeAPI) {
		s.serveInvoke(w, r, id)
		return
	}
	w.Header().Set("Apigw-Requestid", id)
	if s.front != nil {
		s.serveStack(w, r, id)
		return
	}
	if status := s.serve(w, r, id); status != 0 {
		refuse(w, status)
	}
}

// serve answers a request to the API, or returns the status to refuse it with.
// What can refuse stands before the authorizer, which may count a use.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, id string) int {
	if headerSize(r) > maxHeader {
		return http.StatusRequestHeaderFieldsTooLarge
	}
	rt, params, ok := s.table.match(r.Method, r.URL.EscapedPath())
	if !ok {
		return http.StatusNotFound
	}
	body, status := readBody(r)
	if status != 0 {
		return status
	}
	about := s.describe(r, rt, params, id)
	event, err := about.encode(r.Header.Get("Content-Type"), body)
	if err != nil || rt.Function != Upstream && len(event) > maxPayload {
		return http.StatusRequestEntityTooLarge
	}
	var granted map[string]any
	if rt.Authorizer {
		if granted, status = s.authorize(r, &about); status != 0 {
			return status
		}
		about.Context.Authorizer = &authorizerPart{Lambda: granted}
	}
	if rt.Function == Upstream {
		s.forward(w, r, body, granted)
		return 0
	}
	return s.integrate(w, r, rt.Function, about, body)
}

// integrate answers with what a function makes of the request.
func (s *Server) integrate(w http.ResponseWriter, r *http.Request, function string, about common, body []byte) int {
	event, err := about.encode(r.Header.Get("Content-Type"), body)
	if err != nil {
		return http.StatusInternalServerError
	}
	out, failed := s.call(r.Context(), function, about.Context.RequestID, event)
	if failed != nil {
		return http.StatusInternalServerError
	}
	a, err := parseAnswer(out)
	if err != nil {
		s.cfg.Log.Error("answer of no use to API Gateway", "function", function, "request_id", about.Context.RequestID, "error", err)
		return http.StatusInternalServerError
	}
	a.write(w)
	return 0
}

// readBody reads the whole body, or returns the status to refuse it with.
func readBody(r *http.Request) ([]byte, int) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return body, 0
}

// headerSize returns the bytes of the request line and the headers.
func headerSize(r *http.Request) int {
	n := len(r.Method) + 1 + len(r.RequestURI) + 1 + len(r.Proto) + 2 + len("Host: ") + len(r.Host) + 2
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(": ") + len(v) + 2
		}
	}
	return n
}

// refuse answers as an HTTP API does by itself: one fixed text per status.
func refuse(w http.ResponseWriter, status int) {
	text := http.StatusText(status)
	b, _ := json.Marshal(map[string]string{"message": text}) // a string: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(b)
}
