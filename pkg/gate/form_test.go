package gate_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatepass/gatepass/pkg/gate"
	"github.com/gatepass/gatepass/pkg/gate/gatetest"
	"github.com/gatepass/gatepass/pkg/pass"
	"github.com/gatepass/gatepass/pkg/pass/decisions"
	"github.com/gatepass/gatepass/pkg/rule"
)

// formal is a book over a shelf on which one form is declared.
func formal() (*gate.Book, *shelf, *time.Time) {
	s, now := &shelf{docs: map[string][]byte{"stack/rules": []byte(`{"forms":{"reference":{"scope":"visit","target":"/visitors"}}}`)}}, gatetest.Clock()
	return gate.NewBook(s, time.Minute, func() time.Time { return now }), s, &now
}

func TestAFormIsFoundByItsNameFromMemory(t *testing.T) {
	b, s, now := formal()
	for range 100 {
		if f, ok, err := b.Form(t.Context(), "api", "reference"); f != (rule.Form{Scope: "visit", Target: "/visitors"}) || !ok || err != nil {
			t.Fatal(f, ok, err)
		}
	}
	for range 100 {
		if f, ok, err := b.Form(t.Context(), "api", "nothing"); f != (rule.Form{}) || ok || err != nil {
			t.Fatal(f, ok, err)
		}
	}
	if s.reads != 1 {
		t.Errorf("%d reads; whoever asks for what is not there must not make more", s.reads)
	}
	*now = now.Add(5 * time.Second)
	s.docs = map[string][]byte{"stack/rules": []byte(`{"forms":{"later":{"scope":"visit","target":"/"}}}`)}
	if _, ok, err := b.Form(t.Context(), "api", "later"); !ok || err != nil {
		t.Errorf("a form declared a moment ago: %v, %v", ok, err)
	}
}

func TestWhetherThereIsAFormMayBeUnknown(t *testing.T) {
	b, s, now := formal()
	s.err = pass.ErrUnavailable
	if _, ok, err := b.Form(t.Context(), "api", "reference"); ok || !errors.Is(err, pass.ErrUnavailable) {
		t.Errorf("found %v, %v", ok, err)
	}
	s.err = nil
	*now = now.Add(5 * time.Second)
	if _, ok, err := b.Form(t.Context(), "api", "reference"); !ok || err != nil {
		t.Errorf("found %v, %v", ok, err)
	}
	s.err = pass.ErrUnavailable
	if _, ok, err := b.Form(t.Context(), "api", "reference"); !ok || err != nil {
		t.Errorf("a form that is in memory waits for the store: %v, %v", ok, err)
	}
}

// TestAPostIsOursOnlyFromOurPages: of a browser that says where it comes from,
// by that; of one that does not, by the pair of its cookie and the page's field.
func TestAPostIsOursOnlyFromOurPages(t *testing.T) {
	link := gatetest.NewLink(t, gatetest.Open(t))
	const here = decisions.Origin
	for name, c := range map[string]struct {
		site, origin string
		paired, want bool
	}{
		"same origin, as the browser says":                 {"same-origin", "", false, true},
		"same origin, paired":                              {"same-origin", here, true, true},
		"cross-site":                                       {"cross-site", "https://evil.example", true, false},
		"cross-site with our own Origin, which is a lie":   {"cross-site", here, true, false},
		"a sibling host":                                   {"same-site", "https://www.example.com", true, false},
		"typed into the address bar, which no post is":     {"none", "", true, false},
		"words that nobody knows":                          {"same-origin, none", here, true, false},
		"our Origin, from a browser without the header":    {"", here, false, true},
		"another Origin, from a browser without it":        {"", "https://www.example.com", true, false},
		"Origin null: a sandboxed frame":                   {"", "null", true, false},
		"our Origin in capitals, as no browser sends it":   {"", strings.ToUpper(here), true, false},
		"neither header, and the pair":                     {"", "", true, true},
		"neither header, and no pair: another site's form": {"", "", false, false},
	} {
		if got := link.Own(&gate.Request{Method: "POST", FetchSite: c.site, Origin: c.origin}, c.paired); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
