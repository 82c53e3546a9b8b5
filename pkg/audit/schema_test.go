package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/record"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

// everyType returns the types of events that there are, as event.go has them.
func everyType(t *testing.T) (out []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := spec.Type.(*ast.Ident); ok && of.Name == "Type" {
			name, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, name)
		}
		return true
	})
	slices.Sort(out)
	return out
}

func TestEveryTypeOfEventHasASchema(t *testing.T) {
	schemas := slices.Sorted(maps.Keys(schematest.NewEvents(t)))
	if diff := cmp.Diff(everyType(t), schemas); diff != "" {
		t.Errorf("(-types +schemas):\n%s", diff)
	}
}

// toldOfEachType returns an event of every type, made from the stream of an embedded store,
// as they go out.
func toldOfEachType(t *testing.T) map[string][]byte {
	t.Helper()
	h := newHouse(t)
	life(h)
	p := fixture(func(p *pass.Pass) { p.ID, p.Mode = "7Gm2kQpX4sVbN9aU", pass.Request })
	h.create(p)
	h.arrives(p, 8, fred)
	h.arrives(p, 9, ginger)
	_, err := h.bolt.RequestLink(context.Background(), passID, pass.Wish{At: h.now, Secret: "secret", Every: 600, PurgeAt: t0 + 7200}, pass.Window{Bucket: "block", Limit: 20, From: t0, Until: t0 + 3600})
	h.must(err)
	h.must(h.bolt.Register(context.Background(), &pass.Registration{V: pass.Version, ID: "7Gm2kQpX4sVbN9aV", Form: "reference", At: h.now, PurgeAt: t0 + 7200}))
	_, err = h.bolt.Reissue(context.Background(), passID, pass.Renewal{Secret: pass.DigestOf([]byte("another")), At: h.now})
	h.must(err)
	_, err = h.bolt.Change(context.Background(), p.ID, pass.Amendment{Scope: "marked-other", Change: pass.Change{Key: key(7), At: h.now, Operation: pass.Changing, By: "marked-by", Why: "marked-why"}})
	h.must(err)
	_, err = h.bolt.Revoke(context.Background(), p.ID, did(8, pass.Completing))
	h.must(err)
	h.deliver()
	die(h)
	for _, c := range h.changes(0) { // a removal of which the stream says that it was somebody's
		if c.New == nil && c.Old[record.SK] == record.PassSK {
			c.TTL = false
			_, err := h.audit.Handle(context.Background(), []audit.Change{c})
			h.must(err)
		}
	}
	out := map[string][]byte{}
	for _, e := range h.events {
		out[string(e.Type)] = []byte(line(t, e))
		if e.Type == audit.Shared && e.Use != "" {
			out["pass.shared by a use"] = []byte(line(t, e))
		}
	}
	return out
}

func TestEveryEventIsAsItsSchemaSays(t *testing.T) {
	schemas, told := schematest.NewEvents(t), toldOfEachType(t)
	for _, typ := range everyType(t) {
		if told[typ] == nil {
			t.Errorf("no %s was told", typ)
		}
	}
	for typ, e := range told {
		if err := schemas.Check(e); err != nil {
			t.Errorf("%s: %v", e, err)
		}
		var fields map[string]any
		if err := json.Unmarshal(e, &fields); err != nil {
			t.Fatal(err)
		}
		for name, mutant := range mutants(typ, fields) {
			b, err := json.Marshal(mutant)
			if err != nil {
				t.Fatal(err)
			}
			if schemas.Check(b) == nil {
				t.Errorf("%s: %s is as its schema says: %s", typ, name, b)
			}
		}
	}
}

// optional are the fields without which an event is whole.
func optional(typ, field string) bool { return typ == "pass.used" && field == "uses_left" }

// mutants are what an event must not be: with a field more, with one less, with one
// of another type, and with a credential anywhere.
func mutants(typ string, is map[string]any) map[string]map[string]any {
	out := map[string]map[string]any{}
	with := func(name, field string, v any) {
		m := maps.Clone(is)
		if m[field] = v; v == nil {
			delete(m, field)
		}
		out[name] = m
	}
	credentials := []string{"gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv", "gs_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv", "000SYW7RiJxkEgOGusQGwp",
		"eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIwYVo5YlkifQ.c2lnbmF0dXJl", pass.DigestOf([]byte("a")).String(), "fred@example.com", "192.0.2.7"}
	for _, field := range []string{"by", "why", "email", "ip", "token", "scope", "Type"} {
		with("a field "+field, field, "x")
	}
	for field, v := range is {
		if !optional(typ, field) {
			with("without "+field, field, nil)
		}
		with(field+" of another type", field, []any{v})
		if _, text := v.(string); text {
			with("a number for "+field, field, 7)
		} else {
			with("a text for "+field, field, fmt.Sprint(v))
		}
		for _, c := range credentials {
			with(field+" is "+c, field, c)
			with(field+" ends with "+c, field, fmt.Sprint(v, c))
			with(field+" begins with "+c, field, fmt.Sprint(c, v))
		}
	}
	with("of another version", "version", audit.EventVersion+1)
	return out
}
