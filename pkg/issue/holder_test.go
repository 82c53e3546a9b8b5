package issue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatepass/gatepass/pkg/issue"
	"github.com/gatepass/gatepass/pkg/pass"
)

// named gives p the names that its holder and its issuer have in the indexes.
func (k *kit) named(p *pass.Pass) {
	k.Helper()
	one := func(kind, value string) string {
		if value == "" {
			return ""
		}
		name, err := k.digests.Digest(k.Context(), kind, value)
		if err != nil {
			k.Fatal(err)
		}
		return name[:22]
	}
	p.Issuer = one("issued_by", p.IssuedBy)
	if p.Holder = one("subject", p.Subject); p.Visitor != nil {
		p.Holder = one("email", strings.ToLower(p.Visitor.Email))
	}
}

// TestPassesAreListedByWhoHoldsThem, whatever the case of an address, and by who
// issued them; a reissue changes neither.
func TestPassesAreListedByWhoHoldsThem(t *testing.T) {
	k := newKit(t)
	first, p := k.good(`{"scope":"a","visitor":{"email":"Ginger@Example.com"},"issued_by":"box office"}`)
	second, _ := k.good(`{"scope":"b","visitor":{"email":"ginger@example.COM"}}`)
	third, login := k.good(`{"mode":"session","subject":"ginger@example.com"}`)
	_, public := k.good(`{"scope":"c"}`)
	k.issue(fmt.Sprintf(`{"reissue":%q}`, first.ID))
	for value, want := range map[string][]string{p.Holder: {first.ID, second.ID}, login.Holder: {third.ID}} {
		k.found(pass.Listing{Index: pass.ByHolder, Value: value, Limit: 10}, want)
	}
	k.found(pass.Listing{Index: pass.ByIssuer, Value: p.Issuer, Limit: 10}, []string{first.ID})
	if public.Holder != "" || public.Issuer != "" || p.Holder == login.Holder {
		t.Errorf("a public pass is held by %q and issued by %q; an address and a subject that are alike are named %q and %q", public.Holder, public.Issuer, p.Holder, login.Holder)
	}
}

func (k *kit) found(l pass.Listing, want []string) {
	k.Helper()
	places, err := k.store.Find(k.Context(), l)
	if err != nil {
		k.Fatal(err)
	}
	var got []string
	for _, p := range places {
		got = append(got, p.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		k.Errorf("%+v: found %v, want %v", l, got, want)
	}
}

// noNames is a key service that is down.
type noNames struct{ issue.Digests }

func (noNames) Subject(context.Context, string) (string, error) { return "", pass.ErrUnavailable }

// TestAPassThatCannotBeNamedIsNotIssued: it would be missing where its holder is
// to be forgotten.
func TestAPassThatCannotBeNamedIsNotIssued(t *testing.T) {
	k := newKit(t)
	k.digests = noNames{k.digests}
	a, err := k.issuer().Issue(t.Context(), []byte(`{"mode":"request","scope":"a","subject":"42"}`))
	if !errors.Is(err, pass.ErrUnavailable) || a != nil || len(k.store.puts) > 0 {
		t.Errorf("answered %v, %v, with %d writes", a, err, len(k.store.puts))
	}
}
