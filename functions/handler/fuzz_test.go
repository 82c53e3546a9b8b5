package handler_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/functions/handler"
	"github.com/gatepass/gatepass/pkg/apigw"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
)

// FuzzEvent: whatever comes in, there is no panic, no answer that is not JSON,
// and nobody is let in without one of the three credentials that are good: a
// short token, a JWT, a session's cookie.
func FuzzEvent(f *testing.F) {
	files, err := filepath.Glob("../../events/authorizer-*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	b := gatetest.Open(f)
	short, p := sample()
	p.MaxUses = 0
	if err := b.Create(f.Context(), p); err != nil {
		f.Fatal(err)
	}
	good := []string{short.String()}
	for _, name := range []string{"a signed-in session is admitted and not counted", "a JWT of an unlimited pass is not counted"} {
		row := named(f, name)
		gatetest.Plant(f, b, row)
		req := gatetest.Request(f, row)
		for _, d := range []apigw.Dialect{apigw.RESTRequest, apigw.HTTP1, apigw.HTTP2, apigw.WebSocket} {
			f.Add(event(f, d, req, "66"))
		}
		for _, cookie := range req.Cookies {
			good = append(good, cookie[strings.Index(cookie, "=")+1:])
		}
		good = append(good, req.Query["token"]...)
	}
	row := decisions.Row{Rule: &decisions.Rule{Scope: "report:66", Accept: []pass.Mode{pass.None, pass.SessionMode}}}
	run := handler.Authorizer(gatetest.New(f, b, row), false, handler.NewLog("authorizer", io.Discard, gatetest.Clock))
	f.Fuzz(func(t *testing.T, event []byte) {
		out, err := run(t.Context(), event)
		if (err == nil) != json.Valid(out) {
			t.Fatalf("answered %q with %v", out, err)
		}
		allowed := bytes.Contains(out, []byte(`"Effect":"Allow"`)) || bytes.Contains(out, []byte(`"outcome":"allow"`))
		if allowed && !slices.ContainsFunc(good, func(s string) bool { return credential(event, s) }) {
			t.Fatalf("let in without a credential: %q", event)
		}
	})
}

// credential reports whether the event carries the token somewhere in its strings.
func credential(event []byte, token string) bool {
	var v any
	if json.Unmarshal(event, &v) != nil {
		return false
	}
	return holds(v, token)
}

func holds(v any, token string) bool {
	switch v := v.(type) {
	case string:
		return bytes.Contains([]byte(v), []byte(token))
	case []any:
		for _, e := range v {
			if holds(e, token) {
				return true
			}
		}
	case map[string]any:
		for name, e := range v {
			if holds(e, token) || bytes.Contains([]byte(name), []byte(token)) {
				return true
			}
		}
	}
	return false
}

func named(t testing.TB, name string) decisions.Row {
	t.Helper()
	for _, row := range rows(t) {
		if row.Name == name {
			return row
		}
	}
	t.Fatalf("the table has lost the row %q", name)
	return decisions.Row{}
}
