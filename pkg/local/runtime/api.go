package runtime

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// The Runtime API's names, as aws-lambda-go's invoke loop has them.
const (
	apiVersion      = "/2018-06-01/runtime"
	headerRequestID = "Lambda-Runtime-Aws-Request-Id"
	headerDeadline  = "Lambda-Runtime-Deadline-Ms"
	headerARN       = "Lambda-Runtime-Invoked-Function-Arn"
	headerErrorType = "Lambda-Runtime-Function-Error-Type" // of errors, and in the trailer of an answer that broke off
	headerErrorBody = "Lambda-Runtime-Function-Error-Body"
)

func (e *environment) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+apiVersion+"/invocation/next", e.next)
	mux.HandleFunc("POST "+apiVersion+"/invocation/{id}/response", e.response)
	mux.HandleFunc("POST "+apiVersion+"/invocation/{id}/error", e.failure)
	mux.HandleFunc("POST "+apiVersion+"/init/error", e.initFailure)
	return mux
}

// next waits for an event. One that asks again before it has answered is refused.
func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	if e.busy() {
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the last invocation has no answer yet")
		return
	}
	select {
	case e.ready <- struct{}{}:
	default: // it has said so before
	}
	select {
	case in := <-e.work:
		e.begin(in)
		deadline, _ := in.ctx.Deadline()
		w.Header().Set(headerRequestID, in.id)
		w.Header().Set(headerDeadline, strconv.FormatInt(deadline.UnixMilli(), 10))
		w.Header().Set(headerARN, in.arn)
		w.Header().Set("Content-Type", "application/json")
		w.Write(in.event)
	case <-r.Context().Done():
	case <-e.gone:
	}
}

func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	in := e.finish(w, r)
	if in == nil {
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		in.done <- result{failed: &Failure{Type: "Function.ResponseSizeTooLarge", Message: "Response payload size exceeded maximum allowed payload size (" + strconv.Itoa(maxAnswer) + " bytes)."}}
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the answer is too large")
		return
	case err != nil:
		in.done <- result{failed: &Failure{Type: "Runtime.TruncatedResponse", Message: "the answer broke off"}}
	case r.Trailer.Get(headerErrorType) != "":
		told, _ := base64.StdEncoding.DecodeString(r.Trailer.Get(headerErrorBody))
		in.done <- result{failed: failureOf(told, r.Trailer.Get(headerErrorType))}
	default:
		in.done <- result{answer: body}
	}
	accept(w)
}

func (e *environment) failure(w http.ResponseWriter, r *http.Request) {
	in := e.finish(w, r)
	if in == nil {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxAnswer))
	in.done <- result{failed: failureOf(body, r.Header.Get(headerErrorType))}
	accept(w)
}

func (e *environment) initFailure(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxAnswer))
	e.mu.Lock()
	e.init = failureOf(body, r.Header.Get(headerErrorType))
	e.mu.Unlock()
	accept(w)
}

func (e *environment) busy() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current != nil
}

func (e *environment) begin(in *invocation) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.current = in
}

// finish returns the invocation that the request is about, once: a second answer,
// or one to something else, is refused.
func (e *environment) finish(w http.ResponseWriter, r *http.Request) *invocation {
	e.mu.Lock()
	defer e.mu.Unlock()
	in := e.current
	if in == nil || in.id != r.PathValue("id") {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "no invocation of this id waits for an answer")
		return nil
	}
	e.current = nil
	return in
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	io.WriteString(w, `{"status":"OK"}`)
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	body, _ := json.Marshal(Failure{Type: kind, Message: message}) // strings: cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(body)
}
