package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/client"
)

func TestLocalCallsLambdasInvokeAPI(t *testing.T) {
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		asked = r.Method + " " + r.RequestURI + " " + string(b)
		io.WriteString(w, `{"id":"`+id+`"}`)
	}))
	defer server.Close()
	c := client.Client{Invoke: client.Local(server.URL + "/"), Functions: client.Functions{Issue: "a b"}}
	a, err := c.Issue(t.Context(), client.Request{Scope: "s"})
	if want := `POST /2015-03-31/functions/a%20b/invocations {"scope":"s"}`; err != nil || a.ID != id || asked != want {
		t.Errorf("got %v and %v; asked %s, want %s", a, err, asked, want)
	}
}

func TestLocalTellsWhatWasAnswered(t *testing.T) {
	for name, tt := range map[string]struct {
		status int
		body   string
		says   string
		want   error
	}{
		"a function that is not there":      {404, `{"Type":"User","Message":"Function not found: x"}`, "404 Not Found Function not found: x", client.ErrNotCalled},
		"a server that is none of ours":     {502, `<html>`, "502 Bad Gateway", client.ErrUnavailable},
		"a redirect, which is not followed": {302, ``, "302 Found", client.ErrUnavailable},
		"more than Lambda answers":          {200, strings.Repeat(" ", 6<<20+1), "more than 6291456 bytes", client.ErrUnavailable},
		"a function that failed":            {200, `{"errorMessage":"store unavailable","errorType":"e"}`, "issue failed: store unavailable", client.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/elsewhere" {
					t.Error("it followed the redirect")
				}
				w.Header().Set("Location", "/elsewhere")
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			}))
			defer server.Close()
			c := client.Client{Invoke: client.Local(server.URL)}
			if _, err := c.Issue(t.Context(), client.Request{Scope: "s"}); !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q in it", err, tt.says)
			}
		})
	}
}

func TestLocalEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	if _, err := client.Local(server.URL)(ctx, "issue", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("in the middle: %v", err)
	}
	if _, err := client.Local("")(ctx, "issue", nil); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "http://localhost:8080/") {
		t.Errorf("before it began: %v", err)
	}
	if _, err := client.Local("http://\x7f")(t.Context(), "issue", nil); err == nil {
		t.Error("an endpoint that is no URL: no error")
	}
}
