package attach_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/attach"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/storetest"
)

const (
	function = "arn:aws:lambda:eu-central-1:123456789012:function:gatepass-authorizer"
	api      = "a1b2c3d4e5"
	another  = "f6g7h8i9j0"
)

// gateways are the APIs there are, with their authorizers.
type gateways struct {
	apis map[string][]attach.Authorizer
	err  error
}

func (g gateways) Authorizers(_ context.Context, id, _ string) ([]attach.Authorizer, error) {
	list, ok := g.apis[id]
	if !ok && g.err == nil {
		return nil, pass.ErrNotFound
	}
	return list, g.err
}

func uri(function string) string {
	return "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/" + function + "/invocations"
}

// open returns an empty store.
func open(t *testing.T) storetest.Store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "store.db"), boltstore.Options{UnsafeNoSyncLosesAcknowledgedWrites: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// attacher has two APIs, each with one authorizer that calls Gatepass's alias.
func attacher(s attach.Store) *attach.Attacher {
	ours := []attach.Authorizer{{ID: "z1", Name: "Gatepass", Type: "REQUEST", URI: uri(function + ":live")}}
	return &attach.Attacher{Store: s, Function: function, APIs: gateways{apis: map[string][]attach.Authorizer{api: ours, another: ours}}}
}

// request is one of the stack's resource Rules.
func request(stack, physical, properties, old string) attach.Request {
	return attach.Request{Stack: "arn:aws:cloudformation:eu-central-1:123456789012:stack/" + stack + "/0a1b", LogicalID: "Rules", PhysicalID: physical,
		Properties: json.RawMessage(properties), Old: json.RawMessage(old), Undo: time.Second}
}

// properties are those of an API and these members of rules.
func properties(api string, rules ...string) string {
	return `{"ServiceToken":"arn","ApiId":"` + api + `","Rules":[{` + strings.Join(rules, "},{") + `}]}`
}

const (
	orders   = `"Route":"GET /orders/{id}","Scope":"order:{id}"`
	invoices = `"Route":"GET /invoices","Scope":"*"`
)

// kept compares the names of the declarations that the store has for an API.
func kept(t *testing.T, s attach.Store, api string, want ...string) {
	t.Helper()
	all, err := s.Rules(t.Context(), api)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	for name := range all {
		got[name] = true
	}
	wanted := map[string]bool{}
	for _, name := range want {
		wanted[name] = true
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Errorf("declarations for %s (-want +got):\n%s", api, diff)
	}
}

// refused compares an error with the faults it must name: parts of its lines, in
// their order. None: no error.
func refused(t *testing.T, err error, parts ...string) {
	t.Helper()
	var faults attach.Refused
	if err != nil && !errors.As(err, &faults) {
		t.Fatalf("failed: %v, want a refusal", err)
	}
	if len(faults) != len(parts) {
		t.Fatalf("%d faults, want %d:\n%v", len(faults), len(parts), err)
	}
	for i, part := range parts {
		if !strings.Contains(faults[i], part) {
			t.Errorf("fault %d is %q, want %q in it", i+1, faults[i], part)
		}
	}
}
