package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/audit"
	"github.com/gatepass/gatepass/pkg/boltstore"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/schema/schematest"
)

// overheard is every event that came out of a place, each held to its schema.
type overheard struct {
	*place
	schemas schematest.Events
	all     []audit.Event
}

func (p *place) listen() *overheard {
	h := &overheard{place: p, schemas: schematest.NewEvents(p.t)}
	p.stack.told.log = h
	return h
}

// Publish implements audit.Events.
func (h *overheard) Publish(_ context.Context, told []audit.Event) error {
	for _, e := range told {
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if err := h.schemas.Check(b); err != nil {
			h.t.Errorf("%s is not as its schema says: %v", b, err)
		}
	}
	h.all = append(h.all, told...)
	return nil
}

// settle lets the table's TTL and stream do their work, and returns what was told
// of a pass, or of all.
func (h *overheard) settle(id string) (out []audit.Event) {
	h.t.Helper()
	if _, err := h.stack.store.(*boltstore.Store).Sweep(h.t.Context(), pass.At(h.now()), 1000); err != nil {
		h.t.Fatal(err)
	}
	h.stack.server.Tick(h.t.Context())
	for _, e := range h.all {
		if id == "" || e.PassID == id {
			out = append(out, e)
		}
	}
	return out
}

// shared returns what was told of a pass being shared: how many clients it had.
func (h *overheard) shared(id string) (clients []int) {
	h.t.Helper()
	for _, e := range h.settle(id) {
		if e.Type == audit.Shared {
			clients = append(clients, e.Clients)
		}
	}
	return clients
}

// TestAWholeLifeIsToldAsTheSchemasSay: all that there is to do, by all functions,
// has every type of event told, each as its schema says.
func TestAWholeLifeIsToldAsTheSchemasSay(t *testing.T) {
	p := inPlace(t, nil, nil)
	h := p.listen()
	manage := func(operation string, doc request) {
		t.Helper()
		var answer struct{ Error any }
		if p.invoke("manage", request{operation: doc}, &answer); answer.Error != nil {
			t.Fatalf("%s: %v", operation, answer.Error)
		}
	}
	for mode, doc := range invited() {
		a, person := p.issue(doc), p.person()
		person.open(a.Link)
		if status, body := person.click(); status != http.StatusOK {
			t.Fatalf("%s: %d %s", mode, status, body)
		}
		manage("revoke", request{"pass": a.ID, "by": "test", "why": "lost"})
		manage("restore", request{"pass": a.ID, "by": "test"})
		manage("complete", request{"pass": a.ID, "by": "test", "why": "done"})
		manage("restore", request{"pass": a.ID, "by": "test"})
		manage("change", request{"pass": a.ID, "by": "test", "why": "longer", "expires_in": 500})
		h.settle("")
	}
	a := p.issue(request{"scope": "visit", "target": "/visitors", "max_uses": 2, "expires_in": 3600, "visitor": request{"email": "ginger@example.com"}, "mode": "visitor"})
	for _, address := range []string{"198.51.100.1", "203.0.113.1"} {
		person := p.person()
		person.address = address
		person.open(a.Link)
		person.click()
	}
	manage("end", request{"pass": a.ID, "by": "test"})
	late := p.person()
	late.open(a.Link)
	late.send("POST", a.Link, "wish=new_link", "Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded")
	p.issue(request{"reissue": a.ID, "max_uses": 2, "expires_in": 3600})
	p.registers()
	h.settle("")
	gone, err := os.ReadFile("../../events/expire-delete.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.stack.functions["expire"](t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		p.move(200 * 24 * time.Hour)
		h.settle("")
	}
	var told []string
	for _, e := range h.settle("") {
		told = append(told, string(e.Type))
	}
	slices.Sort(told)
	if diff := cmp.Diff(h.types(), slices.Compact(told)); diff != "" {
		t.Errorf("(-types +told):\n%s", diff)
	}
}

// types returns the types that there are.
func (h *overheard) types() (out []string) {
	for typ := range h.schemas {
		out = append(out, typ)
	}
	slices.Sort(out)
	return out
}

// registers has somebody fill in the sample form.
func (p *place) registers() {
	p.t.Helper()
	c := p.person()
	c.open(c.stack.base + "/register/reference")
	_, _, fields := c.form()
	v, err := url.ParseQuery(fields)
	if err != nil {
		p.t.Fatal(err)
	}
	v.Set("first_name", "Fred")
	v.Set("last_name", "Astaire")
	v.Set("email", "fred@example.com")
	if status, _, body := c.send("POST", c.at, v.Encode(), "Sec-Fetch-Site", "same-origin", "Content-Type", "application/x-www-form-urlencoded"); status != http.StatusOK {
		p.t.Fatalf("the form answered %d %s", status, body)
	}
}

// TestAForwardedLinkIsCountedAndToldOnce: what the README says of pass.shared. That
// scanners count for nothing, TestNoScannerUsesALink shows.
func TestAForwardedLinkIsCountedAndToldOnce(t *testing.T) {
	p := inPlace(t, nil, nil)
	h := p.listen()
	for mode, doc := range invited() {
		if mode == "session" {
			continue // whose link is for one use
		}
		doc["max_uses"] = 10
		a := p.issue(doc)
		arrives := func(address, browser string, clients int, told ...int) {
			t.Helper()
			c := p.person()
			c.address, c.name = address, browser
			c.open(a.Link)
			if status, body := c.click(); status != http.StatusOK {
				t.Fatalf("%s: %d %s", mode, status, body)
			}
			if diff := cmp.Diff(told, h.shared(a.ID)); diff != "" {
				t.Errorf("%s, %s at %s (-want +told):\n%s", mode, browser, address, diff)
			}
			if d := p.describe(a.ID); d.Clients == nil || *d.Clients != clients {
				b, _ := json.Marshal(d.Clients)
				t.Errorf("%s, %s at %s: describe has %s clients, want %d", mode, browser, address, b, clients)
			}
		}
		arrives("192.0.2.7", "Firefox", 1)
		arrives("192.0.2.7", "Firefox", 1)
		arrives("192.0.2.99", "Firefox", 1)
		arrives("198.51.100.7", "Chrome", 2, 2)
		arrives("198.51.100.7", "Chrome", 2, 2)
		arrives("192.0.2.7", "Firefox", 2, 2)
		arrives("198.51.100.7", "Safari", 3, 2, 3)
		for _, e := range h.settle(a.ID) {
			d, which := p.describe(a.ID), string(e.Use+e.Session)
			if text := fmt.Sprintf("%+v", d); e.Type == audit.Shared && (!strings.Contains(text, which) || (e.Session != "") != redeems(mode) || (e.Use != "") == redeems(mode)) {
				t.Errorf("%s: %+v names no visit that describe does", mode, e)
			}
		}
	}
}
