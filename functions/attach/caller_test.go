package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/caller"
	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/pass"
)

// TestGoBackendsOfTheStacks: package caller finds in the events of each kind of
// API, and in the headers of a service, who came through the authorizer.
func TestGoBackendsOfTheStacks(t *testing.T) {
	for _, name := range names(t) {
		t.Run(name, func(t *testing.T) {
			var came []caller.Caller
			keep := func(c caller.Caller, err error) {
				if err != nil {
					t.Error(err)
				}
				came = append(came, c)
			}
			service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { keep(caller.FromHeader(r.Header)) }))
			defer service.Close()
			to, err := url.Parse(service.URL)
			if err != nil {
				t.Fatal(err)
			}
			if name != "fargate" {
				to = nil
			}
			a := deployGatepass(t, public).attached(name, to)
			a.run = func(_ context.Context, event json.RawMessage) (json.RawMessage, error) {
				keep(caller.FromEvent(event))
				return json.RawMessage(`{"statusCode":200}`), nil
			}
			w := ways()[name]
			w.headers = append(slices.Clone(w.headers), "Gatepass-Subject", "root")
			p := a.pass(`{"mode":"request","subject":"100% Zoe","scope":"` + w.scope + `","data":{"name":"Zo\u00eb"}}`)
			if status, body := a.get(w, w.path, p.Token); status != w.good {
				t.Fatal(body)
			}
			want := []caller.Caller{{Access: gate.Granted, Reason: pass.OK, Mode: pass.Request, PassID: p.ID, Scope: w.scope, Subject: "100% Zoe", Data: json.RawMessage(`{"name":"Zo\u00eb"}`)}}
			if diff := cmp.Diff(want, came); diff != "" {
				t.Errorf("who came (-want +got):\n%s", diff)
			}
		})
	}
}
