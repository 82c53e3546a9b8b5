package issue_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
)

const registrationID = "SampleEventsForm"

func (w *watched) Registered(ctx context.Context, id string) (*pass.Registration, *pass.Pass, error) {
	if w.fails != nil {
		return nil, nil, w.fails
	}
	return w.Store.Registered(ctx, id)
}

// form puts what Ginger said on a form a day ago, as the test wants it.
func (k *kit) form(edit func(*pass.Registration)) *pass.Registration {
	k.Helper()
	r := &pass.Registration{V: pass.Version, ID: registrationID, Form: "reference", Scope: "reference:42", Target: "/references/42",
		Visitor: pass.Visitor{Email: "ginger@example.com", FirstName: "Ginger", LastName: "Rogers"}, At: start - days, PurgeAt: start + 6*days}
	if edit != nil {
		edit(r)
	}
	if err := k.store.Store.Register(k.Context(), r); err != nil {
		k.Fatal(err)
	}
	return r
}

func TestAPassIsIssuedForARegistration(t *testing.T) {
	k := newKit(t)
	r := k.form(nil)
	a, p := k.good(readEvent(t, "issue-registration.json"))
	if a.ID != r.ID || a.Mode != pass.VisitorMode || *a.Visitor != r.Visitor || a.Link != "https://pass.example.com/p/"+a.Token+"/references-42" || k.short(a).ID != r.ID {
		t.Errorf("answered %s", mustJSON(t, a))
	}
	for field, want := range map[string]any{"mode": pass.VisitorMode, "scope": "reference:42", "target": "/references/42"} {
		if a.Defaults[field] != want {
			t.Errorf("by default %s is %v, want %v", field, a.Defaults[field], want)
		}
	}
	if p.ID != r.ID || p.Mode != pass.VisitorMode || *p.Visitor != r.Visitor || p.Scope != r.Scope || p.Target != r.Target || p.ExpiresAt != start+7*days || p.IssuedBy != "front-desk" || p.Invitation.From != "Reports" {
		t.Errorf("the record is %+v", p)
	}
	if strings.Contains(fmt.Sprintf("%v %+v", a, *a), "ginger@") {
		t.Error("an answer prints whom it is for")
	}
}

func TestARequestMaySayOtherwiseThanTheForm(t *testing.T) {
	k := newKit(t)
	k.form(nil)
	a, p := k.good(`{"registration":"` + registrationID + `","scope":"visit","target":"/other","max_uses":1}`)
	if p.Scope != "visit" || p.Target != "/other" || p.MaxUses != 1 || a.Defaults["scope"] != nil || a.Defaults["target"] != nil {
		t.Errorf("%+v; by default %v", p, a.Defaults)
	}
}

// TestARegistrationIsIssuedForOnce, however often the host is told of it, and
// whoever else answers it at the same time.
func TestARegistrationIsIssuedForOnce(t *testing.T) {
	k := newKit(t)
	k.form(nil)
	doc := `{"registration":"` + registrationID + `"}`
	_, first := k.good(doc)
	k.code(doc, issue.AlreadyIssued, "registration")
	k.code(`{"registration":"`+registrationID+`","scope":"other"}`, issue.AlreadyIssued, "registration")
	entries, err := k.store.Read(t.Context(), []pass.Ref{{ID: registrationID}})
	if diff := cmp.Diff(first, entries[0].Pass); err != nil || diff != "" {
		t.Errorf("%v, the pass changed:\n%s", err, diff)
	}
	if a := k.issue(`{"reissue":"` + registrationID + `"}`); a.Error != nil || a.Visitor != nil {
		t.Errorf("reissue of it: %s", mustJSON(t, a))
	}

	k = newKit(t)
	k.form(nil)
	k.store.before = func() error {
		k.store.before = nil
		other := *k.store.puts[0]
		return k.store.Store.Create(t.Context(), &other) // amid: somebody else was faster
	}
	k.code(doc, issue.AlreadyIssued, "registration")
	if len(k.store.puts) != 1 {
		t.Errorf("%d puts: an id that is taken is not drawn again", len(k.store.puts))
	}
}

// code issues doc, which must be answered with a code that names one field.
func (k *kit) code(doc, code, field string) {
	k.Helper()
	a := k.issue(doc)
	if a.Error == nil || a.Error.Code != code || a.Token != "" || a.Visitor != nil || !slices.Equal(slices.Collect(maps.Keys(a.Error.Fields)), []string{field}) {
		k.Errorf("%s: answered %s, want %s of %s", doc, mustJSON(k, a), code, field)
	}
}

func TestWhoNeverRegisteredOrTooLongAgoIsNotFound(t *testing.T) {
	doc := `{"registration":"` + registrationID + `"}`
	k := newKit(t)
	k.code(doc, issue.NotFound, "registration")
	for name, c := range map[string]struct {
		at    pass.NumericDate
		found bool
	}{"its last second": {start - pass.RegistrationLife + 1, true}, "a second later, and still in the table": {start - pass.RegistrationLife, false}} {
		k := newKit(t)
		k.form(func(r *pass.Registration) { r.At, r.PurgeAt = c.at, start+days })
		if a := k.issue(doc); (a.Error == nil) != c.found || !c.found && a.Error.Code != issue.NotFound {
			t.Errorf("%s: answered %s", name, mustJSON(t, a))
		}
	}
}

func TestRequestsForARegistrationAreReadStrictly(t *testing.T) {
	k := newKit(t)
	k.form(nil)
	one := func(members string) string { return `{"registration":"` + registrationID + `",` + members + `}` }
	for doc, field := range map[string]string{
		one(`"visitor":{"email":"other@example.com"}`):                       "visitor",
		one(`"mode":"session"`):                                              "mode",
		one(`"subject":"42"`):                                                "subject",
		one(`"format":"stateless"`):                                          "format",
		one(`"target":"https://evil.example/"`):                              "target",
		one(`"scope":"*"`):                                                   "scope",
		one(`"registration":"SampleEventsForn"`):                             "registration",
		one(`"reissue":"SampleEventsPass"`):                                  "registration", // there is no such field beside reissue
		`{"Registration":"` + registrationID + `"}`:                          "Registration",
		`{"registration":"gp_0aZ9bY8cX7dW6eV5000SYW7RiJxkEgOGusQGwp0TVmwv"}`: "registration",
		`{"registration":7}`:                                                 "registration",
	} {
		a := k.issue(doc)
		if a.Error == nil || a.Error.Code != issue.InvalidRequest || a.Error.Fields[field] == "" {
			t.Errorf("%s: answered %s, want a fault of %s", doc, mustJSON(t, a), field)
		}
	}
	if len(k.store.puts) != 0 {
		t.Error("a pass was put")
	}
	// Faults are told all together, also where nobody registered.
	k.refused(`{"registration":"SampleEventsForn","max_uses":0,"expires_in":0}`, "max_uses", "expires_in")
}

func TestRegistrationsThatCannotBeReadAreUnavailable(t *testing.T) {
	doc := `{"registration":"` + registrationID + `"}`
	k := newKit(t)
	k.store.fails = pass.ErrUnavailable
	k.unavailable(doc)
	k = newKit(t)
	k.form(func(r *pass.Registration) { r.V = pass.Version + 1 })
	k.unavailable(doc)
	if len(k.store.puts) != 0 {
		t.Error("a pass was put")
	}
}
