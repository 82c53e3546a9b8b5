package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/client"
)

// gp is a token of the package's vectors, and jwt what begins like one.
const (
	gp   = "gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"
	jwt  = "eyJhbGciOiJFZERTQSIsImtpZCI6IngiLCJ0eXAiOiJnYXRlcGFzcytqd3QifQ.e30.AAAA"
	link = "https://x.example/p/" + gp
)

// script answers calls in their order, and keeps what was asked.
type script struct {
	t       *testing.T
	answers []any // a string, or an error
	asked   []string
}

func (s *script) invoke(_ context.Context, function string, payload []byte) ([]byte, error) {
	s.asked = append(s.asked, function+" "+string(payload))
	if len(s.asked) > len(s.answers) {
		s.t.Errorf("call %d was not awaited: %s", len(s.asked), s.asked[len(s.asked)-1])
		return nil, errors.New("not awaited")
	}
	switch a := s.answers[len(s.asked)-1].(type) {
	case error:
		return nil, a
	default:
		return []byte(fmt.Sprint(a)), nil
	}
}

// scripted returns a Client that is answered so.
func scripted(t *testing.T, answers ...any) (*client.Client, *script) {
	t.Helper()
	s := &script{t: t, answers: answers}
	return &client.Client{Invoke: s.invoke}, s
}

// wants checks what was asked, call by call.
func (s *script) wants(calls ...string) {
	s.t.Helper()
	if diff := cmp.Diff(calls, s.asked); diff != "" {
		s.t.Errorf("(-want +asked):\n%s", diff)
	}
}

// same compares two values by their JSON form, so that answers can be written down
// as such.
func same(t *testing.T, got any, want string) {
	t.Helper()
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var g, w any
	if err := errors.Join(json.Unmarshal(b, &g), json.Unmarshal([]byte(want), &w)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w, g); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
