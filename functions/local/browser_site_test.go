package main

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/gatepass/gatepass/pkg/manage"
)

// site is a running program as the backend of its host sees it: it issues passes
// and looks at them by the Lambda Invoke API.
type site struct {
	*process
	base string // what links begin with
}

// newSite starts the program in a data folder of its own, for tests in a browser.
func newSite(t *testing.T, args ...string) *site {
	t.Helper()
	browser(t)
	p := launch(t, t.TempDir(), args...)
	return &site{process: p, base: p.base}
}

// invoke calls a function by the Invoke API and decodes its answer.
func (s *site) invoke(t *testing.T, function string, doc, answer any) {
	t.Helper()
	body, err := json.Marshal(doc)
	must(t, err, function)
	status, header, text := s.do(http.MethodPost, s.process.base+"/2015-03-31/functions/"+function+"/invocations", string(body))
	if status != http.StatusOK || header.Get("X-Amz-Function-Error") != "" {
		t.Fatalf("%s: %d %s", function, status, text)
	}
	must(t, json.Unmarshal([]byte(text), answer), text)
}

func (s *site) issue(t *testing.T, doc request) issued {
	t.Helper()
	var a issued
	s.invoke(t, "issue", doc, &a)
	if a.Error != nil {
		t.Fatalf("%s: %v", a.Error.Message, a.Error.Fields)
	}
	return a
}

// visit issues a visitor pass that leads to the visitors' page, with more fields
// or other ones.
func (s *site) visit(t *testing.T, more request) issued {
	t.Helper()
	r := request{"scope": "visit", "target": "/visitors", "expires_in": 3600, "max_uses": 1,
		"invitation": request{"from": "Fred", "purpose": "A look around", "message": "Come in!"},
		"visitor":    request{"email": "ginger@example.com", "first_name": "Ginger"}}
	for field, v := range more {
		r[field] = v
	}
	return s.issue(t, r)
}

// login issues a session pass that signs a subject in.
func (s *site) login(t *testing.T, subject string) issued {
	t.Helper()
	return s.issue(t, request{"mode": "session", "subject": subject, "target": "/account", "session_expires_in": 3600})
}

// manage carries out one operation on a pass.
func (s *site) manage(t *testing.T, operation, id string) manage.Description {
	t.Helper()
	var d manage.Description
	change := request{"pass": id}
	if operation != "describe" {
		change["by"] = "a test"
	}
	s.invoke(t, "manage", request{operation: change}, &d)
	return d
}

// stands demands how many uses of a pass are counted and how many sessions live.
func (s *site) stands(t *testing.T, when, id string, uses, live int) manage.Description {
	t.Helper()
	d := s.manage(t, "describe", id)
	if len(d.Uses.Each) != uses || d.Sessions.Live != live {
		t.Errorf("%s: %d uses and %d live sessions, want %d and %d", when, len(d.Uses.Each), d.Sessions.Live, uses, live)
	}
	return d
}
