package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/desk"
	"github.com/gatepass/gatepass/pkg/keys"
)

// stand stands in for what the functions ask of AWS beside DynamoDB: KMS seals and
// makes MACs with the files in the data folder, EventBridge tells the log, and API
// Gateway has no authorizers. It is an emulator of six operations for one machine:
// nothing is signed, nobody is asked who he is, and what it seals is as safe as
// those files.
type stand struct {
	sealer keys.Sealer
	mac    desk.Mac
	events audit.Events
}

// maxService bounds a request, in bytes: PutEvents takes 1 MB.
const maxService = 1 << 20

var errService = errors.New("no operation that is emulated here")

// ServeHTTP answers as AWS's JSON protocols do.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxService))
	var answer any
	if err == nil {
		answer, err = s.answer(r, body)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		answer = map[string]string{"__type": "ValidationException", "message": err.Error()}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (s *stand) answer(r *http.Request, body []byte) (any, error) {
	switch target := r.Header.Get("X-Amz-Target"); {
	case target == "TrentService.Encrypt":
		return s.cipher(r.Context(), body, s.sealer.Seal)
	case target == "TrentService.Decrypt":
		return s.cipher(r.Context(), body, s.sealer.Open)
	case target == "TrentService.GenerateMac":
		return s.sum(r.Context(), body)
	case target == "AWSEvents.PutEvents":
		return s.put(r.Context(), body)
	case r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/authorizers"):
		return map[string][]string{"item": {}, "items": {}}, nil // REST APIs, and the others
	}
	return nil, errService
}

// sealed is Encrypt's and Decrypt's request, and the answer to either.
type sealed struct {
	KeyID      string            `json:"KeyId"`
	Plaintext  []byte            `json:",omitempty"`
	Ciphertext []byte            `json:"CiphertextBlob,omitempty"`
	Context    map[string]string `json:"EncryptionContext,omitempty"`
}

// cipher seals or opens. The kid in the encryption context is bound in as it is
// when issue seals with the file itself, so that either opens what the other
// sealed.
func (s *stand) cipher(ctx context.Context, body []byte, do func(ctx context.Context, kid string, text []byte) ([]byte, error)) (any, error) {
	var q sealed
	kid := ""
	if err := json.Unmarshal(body, &q); err == nil {
		kid = q.Context["gatepass:kid"]
	}
	if q.KeyID == "" || kid == "" || len(q.Context) != 1 || (q.Plaintext == nil) == (q.Ciphertext == nil) {
		return nil, errors.New("a KeyId, one text and the context gatepass:kid alone are needed")
	}
	out, err := do(ctx, kid, append(q.Plaintext, q.Ciphertext...))
	if err != nil {
		return nil, err
	}
	if q.Plaintext != nil {
		return sealed{KeyID: q.KeyID, Ciphertext: out}, nil
	}
	return sealed{KeyID: q.KeyID, Plaintext: out}, nil
}

// sum makes a MAC.
func (s *stand) sum(ctx context.Context, body []byte) (any, error) {
	var q struct {
		KeyID     string `json:"KeyId"`
		Algorithm string `json:"MacAlgorithm"`
		Message   []byte
	}
	if err := json.Unmarshal(body, &q); err != nil || q.KeyID == "" || q.Algorithm != "HMAC_SHA_256" {
		return nil, errors.New("a KeyId and the algorithm HMAC_SHA_256 are needed")
	}
	out, err := s.mac.Mac(ctx, q.Message)
	return map[string]any{"KeyId": q.KeyID, "MacAlgorithm": q.Algorithm, "Mac": out}, err
}

// put tells what was put on the bus.
func (s *stand) put(ctx context.Context, body []byte) (any, error) {
	var q struct{ Entries []struct{ Detail string } }
	if err := json.Unmarshal(body, &q); err != nil {
		return nil, err
	}
	events, ids := make([]audit.Event, len(q.Entries)), make([]map[string]string, len(q.Entries))
	for i, e := range q.Entries {
		if err := json.Unmarshal([]byte(e.Detail), &events[i]); err != nil {
			return nil, err
		}
		ids[i] = map[string]string{"EventId": events[i].ID}
	}
	return map[string]any{"FailedEntryCount": 0, "Entries": ids}, s.events.Publish(ctx, events)
}

// services is a stand on a port of loopback.
type services struct {
	url   string
	close func()
}

func startServices(h http.Handler) (*services, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("nothing can stand in for KMS and EventBridge: %w", err)
	}
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = srv.Serve(ln) }() // until it is closed
	return &services{url: "http://" + ln.Addr().String(), close: func() { _ = srv.Close() }}, nil
}
